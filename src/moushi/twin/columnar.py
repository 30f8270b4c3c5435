"""Small helpers that turn numpy columns into the Arrow columns of exports."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


def text(numbers: npt.NDArray[Any]) -> pa.Array:
    """Return whole numbers as texts."""
    return pa.array(numbers).cast(pa.string())


def joined(*pieces: pa.Array | str) -> pa.Array:
    """Return texts written one after the other, row by row."""
    return pc.binary_join_element_wise(*pieces, "")


def pick(pool: list[str] | list[str | None], places: npt.NDArray[Any]) -> pa.Array:
    """Return elements of a list by their places; places under 0 count from its end."""
    return pa.array(pool, pa.string()).take(pa.array(np.where(places < 0, len(pool) + places.astype(np.int64), places)))


def times(seconds: npt.NDArray[Any]) -> pa.Array:
    """Return seconds since 1970 as times without a zone."""
    return pa.array(seconds.astype(np.int64)).cast(pa.timestamp("s"))


def money(cents: npt.NDArray[Any]) -> pa.Array:
    """Return cents as exact amounts with two decimals."""
    wide = np.empty((len(cents), 2), dtype=np.int64)
    wide[:, 0] = cents
    # A decimal is a 128-bit number: the upper half repeats the sign.
    wide[:, 1] = wide[:, 0] >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(cents), [None, pa.py_buffer(wide)])
