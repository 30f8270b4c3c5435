"""Names, addresses and numbers of people, worked out from an account's number alone.

Nothing is stored: any account's identity can be written again at any time, for
any number of accounts at once.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moushi.twin.shape import Market, words
from moushi.twin.streams import choice

_PHONE_STEP = 7_368_787  # prime, so that n * step mod 10**8 names no two people alike
_LATIN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


@dataclass(frozen=True)
class Identities:
    """Personal data of some accounts, one element each, as strings."""

    account: pa.Array
    name: pa.Array
    email: pa.Array
    phone: pa.Array
    address: pa.Array
    region: pa.Array
    city: pa.Array


def identities(seed: int, market: Market, accounts: npt.NDArray[Any], people: npt.NDArray[Any]) -> Identities:
    """Write the identities of accounts of one market.

    Parameters
    ----------
    accounts : account numbers, from 0
    people : number of the person behind each account; two accounts of one
        person share name, e-mail, phone and address
    """
    parts = words("people")[market.code]
    draw = _Draw(seed, people, parts)
    return _chinese(draw, accounts) if market.language == "zh" else _western(draw, accounts)


class _Draw:
    """Takes elements of word lists by the hash of a person's number."""

    def __init__(self, seed: int, people: npt.NDArray[Any], parts: dict[str, Any]) -> None:
        self.people = people.astype(np.int64)
        self.parts = parts
        self._salt = 1000 * seed

    def of(self, pool: list[str], salt: int) -> pa.Array:
        """Return one element of a list per person."""
        return pa.array(pool).take(pa.array(self.number(salt, len(pool))))

    def number(self, salt: int, count: int) -> npt.NDArray[np.int64]:
        """Return one number under `count` per person."""
        return choice(self.people, self._salt + salt, count)

    def text(self, salt: int, low: int, high: int) -> pa.Array:
        """Return one number from `low` to below `high` per person, as text."""
        return _text(low + self.number(salt, high - low))

    def digits(self) -> pa.Array:
        """Return eight digits per person that no other person has."""
        unique = (self.people * _PHONE_STEP + 13_572_468 + self._salt) % 10**8
        return pc.utf8_lpad(_text(unique), 8, "0")


def _text(numbers: npt.NDArray[Any]) -> pa.Array:
    return pa.array(numbers).cast(pa.string())


def _join(*pieces: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*pieces, "")


def _chinese(draw: _Draw, accounts: npt.NDArray[Any]) -> Identities:
    parts, place = draw.parts, draw.number(1, len(draw.parts["cities"]))
    province, city, district = (pa.array([c[i] for c in parts["cities"]]).take(pa.array(place)) for i in range(3))
    # A municipality is its own province: written once.
    town = pc.if_else(pc.equal(province, city), city, _join(province, city))
    home = _join(draw.text(4, 1, 30), "栋", draw.text(5, 1, 4), "单元", draw.text(6, 1, 25), "0", draw.text(7, 1, 5), "室")
    address = _join(town, district, draw.of(parts["streets"], 2), draw.text(8, 1, 400), "号", draw.of(parts["estates"], 3), home)
    latin = [nick for nick in parts["nicks"] if nick.isascii()]
    return Identities(
        account=_join(draw.of(parts["nicks"], 11), _text(accounts.astype(np.int64) + 10_000)),
        name=_join(draw.of(parts["surnames"], 9), draw.of(parts["given"], 10)),
        email=_join(draw.of(latin, 12), ".", _text(draw.people + 3_000), "@", draw.of(parts["mail"], 13)),
        phone=_join(draw.of(parts["mobile"], 14), draw.digits()),
        address=address,
        region=province,
        city=city,
    )


def _western(draw: _Draw, accounts: npt.NDArray[Any]) -> Identities:
    parts, place = draw.parts, draw.number(1, len(draw.parts["cities"]))
    region, city, postcode = (pa.array([c[i] for c in parts["cities"]]).take(pa.array(place)) for i in range(3))
    first, last = draw.of(parts["first"], 9), draw.of(parts["last"], 10)
    plain_first, plain_last = draw.of(_plain(parts["first"]), 9), draw.of(_plain(parts["last"]), 10)
    street, house = draw.of(parts["streets"], 2), draw.text(3, 1, 180)
    german = any("straße" in name for name in parts["streets"])
    return Identities(
        account=_join("C", _text(accounts.astype(np.int64) + 200_000)),
        name=_join(first, " ", last),
        email=_join(plain_first, ".", plain_last, _text(draw.people), "@", draw.of(parts["mail"], 13)),
        phone=_join(draw.of(parts["mobile"], 14), draw.digits()),
        address=_join(*((street, " ", house) if german else (house, " ", street)), ", ", postcode, " ", city),
        region=region,
        city=city,
    )


def _plain(names: list[str]) -> list[str]:
    """Write names in the letters that e-mail addresses have."""
    spelled = ["".join(_LATIN.get(letter, letter) for letter in name.lower()) for name in names]
    return [unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().replace(" ", "") for name in spelled]
