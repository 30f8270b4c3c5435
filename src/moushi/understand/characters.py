"""What a reader takes each character for: its plain form and its kind.

Tables for the basic plane, made once per process and looked up for whole
arrays at a time; the few characters beyond it are looked at one by one.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
Kinds = npt.NDArray[np.uint8]

SPACE, MARK, CLAUSE, SENTENCE, DIGIT, LATIN, HAN, OTHER = range(8)
"""Kinds: white space; a symbol; a stop inside a sentence; its end; digits; letters of Latin, Han and other scripts."""

DROPPED = 0xFFFFFFFF
"""Plain form of what cannot be seen: it stands for nothing and is taken out."""

TOGETHER = 0xFFFFFFFE
"""Folded form of what is folded only together with what stands around it, or to more than one character."""

NEWLINE = 0x0A

_BASIC = 0x10000
_SENTENCE = "。!?…\n"
_CLAUSE = ",、;:~()—"
# Marks that mean the same and that compatibility folding keeps apart.
_SAME = {"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "「": '"', "」": '"', "〜": "~", "–": "-"}
# Most of the plane is Han, Hangul and private characters, whose plain form is themselves.
_ALIKE = ((0x3400, 0xA000, HAN), (0xAC00, 0xD7A4, OTHER), (0xE000, 0xF900, SPACE))
_HAN = ((0x3005, 0x3008), (0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x40000))
_LATIN = ((0x41, 0x250), (0x300, 0x370), (0x1E00, 0x1F00), (0x2C60, 0x2C80), (0xA720, 0xA800))


def plain(codes: Codes) -> Codes:
    """Return the plain forms of code points, one for one: narrow, lower case, or `DROPPED`."""
    return _looked_up(codes, _plain_table(), _plain)


def kinds(codes: Codes) -> Kinds:
    """Return the kinds of code points."""
    return _looked_up(codes, _kind_table(), _kind)


def folded(codes: Codes) -> Codes:
    """Return code points in compatibility form without case, one for one; 0 for what is neither letter nor digit, or `TOGETHER`."""
    return _looked_up(codes, _folded_table(), _folded)


def _looked_up(codes: Codes, table: npt.NDArray[Any], rule: Callable[[int], int]) -> npt.NDArray[Any]:
    result = table.take(codes, mode="clip")
    beyond = np.flatnonzero(codes >= _BASIC)
    if beyond.size:
        rare, places = np.unique(codes[beyond], return_inverse=True)
        result[beyond] = np.array([rule(int(code)) for code in rare], result.dtype)[places]
    return result


@functools.cache
def _plain_table() -> Codes:
    table = np.arange(_BASIC, dtype=np.uint32)
    for code in _unlike():
        table[code] = _plain(code)
    return table


@functools.cache
def _kind_table() -> Kinds:
    table = np.zeros(_BASIC, np.uint8)
    for first, end, kind in _ALIKE:
        table[first:end] = kind
    for code in _unlike():
        table[code] = _kind(code)
    return table


@functools.cache
def _folded_table() -> Codes:
    table = np.arange(_BASIC, dtype=np.uint32)
    # Private characters, and the hexagrams among the Han characters, are no letters.
    for first, end in (_ALIKE[-1][:2], (0x4DC0, 0x4E00)):
        table[first:end] = 0
    for code in _unlike():
        table[code] = _folded(code)
    return table


def _unlike() -> list[int]:
    bounds = [0, *(bound for first, end, _ in _ALIKE for bound in (first, end)), _BASIC]
    return [code for first, end in zip(bounds[::2], bounds[1::2], strict=True) for code in range(first, end)]


def _plain(code: int) -> int:
    character = chr(code)
    category = unicodedata.category(character)
    if category == "Cf" or 0xFE00 <= code < 0xFE10:
        return DROPPED
    if category in {"Cc", "Cs", "Zs", "Zl", "Zp"}:
        return NEWLINE if character in "\n\r\u2028\u2029" else 0x20
    lower = (_SAME.get(character) or unicodedata.normalize("NFKC", character)).lower()
    # What folds to several characters keeps its own form, so that every character stays one.
    return ord(lower) if len(lower) == 1 else code


def _folded(code: int) -> int:
    forms = unicodedata.normalize("NFKC", chr(code))
    # Marks and parts of Hangul syllables are put together with the character before.
    if any(unicodedata.category(form)[0] == "M" or 0x1100 <= ord(form) < 0x1200 for form in forms):
        return TOGETHER
    said = "".join(form for form in forms if form.isalnum()).casefold()
    return TOGETHER if len(said) > 1 else ord(said or "\0")


def _kind(code: int) -> int:
    character = chr(code)
    category = unicodedata.category(character)
    if character in _SENTENCE:
        return SENTENCE
    if character in _CLAUSE:
        return CLAUSE
    if _within(code, _HAN):
        return HAN
    if category[0] in "LM":
        return LATIN if _within(code, _LATIN) else OTHER
    return {"Z": SPACE, "C": SPACE, "N": DIGIT}.get(category[0], MARK)


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code < end for first, end in ranges)
