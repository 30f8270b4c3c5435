"""Tells kinds of texts apart from a handful of examples each.

Where a workspace has eight texts of a kind, much of what it knows is elsewhere:
in what words mean, in its texts without labels, and in what the kinds are
called.  All are used.

Source
------
Kernel ridge regression on class indicators: Saunders, Gammerman and Vovk (ICML
1998).  Texts near in meaning though not in words: latent semantic analysis,
Deerwester et al. (1990), over all texts, labelled or not.  Self-training with
balanced classes: Scudder (1965); balance by Sinkhorn and Knopp (1967), as
Asano, Rupprecht and Vedaldi (ICLR 2020) assign pseudo-labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.errors import NotEnoughData, NotFitted, Words
from moushi.understand.corpus import Corpus
from moushi.understand.features import CHARACTERS, WORDS, Grams, Matrix, View
from moushi.understand.vectors import Vectors

Floats = npt.NDArray[np.float32]

_MOST = 6000
"""Texts without labels that are used, at most: the work grows with the cube."""

_RIDGE, _LOOSE = 0.1, 0.3
# Beside n-grams, which weigh 1.
_TOPICS_WEIGH, _MEANING_WEIGHS = 1.0, 3.0
_BALANCING = 10
_SHARPNESS = tuple(2.0**step for step in range(2, 7))


@dataclass(frozen=True)
class _Points:
    """Texts as points of length 1 at most: their n-grams; their topics and their meaning."""

    grams: Matrix
    dense: Floats

    def take(self, rows: npt.NDArray[np.int64]) -> _Points:
        return _Points(self.grams[rows], self.dense[rows])

    def near(self, others: _Points) -> Floats:
        """Return how near each point is to each of others, 0 to 1; squared, so that words count in pairs as well."""
        near = (self.grams @ others.grams.T).toarray() + self.dense @ others.dense.T
        result: Floats = (np.maximum(near, 0.0) ** 2).astype(np.float32)
        return result


class FewShot:
    """A classifier of texts for few examples per class.

    Parameters
    ----------
    grams : the n-grams it reads
    topics : dimensions of latent semantic analysis, per kind of n-gram, at most
    rounds : rounds of self-training
    share : of each class, the part of the texts without labels that teaches in the next round
    sharpness : how decided the assignments are by which texts without labels teach
    seed : of the analysis, and of the choice among many texts without labels

    Attributes
    ----------
    classes_ : the labels, in order

    Examples
    --------
    >>> model = FewShot().fit(["refund my money", "where is my parcel"], ["return", "delivery"])
    >>> model.decide(["I want the money back", "the parcel is late"])
    ['return', 'delivery']
    """

    def __init__(
        self,
        grams: Sequence[Grams] = (WORDS, CHARACTERS),
        topics: int = 300,
        rounds: int = 4,
        share: float = 0.5,
        sharpness: float = 12.0,
        seed: int = 0,
    ) -> None:
        self.grams = grams
        self.topics = topics
        self.rounds = rounds
        self.share = share
        self.sharpness = sharpness
        self.seed = seed

    def fit(
        self, texts: Sequence[str], labels: Sequence[Any], unlabelled: Sequence[str] = (), names: Mapping[Any, str] | None = None
    ) -> FewShot:
        """Learn from labelled texts.

        Parameters
        ----------
        texts : the texts
        labels : one per text
        unlabelled : other texts of the same sort; at most 6,000 are used
        names : what classes are called in words, for those that have a telling name

        Raises
        ------
        NotEnoughData : if there are fewer than two classes
        """
        self.classes_ = sorted(set(labels), key=str)
        if len(self.classes_) < 2:
            raise NotEnoughData(where="FewShot.fit", found=len(self.classes_), unit=Words("classes among the labels", "个类别"), needed=2)
        place = {label: number for number, label in enumerate(self.classes_)}
        called = [(name, label) for label, name in (names or {}).items() if label in place]
        labelled = [*texts, *(name for name, _ in called)]
        y = np.array([place[label] for label in [*labels, *(label for _, label in called)]], np.int64)
        points = self._learn_points([*labelled, *self._some(unlabelled)])
        self._fit(points, np.eye(len(self.classes_), dtype=np.float32)[y])
        return self

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return the probability of each class for each text: (texts, classes), rows sum to 1."""
        return _softmax(self.decisions(texts) * self.sharpness_)

    def decisions(self, texts: Sequence[str]) -> Floats:
        """Return how much each text belongs to each class, about 0 to 1: (texts, classes)."""
        if not hasattr(self, "classes_"):
            raise NotFitted(where="FewShot.decisions", model="FewShot")
        result: Floats = self._points(Corpus(texts)).near(self.support_) @ self.weights_
        return result

    def decide(self, texts: Sequence[str]) -> list[Any]:
        """Return the most probable class of each text; the first of equals."""
        return [self.classes_[place] for place in self.decisions(texts).argmax(axis=1)]

    def _some(self, unlabelled: Sequence[str]) -> list[str]:
        distinct = sorted(set(unlabelled))
        if len(distinct) <= _MOST:
            return distinct
        chosen = np.sort(np.random.default_rng(self.seed).choice(len(distinct), _MOST, replace=False))
        return [distinct[row] for row in chosen]

    def _learn_points(self, texts: list[str]) -> _Points:
        from sklearn.utils.extmath import randomized_svd

        corpus = Corpus(texts)
        counts = [grams.counts(corpus) for grams in self.grams]
        least = 2 if len(texts) >= 200 else 1
        self.views_ = [View(grams, least).fit(count) for grams, count in zip(self.grams, counts, strict=True)]
        self.axes_: list[Floats] = []
        for view, count in zip(self.views_, counts, strict=True):
            weighted = view.weighted(count)
            rank = min(self.topics, *(size - 1 for size in weighted.shape))
            axes = randomized_svd(weighted, rank, n_iter=4, random_state=self.seed)[2].T if rank > 0 else np.zeros((weighted.shape[1], 0))
            self.axes_.append(axes.astype(np.float32))
        # Of languages whose words are not known, the rest weighs as if there were no meaning.
        self.meaning_ = _MEANING_WEIGHS * float(np.mean(np.any(Vectors.load().mean(corpus), axis=1)) > 0.5)
        return self._points(corpus)

    def _points(self, corpus: Corpus) -> _Points:
        from scipy import sparse

        weighted = [view.weighted(grams.counts(corpus)) for grams, view in zip(self.grams, self.views_, strict=True)]
        topics = [_unit(matrix @ axes) for matrix, axes in zip(weighted, self.axes_, strict=True)]
        whole = 1 + _TOPICS_WEIGH + self.meaning_
        of_topics, of_grams = (np.float32(np.sqrt(weight / whole / len(weighted))) for weight in (_TOPICS_WEIGH, 1.0))
        meaning = Vectors.load().mean(corpus) * np.float32(np.sqrt(self.meaning_ / whole))
        return _Points((sparse.hstack(weighted) * of_grams).tocsr(), np.hstack([*(part * of_topics for part in topics), meaning]))

    def _fit(self, points: _Points, given: Floats) -> None:
        """Fit the labelled, which come first, then let the rest teach, round by round."""
        near = points.near(points)
        count, classes = given.shape
        rows, taught, ridge = np.arange(count), given, np.full(count, _RIDGE, np.float32)
        free = np.arange(count, len(near))
        for _ in range(self.rounds if len(free) >= classes else 0):
            weights = _solved(near[np.ix_(rows, rows)], ridge, taught)
            assigned = _balanced(_softmax(near[np.ix_(free, rows)] @ weights * self.sharpness), given.mean(axis=0))
            chosen = _surest(assigned, self.share)
            rows, taught = np.append(np.arange(count), free[chosen]), np.vstack([given, assigned[chosen]])
            ridge = np.append(np.full(count, _RIDGE, np.float32), np.full(len(chosen), _LOOSE, np.float32))
        self.support_ = points.take(rows)
        self.weights_ = _solved(near[np.ix_(rows, rows)], ridge, taught)
        self.sharpness_ = _sharpness(near[:count, :count], given)


def _solved(near: Floats, ridge: Floats, wanted: Floats) -> Floats:
    from scipy import linalg

    system = near.copy()
    system[np.diag_indices(len(system))] += ridge
    result: Floats = linalg.solve(system, wanted - 1.0 / wanted.shape[1], assume_a="pos", overwrite_a=True).astype(np.float32)
    return result


def _sharpness(near: Floats, given: Floats) -> float:
    """Return by what to multiply decisions for probabilities that fit best, by leaving out one labelled text at a time."""
    system = near.astype(np.float64)
    system[np.diag_indices(len(system))] += _RIDGE
    inverse = np.linalg.inv(system)
    wanted = given - 1.0 / given.shape[1]
    left_out = wanted - (inverse @ wanted) / np.diag(inverse)[:, None]
    rightly = given.argmax(axis=1)
    losses = [-np.log(np.maximum(_softmax(left_out * sharp)[np.arange(len(given)), rightly], 1e-9)).mean() for sharp in _SHARPNESS]
    return _SHARPNESS[int(np.argmin(losses))]


def _balanced(assigned: Floats, prior: Floats) -> Floats:
    """Return assignments in which each class has about its part: rows sum to 1."""
    for _ in range(_BALANCING):
        assigned = assigned * (prior * len(assigned) / np.maximum(assigned.sum(axis=0), 1e-9))
        assigned = assigned / assigned.sum(axis=1, keepdims=True)
    return assigned.astype(np.float32)


def _surest(assigned: Floats, share: float) -> npt.NDArray[np.int64]:
    """Return the rows of this share of each class that are surest."""
    best, surety = assigned.argmax(axis=1), assigned.max(axis=1)
    chosen = []
    for label in range(assigned.shape[1]):
        rows = np.flatnonzero(best == label)
        chosen.append(rows[np.argsort(-surety[rows], kind="stable")[: int(np.ceil(len(rows) * share))]])
    return np.sort(np.concatenate(chosen))


def _unit(rows: npt.NDArray[Any]) -> Floats:
    result: Floats = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return result


def _softmax(decided: Floats) -> Floats:
    raised = np.exp(decided - decided.max(axis=1, keepdims=True))
    result: Floats = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return result
