"""National numbers of Japan (My Number) and Korea (resident registration number).

Source
------
Japan: ordinance of the Ministry of Internal Affairs no. 85 of 2014, article 5 (mod
11).  Korea: date, sex and century, and a check digit mod 11, which numbers given
out since October 2020 do not have.
"""

from __future__ import annotations

from moushi.trust.recognisers.national import announced, bare, is_short_date, weighted


def is_japanese(number: str) -> bool:
    """Tell whether 12 digits are a Japanese My Number."""
    rest = weighted(number[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return int(number[11]) == (0 if rest <= 1 else 11 - rest)


def is_korean(number: str) -> bool:
    """Tell whether 13 digits are a Korean resident registration number."""
    if not is_short_date(number[:2], number[2:4], number[4:6]) or number[6] not in "12345678":
        return False
    without_check = number[6] in "3478" and number[:4] >= "2010"
    return without_check or (11 - weighted(number[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11) % 10 == int(number[12])


RECOGNISERS = (
    bare(r"\d{6}-[1-8]\d{6}", r"\d{6}-[1-8]\d{6}", is_korean),
    announced(
        "my number|mynumber|マイナンバー|個人番号|个人番号",
        r"\bmy ?number\b|マイナンバー|個人番号|个人番号",
        r"\d{4}[ -]?\d{4}[ -]?\d{4}",
        is_japanese,
    ),
    announced("주민|rrn|resident reg", r"주민등록번호|\brrn\b|resident registration", r"\d{6}[- ]?[1-8]\d{6}", is_korean),
)
