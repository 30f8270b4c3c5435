"""Cuts a text into words, where that is worth its time: around the candidates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from moushi.trust.names.candidates import WORD, Candidates, Text, unique
from moushi.trust.names.tables import GROUP, LATIN_TAG, NAME_TAG, NUMBER_TAG, SIGN_TAG, Array, hashes, is_han, tables

_BREAK = ord("\n")
_KEPT_WORDS = 400_000


@dataclass(frozen=True)
class Cut(Text):
    """A text with what the tokeniser says of it, one value for each character.

    Parameters
    ----------
    cut : whether a word begins there, one more than characters
    begin, length : of the word that the character is in
    tag, frequency : of that word: group of its part of speech, class of how often it is written
    """

    cut: Array
    begin: Array
    length: Array
    tag: Array
    frequency: Array


def cut_around(text: Text, found: Candidates) -> tuple[Cut, Candidates]:
    """Cut the runs of Chinese characters that candidates touch.

    Parameters
    ----------
    text : any
    found : candidates of the text

    Returns
    -------
    the text with its words, each character outside those runs a word of its
    own; and the candidates with those words beside them that the tokeniser's
    dictionary calls names, or the list of foreign names has
    """
    size = len(text.codes)
    begin, length = np.arange(size), np.ones(size, np.int64)
    tag, frequency = _signs(text), np.zeros(size, np.int64)
    cut = np.ones(size + 1, bool)
    chosen = _touched(text, found)
    if chosen.any():
        places, words = _words(text, chosen)
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        described = np.fromiter(map(_WORDS.__getitem__, words), np.int64, len(words))
        edges = np.cumsum(lengths) - lengths
        begin[places] = np.repeat(places[edges], lengths)
        length[places] = np.repeat(lengths, lengths)
        tag[places] = np.repeat(described // 16, lengths)
        frequency[places] = np.repeat(described % 16, lengths)
        cut[:-1] = begin == np.arange(size)
    whole = Cut(text.text, text.codes, text.places, text.line, cut, begin, length, tag, frequency)
    return whole, unique(text, [(found.starts, found.ends, found.kinds), *_listed(whole)])


def _touched(text: Text, found: Candidates) -> Array:
    """Tell which characters are in runs of Chinese characters in or beside which a candidate is."""
    han = is_han(text.codes)
    marks = np.zeros(len(han) + 1, np.int64)
    np.add.at(marks, np.maximum(found.starts - 1, 0), 1)
    np.add.at(marks, np.minimum(found.ends + 1, len(han)), -1)
    inside = (np.cumsum(marks)[:-1] > 0) & han
    run = np.cumsum(han & ~np.concatenate([[False], han[:-1]]))
    touched = np.zeros(int(run.max(initial=0)) + 1, bool)
    touched[run[inside]] = True
    result: Array = touched[run] & han
    return result


def _words(text: Text, chosen: Array) -> tuple[Array, list[str]]:
    """Return the words of the chosen characters and, for each character of these words, its place in the text."""
    import rjieba

    # One line break after each run keeps the runs apart.
    kept = np.flatnonzero(chosen | np.concatenate([[False], chosen[:-1]]))
    line = np.where(chosen[kept], text.codes[kept], _BREAK).astype("<u4")
    return kept, rjieba.cut(line.tobytes().decode("utf-32-le"), False)


def _signs(text: Text) -> Array:
    """Return the group of each character that is cut into no words."""
    codes = text.codes
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    letter = ((codes | 32) >= ord("a")) & ((codes | 32) <= ord("z")) | (codes >= 0xC0) & (codes <= 0x24F)
    return np.select([digit, letter], [NUMBER_TAG, LATIN_TAG], SIGN_TAG)


def _listed(text: Cut) -> list[tuple[Array, Array, int]]:
    at = np.flatnonzero(text.cut[:-1] & (text.length > 1) & is_han(text.codes))
    named = at[text.tag[at] == NAME_TAG]
    other = at[tables().known.heads[text.places[at]]]
    listed = other[tables().known.look(hashes(text.codes, other, other + text.length[other], 8)) == 1]
    return [(named, named + text.length[named], WORD), (listed, listed + text.length[listed], WORD)]


class _Words(dict[str, int]):
    """Part of speech and frequency of words, as 16 * group + class of frequency; asked for once."""

    def __missing__(self, word: str) -> int:
        if len(self) > _KEPT_WORDS:
            self.clear()
        value = self[word] = _describe(word)
        return value


def _describe(word: str) -> int:
    import rjieba

    if word[0] == "\n":
        return 16 * SIGN_TAG
    tagged = rjieba.tag(word, False)
    if len(tagged) > 1:
        return 0
    step = 1.3 if len(word) > 1 else 1.6
    frequency = min(7, int(math.log(rjieba.suggest_freq(word) + 1) / step)) + 1
    return 16 * GROUP.get(tagged[0][1], 0) + frequency


_WORDS = _Words()
