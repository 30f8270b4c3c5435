"""What national identity numbers have in common: arithmetic of check digits, dates inside, words that announce."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from moushi.trust.recognisers.base import Recogniser, is_business_number

Valid = Callable[[str], bool]


def weighted(number: str, weights: Sequence[int]) -> int:
    """Return the sum of digits times weights."""
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


def mod_11_10(number: str) -> bool:
    """Check the last digit after ISO 7064 MOD 11,10."""
    rest = 10
    for digit in number[:-1]:
        rest = ((int(digit) + rest - 1) % 10 + 1) * 2 % 11
    return (11 - rest) % 10 == int(number[-1])


def is_date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day."""
    try:
        return date(year, month, day).year > 0
    except ValueError:
        return False


def is_short_date(year: str, month: str, day: str) -> bool:
    """Tell whether there is such a day in this century or the last."""
    return any(is_date(century + int(year), int(month), int(day)) for century in (1900, 2000))


def compact(number: str) -> str:
    """Return letters and digits only, in upper case."""
    return re.sub(r"[^0-9A-Za-z]", "", number).upper()


def announced(stems: str, words: str, value: str, valid: Valid) -> Recogniser:
    """Return a recogniser of numbers that follow words.

    Parameters
    ----------
    stems : parted by |, of which each form of the words has one
    words : regular expression, upper or lower case; joining words may follow
    value : regular expression of the number as written
    valid : tells whether its letters and digits have the right check digits
    """
    return Recogniser(
        label="ID",
        kind="national_id",
        hint=rf"(?i:{stems})",
        pattern=re.compile(
            rf"(?i:{words})(?i: ?(?:number|no\.?|nr\.?|nummer|num[eé]ro|n[uú]mero|code|id|号码?|番号))?"
            rf"[ :#=()是为は]{{0,4}}(?i:is |ist |est |es |è )?(?P<value>{value})(?![0-9A-Za-z])"
        ),
        check=lambda match: valid(compact(match["value"])),
        stems=tuple(stems.split("|")),
        digits=6,
    )


def bare(hint: str, value: str, valid: Valid) -> Recogniser:
    """Return a recogniser of numbers whose form alone tells, unless words call them orders or articles.

    Parameters
    ----------
    hint : RE2 pattern of the form
    value : the same, exact
    valid : tells whether its letters and digits have the right check digits
    """
    return Recogniser(
        label="ID",
        kind="national_id",
        hint=hint,
        pattern=re.compile(rf"(?<![0-9A-Za-z_.-])(?P<value>{value})(?![0-9A-Za-z_-]|\.\d)", re.ASCII),
        check=lambda match: valid(compact(match["value"])) and not is_business_number(match),
        digits=6,
    )
