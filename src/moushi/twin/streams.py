"""Random numbers: one independent stream per purpose and week, and hashes for what belongs to one thing.

A stream depends only on the seed, its purpose and its keys, so that a decision
that draws more numbers in one place changes none elsewhere: two policies are
compared on the same luck.
"""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB


class Purpose(enum.IntEnum):
    """What a stream is for; the numbers are part of every twin's identity and never change."""

    CATALOGUE = 1
    CUSTOMERS = 2
    PRICES = 3
    PROMOTIONS = 4
    ORDERS = 5
    PRICE_DECISIONS = 6
    WIN_BACK = 7
    SUPPLY = 8
    RETURNS = 9
    FEELINGS = 10
    WORDS = 11
    RATES = 12
    FEES = 13
    MESS = 14


class Streams:
    """Makes the random generators of one twin.

    Parameters
    ----------
    seed : the twin's seed, >= 0
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, purpose: Purpose, *keys: int) -> np.random.Generator:
        """Return a fresh generator for a purpose and its keys (a week, a country), all >= 0."""
        sequence = np.random.SeedSequence(entropy=self.seed, spawn_key=(int(purpose), *keys))
        return np.random.Generator(np.random.PCG64(sequence))


def mix(values: npt.NDArray[Any], salt: int) -> npt.NDArray[np.uint64]:
    """Hash whole numbers to 64 well-mixed bits.

    Parameters
    ----------
    values : whole numbers, any shape
    salt : tells one use of the same number from another

    Source
    ------
    splitmix64, the finaliser of Steele, Lea and Flood, "Fast splittable
    pseudorandom number generators" (2014).
    """
    state = values.astype(np.uint64) + np.uint64((salt * _GOLDEN) % 2**64)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(_FIRST)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(_SECOND)
    return state ^ (state >> np.uint64(31))


def fraction(values: npt.NDArray[Any], salt: int) -> Floats:
    """Hash whole numbers to fractions, 0 <= f < 1."""
    return (mix(values, salt) >> np.uint64(11)).astype(np.float64) / float(2**53)


def choice(values: npt.NDArray[Any], salt: int, count: int) -> Integers:
    """Hash whole numbers to whole numbers, 0 <= n < count."""
    return (mix(values, salt) % np.uint64(count)).astype(np.int64)
