"""Mobile numbers of mainland China, with or without country code, blanks and dashes."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser, before, is_business_number

_COUNTRY = r"(?:(?:\+|00)?86[ -]{0,2}|\(\+?86\) ?)?"
_GROUPS = r"1[3-9]\d(?:\d{8}|(?P<s>[ -]{1,2})(?:\d{4}(?P=s)\d{4}|\d{8}|\d{3}(?P=s)\d{5})|\d(?P<t>[ -])\d{3}(?P=t)\d{4})"
_SINGLE = r"(?<!\d[ -])1(?P<u>[ -])[3-9](?:(?P=u)\d){9}(?!(?P=u)\d)"
# A letter right before belongs to a word that announces a number, or to an article code.
_WORDS = re.compile(r"(?:^|[^A-Za-z])(?:tel|phone|mobile|mob|cell|call|vx|wx|v|m|t|p|wechat|whatsapp|qq)$", re.IGNORECASE | re.ASCII)


def _check(match: re.Match[str]) -> bool:
    lead = before(match)
    if lead and lead[-1].isascii() and (lead[-1].isalpha() or lead[-1] == "_") and not _WORDS.search(lead):
        return False
    return not is_business_number(match)


RECOGNISER = Recogniser(
    label="PHONE",
    kind="phone",
    hint=r"1[3-9]\d[ -]{0,2}\d{3}|1[3-9]\d\d[ -]\d{3}|1[ -][3-9][ -]\d",
    pattern=re.compile(rf"(?<![\d.+]){_COUNTRY}(?:{_GROUPS}|{_SINGLE})(?!\d|\.\d)", re.ASCII),
    check=_check,
    digits=11,
)
