"""What the values of a file's columns say about them, measured on a sample of its rows."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect.dates import Written, recognise
from moushi.collect.numbers import decimal_votes, parse_numbers, parse_signs
from moushi.collect.words import parse_currencies, parse_flags
from moushi.schema import NUMBER

if TYPE_CHECKING:
    from moushi.collect.source import RawTable

SAMPLE_ROWS = 20_000
SHORT_ROWS = 2_000
_FEW_ROWS = 500
_SOME_SIBLINGS = 12
_MOST_SIBLINGS = 60
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Siblings = Callable[[tuple[str, ...]], "Iterator[RawTable]"]
"""Yields other files of the same call that have these columns."""


def no_siblings(columns: tuple[str, ...]) -> Iterator[RawTable]:
    """Return no files."""
    return iter(())


class ColumnFacts:
    """Measures of one column; each is taken when first asked for.

    Parameters
    ----------
    name : its header
    values : string array of the sample
    decimal : decimal mark of the file's numbers
    """

    def __init__(self, name: str, values: pa.Array, decimal: str) -> None:
        self.name = name
        self.values = values
        self.decimal = decimal
        self.known = values.drop_null()

    @functools.cached_property
    def distinct(self) -> pa.Array:
        """The distinct values, in order of appearance."""
        return pc.unique(self.known)

    @property
    def filled(self) -> float:
        """Share of rows with a value."""
        return len(self.known) / max(len(self.values), 1)

    @functools.cached_property
    def numbers(self) -> Floats:
        """Values as numbers; nan where a cell is empty or none."""
        numbers = pc.fill_null(parse_numbers(self.values, NUMBER, decimal=self.decimal), float("nan"))
        result: Floats = numbers.to_numpy(zero_copy_only=False)
        return result

    @functools.cached_property
    def numeric(self) -> float:
        """Share of values that are numbers."""
        return self._share(int(np.isfinite(self.numbers).sum()))

    @functools.cached_property
    def dates(self) -> Written:
        """How its dates are written, as far as the sample tells."""
        return recognise(self.values)

    @functools.cached_property
    def flags(self) -> float:
        """Share of values that mean yes or no."""
        return self._share(_valid(parse_flags(self.known)))

    @functools.cached_property
    def currencies(self) -> float:
        """Share of values that name a currency."""
        return self._share(_valid(parse_currencies(self.known)))

    @functools.cached_property
    def signs(self) -> float:
        """Share of values with a currency sign beside an amount."""
        return self._share(_valid(parse_signs(self.known)))

    @functools.cached_property
    def length(self) -> float:
        """Mean length of the distinct values, characters."""
        return float(pc.mean(pc.utf8_length(self.distinct)).as_py() or 0)

    @functools.cached_property
    def codes(self) -> Codes:
        """A number per row that is the same where the value is the same; -1 for empty cells."""
        encoded: Codes = pc.fill_null(self.values.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        return encoded

    def spreadsheet_whole(self) -> bool:
        """Tell whether identifiers became numbers in a spreadsheet: all of them end in ".0"."""
        if not len(self.known):
            return False
        shaped = pc.sum(pc.match_substring_regex(self.distinct, r"^\d+\.0$")).as_py() or 0
        plain = pc.sum(pc.match_substring_regex(self.distinct, r"^\d+(\.0)?$")).as_py() or 0
        return bool(shaped and plain == len(self.distinct))

    def _share(self, count: int) -> float:
        return count / max(len(self.known), 1)


def _valid(values: pa.Array) -> int:
    return int(len(values) - values.null_count)


class Sample:
    """The first rows of a file, column by column.

    Parameters
    ----------
    columns : header to string array, all of the same length
    raw : the file; None for a sample of columns alone
    siblings : other files of the same export, which may show what this one leaves open
    """

    def __init__(self, columns: Mapping[str, pa.Array], raw: RawTable | None = None, siblings: Siblings = no_siblings) -> None:
        self.raw = raw
        self.siblings = siblings
        self.rows = len(next(iter(columns.values()), pa.array([])))
        self.decimal = decimal_of(columns.values())
        self.facts = {name: ColumnFacts(name, values, self.decimal) for name, values in columns.items()}

    @classmethod
    def of(cls, raw: RawTable, siblings: Siblings = no_siblings) -> Sample:
        """Read the sample of a file, or of its largest sibling where it is too short to tell much.

        Files are not mixed: exports overlap, and each has its own decimal mark.
        """
        table = _head(raw)
        if table.num_rows < SHORT_ROWS:
            largest = max(islice(_alike(raw, siblings), _SOME_SIBLINGS), key=lambda each: each.bytes, default=raw)
            if largest.bytes > raw.bytes and (other := _head(largest)).num_rows > table.num_rows:
                table = other
        return cls({name: _whole(table[name]) for name in raw.columns}, raw, siblings)

    def dates(self, column: str) -> Written:
        """Say how a column's dates are written, in this file and its siblings; all of the file is read where that leaves it open."""
        own = self.facts[column]
        if self.raw is None:
            return own.dates
        others = [values.slice(0, _FEW_ROWS) for values in self._of_siblings(column, _SOME_SIBLINGS)]
        written = recognise(_joined([own.values, *others]))
        if not written.ambiguous:
            return written
        whole = [batch.rows.column(column) for batch in self.raw.batches()]
        return recognise(_joined([*whole, *self._of_siblings(column, _MOST_SIBLINGS)]))

    def _of_siblings(self, column: str, most: int) -> Iterator[pa.Array]:
        if self.raw is not None:
            for sibling in islice(_alike(self.raw, self.siblings), most):
                yield from (batch.rows.column(column) for batch in islice(sibling.batches(SAMPLE_ROWS), 1))

    def distinct_share(self, columns: Iterable[str]) -> float:
        """Return distinct combinations over rows, of rows where none of the columns is empty; 1 without rows."""
        codes, count = self.groups(columns)
        rows = int((codes >= 0).sum())
        return count / rows if rows else 1.0

    def groups(self, columns: Iterable[str]) -> tuple[Codes, int]:
        """Number the combinations of columns: a code per row, -1 where one is empty, and how many there are."""
        stacked = np.column_stack([self.facts[column].codes for column in columns])
        complete = (stacked >= 0).all(axis=1)
        codes = np.full(self.rows, -1, np.int64)
        unique, inverse = np.unique(stacked[complete], axis=0, return_inverse=True)
        codes[complete] = inverse.reshape(-1)
        return codes, len(unique)

    def depends(self, key: str, column: str) -> float:
        """Return the share of keys, of those on several rows, that have a single value of `column`; 1 if there are none."""
        codes = np.column_stack([self.facts[key].codes, self.facts[column].codes])
        codes = codes[(codes >= 0).all(axis=1)]
        rows = np.bincount(codes[:, 0]) if len(codes) else np.zeros(0, np.int64)
        pairs = np.unique(codes, axis=0)
        values = np.bincount(pairs[:, 0], minlength=len(rows)) if len(pairs) else rows
        several = rows > 1
        return float((values[several] == 1).mean()) if several.any() else 1.0


def _alike(raw: RawTable, siblings: Siblings) -> Iterator[RawTable]:
    return (each for each in siblings(raw.columns) if each.source_id != raw.source_id)


def _head(raw: RawTable) -> pa.Table:
    """Return the first rows of a file."""
    batches, rows = [], 0
    for batch in raw.batches(SAMPLE_ROWS):
        batches.append(batch.rows)
        rows += batch.rows.num_rows
        if rows >= SAMPLE_ROWS:
            break
    return pa.Table.from_batches(batches, schema=pa.schema([(name, pa.string()) for name in raw.columns]))


def decimal_of(columns: Iterable[pa.Array]) -> str:
    """Decide the decimal mark of a file, over all of its columns that hold numbers."""
    points = commas = 0
    for values in columns:
        votes = decimal_votes(values)
        # Sentences and versions also hold marks: a column counts only where most values are numbers of that kind.
        mark = "." if votes[0] >= votes[1] else ","
        read = parse_numbers(pc.unique(values.drop_null()), NUMBER, decimal=mark)
        if sum(votes) and _valid(read) >= 0.8 * len(read):
            points, commas = points + votes[0], commas + votes[1]
    return "," if commas > points else "."


def _joined(arrays: list[pa.Array]) -> pa.Array:
    return pa.concat_arrays(arrays) if arrays else pa.array([], pa.string())


def _whole(values: pa.ChunkedArray) -> pa.Array:
    if not values.num_chunks:
        return pa.array([], values.type)
    return values.chunk(0) if values.num_chunks == 1 else pa.concat_arrays(values.chunks)
