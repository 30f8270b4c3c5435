"""Every span of a text that may be the name of a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from moushi.trust.names.tables import CODES, NAME_TAG, WORDS, Array, Book, hashes, is_han, tables

# Kinds of candidates; a span that is several is the first of them.
GIVEN1, GIVEN2, COMPOUND, FOREIGN, DOTTED, LATIN, WORD, NICKNAME, JAPANESE = range(9)
KINDS = 9
LONGEST = 12
_LONGEST_FOREIGN = 9
_PAD = LONGEST + 1
_NO_NAME = 2

_LATIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’]*(?: [A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’]*){0,3}")
_DOTS = np.array([ord(sign) for sign in "·•・‧"])
_DASHES = np.array([ord(sign) for sign in "-－—–"])
_PART = 7
_MANY = 40
_BEFORE_SURNAME = np.array([ord(character) for character in "小老阿"])
_AFTER_SURNAME = np.array([ord(character) for character in "某总帅导哥姐爷氏"])


@dataclass(frozen=True)
class Text:
    """A text with what the tokeniser says of it, one value for each character.

    Parameters
    ----------
    text : as it is; lines are independent of each other
    codes : code points, those above 0xFFFF as 0xFFFD
    cut : whether a word begins there, one more than characters
    begin, length : of the word that the character is in
    tag, frequency : of that word, as `tables.WORDS` has them
    line : number of the line
    """

    text: str
    codes: Array
    cut: Array
    begin: Array
    length: Array
    tag: Array
    frequency: Array
    line: Array

    @property
    def places(self) -> Array:
        """The codes as indices of tables."""
        return self.codes.astype(np.intp)


@dataclass(frozen=True)
class Candidates:
    """Spans by start and end, with their kind and, as bits, all the kinds they are."""

    starts: Array
    ends: Array
    kinds: Array
    bits: Array


def read(text: str) -> Text:
    """Cut a text into words."""
    import rjieba

    points = np.frombuffer(text.encode("utf-32-le"), "<u4")
    codes = np.where(points < CODES, points, 0xFFFD).astype(np.uint64)
    words = rjieba.cut(text, False)
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    described = np.fromiter(map(WORDS.__getitem__, words), np.int64, len(words))
    edges = np.concatenate([[0], np.cumsum(lengths)])
    cut = np.zeros(len(codes) + 1, bool)
    cut[edges] = True
    return Text(
        text=text,
        codes=codes,
        cut=cut,
        begin=np.repeat(edges[:-1], lengths),
        length=np.repeat(lengths, lengths),
        tag=np.repeat(described // 16, lengths),
        frequency=np.repeat(described % 16, lengths),
        line=np.cumsum(codes == ord("\n")),
    )


def candidates(text: Text) -> Candidates:
    """Return every span that may be a name, each once, ordered by start and end."""
    han = np.concatenate([is_han(text.codes), np.zeros(_PAD, bool)])
    found = [*_chinese(text, han), *_japanese(text, han), *_foreign(text), *_words(text), *_nicknames(text, han), *_written(text)]
    starts = np.concatenate([start for start, _, _ in found])
    ends = np.concatenate([end for _, end, _ in found])
    kinds = np.concatenate([np.full(len(start), kind) for start, _, kind in found])
    order = np.lexsort((kinds, ends, starts))
    order = order[tables().known.look(hashes(text.codes, starts[order], ends[order], 8)) < _NO_NAME]
    starts, ends, kinds = starts[order], ends[order], kinds[order]
    first = np.ones(len(starts), bool)
    first[1:] = (starts[1:] != starts[:-1]) | (ends[1:] != ends[:-1])
    bits = np.zeros(int(first.sum()), np.int64)
    np.bitwise_or.at(bits, np.cumsum(first) - 1, 1 << kinds)
    return Candidates(starts[first], ends[first], kinds[first], bits)


_Spans = list[tuple[Array, Array, int]]


def _chinese(text: Text, han: Array) -> _Spans:
    """A surname and one or two characters; a surname of two and one or two."""
    surname = np.flatnonzero(tables().rank[text.places] > 0)
    one = surname[han[surname + 1]]
    two = one[han[one + 2]]
    double = _headed(text, han, 2, tables().compound)
    long = double[han[double + 3]]
    return [(one, one + 2, GIVEN1), (two, two + 3, GIVEN2), (double, double + 3, COMPOUND), (long, long + 4, COMPOUND)]


def _headed(text: Text, han: Array, length: int, book: Book) -> Array:
    """Return where a word of the book of that length begins and a Chinese character follows."""
    at = np.flatnonzero(book.heads[text.places])
    for place in range(1, length + 1):
        at = at[han[at + place]]
    return at[book.look(hashes(text.codes, at, at + length, length)) > 0]


def _japanese(text: Text, han: Array) -> _Spans:
    spans: _Spans = []
    for length in (2, 3):
        at = _headed(text, han, length, tables().japanese)
        for given in (1, 2, 3):
            at = at[han[at + length + given - 1]]
            spans.append((at, at + length + given, JAPANESE))
    return spans


def _foreign(text: Text) -> _Spans:
    """Two to nine characters with which foreign names are written."""
    places = text.places
    fits = np.concatenate([tables().is_foreign[places], np.zeros(_PAD, bool)])
    value = np.concatenate([tables().foreign[places].astype(np.int64) * fits[: len(places)], np.zeros(_PAD, np.int64)])
    total = np.concatenate([[0], np.cumsum(value)])
    spans: _Spans = []
    at = np.flatnonzero(fits)
    for length in range(2, _LONGEST_FOREIGN + 1):
        at = at[fits[at + length - 1]]
        likely = at[total[at + length] - total[at] >= 4 * length]
        spans.append((likely, likely + length, FOREIGN))
    return spans


def _words(text: Text) -> _Spans:
    """Words that the tokeniser's dictionary calls names, and foreign names of the list."""
    at = np.flatnonzero(text.cut[:-1] & (text.length > 1) & is_han(text.codes))
    named = at[text.tag[at] == NAME_TAG]
    other = at[tables().known.heads[text.places[at]]]
    listed = other[tables().known.look(hashes(text.codes, other, other + text.length[other], 8)) == 1]
    return [(named, named + text.length[named], WORD), (listed, listed + text.length[listed], WORD)]


def _nicknames(text: Text, han: Array) -> _Spans:
    places = text.places
    called = np.flatnonzero(np.isin(places, _BEFORE_SURNAME))
    called = called[han[called + 1]]
    surname = np.flatnonzero(tables().rank[places] > 0)
    surname = surname[surname + 1 < len(places)]
    titled = surname[np.isin(places[surname + 1], _AFTER_SURNAME)]
    return [(called, called + 2, NICKNAME), (titled, titled + 2, NICKNAME)]


def _written(text: Text) -> _Spans:
    """Names in Latin letters, and foreign names whose parts are joined by a sign."""
    latin = [match.span() for match in _LATIN.finditer(text.text) if 2 < match.end() - match.start() < _MANY]
    return [(*_columns(latin), LATIN), (*_columns(_dotted(text)), DOTTED)]


def _dotted(text: Text) -> list[tuple[int, int]]:
    places = text.places
    dot, dash = np.isin(places, _DOTS), np.isin(places, _DASHES)
    joins = np.flatnonzero(dot | dash)
    han = is_han(text.codes)
    inner = joins[(joins > 0) & (joins < len(places) - 1)]
    inner = inner[(dot[inner] | (han[inner - 1] & han[inner + 1])) & ~(dash[inner - 1] | dash[inner + 1])]
    spans: list[tuple[int, int]] = []
    group: list[int] = []
    for at in [*inner.tolist(), len(places) + _MANY]:
        if group and at - group[-1] > _PART + 2:
            spans += _around(text.text, group[0], group[-1])
            group = []
        group.append(at)
    return spans


def _around(text: str, first: int, last: int) -> list[tuple[int, int]]:
    """Return the spans from each of the characters before the first sign to each after the last."""
    before, after = _reach(text, first - 1, -1), _reach(text, last + 1, 1)
    return [(start, end + 1) for start in before for end in after]


def _reach(text: str, at: int, step: int) -> list[int]:
    while 0 <= at < len(text) and text[at] in " ·•・‧":
        at += step
    reached: list[int] = []
    while 0 <= at < len(text) and len(reached) < _PART and "\u4e00" <= text[at] <= "\u9fff":
        reached.append(at)
        at += step
    if not reached and 0 <= at < len(text) and text[at].isascii() and text[at].isalpha():
        reached.append(at)
    return reached


def _columns(spans: list[tuple[int, int]]) -> tuple[Array, Array]:
    both = np.array(sorted(set(spans)), np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
