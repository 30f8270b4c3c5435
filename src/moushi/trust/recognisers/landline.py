"""Landline numbers of mainland China: area code and seven or eight digits.

Without a separator only the eleven digits of the large cities count; others
look too much like article numbers, and are found after words such as 电话.
"""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser, is_business_number

_AREA = r"0(?:10|2[0-57-9]|[3-9]\d{2})"


def _check(match: re.Match[str]) -> bool:
    return not is_business_number(match)


RECOGNISER = Recogniser(
    label="PHONE",
    kind="phone",
    hint=r"0(?:10|2\d)[2-8]\d{7}|0\d{2,3}[ )—–-]{1,3}\d{3,4}|86[ -]{0,2}\d{2,3}[ -]\d{4}",
    pattern=re.compile(
        rf"(?<![\d.])(?:(?:\+|00)86[ -]?\(?(?:{_AREA}|10|2[0-57-9]|[3-9]\d\d)\)?[ -]?"
        rf"|\({_AREA}\) ?-?|{_AREA}(?: ?[-—–] ?| )|0(?:10|2[0-57-9])(?=\d{{8}}))"
        r"[2-8]\d{2,3}[ -]?\d{4}(?:(?: ?(?:转|分机|ext\.?|x|-) ?)\d{1,5})?(?!\d|\.\d)",
        re.ASCII,
    ),
    check=_check,
    digits=9,
)
