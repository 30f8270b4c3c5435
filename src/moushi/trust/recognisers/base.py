"""What a recogniser is, and how text is folded before it is read.

A recogniser finds one kind of personal data in free text: a pattern, and a
check (check digit, date, context) that tells it from other numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from moushi.trust.tokens import TokenKind

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
    """

    label: str
    kind: TokenKind
    hint: str
    pattern: re.Pattern[str]
    check: Check | None = None

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
    """Return text in NFKC without invisible characters, and where each character came from.

    Parameters
    ----------
    text : as written, possibly with full-width digits or zero-width blanks

    Returns
    -------
    the folded text, and for each of its characters (and one past the end) the
    offset in `text`; None where offsets are unchanged
    """
    if text.isascii():
        return text, None
    same_length = text.translate(_ONE_TO_ONE)
    if _UNEVEN.search(same_length) is None:
        return same_length, None
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        folded = "" if character in _INVISIBLE else unicodedata.normalize("NFKC", character)
        characters.append(folded)
        offsets.extend([offset] * len(folded))
    return "".join(characters), [*offsets, len(text)]


_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
# The blocks in which NFKC changes characters that stand in telephone numbers and addresses.
_BLOCKS = ((0x80, 0x3400), (0xF900, 0x10000), (0x1D400, 0x1D800), (0x1F100, 0x1F200))
_FOLDED = {code: unicodedata.normalize("NFKC", chr(code)) for low, high in _BLOCKS for code in range(low, high)}
_ONE_TO_ONE = {code: folded for code, folded in _FOLDED.items() if len(folded) == 1 and folded != chr(code)}
_UNEVEN = re.compile("[" + _INVISIBLE + "".join(re.escape(chr(code)) for code, folded in _FOLDED.items() if len(folded) != 1) + "]")
