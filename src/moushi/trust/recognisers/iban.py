"""International bank account numbers: the country's length and the check digits (mod 97).

Source
------
ISO 13616; lengths from the public IBAN registry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from moushi.trust.recognisers.base import Recogniser

LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM", 28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC", 32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip


def is_iban(number: str) -> bool:
    """Tell whether letters and digits without blanks are an IBAN."""
    if LENGTHS.get(number[:2].upper()) != len(number) or not number.isascii() or not number.isalnum():
        return False
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


@dataclass(frozen=True)
class _Iban(Recogniser):
    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Take after each beginning as many letters and digits as the country's numbers have."""
        for match in self.pattern.finditer(text):
            length = LENGTHS.get(match[1].upper())
            end = None if length is None else _end(text, match.start(), length)
            if end is not None and is_iban(re.sub(r"[ -]", "", text[match.start() : end])):
                yield match.start(), end


def _end(text: str, start: int, length: int) -> int | None:
    body = re.compile(rf"(?:[A-Za-z0-9][ -]?){{{length - 1}}}[A-Za-z0-9](?![A-Za-z0-9])").match(text, start)
    return None if body is None else body.end()


RECOGNISER = _Iban(
    label="IBAN",
    kind="card",
    hint=r"(?i:[A-Z]{2}\d\d[ -]?[A-Z0-9]{4})",
    pattern=re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})\d\d", re.ASCII),
    digits=4,
)
