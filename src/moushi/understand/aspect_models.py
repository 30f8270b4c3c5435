"""What `AspectLearner` learns: whether texts speak of an aspect, and how they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.understand.clause_grams import ClauseGrams
from moushi.understand.corpus import Corpus, Places
from moushi.understand.features import Matrix
from moushi.understand.members import MEMBERS
from moushi.understand.said import SILENT, UNKNOWN, Floats, Said, Signs

_COSTS = {"presence": 10.0, "judge": 3.0}
"""How closely each fits: liblinear's C."""

_FLAG = 3.0
"""What it weighs as a feature that the lexicon finds an aspect; an n-gram weighs at most 1."""

HIT = 0.62
"""What it is worth to find an aspect that is there; the rest to 1 is what it is worth to find none that is not.

F1 gains by what is right more often than half of F1, which is seldom above 0.75."""

Weights = npt.NDArray[np.float32]


class Reading:
    """Texts as the models see them.

    Attributes
    ----------
    corpus : the texts
    said : what the lexicon found
    seen : their n-grams
    """

    def __init__(self, corpus: Corpus, said: Said, grams: ClauseGrams) -> None:
        self.corpus = corpus
        self.said = said
        self.seen = grams.of(corpus)


@dataclass(frozen=True)
class Presence:
    """Tells which texts speak of which aspects.

    Attributes
    ----------
    aspects : their codes
    weights : of n-grams, and of that the lexicon finds the aspect: (features, aspects)
    bias : added per aspect
    """

    aspects: tuple[str, ...]
    weights: Weights
    bias: Weights

    @classmethod
    def none(cls) -> Presence:
        """Know no aspect."""
        return cls((), np.zeros((1, 0), np.float32), np.zeros(0, np.float32))

    @classmethod
    def fit(cls, reading: Reading, truth: Signs, weight: Floats, rows: Places, aspects: Sequence[str]) -> Presence:
        """Learn from rows of a reading, each with its weight, where the truth is known."""
        weights = np.zeros((reading.seen.texts.shape[1] + 1, len(aspects)), np.float32)
        bias = np.zeros(len(aspects), np.float32)
        for number, column in enumerate(reading.said.columns(aspects)):
            known = rows[truth[rows, column] != UNKNOWN]
            y = (truth[known, column] != SILENT).astype(np.int64)
            if not y.size or y.min() == y.max():
                # Nothing is told apart: as the lexicon says.
                weights[-1, number], bias[number] = 1.0, -_FLAG / 2
                continue
            matrix = _beside(reading.seen.texts[known], _FLAG * reading.said.is_found[known, column, None])
            fitted = MEMBERS["logistic"](matrix, y, _COSTS["presence"], weight[known])
            weights[:, number], bias[number] = fitted.weights[:, 0], fitted.bias[0]
        return cls(tuple(aspects), weights, bias)

    def speaks(self, reading: Reading) -> npt.NDArray[np.bool_]:
        """Return whether each text speaks of each aspect that the reading knows: (texts, aspects of the reading)."""
        result = reading.said.is_found
        columns = reading.said.columns(self.aspects)
        odds = reading.seen.texts @ self.weights[:-1] + _FLAG * result[:, columns] * self.weights[-1] + self.bias
        result[:, columns] = odds > np.log((1 - HIT) / HIT)
        return result

    def clauses(self, reading: Reading, texts: Places, columns: Places) -> Places:
        """Return for each pair of text and aspect the clause that says so: the lexicon's, or the one most like it; -1 where unknown."""
        result = reading.said.clause[texts, columns]
        number = np.full(len(reading.said.names), -1, np.int64)
        number[reading.said.columns(self.aspects)] = np.arange(len(self.aspects))
        bounds = reading.seen.bounds
        count = bounds[texts + 1] - bounds[texts]
        missing = np.flatnonzero((result < 0) & (number[columns] >= 0) & (count > 0))
        if missing.size:
            pair = np.repeat(missing, count[missing])
            first = np.cumsum(count[missing]) - count[missing]
            clause = np.arange(len(pair)) - np.repeat(first, count[missing]) + bounds[texts[pair]]
            score = (reading.seen.clauses[clause] @ self.weights[:-1])[np.arange(len(pair)), number[columns[pair]]]
            best = np.lexsort((clause, -score, pair))
            result[missing] = clause[best[first]]
        return result


@dataclass(frozen=True)
class Judge:
    """Tells how texts speak of aspects.

    Attributes
    ----------
    signs : those that it knows, in order; none if it has not learned
    aspects : aspects that it knows apart
    weights, bias : (features, signs)
    """

    signs: tuple[int, ...]
    aspects: tuple[str, ...]
    weights: Weights
    bias: Weights

    @classmethod
    def none(cls) -> Judge:
        """Judge nothing."""
        return cls((), (), np.zeros((0, 0), np.float32), np.zeros(0, np.float32))

    @classmethod
    def fit(cls, reading: Reading, truth: Signs, weight: Floats, rows: Places, presence: Presence) -> Judge:
        """Learn from the aspects that rows of a reading speak of."""
        row, columns = np.nonzero(truth[rows] > SILENT)
        texts = rows[row]
        signs = np.unique(truth[texts, columns])
        if len(signs) < 2:
            return cls.none()
        y = np.searchsorted(signs, truth[texts, columns])
        matrix = _traits(reading, texts, columns, presence.clauses(reading, texts, columns), reading.said.names)
        fitted = MEMBERS["logistic"](matrix, y, _COSTS["judge"], weight[texts])
        return cls(tuple(signs.tolist()), reading.said.names, fitted.weights.astype(np.float32), fitted.bias.astype(np.float32))

    def probabilities(self, reading: Reading, texts: Places, columns: Places, clauses: Places) -> Floats:
        """Return the probability of each of `signs` for pairs of text and aspect: (pairs, signs)."""
        decided = _traits(reading, texts, columns, clauses, self.aspects) @ self.weights + self.bias
        if len(self.signs) == 2:
            decided = np.hstack([-decided, decided])
        likely = 1 / (1 + np.exp(-decided.astype(np.float64)))
        result: Floats = likely / likely.sum(axis=1, keepdims=True)
        return result


def _traits(reading: Reading, texts: Places, columns: Places, clauses: Places, aspects: Sequence[str]) -> Matrix:
    """Return what a judgement is told from: n-grams of the clause and of the text, what the lexicon says, and the aspect."""
    from scipy import sparse

    said, seen = reading.said, reading.seen
    here = said.polarity[texts, columns]
    judged = said.polarity[texts]
    others = (judged.sum(axis=1) - here) / np.maximum((judged != 0).sum(axis=1) - (here != 0), 1)
    beside = np.where(said.clause[texts] == clauses[:, None], judged, 0).sum(axis=1)
    only_named = said.is_found[texts, columns] & (here == 0)
    lexicon = np.column_stack([2 * here, np.abs(here), only_named, others, beside])
    place = {aspect: number for number, aspect in enumerate(aspects)}
    number = np.array([place.get(name, len(aspects)) for name in said.names], np.int64)[columns]
    kind = np.eye(len(aspects) + 1, len(aspects))[number]
    known = np.flatnonzero(clauses >= 0)
    picked = sparse.csr_matrix((np.ones(len(known), np.float32), (known, clauses[known])), shape=(len(texts), seen.clauses.shape[0]))
    return sparse.hstack([picked @ seen.clauses, _beside(seen.texts[texts], lexicon), sparse.csr_matrix(kind, dtype=np.float32)]).tocsr()


def _beside(matrix: Matrix, dense: npt.NDArray[np.generic]) -> Matrix:
    from scipy import sparse

    return sparse.hstack([matrix, sparse.csr_matrix(dense, dtype=np.float32)]).tocsr()
