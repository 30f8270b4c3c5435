"""Permits of people from Hong Kong, Macau and Taiwan.

港澳居民来往内地通行证 is H or M and eight or ten digits, 台湾居民来往大陆通行证
eight or ten digits after its name; 港澳台居民居住证 has the form of a resident
identity number with the regions 810000, 820000 and 830000, and is found as such.
Hong Kong identity cards have a check digit, Taiwan's too.

Source
------
Forms as the exit and entry administration publishes them; check digits of Hong
Kong (mod 11) and Taiwan (mod 10) as publicly described.
"""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser, is_business_number

_WORDS = (
    "(?:回乡证|回鄉證|港澳(?:居民)?(?:来往内地)?通行证|台胞证|台胞證|台湾居民(?:来往大陆)?通行证|居民来往(?:内地|大陆)通行证|通行证"
    "|home return permit|taiwan compatriot permit)"
)
_CALLED = r"(?:号码?|证号|no\.?|number)?[ :#是为]{0,4}(?:is )?"
_TAIWAN_LETTERS = {letter: value for value, letter in enumerate("ABCDEFGHJKLMNPQRSTUVXYWZIO", start=10)}


def is_hong_kong(number: str) -> bool:
    """Tell whether one or two letters, six digits and a check character are a Hong Kong identity card."""
    values = [36 if character == " " else int(character, 36) for character in number[:-1].rjust(8)]
    check = -sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True)) % 11
    return number[-1].upper() == "0123456789A"[check]


def is_taiwan(number: str) -> bool:
    """Tell whether a letter and nine digits are a Taiwanese identity number."""
    head = _TAIWAN_LETTERS[number[0].upper()]
    values = [head // 10, head % 10, *map(int, number[1:])]
    return sum(value * weight for value, weight in zip(values, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


ANNOUNCED = Recogniser(
    label="PERMIT",
    kind="national_id",
    hint=rf"(?i:{_WORDS})",
    pattern=re.compile(
        rf"(?i:{_WORDS}){_CALLED}(?P<value>(?:[HMhm]\d{{10}}|[HMhm]\d{{8}}|\d{{10}}(?:\([A-Z]\))?|\d{{8}}))(?![A-Za-z0-9])", re.ASCII
    ),
    digits=8,
)

HOME_RETURN = Recogniser(
    label="PERMIT",
    kind="national_id",
    hint=r"[HM]\d{8}",
    pattern=re.compile(r"(?<![A-Za-z0-9_-])[HM](?:\d{10}|\d{8})(?![A-Za-z0-9_-])", re.ASCII),
    check=lambda match: not is_business_number(match),
    digits=8,
)


def _is_hong_kong(match: re.Match[str]) -> bool:
    return is_hong_kong(re.sub(r"[ ()]", "", match["value"]))


HONG_KONG = Recogniser(
    label="PERMIT",
    kind="national_id",
    hint=r"[A-Za-z]{1,2}\d{6} ?\([0-9Aa]\)",
    pattern=re.compile(r"(?<![A-Za-z0-9])(?P<value>[A-Za-z]{1,2}\d{6} ?\([0-9Aa]\))", re.ASCII),
    check=_is_hong_kong,
    digits=6,
)

HONG_KONG_ANNOUNCED = Recogniser(
    label="PERMIT",
    kind="national_id",
    hint=r"(?i:hkid)|香港身份[证證]",
    pattern=re.compile(
        r"(?:(?i:\bhkid)|香港身份[证證])(?:号码?)?(?i: ?no\.?)?[ :是为]{0,3}(?P<value>[A-Za-z]{1,2}\d{6}[0-9Aa])(?![A-Za-z0-9])", re.ASCII
    ),
    check=_is_hong_kong,
    stems=("hkid", "香港"),
    digits=6,
)

TAIWAN = Recogniser(
    label="PERMIT",
    kind="national_id",
    hint=r"[A-Z][1289]\d{8}",
    pattern=re.compile(r"(?<![A-Za-z0-9_-])[A-Z][1289]\d{8}(?![A-Za-z0-9_-])", re.ASCII),
    check=lambda match: is_taiwan(match[0]) and not is_business_number(match),
    digits=9,
)
