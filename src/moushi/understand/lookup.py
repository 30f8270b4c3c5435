"""Finds the words and phrases of a list in a corpus, many thousands at a time.

A phrase is a run of characters where it has Han characters in it, and a run of
words otherwise, so that "art" is not found in "start".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.understand.characters import HAN, kinds
from moushi.understand.corpus import Corpus, Places
from moushi.understand.features import Hashes, mixed, rolled, word_hashes

_SIEVE_BITS = 16


class Hits(NamedTuple):
    """Phrases found, in their order; none overlaps another.

    Attributes
    ----------
    starts, ends : places in `Corpus.codes`
    phrases : number of the phrase in the list
    """

    starts: Places
    ends: Places
    phrases: Places


class _Table(NamedTuple):
    """The phrases of one length: a sieve that most of a text falls through, and what is left to look up."""

    sieve: npt.NDArray[np.bool_]
    hashes: Hashes
    phrases: Places


class Phrases:
    """A list of phrases.

    Parameters
    ----------
    phrases : in plain form; the first of equals counts
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        numbered = {phrase: number for number, phrase in reversed(list(enumerate(phrases)))}
        corpus = Corpus(numbered)
        han = np.array(
            [bool((kinds(corpus.codes[start:end]) == HAN).any()) for start, end in zip(corpus.starts, corpus.ends, strict=True)], np.bool_
        )
        numbers = np.fromiter(numbered.values(), np.int64, len(numbered))
        rows = np.flatnonzero(han)
        self._characters = _tables(mixed(corpus.codes, 2), corpus.starts[rows], corpus.ends[rows], numbers[rows])
        bounds = corpus.words.of(len(corpus))
        rows = np.flatnonzero(~han)
        self._words = _tables(word_hashes(corpus, corpus.words), bounds[rows], bounds[rows + 1], numbers[rows])

    def find(self, corpus: Corpus) -> Hits:
        """Return what is found in a corpus: from left to right, the longest first."""
        words = corpus.words if self._words else None
        parts = [_found(mixed(corpus.codes, 2), self._characters)]
        if words is not None:
            starts, sizes, phrases = _found(word_hashes(corpus, words), self._words)
            begins = words.starts[starts]
            ends = words.ends[np.minimum(starts + sizes, len(words)) - 1] if len(words) else starts
            parts.append((begins, ends - begins, phrases))
        starts, sizes, phrases = (np.concatenate(column) for column in zip(*parts, strict=True))
        # The line breaks between texts are no words, so a run of words may go on from one text to the next.
        inside = corpus.text_of[starts] == corpus.text_of[starts + sizes - 1]
        starts, sizes, phrases = starts[inside], sizes[inside], phrases[inside]
        order = np.lexsort((-sizes, starts))
        return _apart(starts[order], (starts + sizes)[order], phrases[order])


def _tables(values: Hashes, starts: Places, ends: Places, numbers: Places) -> dict[int, _Table]:
    tables = {}
    for size in sorted({*(ends - starts).tolist()} - {0}):
        mine = np.flatnonzero(ends - starts == size)
        hashes = np.array([rolled(values[start : start + size], size)[0] for start in starts[mine]], np.uint64)
        order = np.argsort(hashes)
        sieve = np.zeros(1 << _SIEVE_BITS, np.bool_)
        sieve[hashes >> np.uint64(64 - _SIEVE_BITS)] = True
        tables[int(size)] = _Table(sieve, hashes[order], numbers[mine][order])
    return tables


def _found(values: Hashes, tables: dict[int, _Table]) -> tuple[Places, Places, Places]:
    """Return where each run of values stands that is in the tables, how long it is, and which it is."""
    none = np.zeros(0, np.int64)
    starts, sizes, phrases = [none], [none], [none]
    for size, table in tables.items():
        if size > len(values):
            continue
        hashes = rolled(values, size)
        maybe = np.flatnonzero(table.sieve[hashes >> np.uint64(64 - _SIEVE_BITS)])
        place = np.minimum(np.searchsorted(table.hashes, hashes[maybe]), len(table.hashes) - 1)
        right = table.hashes[place] == hashes[maybe]
        starts.append(maybe[right])
        sizes.append(np.full(int(right.sum()), size))
        phrases.append(table.phrases[place[right]])
    return np.concatenate(starts), np.concatenate(sizes), np.concatenate(phrases)


def _apart(starts: Places, ends: Places, phrases: Places) -> Hits:
    """Return those that do not overlap an earlier one."""
    kept: list[int] = []
    free = 0
    for place, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if start >= free:
            kept.append(place)
            free = end
    return Hits(starts[kept], ends[kept], phrases[kept])
