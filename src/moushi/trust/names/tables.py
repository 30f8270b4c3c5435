"""What is known of characters and words, as arrays that many texts are looked up in at once.

Words are known by a hash of 64 bits: of a few thousand words and a hundred
million strings looked up, the chance that any two meet is under 10^-7.
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

CODES = 0x10000
_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FFF
PRIME = 1_000_003
MASK = 0xFFFF_FFFF_FFFF_FFFF

PUNCTUATION = (
    "\n",
    "，,",
    "。.!！?？…;；",
    "、",
    "：:",
    "（(【[",
    "）)】]",
    "“\"‘'「",
    "”’」",
    "《〈<",
    "》〉>",
    "·•・‧",
    "-－—–~",
    "/|&＆+",
    "  \t\u3000",
    "*#@",
)

# Parts of speech as the dictionary of the tokeniser gives them, in groups.
TAGS = (
    "", "n ng g", "nr nrt nrfg", "ns", "nt", "nz", "v vg", "vn", "a ag ad an", "d", "p", "c", "m mq", "q", "r", "t tg", "f s", "j",
    "i l", "b", "y e o", "uj", "ul u ud ug uz uv", "zg z", "x", "eng", "k h",
)  # fmt: skip
NAME_TAG, NUMBER_TAG, SIGN_TAG, LATIN_TAG = 2, 12, 24, 25
GROUP = {tag: group for group, tags in enumerate(TAGS) for tag in tags.split()}
FREQUENCIES = 10


class Book(NamedTuple):
    """Words by their hash, each with a code above 0, and with which characters any of them begins."""

    keys: Array
    codes: Array
    heads: Array

    def look(self, hashes: Array) -> Array:
        """Return the code of each hash, 0 where the word is not in the book."""
        at = np.searchsorted(self.keys, hashes)
        at[at == len(self.keys)] = 0
        return np.where(self.keys[at] == hashes, self.codes[at], 0)


class Tables(NamedTuple):
    """Everything that ships: a value for each character code, and books of words."""

    rank: Array
    surname: Array
    first: Array
    second: Array
    foreign: Array
    punctuation: Array
    is_foreign: Array
    compound: Book
    japanese: Book
    known: Book
    left: Book
    right: Book


def word_hash(word: str) -> int:
    """Return the hash under which a word is known."""
    value = 0
    for character in word:
        value = (value * PRIME + ord(character) + 1) & MASK
    return value


def hashes(codes: Array, starts: Array, ends: Array, longest: int) -> Array:
    """Return the hash of the first `longest` characters of each span of a text given as codes."""
    value = np.zeros(len(starts), np.uint64)
    for place in range(min(longest, int((ends - starts).max(initial=0)))):
        at = starts + place
        more = value * np.uint64(PRIME) + codes[np.minimum(at, len(codes) - 1)] + np.uint64(1)
        value = np.where(at < ends, more, value)
    return value


def is_han(codes: Array) -> Array:
    """Tell which codes are Chinese characters."""
    return (codes >= _FIRST_HAN) & (codes <= _LAST_HAN)


@functools.cache
def tables() -> Tables:
    """Read what ships with the package."""
    folder = resources.files(__package__)
    words = tomllib.loads(folder.joinpath("words.toml").read_text("utf-8"))
    classes = tomllib.loads(folder.joinpath("characters.toml").read_text("utf-8"))
    foreign = np.zeros(CODES, bool)
    foreign[_codes(words["transliteration"])] = True
    punctuation = np.zeros(CODES, np.uint8)
    for code, signs in enumerate(PUNCTUATION, start=1):
        punctuation[[ord(sign) for sign in signs]] = code
    left, right = words["left"], words["right"]
    return Tables(
        rank=_ranks(words["surnames"]),
        surname=_classes(classes["surname"], 6),
        first=_classes(classes["first"], 8),
        second=_classes(classes["second"], 8),
        foreign=_classes(classes["foreign"], 7),
        punctuation=punctuation,
        is_foreign=foreign,
        compound=_book((1, words["compound"])),
        japanese=_book((1, words["japanese"])),
        known=_book((1, words["foreign"]), (2, words["elsewhere"]), (3, words["plain"])),
        left=_book(*_parted(1, left["title"]), *_parted(3, left["verb"]), *_parted(5, left["link"]), (7, left["of"])),
        right=_book(*_parted(1, right["title"]), *_parted(3, right["verb"])),
    )


def _codes(characters: str) -> list[int]:
    return [ord(character) for character in dict.fromkeys("".join(characters.split()))]


def _ranks(surnames: str) -> Array:
    """Return 0 for what is no surname, else 1 (commonest) to 5."""
    rank = np.zeros(CODES, np.uint8)
    for place, code in enumerate(_codes(surnames)):
        rank[code] = 1 + sum(place >= bound for bound in (30, 100, 200, 290))
    return rank


def _classes(groups: dict[str, str], highest: int) -> Array:
    table = np.zeros(CODES, np.uint8)
    table[_FIRST_HAN : _LAST_HAN + 1] = highest
    for group, characters in groups.items():
        table[_codes(characters)] = int(group)
    return table


def _parted(code: int, words: str) -> list[tuple[int, str]]:
    """Give words of one character, which say less, the next code."""
    listed = words.split()
    return [(code, " ".join(word for word in listed if len(word) > 1)), (code + 1, " ".join(word for word in listed if len(word) == 1))]


def _book(*groups: tuple[int, str]) -> Book:
    codes: dict[int, int] = {}
    heads = np.zeros(CODES, bool)
    for code, words in groups:
        for word in words.split():
            codes.setdefault(word_hash(word), code)
            heads[ord(word[0])] = True
    keys = sorted(codes)
    return Book(np.array(keys, np.uint64), np.array([codes[key] for key in keys], np.uint8), heads)
