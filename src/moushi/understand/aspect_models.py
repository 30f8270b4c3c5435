"""What `AspectLearner` learns: whether texts speak of an aspect, and how they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.understand.clause_grams import ClauseGrams
from moushi.understand.corpus import Corpus, Places
from moushi.understand.features import Matrix
from moushi.understand.members import MEMBERS, Fitted
from moushi.understand.said import SILENT, UNKNOWN, Floats, Marks, Said, Signs

_COSTS = {"presence": 10.0, "judge": 3.0}
"""How closely each fits: liblinear's C."""

_FLAG = 3.0
"""What it weighs as a feature that the lexicon finds an aspect; an n-gram weighs at most 1."""

_TEXT = 0.5
"""What the words of the whole text weigh beside the n-grams of a clause."""

_SURE = 2.0
"""Log odds of what the lexicon says where nothing was learned."""

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

    def spread(self, texts: Places) -> tuple[Places, Places]:
        """Return the clauses of texts, and for each its place among the texts."""
        bounds = self.seen.bounds
        count = bounds[texts + 1] - bounds[texts]
        which = np.repeat(np.arange(len(texts)), count)
        return np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count) + bounds[texts[which]], which


@dataclass(frozen=True)
class Lesson:
    """What is learned from.

    Attributes
    ----------
    reading : the texts
    truth : what is known of each text and aspect
    marks : where it is said
    weight : what each text counts
    """

    reading: Reading
    truth: Signs
    marks: Marks
    weight: Floats


@dataclass(frozen=True)
class Presence:
    """Tells which texts speak of which aspects, and in which clause.

    Attributes
    ----------
    aspects : their codes
    weights : of a clause's n-grams, of its text's words, and of that the lexicon finds the aspect there: (features, aspects)
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
    def fit(cls, lesson: Lesson, rows: Places, aspects: Sequence[str]) -> Presence:
        """Learn from some of the texts."""
        reading = lesson.reading
        clauses, which = reading.spread(rows)
        texts = rows[which]
        matrix = _clause_features(reading, clauses, texts)
        fitted = [_fit_presence(lesson, matrix, clauses, texts, column) for column in reading.said.columns(aspects)]
        weights = [each.weights for each in fitted] or [np.zeros((matrix.shape[1] + 1, 0))]
        return cls(tuple(aspects), np.hstack(weights).astype(np.float32), np.array([each.bias[0] for each in fitted], np.float32))

    def find(self, reading: Reading, rows: Places) -> tuple[Floats, Places]:
        """Return the log odds that texts speak of aspects, and the clause that is most likely to: (rows, aspects)."""
        shape = (len(rows), len(self.aspects))
        odds, best = np.full(shape, -np.inf), np.full(shape, -1, np.int64)
        clauses, which = reading.spread(rows)
        if not len(clauses) or not self.aspects:
            return odds, best
        columns = reading.said.columns(self.aspects)
        own = reading.seen.clauses.shape[1]
        decided = reading.seen.clauses[clauses] @ self.weights[:own] + self.bias
        decided += _TEXT * (reading.seen.words[rows] @ self.weights[own:-1])[which]
        decided += _FLAG * (reading.said.clause[rows[which]][:, columns] == clauses[:, None]) * self.weights[-1]
        first = np.flatnonzero(np.append(True, which[1:] != which[:-1]))
        full = which[first]
        odds[full] = np.maximum.reduceat(decided, first)
        place = np.where(decided == odds[which], np.arange(len(which))[:, None], len(which))
        best[full] = clauses[np.minimum.reduceat(place, first)]
        return odds, best


def _clause_features(reading: Reading, clauses: Places, texts: Places) -> Matrix:
    from scipy import sparse

    return sparse.hstack([reading.seen.clauses[clauses], _TEXT * reading.seen.words[texts]]).tocsr()


def _fit_presence(lesson: Lesson, matrix: Matrix, clauses: Places, texts: Places, column: int) -> Fitted:
    """Learn which clauses speak of an aspect; where only the text is known to, the clause that is most likely to."""
    said, marks = lesson.reading.said, lesson.marks
    mine = marks.columns == column
    known = lesson.truth[texts, column] != UNKNOWN
    there = lesson.truth[texts, column] > SILENT
    marked = np.isin(clauses, marks.clauses[mine]) & there
    placed = np.isin(texts, marks.texts[mine & (marks.clauses >= 0)])
    size = np.bincount(texts)[texts] if len(texts) else texts
    is_open = there & ~placed
    right = marked | is_open
    # A clause beside the one that the lexicon found may say so too.
    told = known & (~there | np.isin(texts, marks.texts[mine & marks.is_exact]))
    used = (known & right) | told
    features = _beside(matrix, _FLAG * (said.clause[texts, column] == clauses)[:, None])
    weight = lesson.weight[texts] * np.where(is_open, 1 / np.maximum(size, 1), 1.0)
    fitted = _fit_or_trust(features[used], right[used], weight[used])
    if (used & is_open).any():
        decided = np.where(is_open, fitted.decide(features)[:, 0], -np.inf)
        order = np.lexsort((clauses, -decided, texts))
        best = np.zeros(len(texts), np.bool_)
        best[order[np.append(True, texts[order][1:] != texts[order][:-1])]] = True
        right = marked | (best & is_open)
        used = (known & right) | told
        fitted = _fit_or_trust(features[used], right[used], lesson.weight[texts][used])
    return fitted


def _fit_or_trust(features: Matrix, right: npt.NDArray[np.bool_], weight: Floats) -> Fitted:
    """Fit a line; of what was never there, that it is not; where nothing else was shown, go by the lexicon, which is the last feature."""
    if right.any() and not right.all():
        return MEMBERS["logistic"](features, right.astype(np.int64), _COSTS["presence"], weight)
    weights = np.zeros((features.shape[1], 1), np.float32)
    if right.any() or not right.size:
        weights[-1] = 2 * _SURE / _FLAG
    return Fitted(weights, np.array([-_SURE], np.float32))


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
    def fit(cls, lesson: Lesson, rows: Places, presence: Presence) -> Judge:
        """Learn from what some of the texts say."""
        reading, marks = lesson.reading, lesson.marks
        used = np.isin(marks.texts, rows)
        texts, columns, clauses = marks.texts[used], marks.columns[used], marks.clauses[used]
        signs, y = np.unique(marks.signs[used], return_inverse=True)
        if len(signs) < 2:
            return cls.none()
        clauses = placed(reading, presence, texts, columns, clauses)
        matrix = _traits(reading, texts, columns, clauses, reading.said.names)
        fitted = MEMBERS["logistic"](matrix, y, _COSTS["judge"], lesson.weight[texts])
        return cls(tuple(signs.tolist()), reading.said.names, fitted.weights.astype(np.float32), fitted.bias.astype(np.float32))

    def probabilities(self, reading: Reading, texts: Places, columns: Places, clauses: Places) -> Floats:
        """Return the probability of each of `signs` for texts, aspects and the clauses that speak of them: (cases, signs)."""
        decided = _traits(reading, texts, columns, clauses, self.aspects) @ self.weights + self.bias
        if len(self.signs) == 2:
            decided = np.hstack([-decided, decided])
        likely = 1 / (1 + np.exp(-decided.astype(np.float64)))
        result: Floats = likely / likely.sum(axis=1, keepdims=True)
        return result


def placed(reading: Reading, presence: Presence, texts: Places, columns: Places, clauses: Places) -> Places:
    """Return clauses with, where none is known (-1), the one that is most likely to speak of the aspect."""
    number = np.full(len(reading.said.names), -1, np.int64)
    number[reading.said.columns(presence.aspects)] = np.arange(len(presence.aspects))
    missing = np.flatnonzero((clauses < 0) & (number[columns] >= 0))
    rows, row = np.unique(texts[missing], return_inverse=True)
    result = clauses.copy()
    result[missing] = presence.find(reading, rows)[1][row, number[columns[missing]]]
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
