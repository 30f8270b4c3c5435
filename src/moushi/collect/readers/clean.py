"""What is taken off every value, whatever file it came from, and which rows are no data.

Cleaning is the same for all formats, so that a table gives the same rows as
CSV, Excel, JSON or Parquet.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Sequence
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from moushi.collect.source import RawBatch, Rejected

_CONTROLS = " \t\r\n\v\f\x00\x1c\x1d\x1e\x1f\x85\xa0"
_SPACES = "".join(map(chr, range(0x2000, 0x200C))) + "\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
BLANKS = _CONTROLS + _SPACES

_LAST_ROWS = 3
_NUMBER = r"^[-+(]?[¥￥$€£]?\s?\d[\d.,'\s]*%?\)?$"


@functools.cache
def _marks(kind: str) -> list[str]:
    content = resources.files(__package__).joinpath("marks.toml").read_text("utf-8")
    words: list[str] = tomllib.loads(content)[kind]
    return words


def null_marks() -> list[str]:
    """Return the spellings of a missing value."""
    return _marks("nulls")


@functools.cache
def _first_bytes() -> NDArray[np.bool_]:
    return _lead_table([character.encode()[0] for character in BLANKS] + [ord(c) for c in "=\"'"])


@functools.cache
def _last_bytes() -> NDArray[np.bool_]:
    return _lead_table([character.encode()[-1] for character in BLANKS] + [ord('"')])


def _lead_table(codes: list[int]) -> NDArray[np.bool_]:
    table = np.zeros(256, bool)
    table[codes] = True
    return table


def clean(values: pa.Array, *, nulls_known: bool = False) -> pa.Array:
    """Strip one column of strings and make its missing values null.

    Taken off: white space of every width, zero-width marks, and what guards
    numbers from spreadsheets (`="123"`, a leading `'` before a number, quotes
    around the whole value).  Values whose ends need nothing are not copied.

    Parameters
    ----------
    values : strings
    nulls_known : what is written as one of `null_marks` is null already
    """
    if values.null_count == len(values):
        return values
    if _has_soiled_ends(values):
        values = _strip(values)
    elif nulls_known:
        return values
    missing = pc.is_in(values, value_set=pa.array(null_marks()))
    return pc.if_else(missing, pa.scalar(None, pa.string()), values) if missing.true_count else values


def _has_soiled_ends(values: pa.Array) -> bool:
    """Look at the first and last byte of every value, without making Python strings."""
    buffer = values.buffers()[2]
    if buffer is None or buffer.size == 0:
        return False
    offsets = np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, values.offset * 4)
    codes = np.frombuffer(buffer, np.uint8)
    begins, ends = offsets[:-1], offsets[1:]
    filled = ends > begins
    if not filled.all():
        begins, ends = begins[filled], ends[filled]
    return bool(_first_bytes()[codes[begins]].any() or _last_bytes()[codes[ends - 1]].any())


def _strip(values: pa.Array) -> pa.Array:
    values = pc.utf8_trim(values, BLANKS)
    for opening, pattern in (('="', r'^="([^"]*)"$'), ('"', r'^"([^"]*)"$'), ("'", r"^'([-+]?\d[^']*)$")):
        if pc.any(pc.starts_with(values, opening)).as_py():
            values = pc.utf8_trim(pc.replace_substring_regex(values, pattern, r"\1"), BLANKS)
    return values


def finish(
    columns: Sequence[pa.Array],
    lines: NDArray[np.int64],
    *,
    names: Sequence[str],
    raw: Callable[[int], bytes],
    rejected: Sequence[Rejected] = (),
    last: bool = False,
    nulls_known: bool = False,
) -> RawBatch:
    """Make a batch of cleaned columns: rows without any value are left out, rows of totals rejected.

    Parameters
    ----------
    raw : gives a row, by its position, as it stands in the file
    last : whether these are the last rows of their table
    nulls_known : as in `clean`
    """
    cleaned = [clean(column, nulls_known=nulls_known) for column in columns]
    keep = _with_values(cleaned)
    totals = _totals(cleaned, keep, last)
    rejected = [*rejected, *(Rejected(int(lines[row]), "total_row", "", raw(row)) for row in totals)]
    keep[totals] = False
    batch = pa.RecordBatch.from_arrays(cleaned, names=list(names))
    if not keep.all():
        batch, lines = batch.filter(pa.array(keep)), lines[keep]
    return RawBatch(batch, pa.array(lines, pa.int64()), tuple(sorted(rejected, key=lambda r: r.line)))


def _with_values(columns: Sequence[pa.Array]) -> NDArray[np.bool_]:
    keep = np.zeros(len(columns[0]), bool)
    for column in columns:
        if not column.null_count:
            return np.ones(len(column), bool)
    for column in columns:
        keep |= _numpy(column.is_valid())
    return keep


def _totals(columns: Sequence[pa.Array], keep: NDArray[np.bool_], last: bool) -> list[int]:
    """Return the rows whose first value says "total", that hold a number, and that lack something or end the table."""
    if len(columns) < 2 or not len(keep):
        return []
    first = pc.coalesce(*columns[:4])
    words = _numpy(pc.fill_null(pc.is_in(first, value_set=_total_words()), False))
    return [row for row in np.flatnonzero(words & keep).tolist() if _is_total(columns, row, last and row >= len(keep) - _LAST_ROWS)]


def _is_total(columns: Sequence[pa.Array], row: int, at_end: bool) -> bool:
    values = [column[row] for column in columns]
    numbers = pc.match_substring_regex(pa.array([v.as_py() for v in values], pa.string()), _NUMBER)
    return bool(pc.any(numbers).as_py()) and (at_end or any(not value.is_valid for value in values))


@functools.cache
def _total_words() -> pa.Array:
    spelled = [form for word in _marks("totals") for form in (word, word.upper(), word.capitalize(), word.title())]
    return pa.array(sorted({word + colon for word in spelled for colon in ("", ":", "：")}))


def _numpy(flags: pa.Array) -> NDArray[np.bool_]:
    values: NDArray[Any] = flags.to_numpy(zero_copy_only=False)
    return values.astype(bool)
