"""Centres of groups of directions, and how alike two groupings are: what finding topics does hundreds of times.

Source
------
Spherical k-means: Dhillon and Modha, "Concept decompositions for large sparse
text data" (2001).  Starting centres: Arthur and Vassilvitskii, "k-means++"
(2007), the best of a few candidates each.  Adjusted Rand index: Hubert and
Arabie, "Comparing partitions" (1985).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from moushi.understand.corpus import Places

Vectors = npt.NDArray[np.float32]

_CANDIDATES = 3
_MOST_ROUNDS, _SOFT_ROUNDS = 60, 30
# How quickly a text's share in a group falls with its distance: at .05, a cosine of .1 less is a seventh of the share.
_SOFTNESS = 0.05


def normal(rows: npt.NDArray[np.floating]) -> Vectors:
    """Return rows of length one; those of none stay as they are."""
    plain = np.asarray(rows, np.float32)
    return np.asarray(plain / np.maximum(np.linalg.norm(plain, axis=1, keepdims=True), 1e-9), np.float32)


def centres(plane: Vectors, count: int, generator: np.random.Generator, starts: int) -> Vectors:
    """Return the centres of the best of several groupings of directions.

    Parameters
    ----------
    plane : (texts, dimensions), rows of length one
    count : groups, 1 or more
    starts : groupings to try
    """
    best, found = -np.inf, plane[:count]
    for _ in range(starts):
        each = _settled(plane, _first(plane, count, generator))
        quality = float((plane @ each.T).max(axis=1).sum())
        if quality > best:
            best, found = quality, each
    return found


def _first(plane: Vectors, count: int, generator: np.random.Generator) -> Vectors:
    """Return directions far from each other, drawn in proportion to their distance from those before."""
    chosen = [int(generator.integers(len(plane)))]
    away = 1 - plane @ plane[chosen[0]]
    while len(chosen) < count:
        summed = np.cumsum(np.maximum(away, 0), dtype=np.float64)
        drawn = np.minimum(np.searchsorted(summed, generator.random(_CANDIDATES) * summed[-1]), len(plane) - 1)
        nearer = np.minimum(away[:, None], 1 - plane @ plane[drawn].T)
        best = int(nearer.sum(axis=0).argmin())
        chosen.append(int(drawn[best]))
        away = nearer[:, best]
    return plane[chosen]


def _settled(plane: Vectors, found: Vectors) -> Vectors:
    before: Places | None = None
    for _ in range(_MOST_ROUNDS):
        groups = (plane @ found.T).argmax(axis=1)
        if before is not None and np.array_equal(groups, before):
            break
        before = groups
        means = shares(groups, len(found)).T @ plane
        # A group that lost all its texts stays where it is.
        found = np.where(np.bincount(groups, minlength=len(found))[:, None] > 0, normal(means), found)
    return found


def shares(groups: Places, count: int) -> Vectors:
    """Return (texts, groups): 1 for the group of each text, 0 for others."""
    result = np.zeros((len(groups), count), np.float32)
    result[np.arange(len(groups)), groups] = 1
    return result


def likely(scores: npt.NDArray[np.floating], softness: float) -> Vectors:
    """Return (texts, groups) shares that sum to one: the softmax of scores over `softness`."""
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) / softness)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def softened(plane: Vectors, found: Vectors) -> tuple[Vectors, Vectors]:
    """Return centres to which texts between groups belong in part, and the shares of all texts.

    A text on the border no longer draws a centre by half its weight when it
    changes sides: groups of nine tenths of the texts are more like those of all.
    """
    belongs = likely(plane @ found.T, _SOFTNESS)
    for _ in range(_SOFT_ROUNDS):
        found = normal(belongs.T @ plane)
        belongs = likely(plane @ found.T, _SOFTNESS)
    return found, belongs


def alike(first: Places, second: Places, count: int) -> float:
    """Return the adjusted Rand index of two groupings: 1 the same, 0 as by chance.

    Examples
    --------
    >>> alike(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]), 2)
    1.0
    """
    table = np.bincount(first * count + second, minlength=count * count).reshape(count, count).astype(float)

    def pairs(counts: npt.NDArray[np.float64]) -> float:
        return float((counts * (counts - 1) / 2).sum())

    both, one, other = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = one * other / max(pairs(np.array([float(len(first))])), 1.0)
    most = (one + other) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)
