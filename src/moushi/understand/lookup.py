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
from moushi.understand.features import BASE, Hashes, mixed, word_hashes
from moushi.understand.trie import apart

_SIEVE_BITS = 16
_SHIFT = np.uint64(64 - _SIEVE_BITS)


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
        parts = [_found(corpus.once(_characters), self._characters)]
        if self._words:
            words = corpus.words
            starts, sizes, phrases = _found(word_hashes(corpus, words), self._words)
            begins = words.starts[starts]
            parts.append((begins, words.ends[starts + sizes - 1] - begins, phrases))
        starts, sizes, phrases = (np.concatenate(column) for column in zip(*parts, strict=True))
        # The line breaks between texts are no words, so a run of words may go on from one text to the next.
        inside = corpus.text_of[starts] == corpus.text_of[starts + sizes - 1]
        starts, sizes, phrases = starts[inside], sizes[inside], phrases[inside]
        order = np.lexsort((-sizes, starts))
        starts, ends, phrases = starts[order], (starts + sizes)[order], phrases[order]
        kept = apart(starts, ends)
        return Hits(starts[kept], ends[kept], phrases[kept])


def _characters(corpus: Corpus) -> Hashes:
    return mixed(corpus.codes, 2)


def _tables(values: Hashes, starts: Places, ends: Places, numbers: Places) -> dict[int, _Table]:
    tables = {}
    for size in sorted({*(ends - starts).tolist()} - {0}):
        mine = np.flatnonzero(ends - starts == size)
        hashes = np.zeros(len(mine), np.uint64)
        for step in range(size):
            hashes = hashes * BASE + values[starts[mine] + step]
        order = np.argsort(hashes)
        sieve = np.zeros(1 << _SIEVE_BITS, np.bool_)
        sieve[hashes >> _SHIFT] = True
        tables[int(size)] = _Table(sieve, hashes[order], numbers[mine][order])
    return tables


def _found(values: Hashes, tables: dict[int, _Table]) -> tuple[Places, Places, Places]:
    """Return where each run of values stands that is in the tables, how long it is, and which it is."""
    none = np.zeros(0, np.int64)
    starts, sizes, phrases = [none], [none], [none]
    rolling = np.zeros(len(values), np.uint64)
    for size in range(1, min(max(tables, default=0), len(values)) + 1):
        rolling = rolling[: len(values) - size + 1] * BASE + values[size - 1 :]
        if size in tables:
            table = tables[size]
            maybe = np.flatnonzero(table.sieve.take(rolling >> _SHIFT))
            place = np.minimum(np.searchsorted(table.hashes, rolling[maybe]), len(table.hashes) - 1)
            right = table.hashes[place] == rolling[maybe]
            starts.append(maybe[right])
            sizes.append(np.full(int(right.sum()), size))
            phrases.append(table.phrases[place[right]])
    return np.concatenate(starts), np.concatenate(sizes), np.concatenate(phrases)
