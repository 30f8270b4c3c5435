"""What a corpus says of its words and phrases: how many texts have them, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moushi.understand.corpus import Corpus, Places, Spans
from moushi.understand.features import Hashes, word_hashes
from moushi.understand.phrases import LONGEST, MOST_CHARACTERS, Flags, Floats, Units, units

_WORD_BITS, _PHRASE_BITS = 18, 20
# Weight of what holds for all words in what holds for one.
_PRIOR = 3.0
_COUNTED = ("texts", "places", "left", "right", "determined", "driven")


@dataclass(frozen=True)
class Beside:
    """What stands on one side of each unit: a wall is whatever cannot be in a keyword, or the text's end."""

    wall: Flags
    determiner: Flags
    auxiliary: Flags
    mark: Flags


@dataclass(frozen=True)
class Occurrences:
    """Each place where a phrase stands: its first and last unit, its text, and a number that tells phrases apart."""

    firsts: Places
    lasts: Places
    texts: Places
    hashes: Hashes


class Background:
    """Counts of a corpus, in tables of constant size; grows batch by batch.

    Attributes
    ----------
    rows : texts counted
    words : per kind of count, one number per bucket of words: texts, places,
        places after or before a wall (left, right), after a determiner, after an auxiliary
    phrases : texts and places per bucket of phrases
    """

    def __init__(self) -> None:
        self.rows = 0
        self.words = {name: np.zeros(1 << _WORD_BITS, np.float32) for name in _COUNTED}
        self.phrases = {name: np.zeros(1 << _PHRASE_BITS, np.float32) for name in _COUNTED[:2]}

    def add(self, corpus: Corpus) -> Background:
        """Count the words and phrases of a batch of texts."""
        found = units(corpus)
        self.rows += len(corpus)
        before, after = beside(found)
        numbers, count = found.numbers, len(found.words.hashes)
        at = _buckets(found.words.hashes, _WORD_BITS)
        once = np.unique(found.spans.texts * max(1, count) + numbers) % max(1, count)
        seen = (once, numbers, numbers[before.wall], numbers[after.wall], numbers[before.determiner], numbers[before.auxiliary])
        for name, places in zip(_COUNTED, seen, strict=True):
            np.add.at(self.words[name], at, np.bincount(places, minlength=count).astype(np.float32))
        phrases = occurrences(corpus, found)
        order = np.lexsort((phrases.texts, phrases.hashes))
        hashes, texts = phrases.hashes[order], phrases.texts[order]
        new = np.append(True, (np.diff(texts) != 0) | (hashes[1:] != hashes[:-1]))[: len(hashes)]
        np.add.at(self.phrases["texts"], _buckets(hashes[new], _PHRASE_BITS), 1)
        np.add.at(self.phrases["places"], _buckets(hashes, _PHRASE_BITS), 1)
        return self

    def rarity(self, hashes: Hashes) -> Floats:
        """Return how rare words are: the logarithm of all texts by those with the word."""
        return np.log((self.rows + 1) / (self.count("texts", hashes) + 0.5))

    def rate(self, name: str, hashes: Hashes) -> Floats:
        """Return the share of a word's places of which something is true, drawn to that of all words."""
        counts, places = self.words[name], self.words["places"]
        everywhere = float(counts.sum() / max(1.0, float(places.sum())))
        at = _buckets(hashes, _WORD_BITS)
        return (counts[at] + _PRIOR * everywhere) / (places[at] + _PRIOR)

    def count(self, name: str, hashes: Hashes) -> Floats:
        """Return in how many texts, or places, words stand."""
        return self.words[name][_buckets(hashes, _WORD_BITS)].astype(np.float64)

    def phrase_count(self, name: str, hashes: Hashes) -> Floats:
        """Return in how many texts, or places, phrases stand."""
        return self.phrases[name][_buckets(hashes, _PHRASE_BITS)].astype(np.float64)


def _buckets(hashes: Hashes, bits: int) -> Places:
    return (hashes >> np.uint64(64 - bits)).astype(np.int64)


def beside(found: Units) -> tuple[Beside, Beside]:
    """Return what stands before and what stands after each unit."""
    texts = found.spans.texts
    same = texts[1:] == texts[:-1]
    flags = (~found.content, found.trait("determiner"), found.trait("auxiliary"), found.trait("mark"))
    ends = (True, False, False, True)
    before = [np.concatenate([[end], np.where(same, flag[:-1], end)])[: len(texts)] for flag, end in zip(flags, ends, strict=True)]
    after = [np.concatenate([np.where(same, flag[1:], end), [end]])[: len(texts)] for flag, end in zip(flags, ends, strict=True)]
    return Beside(*before), Beside(*after)


def occurrences(corpus: Corpus, found: Units, longest: int = LONGEST) -> Occurrences:
    """Return all places of all phrases: runs of content words and their parts, short ones first, in order of place."""
    content, runs, spans = found.content, found.runs, found.spans
    most = np.array(MOST_CHARACTERS)[corpus.tongues]
    firsts, lasts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in range(1, min(longest, len(spans)) + 1):
        head, tail = slice(0, len(spans) - size + 1), slice(size - 1, None)
        length = spans.ends[tail] - spans.starts[head]
        whole = content[head] & content[tail] & (runs[head] == runs[tail]) & (length > 1) & (length <= most[spans.texts[head]])
        firsts.append(np.flatnonzero(whole))
        lasts.append(firsts[-1] + size - 1)
    first, last = np.concatenate(firsts), np.concatenate(lasts)
    texts = spans.texts[first]
    return Occurrences(first, last, texts, word_hashes(corpus, Spans(spans.starts[first], spans.ends[last], texts)))
