"""Converts many small files of one kind in one go, which costs a fraction of converting each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.collect.converter import OWNER, Converted, Converter, Origin, needed_sources, quarantine_batch
from moushi.collect.deciding import Decided
from moushi.collect.source import RawBatch, RawTable
from moushi.columns import Quarantine
from moushi.schema import Provenance

SMALL_BYTES = 2_000_000
GROUP_ROWS = 60_000

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Member:
    """A small file, read whole, that is converted together with others of its kind.

    Attributes
    ----------
    place : where its result goes in the list of results
    """

    place: int
    raw: RawTable
    decided: Decided
    batches: tuple[RawBatch, ...]

    @property
    def rows(self) -> int:
        """Its number of rows."""
        return sum(batch.rows.num_rows for batch in self.batches)

    def is_plain(self) -> bool:
        """Tell whether nothing about it needs a closer look: no row was rejected, no needed column is empty."""
        if not self.rows or any(batch.rejected for batch in self.batches) or self.decided.mapping is None:
            return False
        needed = needed_sources(self.decided.mapping)
        return all(any(batch.rows.column(name).null_count < batch.rows.num_rows for batch in self.batches) for name in needed)

    def is_like(self, other: Member) -> bool:
        """Tell whether both have the same columns and the same mapping."""
        return self.raw.columns == other.raw.columns and self.decided.mapping == other.decided.mapping


def convert_together(members: Sequence[Member], origins: Sequence[Origin], converter: Converter) -> list[Converted | None]:
    """Convert files of one kind.

    Parameters
    ----------
    members, origins : the files, plain and alike, and where their rows come from
    converter : fresh, for their mapping

    Returns
    -------
    per file its landing rows; None where a cell could not be read, so that the
    file has to be converted by itself
    """
    merged, owners, numbers = _merged(members)
    converted = converter.convert(merged)
    if converter.leaves_empty():
        return [None] * len(members)
    aside = {int(owners[row]) for row in converted.quarantined.column(Quarantine.line).to_pylist()}
    parts: list[dict[str, pa.RecordBatch]] = [{} for _ in members]
    for table, rows in converted.landed.items():
        ids = rows.column(Provenance.line).to_numpy()
        bounds = np.searchsorted(owners[ids], np.arange(len(members) + 1))
        for member, origin in enumerate(origins):
            part = slice(bounds[member], bounds[member + 1])
            parts[member][table] = _owned(rows.slice(part.start, part.stop - part.start), origin, numbers[ids[part]])
    nothing = quarantine_batch([])
    return [None if member in aside else Converted(part, nothing) for member, part in enumerate(parts)]


def _merged(members: Sequence[Member]) -> tuple[RawBatch, Integers, Integers]:
    """Put files one after another, their rows numbered; also return each row's file and its line there."""
    batches = [batch for member in members for batch in member.batches]
    owners = np.repeat(np.arange(len(members)), [member.rows for member in members])
    numbers = np.concatenate([batch.lines.to_numpy() for batch in batches])
    rows = pa.Table.from_batches([batch.rows for batch in batches])
    rows = rows.append_column(OWNER, pa.array(owners).cast(pa.string())).combine_chunks()
    return RawBatch(rows.to_batches()[0], pa.array(np.arange(len(owners)))), owners, numbers


def _owned(rows: pa.RecordBatch, origin: Origin, numbers: Integers) -> pa.RecordBatch:
    """Say of landing rows which file, and which line of it, they come from."""
    named = {
        Provenance.source_id: pa.repeat(pa.scalar(origin.source_id, pa.string()), rows.num_rows),
        Provenance.line: pa.array(numbers, pa.int64()),
    }
    return pa.RecordBatch.from_arrays([named.get(name, rows.column(name)) for name in rows.schema.names], schema=rows.schema)
