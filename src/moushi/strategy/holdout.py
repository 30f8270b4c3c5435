"""Draws units into arms so that increments can be measured."""

from __future__ import annotations

import hashlib
from typing import Literal

Arm = Literal["treat", "holdout"]


def arm(decision_id: str, unit_id: str, *, share: float, seed: int) -> Arm:
    """Return the arm of a unit in a decision.

    The draw is a keyed hash of decision and unit: the same on every machine
    and in every order, and independent between decisions.

    Parameters
    ----------
    share : probability of "holdout", 0 to 1
    seed : key of the hash
    """
    key = seed.to_bytes(16, "big", signed=False)
    digest = hashlib.blake2b(f"{decision_id}\x1f{unit_id}".encode(), digest_size=8, key=key).digest()
    return "holdout" if int.from_bytes(digest, "big") / 2**64 < share else "treat"
