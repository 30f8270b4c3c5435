"""Folds that keep repeated texts together, exact and near ones."""

from __future__ import annotations

import random
import re
from collections import defaultdict

import numpy as np

from benchmarks.text.splits import SEED, Part

SHINGLE = 4
"""Characters of a shingle; texts are compared by their sets of shingles."""

ALIKE = 0.7
"""Share of equal minima (an estimate of the Jaccard similarity) from which two texts count as near duplicates."""

_BANDS, _ROWS = 24, 4


def groups(texts: list[str]) -> np.ndarray:
    """Return for each text the number of the first text that it repeats, directly or through others."""
    plain = [re.sub(r"[\W_]+", "", text.lower()) for text in texts]
    parent = list(range(len(plain)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    def join(a: int, b: int) -> None:
        a, b = sorted((root(a), root(b)))
        parent[b] = a

    seen: dict[str, int] = {}
    for place, text in enumerate(plain):
        join(seen.setdefault(text, place), place)
    minima = _minima(plain)
    for band in range(_BANDS):
        part = minima[:, band * _ROWS : (band + 1) * _ROWS]
        order = np.lexsort(part.T)
        same = (part[order][1:] == part[order][:-1]).all(axis=1)
        for place in np.flatnonzero(same):
            a, b = int(order[place]), int(order[place + 1])
            if root(a) != root(b) and (minima[a] == minima[b]).mean() >= ALIKE:
                join(a, b)
    return np.array([root(place) for place in range(len(plain))])


def _minima(plain: list[str]) -> np.ndarray:
    generator = np.random.default_rng(SEED)
    odd = generator.integers(0, 1 << 63, _BANDS * _ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    minima = np.empty((len(plain), len(odd)), np.uint64)
    for row, text in enumerate(plain):
        codes = np.frombuffer(f"{text:<{SHINGLE}}".encode("utf-32-le"), np.uint32).astype(np.uint64)
        hashes = np.zeros(len(codes) - SHINGLE + 1, np.uint64)
        for step in range(SHINGLE):
            hashes = hashes * np.uint64(1000003) + codes[step : step + len(hashes)]
        spread = hashes[:, None] * odd
        minima[row] = (spread ^ (spread >> np.uint64(29))).min(axis=0)
    return minima


def grouped_folds(data: Part, count: int = 5, seed: int = SEED) -> list[np.ndarray]:
    """Return the row numbers of folds, stratified by label, no group in two folds."""
    members: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups(data.texts)):
        members[int(group)].append(row)
    listed = [members[group] for group in sorted(members)]
    random.Random(seed).shuffle(listed)
    # Large groups first, then each to the fold that has fewest rows of its commonest label.
    listed.sort(key=lambda rows: -len(rows))
    dealt: list[list[int]] = [[] for _ in range(count)]
    held: list[dict[object, int]] = [defaultdict(int) for _ in range(count)]
    for rows in listed:
        labels = [data.labels[row] for row in rows]
        label = max(sorted(set(labels), key=str), key=labels.count)
        fold = min(range(count), key=lambda place: (held[place][label], place))
        dealt[fold] += rows
        for each in labels:
            held[fold][each] += 1
    return [np.array(sorted(rows)) for rows in dealt]
