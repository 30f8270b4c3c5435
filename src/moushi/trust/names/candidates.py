"""Every span of a text whose characters may be the name of a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from moushi.trust.names.tables import CODES, Array, Book, hashes, is_han, tables

# Kinds of candidates; a span that is several is the first of them.
GIVEN1, GIVEN2, COMPOUND, FOREIGN, DOTTED, LATIN, WORD, NICKNAME, JAPANESE = range(9)
KINDS = 9
LONGEST = 12
_LONGEST_FOREIGN = 9
_PAD = LONGEST + 1
_NO_NAME = 2

_LATIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’]*(?: [A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'’]*){0,3}")
_PART = 7
_MANY = 40


def _marked(characters: str) -> Array:
    table = np.zeros(CODES, bool)
    table[[ord(character) for character in characters]] = True
    return table


_DOTS, _DASHES = _marked("·•・‧"), _marked("-－—–")
_BEFORE_SURNAME, _AFTER_SURNAME = _marked("小老阿"), _marked("某总帅导哥姐爷氏")


@dataclass(frozen=True)
class Text:
    """A text with its characters as numbers.

    Parameters
    ----------
    text : as it is; lines are independent of each other
    codes : code points, those above 0xFFFF as 0xFFFD
    places : the codes as indices of tables
    line : number of the line that each character is in
    """

    text: str
    codes: Array
    places: Array
    line: Array


@dataclass(frozen=True)
class Candidates:
    """Spans by start and end, with their kind and, as bits, all the kinds they are."""

    starts: Array
    ends: Array
    kinds: Array
    bits: Array


def read(text: str) -> Text:
    """Number the characters of a text."""
    points = np.frombuffer(text.encode("utf-32-le"), "<u4")
    codes = np.where(points < CODES, points, 0xFFFD).astype(np.uint64)
    return Text(text=text, codes=codes, places=codes.astype(np.intp), line=np.cumsum(codes == ord("\n")))


def candidates(text: Text) -> Candidates:
    """Return every span whose characters may be a name, each once, ordered by start and end."""
    han = np.concatenate([is_han(text.codes), np.zeros(_PAD, bool)])
    return unique(text, [*_chinese(text, han), *_japanese(text, han), *_foreign(text), *_nicknames(text, han), *_written(text)])


def unique(text: Text, found: Sequence[tuple[Array, Array, int | Array]]) -> Candidates:
    """Return each span once, ordered by start and end, without those that the lists call no names."""
    starts = np.concatenate([start for start, _, _ in found])
    ends = np.concatenate([end for _, end, _ in found])
    kinds = np.concatenate([np.broadcast_to(kind, len(start)) for start, _, kind in found])
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


def _nicknames(text: Text, han: Array) -> _Spans:
    places = text.places
    called = np.flatnonzero(_BEFORE_SURNAME[places])
    called = called[han[called + 1]]
    surname = np.flatnonzero(tables().rank[places] > 0)
    surname = surname[surname + 1 < len(places)]
    titled = surname[_AFTER_SURNAME[places[surname + 1]]]
    return [(called, called + 2, NICKNAME), (titled, titled + 2, NICKNAME)]


def _written(text: Text) -> _Spans:
    """Names in Latin letters, and foreign names whose parts are joined by a sign."""
    latin = [match.span() for match in _LATIN.finditer(text.text) if 2 < match.end() - match.start() < _MANY]
    return [(*_columns(latin), LATIN), (*_columns(_dotted(text)), DOTTED)]


def _dotted(text: Text) -> list[tuple[int, int]]:
    places = text.places
    dot, dash = _DOTS[places], _DASHES[places]
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
