"""What a recogniser is, and how text is folded before it is read.

A recogniser finds one kind of personal data in free text: a pattern, and a
check (check digit, date, context) that tells it from other numbers.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.trust.tokens import INVISIBLE, TokenKind

Check = Callable[["re.Match[str]"], bool]

# Words before a number that say it is a business number and nobody's own.
# Only joining words may stand between: "订单已到,手机138..." announces a telephone.
BUSINESS = re.compile(
    r"(?:订单|单号|编号|运单|物流单|流水|货号|款号|型号|批号|序列号|条码|发票|交易号"
    r"|\b(?:order|purchase|bill|tracking|invoice|sku|item|serial|reference|ref|imei|isbn|ean|upc|model|ticket|case|transaction|parcel|batch)\b)"
    r"(?:号码?|id|no\.?|num(?:ber)?|code|is|是|为|[ :#=-]){0,6}$",
    re.IGNORECASE | re.ASCII,
)
_WINDOW = 40


@dataclass(frozen=True)
class Recogniser:
    """Finds one kind of personal data.

    Parameters
    ----------
    label : name in placeholders, such as "EMAIL"
    kind : kind of its tokens
    hint : RE2 pattern that matches every text in which `pattern` can match;
        texts without it are never looked at one by one
    pattern : what to find; its group `value`, if it has one, is what is masked
    check : tells a real one from what only looks like it; None accepts all
    stems : lower-case strings of which every text with a find has one; none if empty
    digits : least number of digits of every text with a find
    """

    label: str
    kind: TokenKind
    hint: str
    pattern: re.Pattern[str]
    check: Check | None = None
    stems: tuple[str, ...] = ()
    digits: int = 0

    def may_find(self, lowered: str, count: int) -> bool:
        """Tell from a folded text in lower case and its number of digits whether `find` can find anything."""
        return count >= self.digits and (not self.stems or any(stem in lowered for stem in self.stems))

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each find in folded text."""
        group = "value" if "value" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text):
            if self.check is None or self.check(match):
                yield match.span(group)


def digits(text: str) -> str:
    """Return the ASCII digits of a text."""
    return "".join(c for c in text if "0" <= c <= "9")


def before(match: re.Match[str]) -> str:
    """Return the few characters before the value of a match."""
    start = match.start("value") if "value" in match.re.groupindex else match.start()
    return match.string[max(0, start - _WINDOW) : start]


def is_business_number(match: re.Match[str]) -> bool:
    """Tell whether the words before say that this is an order, parcel or article number."""
    return BUSINESS.search(before(match)) is not None


def luhn(number: str) -> bool:
    """Check the last digit of a card number: doubling every second digit from the right, the sum ends in 0."""
    total = 0
    for place, character in enumerate(reversed(number)):
        value = int(character)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def fold(text: str) -> tuple[str, list[int] | None]:
    """Return text in NFKC without invisible characters, digits of every script as 0 to 9, and where each character came from.

    Parameters
    ----------
    text : as written, possibly with full-width digits, digits in circles, keycaps or zero-width blanks

    Returns
    -------
    the folded text, and for each of its characters (and one past the end) the
    offset in `text`; None where offsets are unchanged
    """
    if text.isascii():
        return text, None
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    folding = _folding()
    known = np.minimum(codes, _LAST)
    mapped = np.where(codes < _LAST, folding.table[known], codes).astype("<u4")
    uneven = folding.uneven[known]
    if not uneven.any():
        return mapped.tobytes().decode("utf-32-le", "surrogatepass"), None
    characters: list[str] = []
    offsets: list[int] = []
    for offset, (code, folded, odd) in enumerate(zip(known.tolist(), mapped.tolist(), uneven.tolist(), strict=True)):
        piece = folding.pieces[code] if odd else chr(folded)
        characters.append(piece)
        offsets.extend([offset] * len(piece))
    return "".join(characters), [*offsets, len(text)]


def plain(text: str) -> tuple[str, npt.NDArray[np.int64] | None]:
    """Return text folded as far as one character makes one, without invisible characters; and where each came from.

    Parameters
    ----------
    text : of any length; this is `fold` for many texts at once

    Returns
    -------
    the folded text, and the offset of each of its characters; None where offsets are unchanged
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    folding = _folding()
    known = np.minimum(codes, _LAST)
    mapped = np.where(codes < _LAST, folding.table[known], codes).astype("<u4")
    mapped[(mapped >= _FIRST_SURROGATE) & (mapped <= _LAST_SURROGATE)] = _REPLACEMENT
    hidden = folding.hidden[known]
    if not hidden.any():
        return mapped.tobytes().decode("utf-32-le"), None
    return mapped[~hidden].tobytes().decode("utf-32-le"), np.flatnonzero(~hidden)


# The blocks in which NFKC changes characters that stand in telephone numbers and addresses, and digits are written.
_BLOCKS = ((0x80, 0x3400), (0xA620, 0xAC00), (0xF900, 0x10000), (0x104A0, 0x104AA), (0x1D400, 0x1D800), (0x1F100, 0x1F200))
_LAST = 0x1F200
_FIRST_SURROGATE, _LAST_SURROGATE, _REPLACEMENT = 0xD800, 0xDFFF, 0xFFFD


def _fold_one(character: str) -> str:
    if character in INVISIBLE:
        return ""
    digit = unicodedata.digit(character, None)
    if digit is not None and character not in "²³¹":
        return str(digit)
    return unicodedata.normalize("NFKC", character)


class _Folding(NamedTuple):
    """What each code point becomes: the code where that is one character, else the text."""

    table: npt.NDArray[np.uint32]
    uneven: npt.NDArray[np.bool_]
    hidden: npt.NDArray[np.bool_]
    pieces: dict[int, str]


@functools.cache
def _folding() -> _Folding:
    pieces = {code: _fold_one(chr(code)) for low, high in _BLOCKS for code in range(low, high)}
    table = np.arange(_LAST + 1, dtype="<u4")
    uneven, hidden = np.zeros(_LAST + 1, bool), np.zeros(_LAST + 1, bool)
    for code, piece in pieces.items():
        uneven[code], hidden[code] = len(piece) != 1, not piece
        table[code] = ord(piece) if len(piece) == 1 else code
    return _Folding(table, uneven, hidden, pieces)
