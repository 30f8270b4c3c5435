"""Numbers written so that a machine should not see them: 一三八零零…, 幺三八…, "one three eight", digits far apart.

Digits and number words with any signs or line breaks between are read as one
run.  It counts if all of it, or a part of it that is set off by other signs, is a
number that means a person: a mobile number, a resident identity number, or a
bank card.  Groups of plain digits must be such as people write them in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from moushi.trust.recognisers.bank_card import is_card
from moushi.trust.recognisers.base import BUSINESS
from moushi.trust.recognisers.resident_id import is_resident_id
from moushi.trust.tokens import TokenKind

HAN = {
    word: str(digit)
    for digit, words in enumerate(("零〇○洞", "一壹幺", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒拐", "八捌", "九玖勾"))
    for word in words
}
_ONE_TO_NINE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ENGLISH = {"zero": "0", "oh": "0", **dict(zip(_ONE_TO_NINE, "123456789", strict=True))}
_VALUES = HAN | _ENGLISH
_ENGLISH_WORDS = "|".join(_ENGLISH)
_SIGN = r"[^0-9A-Za-z\p{Han}]".replace(r"\p{Han}", "\u4e00-\u9fff〇")
_NUMERAL = re.compile(rf"[0-9{''.join(HAN)}]|(?i:{_ENGLISH_WORDS})")
_GAP = re.compile(rf"{_SIGN}{{0,4}}")
_LETTER = re.compile(rf"{_SIGN}{{0,4}}[Xx](?![A-Za-z])")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}")
_MOBILE_GROUPS = frozenset(
    {(3, 4, 4), (3, 8), (4, 4, 3), (3, 3, 5), (3, 5, 3), (7, 4), (4, 7), (5, 6), (6, 5), (3, 4, 2, 2), (3, 2, 2, 2, 2)}
)
_LEAST = 11
_WINDOW = 24
_MOST = 19
HINT = (
    rf"(?:[0-9{''.join(HAN)}][^0-9A-Za-z\p{{Han}}]{{0,4}}){{{_LEAST - 1}}}[0-9{''.join(HAN)}]"
    rf"|(?i:(?:{_ENGLISH_WORDS})(?:[^0-9A-Za-z]{{0,4}}(?:{_ENGLISH_WORDS})){{4}})"
)


class Number(NamedTuple):
    """A number in folded text, and what it is when written plainly."""

    start: int
    end: int
    label: str
    kind: TokenKind
    digits: str


class _Numeral(NamedTuple):
    start: int
    end: int
    digit: str
    plain: bool


def numbers(text: str) -> Iterator[Number]:
    """Yield the hidden numbers of folded text."""
    for run in _runs(text):
        if BUSINESS.search(text[max(0, run[0].start - _WINDOW) : run[0].start]):
            continue
        found = _whole(text, run)
        if found is None:
            yield from _parts(text, run)
        else:
            yield found


def _runs(text: str) -> Iterator[list[_Numeral]]:
    run: list[_Numeral] = []
    for match in _NUMERAL.finditer(text):
        if run and _GAP.fullmatch(text, run[-1].end, match.start()) is None:
            if len(run) >= _LEAST:
                yield run
            run = []
        written = match[0]
        run.append(_Numeral(match.start(), match.end(), _VALUES.get(written.lower(), written), written.isascii() and written.isdigit()))
    if len(run) >= _LEAST:
        yield run


def _whole(text: str, run: Sequence[_Numeral]) -> Number | None:
    if len(run) > _MOST:
        return None
    digits = "".join(numeral.digit for numeral in run)
    start, end = run[0].start, run[-1].end
    letter = _LETTER.match(text, end)
    if len(digits) == 17 and letter is not None:
        digits, end = digits + "X", letter.end()
    label = _meaning(digits, _is_hidden(run), _groups(run))
    return None if label is None else Number(start, end, *label, digits)


def _parts(text: str, run: Sequence[_Numeral]) -> Iterator[Number]:
    """Yield numbers inside a run whose digits are set off from each other by one sign, and from the rest by another."""
    gaps = ["\0", *(text[one.end : two.start] for one, two in pairwise(run)), "\0"]
    at = 0
    while at + _LEAST <= len(run):
        end = at + 1
        while end < len(run) and gaps[end] == gaps[at + 1]:
            end += 1
        found = _whole(text, run[at:end]) if end - at >= _LEAST else None
        if found is not None:
            yield found
        at = end if end - at > 1 else at + 1


def _is_hidden(run: Sequence[_Numeral]) -> bool:
    return not all(numeral.plain for numeral in run)


def _groups(run: Sequence[_Numeral]) -> tuple[int, ...]:
    """Return how many digits stand together."""
    sizes = [1]
    for one, two in pairwise(run):
        if one.end == two.start:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return tuple(sizes)


def _meaning(digits: str, hidden: bool, groups: tuple[int, ...]) -> tuple[str, TokenKind] | None:
    if not hidden and len(groups) == 1:
        return None
    if len(digits) == 18 and is_resident_id(digits):
        return "ID", "national_id"
    free = hidden or len(groups) == len(digits)
    if _MOBILE.fullmatch(digits):
        country = len(digits) - 11
        local = groups if not country else groups[1:] if groups[0] == country else ()
        return ("PHONE", "phone") if free or local in _MOBILE_GROUPS or set(local) == {1} else None
    if digits.isdigit() and is_card(digits) and (free or set(groups[:-1]) <= {4}):
        return "CARD", "card"
    return None
