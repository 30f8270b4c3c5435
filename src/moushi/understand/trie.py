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

_SIEVE = (1 << 18) - 1


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
        self._sieve = np.zeros(_SIEVE + 1, np.bool_)
        self._sieve[self._edges & _SIEVE] = True

    def find(self, units: npt.NDArray[np.integer], inside: npt.NDArray[np.bool_] | None = None) -> tuple[Places, Places, Places]:
        """Return the words in a row of units: the longest from the left, none over another.

        Parameters
        ----------
        units : numbers of units; 0 where no word has it
        inside : where no word may begin or end, one more than units; None: nowhere

        Returns
        -------
        starts, ends, which : first unit, the one after the last, number of the word; by start
        """
        places = np.flatnonzero(self._first[units] if inside is None else self._first[units] * ~inside[:-1])
        nodes = self._first[units[places]]
        sizes, words = np.zeros(len(units), np.int64), np.zeros(len(units), np.int64)
        size = 0
        while places.size:
            size += 1
            word = self._words[nodes]
            ends_here = word >= 0
            if inside is not None:
                ends_here &= ~inside[places + size]
            # Of words from the same place, the longest is found last.
            sizes[places[ends_here]], words[places[ends_here]] = size, word[ends_here]
            going = places + size < len(units)
            places, nodes = places[going], nodes[going]
            edges = nodes * self._width + units[places + size]
            maybe = np.flatnonzero(self._sieve.take(edges & _SIEVE))
            at = np.searchsorted(self._edges, edges[maybe])
            at[at == len(self._edges)] = 0
            on = self._edges[at] == edges[maybe]
            places, nodes = places[maybe[on]], self._nodes[at[on]]
        starts = np.flatnonzero(sizes)
        ends = starts + sizes[starts]
        kept = apart(starts, ends)
        return starts[kept], ends[kept], words[starts[kept]]


def apart(starts: Places, ends: Places) -> Places:
    """Return which of some parts one takes from the left, each time the first that does not overlap the one before.

    Parameters
    ----------
    starts, ends : none empty, by start

    Examples
    --------
    >>> apart(np.array([0, 1, 2, 5]), np.array([2, 3, 4, 6])).tolist()
    [0, 2, 3]
    """
    taken = np.append(True, starts[1:] >= np.maximum.accumulate(ends)[:-1])[: len(starts)]
    # What overlaps nothing before it is taken; between two such parts, one goes on step by step, everywhere at once.
    places = np.flatnonzero(taken)
    limits = np.append(places[1:], len(starts))[: len(places)]
    while places.size:
        following = np.searchsorted(starts, ends[places])
        on = following < limits
        places, limits = following[on], limits[on]
        taken[places] = True
    return np.flatnonzero(taken)
