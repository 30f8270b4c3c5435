"""Scores candidates by weights that were learned, and settles which of them are names."""

from __future__ import annotations

import functools
import json
from bisect import bisect_right
from importlib import resources
from typing import NamedTuple

import numpy as np

from moushi.trust.names.candidates import Candidates, Text, candidates, read
from moushi.trust.names.cutting import Cut, cut_around
from moushi.trust.names.signs import Sign, first_signs, rough_signs, second_signs
from moushi.trust.names.tables import Array

Weights = dict[str, Array]


class Readings(NamedTuple):
    """The weights of the characters alone, of the first and of the second reading."""

    rough: Weights
    first: Weights
    second: Weights


@functools.cache
def weights() -> Readings:
    """Read the weights that ship with the package."""
    content = json.loads(resources.files(__package__).joinpath("weights.json").read_text("utf-8"))
    return Readings(**{reading: {name: np.array(values) / 100 for name, values in part.items()} for reading, part in content.items()})


def names(text: str, threshold: float) -> list[tuple[int, int]]:
    """Return start and end of every name in a text, in order.

    Parameters
    ----------
    text : lines that are independent of each other
    threshold : least score, in log-odds; lower finds more
    """
    plain = read(text)
    rough = likely(plain, weights().rough)
    if not len(rough.starts):
        return []
    cut, found = cut_around(plain, rough)
    return settle(found, scores(cut, found, weights()), threshold)


def likely(text: Text, weight: Weights) -> Candidates:
    """Return the candidates whose characters do not speak against them too much; the rest is read no further."""
    found = candidates(text)
    if not len(found.starts):
        return found
    kept = total(rough_signs(text, found), weight) > 0
    return Candidates(found.starts[kept], found.ends[kept], found.kinds[kept], found.bits[kept])


def scores(text: Cut, found: Candidates, readings: Readings) -> Array:
    """Return the log-odds of each candidate to be a name."""
    signs = first_signs(text, found)
    early = total(signs, readings.first)
    return total([*signs, *second_signs(text, found, early)], readings.second)


def total(signs: list[Sign], weight: Weights) -> Array:
    """Sum the weights of the classes of all signs."""
    result = np.full(len(signs[0].values), weight["bias"][0])
    for sign in signs:
        result += weight[sign.name][sign.values]
    return result


def settle(found: Candidates, score: Array, threshold: float) -> list[tuple[int, int]]:
    """Choose the spans without overlap whose scores above the threshold sum to most."""
    kept = np.flatnonzero(score > threshold)
    kept = kept[np.lexsort((found.starts[kept], found.ends[kept]))]
    starts, ends, gains = found.starts[kept].tolist(), found.ends[kept].tolist(), (score[kept] - threshold).tolist()
    best, before, taken = [0.0], [0] * len(starts), [False] * len(starts)
    for at, start in enumerate(starts):
        before[at] = bisect_right(ends, start, 0, at)
        gain = best[before[at]] + gains[at]
        taken[at] = gain > best[at]
        best.append(max(gain, best[at]))
    chosen: list[tuple[int, int]] = []
    at = len(starts)
    while at:
        at -= 1
        if taken[at]:
            chosen.append((starts[at], ends[at]))
            at = before[at]
    return chosen[::-1]
