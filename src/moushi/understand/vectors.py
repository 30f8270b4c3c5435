"""Words as points: near each other where they mean about the same, in Chinese and English.

The points ship with the package; `scripts/learn_vectors.py` learned them and
docs/decisions/0009 says from what.  A text lies where the sum of its words
points.  How long a word's vector is, is how much the word says.

Source
------
Static vectors that take the place of a sentence encoder: Hill, Cho and Korhonen
(NAACL 2016) for texts as sums of words; learned from an encoder's own embeddings
as knowledge is distilled: Hinton, Vinyals and Dean (2015).
"""

from __future__ import annotations

import functools
import hashlib
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.understand.characters import HAN, LATIN
from moushi.understand.corpus import Corpus, Places, Spans
from moushi.understand.features import BASE, Hashes, mixed, word_hashes

Floats = npt.NDArray[np.float32]

_PAIR = 2
# A word that is not known is read as the longest known one of so many letters that it begins with.
_STEM, _ENDING = 4, 5


class Vectors:
    """Vectors of words and of pairs of words.

    Parameters
    ----------
    words : words in plain form; two with a blank between are a pair
    points : a row per word

    Examples
    --------
    >>> refund, money, hello = Vectors.load().mean(Corpus(["refund", "give me my money back", "good morning"]))
    >>> bool(refund @ money > refund @ hello)
    True
    """

    def __init__(self, words: list[str], points: npt.NDArray[Any]) -> None:
        hashes = _hashes_of(words)
        order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[order]
        # The row after the last stands for what is not known.
        self._points = np.vstack([points[order], np.zeros((1, points.shape[1]))]).astype(np.float32)

    @classmethod
    @functools.cache
    def load(cls) -> Vectors:
        """Return the vectors that ship with the package."""
        with resources.files("moushi.understand").joinpath("vectors.npz").open("rb") as file, np.load(file) as arrays:
            words = arrays["words"].tobytes().decode("utf-8").split("\n")
            return cls(words, arrays["rows"] * arrays["scales"].astype(np.float32)[:, None])

    @property
    def dimensions(self) -> int:
        """Numbers per word."""
        return int(self._points.shape[1])

    @functools.cached_property
    def digest(self) -> str:
        """Tells vectors apart: what was learned with others cannot be read with these."""
        return hashlib.blake2b(self._hashes.tobytes() + self._points.tobytes(), digest_size=8).hexdigest()

    def mean(self, corpus: Corpus) -> Floats:
        """Return where each text lies: (texts, dimensions), of length 1; 0 where no word is known."""
        return corpus.once(self._mean, ("meaning", self))

    def _mean(self, corpus: Corpus) -> Floats:
        rows, texts = self._rows(corpus)
        return _unit(self._summed(rows, texts, len(corpus)))

    def of(self, corpus: Corpus, spans: Spans) -> Floats:
        """Return the vector of each word, or other part, by itself: (parts, dimensions), not of length 1; 0 where it is not known."""
        rows, parts = self._read(corpus, spans)
        return self._summed(rows, parts, len(spans))

    def known(self, corpus: Corpus, spans: Spans) -> npt.NDArray[np.bool_]:
        """Tell which words are known as they stand."""
        return self._find(word_hashes(corpus, spans)) < len(self._hashes)

    def _summed(self, rows: Places, owners: Places, count: int) -> Floats:
        from scipy import sparse

        # Sums go in the order of a text's words, so that equal texts get equal sums whatever stands around them.
        ends = np.searchsorted(owners, np.arange(count + 1))
        shares = sparse.csr_matrix((np.ones(len(rows), np.float32), rows, ends), shape=(count, len(self._points)))
        result: Floats = shares @ self._points
        return result

    def _rows(self, corpus: Corpus) -> tuple[Places, Places]:
        """Return the rows of all words and pairs of a corpus, and the text of each, in the order of texts."""
        spans = corpus.words
        rows, words = self._read(corpus, spans)
        values = word_hashes(corpus, spans)
        pairs = self._find(_pairs(values))
        pairs[spans.texts[1:] != spans.texts[:-1]] = len(self._hashes)
        told = np.flatnonzero(pairs < len(self._hashes))
        texts = np.concatenate([spans.texts[words], spans.texts[told]])
        order = np.argsort(texts, kind="stable")
        return np.concatenate([rows, pairs[told]])[order], texts[order]

    def _read(self, corpus: Corpus, spans: Spans) -> tuple[Places, Places]:
        """Return the rows that words are read by, and the word of each, in order: itself, its stem, or its characters."""
        rows = self._find(word_hashes(corpus, spans))
        unknown = np.flatnonzero(rows == len(self._hashes))
        kinds = corpus.kinds[spans.starts[unknown]]
        self._find_stems(corpus, spans, rows, unknown[kinds == LATIN])
        split = unknown[kinds == HAN]
        characters = _characters(spans, split)
        found = self._find(word_hashes(corpus, characters))
        whole = np.flatnonzero(rows < len(self._hashes))
        words, rows = np.concatenate([whole, characters.texts]), np.concatenate([rows[whole], found])
        kept = rows < len(self._hashes)
        order = np.argsort(words[kept], kind="stable")
        return rows[kept][order], words[kept][order]

    def _find_stems(self, corpus: Corpus, spans: Spans, rows: Places, unknown: Places) -> None:
        """Fill in the rows of what unknown words begin with."""
        for cut in range(1, _ENDING + 1):
            unknown = unknown[(rows[unknown] == len(self._hashes)) & (spans.ends[unknown] - spans.starts[unknown] >= _STEM + cut)]
            rows[unknown] = self._find(word_hashes(corpus, Spans(spans.starts[unknown], spans.ends[unknown] - cut, unknown)))

    def _find(self, hashes: Hashes) -> Places:
        """Return the row of each hash; one after the last where there is none."""
        places = np.searchsorted(self._hashes, hashes)
        inside = np.minimum(places, len(self._hashes) - 1)
        return np.where(self._hashes[inside] == hashes, inside, len(self._hashes)).astype(np.int64)


def _characters(spans: Spans, chosen: Places) -> Spans:
    """Return the single characters of the words chosen; what they are in is the word's number."""
    sizes = spans.ends[chosen] - spans.starts[chosen]
    owners = np.repeat(chosen, sizes)
    steps = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    starts = np.repeat(spans.starts[chosen], sizes) + steps
    return Spans(starts, starts + 1, owners)


def _hashes_of(words: list[str]) -> Hashes:
    """Return the hashes that words and pairs have in a corpus."""
    split = [word.split(" ") for word in words]
    corpus = Corpus([part for parts in split for part in parts])
    single = word_hashes(corpus, Spans(corpus.starts, corpus.ends, np.arange(len(corpus))))
    sizes = np.array([len(parts) for parts in split])
    first = np.cumsum(sizes) - sizes
    result: Hashes = single[first]
    pairs = np.flatnonzero(sizes == _PAIR)
    result[pairs] = _pairs(single)[first[pairs]]
    return result


def _pairs(values: Hashes) -> Hashes:
    """Return the hash of each word with the one after it."""
    return mixed(values[:-1] * BASE + values[1:], _PAIR)


def _unit(rows: Floats) -> Floats:
    result: Floats = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return result
