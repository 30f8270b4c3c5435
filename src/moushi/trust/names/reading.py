"""Names of people in many Chinese texts at once, where they stand in the texts as written."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

import numpy as np

from moushi.trust.names.scores import names
from moushi.trust.recognisers.base import plain

# In log-odds; chosen on labelled news that no weight was learned from, so that two of three finds are names.
THRESHOLD = -0.5
_AT_ONCE = 1_000_000


def chinese_names(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """Return start and end of every name of a person in each text.

    Parameters
    ----------
    texts : without each other's context; a line break parts a text in two

    Notes
    -----
    A candidate is weighed by its characters,
    by the words around it and by what else is found beside it.

    Source
    ------
    Own lists and statistics; weights and measures: docs/decisions/0008.
    """
    found: list[list[tuple[int, int]]] = []
    for group in _groups(texts):
        found += _read(group)
    return found


def _groups(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    first, size = 0, 0
    for place, text in enumerate(texts):
        if size and size + len(text) > _AT_ONCE:
            yield texts[first:place]
            first, size = place, 0
        size += len(text)
    yield texts[first:]


def _read(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    found: list[list[tuple[int, int]]] = [[] for _ in texts]
    folded, offsets = plain("\n".join(texts))
    begins = np.cumsum([0, *(len(text) + 1 for text in texts[:-1])]).tolist()
    for start, end in names(folded, THRESHOLD):
        first, last = (start, end) if offsets is None else (int(offsets[start]), int(offsets[end - 1]) + 1)
        text = bisect_right(begins, first) - 1
        found[text].append((first - begins[text], last - begins[text]))
    return found
