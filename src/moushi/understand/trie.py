"""Finds the words of a lexicon in a batch of texts, all places at a time.

Source
------
A trie walked by array operations: one step of all places that are still on a
path takes the time of a binary search among its edges (after Aho and Corasick,
"Efficient string matching", 1975, without the failure links, which the
longest match from the left does not need).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int64]


class Trie:
    """Words as paths of units.

    Parameters
    ----------
    words : each a sequence of units, numbers from 1 up to `alphabet`; no two alike
    alphabet : the largest number of a unit

    Examples
    --------
    >>> starts, ends, which = Trie([(1,), (1, 2), (3,)], 3).find(np.array([1, 2, 0, 1, 3]))
    >>> starts.tolist(), ends.tolist(), which.tolist()
    ([0, 3, 4], [2, 4, 5], [1, 0, 2])
    """

    def __init__(self, words: Sequence[Sequence[int]], alphabet: int) -> None:
        self._width = alphabet + 1
        nodes: dict[int, int] = {}
        last = [-1]
        for number, word in enumerate(words):
            node = 0
            for unit in word:
                node = nodes.setdefault(node * self._width + unit, len(last))
                if node == len(last):
                    last.append(-1)
            last[node] = number
        order = sorted(nodes)
        self._first = np.zeros(self._width, np.int64)
        for unit in range(self._width):
            self._first[unit] = nodes.get(unit, 0)
        self._edges = np.array(order, np.int64)
        self._nodes = np.array([nodes[edge] for edge in order], np.int64)
        self._words = np.array(last, np.int64)

    def find(self, units: npt.NDArray[np.integer]) -> tuple[Places, Places, Places]:
        """Return the words in a row of units: the longest from the left, none over another.

        Parameters
        ----------
        units : numbers of units; 0 where no word has it

        Returns
        -------
        starts, ends, which : first unit, the one after the last, number of the word; by start
        """
        places = np.flatnonzero(self._first[units])
        nodes = self._first[units[places]]
        found: list[tuple[Places, Places, int]] = []
        size = 0
        while places.size:
            size += 1
            words = self._words[nodes]
            ends_here = words >= 0
            found.append((places[ends_here], words[ends_here], size))
            going = places + size < len(units)
            places, nodes = places[going], nodes[going]
            edges = nodes * self._width + units[places + size]
            at = np.searchsorted(self._edges, edges)
            at[at == len(self._edges)] = 0
            on = self._edges[at] == edges
            places, nodes = places[on], self._nodes[at[on]]
        return _longest(found)


def _longest(found: list[tuple[Places, Places, int]]) -> tuple[Places, Places, Places]:
    starts = np.concatenate([np.zeros(0, np.int64), *(places for places, _, _ in found)])
    which = np.concatenate([np.zeros(0, np.int64), *(words for _, words, _ in found)])
    sizes = np.concatenate([np.zeros(0, np.int64), *(np.full(len(places), size) for places, _, size in found)])
    order = np.lexsort((-sizes, starts))
    starts, which, sizes = starts[order], which[order], sizes[order]
    chosen: list[int] = []
    free = 0
    for number, (start, size) in enumerate(zip(starts.tolist(), sizes.tolist(), strict=True)):
        if start >= free:
            chosen.append(number)
            free = start + size
    kept = np.array(chosen, np.int64)
    return starts[kept], starts[kept] + sizes[kept], which[kept]
