"""Chinese resident identity numbers: 18 characters with a check digit, or the old 15 digits.

Source
------
GB 11643-1999: region, date of birth, serial, and a check character after
ISO 7064 MOD 11-2.
"""

from __future__ import annotations

import re
from datetime import date

from moushi.trust.recognisers.base import Recogniser, is_business_number

_PROVINCES = frozenset([*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)])
_TAIWAN = 71
# Hong Kong, Macau and Taiwan: people who live on the mainland have numbers of their own regions.
_SPECIAL = frozenset({71, 81, 82, 83})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check_character(first: str) -> str:
    """Return the check character of the first 17 digits."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def is_resident_id(number: str) -> bool:
    """Tell whether 15 or 18 characters are a resident identity number: province, birthday, check character."""
    if len(number) == 15:
        birth = "19" + number[6:12]
    elif check_character(number[:17]) == number[17].upper():
        birth = number[6:14]
    else:
        return False
    return is_region(number[:6]) and _is_birthday(birth)


def is_region(code: str) -> bool:
    """Tell whether six digits can be a region after GB/T 2260, today's or a former one.

    Prefectures are 01 to 20 (cities) and 21 to 70 (prefectures and leagues; parts of
    municipalities), 90 for counties under a province; counties 01 to 99.  Codes are
    retired every year and live on in numbers, so the form decides and no list.
    """
    province, prefecture, county = int(code[:2]), int(code[2:4]), int(code[4:])
    if province in _SPECIAL:
        return (prefecture == 0 and county == 0) or province == _TAIWAN
    return province in _PROVINCES and (1 <= prefecture <= 70 or prefecture == 90) and county > 0


def _is_birthday(text: str) -> bool:
    try:
        return 1850 <= date(int(text[:4]), int(text[4:6]), int(text[6:])).year <= 2100
    except ValueError:
        return False


def _check(match: re.Match[str]) -> bool:
    number = re.sub(r"[ -]", "", match[0])
    # Fifteen digits have no check digit: other numbers of that length are common.
    return is_resident_id(number) and not (len(number) == 15 and is_business_number(match))


RECOGNISER = Recogniser(
    label="ID",
    kind="national_id",
    hint=r"\d{15}|\d{6}[ -]\d{4}[ -]?\d{4}[ -]\d{3}|\d{6}[ -]\d{8}[ -]\d{3}",
    pattern=re.compile(
        r"(?<![\d.])(?:\d{17}[\dXx]|\d{6}[ -]\d{4}[ -]?\d{4}[ -]\d{3}[\dXx]|\d{6}[ -]\d{8}[ -]\d{3}[\dXx]|\d{15})"
        r"(?!\d|\.\d)",
        re.ASCII,
    ),
    check=_check,
    digits=15,
)
