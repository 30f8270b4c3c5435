"""Surrogates: values that look like the original and are nobody's.

A name stands for a name of the same length and script, a telephone number for
one of the same form.  What is drawn follows from the key, the kind and the
value, so that the same original always gets the same surrogate.  Numbers are
such as are given to nobody: Chinese mobile numbers begin with 160, 161, 163,
164, 168 or 169, other telephone numbers with 0 after the code of the country
or area, bank cards with 0, e-mails are at the domains reserved for examples,
IPv4 addresses are of the reserved class E, and numbers with check digits have
wrong ones.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from importlib import resources

from moushi.trust.numerals import HAN
from moushi.trust.spans import find
from moushi.trust.tokens import TokenKind

ATTEMPTS = 64

_NUMERALS, _CAPITALS = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
_HAN = re.compile("[\u4e00-\u9fff]")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}")
# An area code and a number of seven or eight digits.
_AREA = re.compile(r"[( ]*(0(?:10|2\d|[3-9]\d\d))[) -]+(?:\d[ -]?){7,8}(?!\d)", re.ASCII)
_FREE_MOBILE = ("160", "161", "163", "164", "168", "169")
_DOMAINS = ("example.com", "example.net", "example.org")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_YEAR_FIRST = re.compile(r"(\D*)(\d{4})(\D+)(\d{1,2})(\D+)(\d{1,2})(\D*)", re.ASCII)
_LEAST_LOCAL = 6
_LEAST, _LEAST_HAN = 6, 2
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_CHECKED: frozenset[TokenKind] = frozenset({"national_id", "card", "account"})


class Draw:
    """A stream of choices that follows from a key and a value."""

    def __init__(self, key: bytes, *parts: str) -> None:
        self._state = hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), key=key, person=b"moushi surrog 1").digest()
        self._at = 0

    def below(self, bound: int) -> int:
        """Return a number from 0 to `bound` - 1."""
        if self._at + 4 > len(self._state):
            self._state, self._at = hashlib.blake2b(self._state).digest(), 0
        self._at += 4
        return int.from_bytes(self._state[self._at - 4 : self._at], "big") % bound

    def of(self, choices: Sequence[str]) -> str:
        """Return one of the choices."""
        return choices[self.below(len(choices))]


def offers(surface: str, value: str, kind: TokenKind, key: bytes) -> Iterator[str]:
    """Yield surrogates for one written form of a value, the first the best; none if too little of it can change.

    Parameters
    ----------
    surface : as it is written
    value : as it would be written plainly
    kind : what it is
    key : the token key
    """
    for attempt in range(ATTEMPTS):
        made = _make(surface, kind, Draw(key, kind, value, str(attempt)))
        if made != surface and value not in made and not _is_ordinary(made) and not (kind in _CHECKED and _has_checks(made, kind)):
            yield made


def _is_ordinary(made: str) -> bool:
    """Tell whether a surrogate may stand in texts by chance: too short, or a word of the dictionary."""
    import rjieba

    if not _HAN.search(made):
        return len(made) < _LEAST
    return len(made) < _LEAST_HAN or len(rjieba.tag(made, False)) == 1


def _make(surface: str, kind: TokenKind, draw: Draw) -> str:
    return _MAKERS.get(kind, _shape)(surface, draw)


def _has_checks(made: str, kind: TokenKind) -> bool:
    """Tell whether the check digits of a number are right, so that it may be someone's."""
    return any(span.kind == kind for span in find(made))


@functools.cache
def _lists() -> dict[str, tuple[str, ...]]:
    content = tomllib.loads(resources.files(__package__).joinpath("surrogates.toml").read_text("utf-8"))
    words = ("compound", "first", "last", "street")
    return {name: tuple(listed.split() if name in words else "".join(listed.split())) for name, listed in content.items()}


def _shape(surface: str, draw: Draw) -> str:
    """Change digits, letters and Chinese characters into others of their sort, and nothing else."""
    return "".join(_other(character, draw) for character in surface)


def _other(character: str, draw: Draw) -> str:
    digit = _digit(character)
    if digit is not None:
        return _as_digit(character, 1 + draw.below(9) if digit else draw.below(10))
    if "a" <= character <= "z" or "A" <= character <= "Z":
        letter = "abcdefghijkmnpqrstuvwxyz"[draw.below(24)]
        return letter.upper() if character.isupper() else letter
    if _HAN.match(character) and character not in _lists()["kept"]:
        return draw.of(_lists()["place"])
    return character


def _digit(character: str) -> int | None:
    """Return the value of a digit or a number word, None for what is neither."""
    return int(HAN[character]) if character in HAN else unicodedata.decimal(character, None)


def _as_digit(character: str, digit: int) -> str:
    """Write a digit as another one is written."""
    if character in HAN:
        return (_CAPITALS if character in _CAPITALS[1:] else _NUMERALS)[digit]
    return chr(ord(character) - unicodedata.decimal(character) + digit)


def _put_digits(surface: str, digits: str) -> str:
    """Write digits in place of the last of those in a surface, in their script."""
    written = list(surface)
    at = [place for place, character in enumerate(written) if _digit(character) is not None]
    for place, digit in zip(reversed(at), reversed(digits), strict=False):
        written[place] = _as_digit(written[place], int(digit))
    return "".join(written)


def _count(surface: str) -> int:
    return sum(_digit(character) is not None for character in surface)


def _phone(surface: str, draw: Draw) -> str:
    plain = unicodedata.normalize("NFKC", surface)
    if _MOBILE.fullmatch("".join(str(_digit(character)) for character in plain if _digit(character) is not None)):
        return _put_digits(surface, draw.of(_FREE_MOBILE) + f"{draw.below(100_000_000):08d}")
    count = _count(surface)
    if not count:
        return _shape(surface, draw)
    # No number of a subscriber begins with 0 after the code of its country or, in China, of its area.
    kept = _code(plain)
    digits = "00" if not kept and plain.lstrip("( ").startswith("0") else "0"
    changed = count - kept - len(digits)
    return _put_digits(surface, digits + "".join(str(draw.below(10)) for _ in range(changed)))


def _code(number: str) -> int:
    """Return how many digits the code of a country or a Chinese area has; 0 if none is written."""
    import phonenumbers

    area = _AREA.match(number)
    if area is not None:
        return len(re.sub(r"\D", "", area[1]))
    try:
        return len(str(phonenumbers.parse(number).country_code))
    except phonenumbers.NumberParseException:
        return 0


def _card(surface: str, draw: Draw) -> str:
    count = _count(surface)
    if count != len(re.sub(r"\W", "", surface)):
        return _shape(surface, draw)
    return _put_digits(surface, "0" + "".join(str(draw.below(10)) for _ in range(count - 1)))


def _national(surface: str, draw: Draw) -> str:
    # The X that stands for ten among check digits stays.
    end = len(surface) - 1 if surface[-1:] in ("X", "x") else len(surface)
    return _shape(surface[:end], draw) + surface[end:]


def _email(surface: str, draw: Draw) -> str:
    local = re.split(r"[@＠]| ?[\[(]at[\])] ?", surface, maxsplit=1)[0]
    made = _shape(local, draw)
    return made + "".join(_other("a", draw) for _ in range(_LEAST_LOCAL - len(made))) + "@" + draw.of(_DOMAINS)


def _network(surface: str, draw: Draw) -> str:
    if _IPV4.fullmatch(surface):
        return ".".join([str(240 + draw.below(15)), *(str(draw.below(256)) for _ in range(3))])
    return re.sub(r"[0-9A-Fa-f]+", lambda match: "".join("0123456789abcdef"[draw.below(16)] for _ in match[0]), surface)


def _plate(surface: str, draw: Draw) -> str:
    return (draw.of(_PROVINCES) if _HAN.match(surface) else _other(surface[0], draw)) + _shape(surface[1:], draw)


def _address(surface: str, draw: Draw) -> str:
    if _HAN.search(surface):
        return _shape(surface, draw)
    named = re.sub(r"[A-Z][a-z]+", lambda match: match[0] if match[0] in _lists()["street"] else draw.of(_lists()["last"]), surface)
    return re.sub(r"\d", lambda match: _other(match[0], draw), named)


def _birth(surface: str, draw: Draw) -> str:
    match = _YEAR_FIRST.fullmatch(surface)
    if match is None:
        return _shape(surface, draw)
    month, day = (f"{1 + draw.below(bound):0{len(match[group])}d}" for bound, group in ((12, 4), (28, 6)))
    if len(month) > len(match[4]) or len(day) > len(match[6]):
        month, day = month[-1].replace("0", "1"), day[-1].replace("0", "2")
    return f"{match[1]}{1950 + draw.below(56)}{match[3]}{month}{match[5]}{day}{match[7]}"


def _name(surface: str, draw: Draw) -> str:
    if not _HAN.search(surface):
        return _latin_name(surface, draw)
    if len(surface) > 4 or re.search(r"[·•・‧\-]", surface):
        return "".join(draw.of(_lists()["foreign"]) if _HAN.match(character) else _other(character, draw) for character in surface)
    return _chinese_name(surface, draw)


def _chinese_name(surface: str, draw: Draw) -> str:
    lists = _lists()
    places = [place for place, character in enumerate(surface) if _HAN.match(character)]
    written = list(surface)
    if len(places) == 2 and surface[0] in "小老阿":
        chosen = surface[0] + draw.of(lists["called"])
    elif len(places) == 2 and surface[-1] in "总哥姐爷氏某":
        chosen = draw.of(lists["called"]) + surface[-1]
    else:
        surname = draw.of(lists["compound"] if len(places) > 3 else lists["surnames"])
        chosen = surname + "".join(draw.of(lists["given"]) for _ in range(len(places) - len(surname)))
    for place, character in zip(places, chosen, strict=False):
        written[place] = character
    return "".join(written)


def _latin_name(surface: str, draw: Draw) -> str:
    words = re.findall(r"[^\W\d_]{2,}", surface)
    count = iter(range(len(words)))

    def other(match: re.Match[str]) -> str:
        if len(match[0]) < 2:
            return _other(match[0], draw)
        place = next(count)
        word = draw.of(_lists()["last" if place and place == len(words) - 1 else "first"])
        return word.upper() if match[0].isupper() else word.lower() if match[0].islower() else word

    return re.sub(r"[^\W\d_]+", other, surface)


_MAKERS: dict[TokenKind, Callable[[str, Draw], str]] = {
    "name": _name,
    "phone": _phone,
    "card": _card,
    "national_id": _national,
    "email": _email,
    "network": _network,
    "birth": _birth,
    "plate": _plate,
    "address": _address,
}
