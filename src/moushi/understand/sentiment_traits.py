"""What the sentiment of a text is told from, once the linear models have spoken: traits, few and dense.

A customer who writes "位置好，但房间脏，不会再来" is judged by the worst and the
last clause rather than by the sum; a sum of n-grams cannot say so.  The traits
hold the decisions on the text, on its clauses, its words of judgement, and
what it is about.

Source
------
Latent semantic analysis: Deerwester et al. (1990), by the randomised
decomposition of Halko, Martinsson and Tropp (2011).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.understand.corpus import Corpus
from moushi.understand.features import KeptGrams, Matrix
from moushi.understand.members import Fitted
from moushi.understand.sentiment_lexicon import Judged

Floats = npt.NDArray[np.float64]

SUBJECTS = 64
"""Dimensions of what a text is about."""

_MOST_COLUMNS = 60_000
_MOST_ROWS = 20_000


@dataclass(frozen=True)
class Subjects:
    """What texts are about: a projection of weighted counts to `SUBJECTS` dimensions.

    Attributes
    ----------
    columns : features used
    axes : (features used, SUBJECTS)
    """

    columns: npt.NDArray[np.int64]
    axes: npt.NDArray[np.float32]

    def of(self, weighted: Matrix) -> Floats:
        """Return the place of each text: (texts, SUBJECTS)."""
        from scipy import sparse

        place = self._place(weighted.shape[1])[weighted.indices]
        kept = np.flatnonzero(place >= 0)
        ends = np.searchsorted(kept, weighted.indptr).astype(np.int32)
        mine = sparse.csr_matrix((weighted.data[kept], place[kept], ends), shape=(weighted.shape[0], len(self.columns)))
        # Feature by feature, so that the axes of each are fetched once for all texts.
        result: Floats = mine.tocsc() @ self.axes
        return result

    @functools.cached_property
    def _places(self) -> dict[int, npt.NDArray[np.int32]]:
        return {}

    def _place(self, count: int) -> npt.NDArray[np.int32]:
        """Return the place of each of so many features among those used, -1 for the others."""
        if count not in self._places:
            place = np.full(count, -1, np.int32)
            place[self.columns] = np.arange(len(self.columns), dtype=np.int32)
            self._places[count] = place
        return self._places[count]


def find_subjects(weighted: Matrix, seed: int) -> Subjects:
    """Find the dimensions in which texts differ most."""
    from sklearn.utils.extmath import randomized_svd

    frequency = np.bincount(weighted.indices, minlength=weighted.shape[1])
    columns = np.sort(np.argsort(-frequency, kind="stable")[:_MOST_COLUMNS])
    rows = np.linspace(0, weighted.shape[0] - 1, min(_MOST_ROWS, weighted.shape[0])).astype(np.int64)
    sample = weighted[rows][:, columns]
    count = min(SUBJECTS, min(sample.shape) - 1)
    *_, axes = randomized_svd(sample, count, n_oversamples=8, n_iter=2, random_state=seed)
    return Subjects(columns, axes.T.astype(np.float32))


def clause_traits(corpus: Corpus, found: KeptGrams, model: Fitted) -> Floats:
    """Return what a linear model on presence says about the clauses of each text.

    Parameters
    ----------
    corpus : the texts
    found : their n-grams that the model knows
    model : the model

    Returns
    -------
    (texts, 7) : worst, best, sum, mean, first, last, share of clauses that are bad
    """
    clauses = corpus.clauses
    if not len(clauses):
        return np.zeros((len(corpus), 7))
    clause = np.zeros(len(corpus.codes), np.int64)
    clause[clauses.starts[1:]] = 1
    clause = np.cumsum(clause)
    # Marks before the first clause of a text are nobody's.
    clause[clauses.texts[clause] != corpus.text_of] = len(clauses)
    weights = model.weights[:, 0].take(found.columns)
    summed = np.bincount(clause.take(found.places), weights, len(clauses) + 1)[:-1].astype(np.float64, copy=False)
    return _over_clauses(summed, clauses.texts, len(corpus))


def _over_clauses(summed: Floats, texts: npt.NDArray[np.int64], count: int) -> Floats:
    result = np.zeros((count, 7))
    if not len(summed):
        return result
    first = np.flatnonzero(np.append(True, texts[1:] != texts[:-1]))
    size = np.diff(np.append(first, len(texts)))
    total = np.add.reduceat(summed, first)
    bad = np.add.reduceat((summed < 0).astype(float), first)
    worst, best = np.minimum.reduceat(summed, first), np.maximum.reduceat(summed, first)
    result[texts[first]] = np.column_stack([worst, best, total, total / size, summed[first], summed[first + size - 1], bad / size])
    return result


def traits(corpus: Corpus, decided: Floats, clauses: Floats, judged: Judged, subjects: Floats) -> Floats:
    """Return the traits of texts: (texts, traits).

    Parameters
    ----------
    corpus : the texts
    decided : (texts, members)
    clauses : of `clause_traits`
    judged : by words
    subjects : of `Subjects.of`
    """
    length = np.log1p((corpus.ends - corpus.starts).astype(float))
    count = np.log1p(np.bincount(corpus.clauses.texts, minlength=len(corpus)).astype(float))
    return np.column_stack([decided, clauses, *judged, length, count, subjects])
