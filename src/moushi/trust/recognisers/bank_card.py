"""Bank card numbers: a known first part, the right length, and the Luhn check digit.

Source
------
ISO/IEC 7812-1 for the check digit; number ranges as the card schemes publish them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from moushi.trust.recognisers.base import Recogniser, before, digits, is_business_number, luhn

# Scheme, first digits, lengths.  Old mainland cards (before 62) had own ranges.
_SCHEMES = re.compile(
    r"62\d{14,17}|4\d{15}|(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01])\d+|3[47]\d{13}|35\d{14}|30[0-5]\d{11}|3[68]\d{12}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12}|(?:9558|95599|9400|9111|9843|60(?!11)\d\d|68\d\d|69\d\d)\d{11,15}|(?:50|5[6-8])\d{14,17}"
)
_CARD_WORDS = re.compile(
    r"(?:卡号|银行卡|储蓄卡|信用卡|借记卡|工资卡|账户?号?|打款"
    r"|\bcard\b|\baccount\b|\bvisa\b|mastercard|unionpay)[^\d\n]{0,20}$",
    re.IGNORECASE | re.ASCII,
)


def is_card(number: str) -> bool:
    """Tell whether digits are a card number of a known scheme with a right check digit."""
    if not 14 <= len(number) <= 19 or _SCHEMES.fullmatch(number) is None:
        return False
    return luhn(number) and (number[0] not in "25" or len(number) == 16 or number[:2] in ("50", "56", "57", "58"))


def _check(match: re.Match[str], number: str) -> bool:
    if len(number) >= 13 and luhn(number) and _CARD_WORDS.search(before(match)):
        return True
    return is_card(number) and not is_business_number(match)


@dataclass(frozen=True)
class _Card(Recogniser):
    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Leave out trailing groups that are another number, such as a year."""
        for match in self.pattern.finditer(text):
            written = match[0]
            while written:
                if _check(match, digits(written)):
                    yield match.start(), match.start() + len(written)
                    break
                written = written[: max(written.rfind(" "), written.rfind("-"), 0)]


RECOGNISER = _Card(
    label="CARD",
    kind="card",
    hint=r"\d{13}|\d{4}[ -]\d{4}[ -]\d{4}|3\d{3}[ -]\d{6}[ -]\d{4}",
    pattern=re.compile(
        r"(?<![\d.])(?:\d{13,19}|\d{4}([ -])\d{4}(?:\1\d{4}){1,2}(?:\1\d{1,4})?(?:\1\d{1,3})?"
        r"|3\d{3}[ -]\d{6}[ -]\d{4,5})(?!\d|\.\d)",
        re.ASCII,
    ),
    digits=13,
)
