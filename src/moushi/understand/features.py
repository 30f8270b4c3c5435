"""Texts as counts of hashed n-grams of characters and words.

Source
------
Feature hashing: Weinberger et al., "Feature Hashing for Large Scale Multitask
Learning" (ICML 2009).  Prefix hashes: Karp and Rabin, "Efficient randomized
pattern-matching algorithms" (1987); a part's hash comes from those of two
prefixes, so that all n-grams of a batch cost a few passes over one array.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.understand.characters import LATIN, NEWLINE, OTHER, SPACE
from moushi.understand.corpus import Corpus, Places, Spans

Hashes = npt.NDArray[np.uint64]
Matrix = Any
"""A sparse matrix of SciPy in CSR form, float32."""

_ROW, _MOST_RUNS = 512, 64
_SLOT_BITS = 18
BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def mixed(values: npt.NDArray[Any], salt: int = 0) -> Hashes:
    """Return well-spread 64-bit numbers for numbers, the same in every process (the finaliser of SplitMix64)."""
    h = values.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & 0xFFFFFFFFFFFFFFFF)
    h ^= h >> np.uint64(30)
    h *= _MIX_1
    h ^= h >> np.uint64(27)
    h *= _MIX_2
    h ^= h >> np.uint64(31)
    return h


def word_hashes(corpus: Corpus, spans: Spans) -> Hashes:
    """Return a number per word (or other part): the same characters give the same number."""
    prefix, inverse = corpus.once(_prefixes)
    return mixed((prefix[spans.ends] - prefix[spans.starts]) * inverse[spans.starts])


def _prefixes(corpus: Corpus) -> tuple[Hashes, Hashes]:
    """Return for each place the hash of all before it, and the factor that makes those of parts comparable."""
    letters = mixed(corpus.codes)
    powers, inverse = (_powers(base, len(letters)) for base in (int(BASE), pow(int(BASE), -1, 1 << 64)))
    prefix = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum(letters * powers, out=prefix[1:])
    return prefix, inverse


def _powers(base: int, count: int) -> Hashes:
    powers = np.full(count, np.uint64(base))
    powers[:1] = 1
    return np.multiply.accumulate(powers)


def distinct(hashes: Hashes) -> tuple[Places, Places]:
    """Return where each distinct hash first stands, in order of place, and which of them each hash is.

    Examples
    --------
    >>> first, which = distinct(mixed(np.array([7, 5, 7, 9])))
    >>> first.tolist(), which.tolist()
    ([0, 1, 3], [0, 1, 0, 2])
    """
    places = np.arange(len(hashes))
    slots = (hashes >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
    table = np.zeros(1 << _SLOT_BITS, np.int64)
    # Backwards, so that the first stays.
    table[slots[::-1]] = places[::-1]
    first = table[slots]
    shut_out = np.flatnonzero(hashes[first] != hashes)
    _, at, which = np.unique(hashes[shut_out], return_index=True, return_inverse=True)
    first[shut_out] = shut_out[at][which]
    own = np.flatnonzero(first == places)
    numbers = np.zeros(len(hashes), np.int64)
    numbers[own] = np.arange(len(own))
    return own, numbers[first]


@dataclass(frozen=True)
class Grams:
    """Which n-grams to count.

    Attributes
    ----------
    kind : "character" or "word"
    low, high : shortest and longest; n-grams of characters with letters in them
        are one longer, and do not go from word to word
    bits : the number of columns is 2 to this power
    """

    kind: str = "character"
    low: int = 1
    high: int = 4
    bits: int = 20

    @property
    def columns(self) -> int:
        """Number of columns."""
        return 1 << self.bits

    def found(self, corpus: Corpus) -> tuple[npt.NDArray[np.uint32], Places]:
        """Return the column of each n-gram of a corpus, and its place in `Corpus.codes`."""
        return corpus.once(self._found, ("found", self))

    def _found(self, corpus: Corpus) -> tuple[npt.NDArray[np.uint32], Places]:
        hashes, places = _characters(corpus, self.low, self.high) if self.kind == "character" else _words(corpus, self.low, self.high)
        return (hashes >> np.uint64(64 - self.bits)).astype(np.uint32), places

    def counts(self, corpus: Corpus) -> Matrix:
        """Return how often each n-gram stands in each text: (texts, columns), CSR with sorted columns."""
        return corpus.once(self._counts, ("counts", self))

    def _counts(self, corpus: Corpus) -> Matrix:
        columns, places = self.found(corpus)
        return counted(columns, corpus.text_of[places], len(corpus), self.bits)


def counted(columns: npt.NDArray[np.uint32], texts: Places, rows: int, bits: int) -> Matrix:
    """Return how often each column stands in each text: (rows, 2 to the power of bits), CSR."""
    from scipy import sparse

    # Half the width sorts in half the time.
    width = np.uint32 if rows << bits <= 1 << 32 else np.uint64
    keys = _sorted(columns.astype(width) + (texts << bits).astype(width), texts, rows)
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if keys.size else np.zeros(0, np.int64)
    data = np.diff(np.append(first, keys.size)).astype(np.float32)
    keys = keys[first]
    ends = np.searchsorted(keys >> width(bits), np.arange(rows + 1).astype(width))
    indices = (keys & width((1 << bits) - 1)).astype(np.int32)
    return sparse.csr_matrix((data, indices, ends.astype(np.int32)), shape=(rows, 1 << bits))


def _sorted(keys: npt.NDArray[Any], texts: Places, rows: int) -> npt.NDArray[Any]:
    """Return keys in order, which are in order of text in a few runs, one per length of n-gram."""
    falls = np.flatnonzero(texts[1:] < texts[:-1]) + 1
    if len(falls) < _MOST_RUNS:
        runs = np.repeat(np.arange(len(falls) + 1), np.diff(falls, prepend=0, append=len(keys)))
        counts = np.bincount(runs * rows + texts, minlength=(len(falls) + 1) * rows).reshape(len(falls) + 1, rows)
        # Those of a text side by side: where each run of a text goes, less where it comes from.
        goes = (np.cumsum(counts.T) - counts.T.ravel()).reshape(rows, -1).T.ravel()
        comes = np.cumsum(counts) - counts.ravel()
        places = np.arange(len(keys)) + np.repeat(goes - comes, counts.ravel())
        keys[places] = keys.copy()
    # Short rows are sorted many times faster than long ones, and in order there is little to merge.
    whole = len(keys) // _ROW * _ROW
    keys[:whole].reshape(-1, _ROW).sort(axis=1)
    keys.sort(kind="stable")
    return keys


WORDS = Grams("word", 1, 2)
CHARACTERS = Grams("character", 1, 4)


class View:
    """The columns of one kind of n-gram that are worth a weight, and how rare each is.

    Parameters
    ----------
    grams : what is counted
    least : texts that a column must stand in
    most : columns at most; the most frequent stay

    Attributes
    ----------
    columns_ : the columns kept, in order
    rarity_ : inverse document frequency of each, at least 1
    """

    def __init__(self, grams: Grams, least: int = 2, most: int = 1 << 20) -> None:
        self.grams = grams
        self.least = least
        self.most = most

    def fit(self, counts: Matrix) -> View:
        """Choose the columns of a matrix of counts, one row per text."""
        frequency = np.bincount(counts.indices, minlength=self.grams.columns)
        columns = np.flatnonzero(frequency >= self.least)
        if len(columns) > self.most:
            columns = np.sort(columns[np.argsort(-frequency[columns], kind="stable")[: self.most]])
        self.columns_ = columns.astype(np.int32)
        self.__dict__.pop("places", None)
        # One is added to both, as if a text had every word: nothing is divided by zero.
        self.rarity_ = (np.log((1 + counts.shape[0]) / (1 + frequency[self.columns_])) + 1).astype(np.float32)
        return self

    def present(self, counts: Matrix) -> Matrix:
        """Return which columns kept stand in each text, as ones."""
        result = self._narrow(counts)
        result.data[:] = 1
        return result

    def weighted(self, counts: Matrix) -> Matrix:
        """Return (1 + log count) times rarity, each text of length one: (texts, columns kept)."""
        result = self._narrow(counts)
        result.data = (1 + np.log(result.data)) * self.rarity_[result.indices]
        length = np.sqrt(np.add.reduceat(np.append(result.data**2, 0), result.indptr[:-1])) if counts.shape[0] else np.ones(0)
        size = np.diff(result.indptr)
        result.data /= np.repeat(np.where(size > 0, length, 1), size).astype(np.float32)
        return result

    @functools.cached_property
    def places(self) -> npt.NDArray[np.int32]:
        """The place of each column among those kept, -1 for the others."""
        place = np.full(self.grams.columns, -1, np.int32)
        place[self.columns_] = np.arange(len(self.columns_), dtype=np.int32)
        return place

    def _narrow(self, counts: Matrix) -> Matrix:
        """Return the columns kept, renumbered."""
        from scipy import sparse

        indices = self.places[counts.indices]
        kept = indices >= 0
        ends = np.zeros(len(indices) + 1, np.int32)
        np.cumsum(kept, out=ends[1:])
        shape = (counts.shape[0], len(self.columns_))
        return sparse.csr_matrix((counts.data[kept], indices[kept], ends[counts.indptr]), shape=shape)


class KeptGrams(NamedTuple):
    """The n-grams of a corpus that views kept, one after the other: their columns, numbered through the views, and their places."""

    columns: npt.NDArray[np.int32]
    places: Places


def kept_grams(views: Sequence[View], corpus: Corpus) -> KeptGrams:
    """Return the n-grams of a corpus that are among those kept."""
    columns, places, offset = [np.zeros(0, np.int32)], [np.zeros(0, np.int64)], 0
    for view in views:
        found, at = view.grams.found(corpus)
        place = view.places.take(found)
        kept = np.flatnonzero(place >= 0)
        columns.append(place.take(kept) + np.int32(offset))
        places.append(at.take(kept))
        offset += len(view.columns_)
    return KeptGrams(np.concatenate(columns), np.concatenate(places))


def side_by_side(views: Sequence[View], found: KeptGrams, corpus: Corpus) -> tuple[Matrix, Matrix]:
    """Return what `View.present` and `View.weighted` say, the views' columns side by side, from one sort of all n-grams."""
    from scipy import sparse

    bounds = np.cumsum([0, *(len(view.columns_) for view in views)])
    bits = int(bounds[-1]).bit_length()
    counts = counted(found.columns.astype(np.uint32), corpus.text_of[found.places], len(corpus), bits)
    data = (1 + np.log(counts.data)) * np.concatenate([view.rarity_ for view in views]).take(counts.indices)
    # The n-grams of each view make a vector of length one.
    owners = np.repeat(np.arange(len(corpus)), np.diff(counts.indptr))
    part = owners * len(views) + np.searchsorted(bounds[1:-1], counts.indices, "right")
    first = np.flatnonzero(np.append(True, part[1:] != part[:-1])) if len(part) else np.zeros(0, np.int64)
    length = np.sqrt(np.add.reduceat((data**2).astype(np.float64), first)) if len(part) else np.zeros(0)
    data /= np.repeat(length, np.diff(np.append(first, len(part)))).astype(np.float32)
    shape = (len(corpus), int(bounds[-1]))
    ones = np.ones(len(data), np.float32)
    presence, weighted = (sparse.csr_matrix((values, counts.indices, counts.indptr), shape=shape) for values in (ones, data))
    return presence, weighted


def _characters(corpus: Corpus, low: int, high: int) -> tuple[Hashes, Places]:
    """Return the character n-grams and a place inside each; those at the edges of a line know it, runs of blanks are one."""
    kind, codes, at = corpus.kinds, corpus.codes, np.arange(len(corpus.codes))
    double = (kind[1:] == SPACE) & (kind[:-1] == SPACE) & (codes[1:] != NEWLINE)
    if double.any():
        kept = np.append(True, ~double)
        kind, codes, at = kind[kept], codes[kept], at[kept]
    walls, letters, blanks = (_running(mask) for mask in (codes == NEWLINE, (kind == LATIN) | (kind == OTHER), kind == SPACE))
    values = mixed(codes, 1)
    found: list[Hashes] = []
    places: list[Places] = []
    rolling = np.zeros(len(codes), np.uint64)
    for size in range(1, high + 1 + bool(letters[-1])):
        count = len(codes) - size + 1
        if count <= 0:
            break
        rolling = rolling[:count] * BASE + values[size - 1 :]
        # Line breaks and blanks may stand at the edges only; a line break says nothing alone.
        inner = slice(1, count + 1), slice(size - 1, size - 1 + count)
        worded = letters[size:] > letters[:count]
        good = (walls[inner[1]] <= walls[inner[0]]) & (walls[size:] - walls[:count] < min(size, 2))
        good &= np.where(worded, (blanks[inner[1]] <= blanks[inner[0]]) & (low < size), low <= size <= high)
        if size >= low:
            found.append(mixed(rolling.compress(good), size))
            # A gram that begins with the line break before a text is the text's.
            places.append(at[size // 2 : size // 2 + count].compress(good))
    return _together(found, places)


def _running(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    total = np.zeros(len(mask) + 1, np.int32)
    np.cumsum(mask, out=total[1:])
    return total


def _words(corpus: Corpus, low: int, high: int) -> tuple[Hashes, Places]:
    spans = corpus.words
    values = word_hashes(corpus, spans)
    found: list[Hashes] = []
    places: list[Places] = []
    rolling = np.zeros(len(values), np.uint64)
    for size in range(1, high + 1):
        count = len(values) - size + 1
        if count <= 0:
            break
        rolling = rolling[:count] * BASE + values[size - 1 :]
        if size >= low:
            good = spans.texts[:count] == spans.texts[size - 1 :]
            found.append(mixed(rolling.compress(good), 100 + size))
            places.append(spans.starts[:count].compress(good))
    return _together(found, places)


def _together(found: list[Hashes], places: list[Places]) -> tuple[Hashes, Places]:
    if not found:
        return np.zeros(0, np.uint64), np.zeros(0, np.int64)
    return np.concatenate(found), np.concatenate(places)
