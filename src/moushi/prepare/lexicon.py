"""Recognises, from a product's code and name, lines that sell no goods, and reads status words."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

KINDS = ("test", "discount", "adjustment", "fee")
"""Kinds that a product itself can say, the first that fits."""

LONGEST_NAME = 3
"""Words of a name that a strong head may end."""

_WORD = re.compile(r"[^\W\d_]+(?:[-'&][^\W\d_]+)*", re.UNICODE)
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Vocabulary:
    """The words of one kind."""

    heads: frozenset[str]
    words: frozenset[str]
    strong: frozenset[str]
    weak: frozenset[str]
    codes: frozenset[str]


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("lexicon.toml").read_text("utf-8"))


@functools.cache
def vocabulary(kind: str) -> Vocabulary:
    """Return the words of a kind; fillers are among its words."""
    data = _data()[kind]
    words = frozenset(data["words"]) | frozenset(_data()["fillers"])
    return Vocabulary(frozenset(data["heads"]), words, *(frozenset(data[name]) for name in ("strong", "weak", "codes")))


def product_kind(code: str, name: str | None, *, unusual: bool) -> str | None:
    """Return the kind of line that a product is, None for goods.

    Parameters
    ----------
    code : product code
    name : product name, if known
    unusual : whether the code is unlike the shop's usual codes

    Returns
    -------
    str | None : one of KINDS, or None

    Examples
    --------
    >>> product_kind("POST", "POSTAGE", unusual=True), product_kind("22001", "POSTAGE STAMP HOLDER", unusual=False)
    ('fee', None)
    >>> product_kind("x1", "补差价专用链接", unusual=False), product_kind("S", "SAMPLES", unusual=True)
    ('fee', 'test')
    """
    return next((kind for kind in KINDS if _fits(code, name, vocabulary(kind), unusual)), None)


def _fits(code: str, name: str | None, known: Vocabulary, unusual: bool) -> bool:
    if unusual and code.strip().upper() in known.codes and (name is None or name.strip().upper() == code.strip().upper()):
        return True
    if name is None:
        return False
    heads = known.heads | known.weak if unusual else known.heads
    words = _words(name, heads | known.words)
    if not words:
        return False
    if all(word in heads or word in known.words for word in words):
        return any(word in heads for word in words)
    return unusual and len(words) <= LONGEST_NAME and words[-1] in known.strong


def _words(name: str, known: frozenset[str]) -> list[str]:
    text = unicodedata.normalize("NFKC", name).casefold()
    words: list[str] = []
    for word in _WORD.findall(text):
        words += _split_han(word, known) if _HAN.search(word) else [word]
    return words


def _split_han(text: str, known: frozenset[str]) -> list[str]:
    """Split unspaced text into the longest known words from the left, and single characters between them."""
    words: list[str] = []
    at = 0
    while at < len(text):
        size = next((size for size in range(min(6, len(text) - at), 0, -1) if text[at : at + size] in known), 1)
        words.append(text[at : at + size])
        at += size
    return words


def shape(code: str) -> str:
    """Return a code's shape: runs of letters as "A", of digits as "9", the rest as it is.

    Examples
    --------
    >>> shape("85123A"), shape("gift_0001_20"), shape("BANK CHARGES")
    ('9A', 'A_9_9', 'A A')
    """
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "A", code))


def unusual_codes(codes: Iterable[str]) -> frozenset[str]:
    """Return the codes unlike a shop's usual ones.

    A code is unusual where its shape is that of at most 2 % of all codes (or of
    one code alone) while another shape has most of them; with no such shape to
    differ from, no code is.
    """
    listed = sorted(set(codes))
    shapes = Counter(shape(code) for code in listed)
    if not shapes or max(shapes.values()) * 2 < len(listed):
        return frozenset()
    rare = max(1.0, 0.02 * len(listed))
    return frozenset(code for code in listed if shapes[shape(code)] <= rare < len(listed))


def product_kinds(names: Mapping[str, str | None], negative: Mapping[str, float]) -> dict[str, str]:
    """Return the kind of every product that is not goods.

    Parameters
    ----------
    names : product code -> name, for every product
    negative : product code -> share of its lines with money below zero; a
        discount must take money off on most lines, else it is a product that is
        called so

    Returns
    -------
    dict : product code -> kind, goods left out
    """
    unusual = unusual_codes(names)
    kinds: dict[str, str] = {}
    for code, name in names.items():
        kind = product_kind(code, name, unusual=code in unusual)
        if kind is None or (kind == "discount" and negative.get(code, 0.0) <= 0.5):
            continue
        kinds[code] = kind
    return kinds


def status_kind(status: str) -> str | None:
    """Return what a status word says of the line: "cancelled", "refunded", or None.

    Examples
    --------
    >>> [status_kind(word) for word in ("Canceled", "交易关闭", "退款成功", "delivered", "partially_refunded")]
    ['cancelled', 'cancelled', 'refunded', None, None]
    """
    word = " ".join(re.sub(r"[_\-]", " ", unicodedata.normalize("NFKC", status)).split()).casefold()
    return next((kind for kind in ("cancelled", "refunded") if word in _data()["status"][kind]), None)
