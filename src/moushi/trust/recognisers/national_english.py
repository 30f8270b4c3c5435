"""National numbers of the United States besides social security, and of the United Kingdom.

Source
------
Internal Revenue Service: form of ITIN (9xx, groups 50 to 65, 70 to 88, 90 to 92, 94
to 99) and EIN (prefixes in use).  HMRC manual NIM39110: form of national insurance
numbers.  NHS data dictionary: check digit mod 11.
"""

from __future__ import annotations

import re

from moushi.trust.recognisers.national import announced, bare, weighted

_NO_PREFIX = frozenset({"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"})
_NO_EIN = frozenset({"00", "07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"})
_ITIN = re.compile(r"9\d\d(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\d{4}")


def is_itin(number: str) -> bool:
    """Tell whether 9 digits have the form of a US taxpayer number of a person without social security."""
    return _ITIN.fullmatch(number) is not None


def is_ein(number: str) -> bool:
    """Tell whether 9 digits begin with a prefix of US employers."""
    return number[:2] not in _NO_EIN


def is_insured(number: str) -> bool:
    """Tell whether two letters are in use for British national insurance."""
    return number[:2] not in _NO_PREFIX


def is_patient(number: str) -> bool:
    """Tell whether 10 digits are an NHS number."""
    return (11 - weighted(number[:9], range(10, 1, -1)) % 11) % 11 == int(number[9])


_INSURANCE = r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"

RECOGNISERS = (
    bare(r"9\d\d-\d\d-\d{4}", r"9\d\d-\d\d-\d{4}", is_itin),
    bare(r"[A-Z]{2} \d\d \d\d \d\d [A-D]", rf"{_INSURANCE} \d\d \d\d \d\d [A-D]", is_insured),
    announced("itin|taxpayer", r"\bitin\b|taxpayer id(?:entification)?", r"9\d\d[- ]?\d\d[- ]?\d{4}", is_itin),
    announced("ein|employer", r"\bein\b|employer id(?:entification)?", r"\d\d-?\d{7}", is_ein),
    announced(
        "nino|ni no|national insurance",
        r"\bnino\b|\bni no\.?|national insurance",
        r"(?i:" + _INSURANCE + r") ?\d\d ?\d\d ?\d\d ?[A-Da-d]",
        is_insured,
    ),
    announced("nhs", r"\bnhs\b", r"\d{3}[- ]?\d{3}[- ]?\d{4}", is_patient),
)
