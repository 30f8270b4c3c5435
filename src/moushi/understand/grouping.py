"""Puts texts of the same kind together: term weights, a plane of few dimensions, spherical groups, and how many there are.

Source
------
Latent semantic analysis: Deerwester et al. (1990).  The number of groups by
stability: Lange et al., "Stability-based validation of clustering solutions"
(2004); our rule of choice is in `_chosen`.  Terms by naive Bayes from texts that
belong in part: Nigam et al., "Text classification from labeled and unlabeled
documents using EM" (2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from moushi.understand.centres import Vectors, alike, centres, likely, normal, softened
from moushi.understand.corpus import ZH, Corpus, Places
from moushi.understand.features import Hashes
from moushi.understand.phrases import Floats, units

# As near to the exact directions as the groups need.
_OVERSAMPLED, _POWERS = 20, 8
_DIMENSIONS = 50
_MOST_TERMS = 20_000
# Terms that a topic is known by; the others hardly tell it from the rest.
_KEPT_TERMS = 1_500
_LARGEST_SHARE = 0.5
# How terms speak for groups: added to each count, and how surely a text belongs to a group by its terms.
_UNSEEN, _TERM_SOFTNESS, _TERM_ROUNDS = 1.0, 0.7, 2
# Texts on which the number of groups is chosen, draws of them, and the share of each draw.
_TRIAL_TEXTS, _DRAWS, _DRAWN = 2_500, 8, 0.8
# Groupings tried per draw: a few for every number, more for those that may be clear.
_STARTS, _TRIAL_STARTS, _SECOND_STARTS = 20, 3, 8
_PROMISING = 0.7
_NUMBERS = (*range(3, 15), 16, 18, 20)
# A split that comes back this alike from other texts is there; where none is, a person can use about this many topics.
_CLEAR, _LEAST_CLEAR = 0.9, 4
# Among clear splits, those this close to the clearest are as clear.
_AS_CLEAR = 0.05
_USEFUL = 12
_TEXTS_EACH = 10
# How much clearer another number must be than that of the run before.
_KEEP = 0.1


@dataclass(frozen=True)
class Grouping:
    """Groups of texts, by the terms that speak for each; this is all it takes to assign a text.

    Attributes
    ----------
    hashes : (terms,) sorted numbers of terms
    rarity : (terms,) weight of each term
    strengths : (terms, groups) how much each term speaks for each group
    """

    hashes: Hashes
    rarity: Vectors
    strengths: Vectors

    @property
    def count(self) -> int:
        """Number of groups."""
        return int(self.strengths.shape[1])

    def assign(self, corpus: Corpus) -> tuple[Places, Floats]:
        """Return the group of each text, and how clearly it is that one: 0 to 1, 0 for texts without a known term.

        Texts without a known term belong to the first group, which is the largest.
        """
        if not len(self.hashes):
            return np.zeros(len(corpus), np.int64), np.zeros(len(corpus))
        scores = np.asarray(weighted(corpus, self.hashes, self.rarity) @ self.strengths, np.float64)
        groups = scores.argmax(axis=1)
        best = scores.max(axis=1)
        others = np.partition(scores, -2, axis=1)[:, -2] if self.count > 1 else np.zeros(len(best))
        clear = np.divide(best - np.maximum(others, 0), best, out=np.zeros(len(best)), where=best > 0)
        return groups.astype(np.int64), np.clip(clear, 0, 1)

    def take(self, order: Places) -> Grouping:
        """Return the same groups in another order."""
        return Grouping(self.hashes, self.rarity, self.strengths[:, order])


def terms(corpus: Corpus) -> tuple[Hashes, Places]:
    """Return the terms of texts and the number of the text each is in: words that say something, of two characters or more."""
    found = units(corpus)
    lengths = found.words.lengths[found.numbers]
    said = found.content & (lengths > np.where(corpus.tongues[found.spans.texts] == ZH, 1, 2))
    return found.words.hashes[found.numbers[said]], found.spans.texts[said]


def weighted(corpus: Corpus, hashes: Hashes, rarity: Vectors) -> Any:
    """Return texts as rows of length one of term weights, (1 + log of count) times rarity: CSR, (texts, terms)."""
    from scipy import sparse

    found, texts = terms(corpus)
    places = np.searchsorted(hashes, found)
    known = hashes[np.minimum(places, len(hashes) - 1)] == found
    ones = np.ones(int(known.sum()), np.float32)
    matrix = sparse.csr_matrix((ones, (texts[known], places[known])), shape=(len(corpus), len(hashes)))
    matrix.sum_duplicates()
    matrix.data = 1 + np.log(matrix.data)
    matrix = matrix @ sparse.diags(rarity)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.maximum(lengths, 1e-9)) @ matrix).tocsr().astype(np.float32)


def group(corpus: Corpus, seed: int, before: int | None = None) -> Grouping:
    """Find the groups of texts; the order of the texts makes no difference beyond rounding.

    Parameters
    ----------
    corpus : distinct texts in an order of their own (by hash), a few at least
    seed : of the first centres
    before : number of groups of an earlier run
    """
    hashes, rarity = _vocabulary(corpus)
    one = Grouping(hashes, rarity, np.ones((len(hashes), 1), np.float32))
    if len(hashes) < 3:
        return one
    matrix = weighted(corpus, hashes, rarity)
    said = np.flatnonzero(np.diff(matrix.indptr))
    if len(said) < 2 * _TEXTS_EACH:
        return one
    axes = _axes(matrix[said])
    plane = normal(matrix[said] @ axes)
    count = _number(plane[:_TRIAL_TEXTS], len(said), seed, before)
    _, belongs = softened(plane, centres(plane, count, np.random.default_rng(seed), _STARTS))
    strengths = _strengths(matrix[said], belongs)
    return _pruned(Grouping(hashes, rarity, strengths), np.asarray(matrix.sum(axis=0)).ravel())


def _strengths(matrix: Any, belongs: Vectors) -> Vectors:
    """Return how much each term speaks for each group, (terms, groups): its log share in the group, less the mean over groups.

    Where texts belong is then asked of the terms themselves, for the plane has
    room for what most texts share only.
    """
    found = np.zeros((matrix.shape[1], belongs.shape[1]))
    for _ in range(_TERM_ROUNDS):
        counts = np.asarray(matrix.T @ belongs, np.float64) + _UNSEEN
        found = np.log(counts / counts.sum(axis=0))
        found -= found.mean(axis=1, keepdims=True)
        belongs = likely(np.asarray(matrix @ found), _TERM_SOFTNESS)
    return found.astype(np.float32)


def _vocabulary(corpus: Corpus) -> tuple[Hashes, Vectors]:
    found, texts = terms(corpus)
    hashes, numbers = np.unique(found, return_inverse=True)
    once = np.unique(numbers * max(1, len(corpus)) + texts) // max(1, len(corpus))
    count = np.bincount(once, minlength=len(hashes))
    least = max(2, min(5, len(corpus) // 500 + 2))
    kept = np.flatnonzero((count >= least) & (count <= max(least, _LARGEST_SHARE * len(corpus))))
    if len(kept) > _MOST_TERMS:
        kept = np.sort(kept[np.lexsort((hashes[kept], -count[kept]))[:_MOST_TERMS]])
    return hashes[kept], np.log((1 + len(corpus)) / (1 + count[kept])).astype(np.float32) + np.float32(1)


def _axes(matrix: Any) -> Vectors:
    """Return the leading directions of term space, (terms, dimensions)."""
    from sklearn.utils.extmath import randomized_svd

    size = min(_DIMENSIONS, min(matrix.shape) - 1)
    # Not by Lanczos: where texts are few or alike it begins anew from numbers that differ from call to call.
    axes = randomized_svd(matrix.astype(np.float64), size, n_oversamples=_OVERSAMPLED, n_iter=_POWERS, random_state=0)[2]
    return np.asarray(axes.T, np.float32)


def _number(plane: Vectors, texts: int, seed: int, before: int | None) -> int:
    """Return how many groups there are, by how alike groupings of different draws are."""
    most = texts // _TEXTS_EACH
    numbers = [number for number in _NUMBERS if number <= most]
    if not numbers:
        return min(2, most)
    easily = {number: _stability(plane, number, seed, _TRIAL_STARTS) for number in numbers}
    # A grouping that got stuck is like no other: what looks unclear at a few starts may be clear at more.
    again = {number: _stability(plane, number, seed, _SECOND_STARTS) for number, value in easily.items() if value >= _PROMISING}
    return _chosen(easily | again, easily, before)


def _chosen(stability: dict[int, float], easily: dict[int, float], before: int | None = None) -> int:
    """Return the clear split that is found most easily, the finest of equals; where none is clear, a useful number.

    Parameters
    ----------
    stability, easily : of each number, looked for with care, and with few starts: groups that are there are found from anywhere
    before : the number of an earlier run

    Notes
    -----
    Unclear corpora, such as reviews of one shop, are most stable in two or three
    groups, which tell nobody anything; and which larger number is the most stable
    there is chance.  The number of the run before stays unless another is clearer.
    """
    fine = {number: value for number, value in stability.items() if number >= _LEAST_CLEAR}
    least = max(_CLEAR, max(fine.values(), default=0) - _AS_CLEAR)
    clear = [number for number, value in fine.items() if value >= least]
    found = max(clear, key=lambda number: (easily[number], number)) if clear else None
    if before in stability and (found is None or stability[before] >= stability[found] - _KEEP):
        return before
    return found or min(stability, key=lambda number: (abs(number - _USEFUL), number))


def _stability(plane: Vectors, count: int, seed: int, starts: int) -> float:
    """Return the mean likeness of groupings learnt from different draws and made of all texts."""
    generator = np.random.default_rng(seed)
    size = int(_DRAWN * len(plane))
    found = []
    for _ in range(_DRAWS):
        rows = np.sort(generator.choice(len(plane), size, replace=False))
        found.append((plane @ centres(plane[rows], count, generator, starts).T).argmax(axis=1))
    return float(np.mean([alike(one, other, count) for one, other in combinations(found, 2)]))


def _pruned(grouping: Grouping, weights: Vectors) -> Grouping:
    """Leave each group the terms that tell most: the strong ones that are said often."""
    strengths = grouping.strengths
    if len(strengths) <= _KEPT_TERMS:
        return grouping
    weight = np.abs(strengths) * weights[:, None]
    kept = np.zeros(len(strengths), np.bool_)
    for column in range(strengths.shape[1]):
        kept[np.argsort(-weight[:, column], kind="stable")[:_KEPT_TERMS]] = True
    return Grouping(grouping.hashes[kept], grouping.rarity[kept], strengths[kept])
