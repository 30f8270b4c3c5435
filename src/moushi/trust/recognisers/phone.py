"""Telephone numbers elsewhere: with a country code, in North American form, or after words that announce one."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser, digits, is_business_number

_DATE = re.compile(r"(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d")
# Numbers of companies in China: nobody's own.
_HOTLINE = re.compile(r"[48]00\d{7}")
_NUMBER = r"\(?\d(?:[ ().·/-]{0,2}\d){6,14}"


def is_international(number: str) -> bool:
    """Tell whether a number with its country code has a length that the country uses."""
    import phonenumbers

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(number, None)))
    except phonenumbers.NumberParseException:
        return False


def _check_international(match: re.Match[str]) -> bool:
    return is_international(re.sub(r"\(0\)", "", match[0])) and not is_business_number(match)


def _check_announced(match: re.Match[str]) -> bool:
    number = digits(match["value"])
    return 7 <= len(number) <= 15 and not _DATE.match(match["value"]) and not _HOTLINE.fullmatch(number) and not is_business_number(match)


INTERNATIONAL = Recogniser(
    label="PHONE",
    kind="phone",
    hint=r"\+ ?\(?\d",
    pattern=re.compile(r"(?<![\d.])\+ ?\(?[1-9](?:[ ().·/-]{0,2}\d){6,15}(?!\d)", re.ASCII),
    check=_check_international,
    stems=("+",),
    digits=7,
)

NORTH_AMERICAN = Recogniser(
    label="PHONE",
    kind="phone",
    hint=r"[2-9]\d\d\)? ?[-. ]?[2-9]\d\d[-. ]\d{4}",
    pattern=re.compile(
        r"(?<![\w.-])(?:1[-. ])?(?![48]00)(?:\([2-9]\d\d\) ?|[2-9]\d\d(?P<s>[-.]))"
        r"[2-9]\d\d(?(s)(?P=s)|[-. ])\d{4}(?![\w-]|\.\d)",
        re.ASCII,
    ),
    check=lambda match: not is_business_number(match),
    digits=10,
)

_ENGLISH = r"\b(?:(?:tele)?phone|tel|mobile|cell|call (?:me|us|him|her)|text me|whats ?app|fax|(?:reach|contact) (?:me|us))\b"
_CHINESE = r"电话|手机号?|座机|固话|联系方式|联系我|致电|拨打|热线|传真"

ANNOUNCED = Recogniser(
    label="PHONE",
    kind="phone",
    hint=rf"(?i:{_ENGLISH}|{_CHINESE})",
    pattern=re.compile(rf"(?i:{_ENGLISH}|{_CHINESE})[^\d\n+(),。!?;]{{0,15}}(?P<value>{_NUMBER})(?!\d|[.:]\d)", re.ASCII),
    check=_check_announced,
    digits=7,
)
