"""Workbooks: xlsx, xlsm, xlsb, xls and ods, one table per visible sheet.

Dates come as ISO text and numbers without the noise of binary fractions.
Cells merged over several rows are filled down, as an order number stands once
for all its lines; a merged amount is not, as it would be counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from moushi.collect.readers.blob import Blob
from moushi.collect.readers.cells import cell_text
from moushi.collect.readers.clean import finish
from moushi.collect.readers.compound import check_compound
from moushi.collect.readers.faults import CUT_OFF, PASSWORD, damaged
from moushi.collect.readers.header import SAMPLE_ROWS, Header, clean_cells, find_header
from moushi.collect.readers.limits import Budget
from moushi.collect.readers.unpack import check_unpacked
from moushi.collect.source import RawBatch, RawTable
from moushi.errors import SourceTooLarge, SourceUnreadable, Words

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_LARGEST = 2_000_000_000  # bytes of XML; a workbook is in memory while it is read
_TOO_LARGE = Words(f"a workbook of more than {_LARGEST:,} bytes", f"工作簿超过 {_LARGEST:,} 字节")
_AN_IDENTIFIER = 10_000_000  # whole numbers from here on are taken for identifiers
_PANIC = "PanicException"

Values = list[str | None]


class SheetTable(RawTable):
    """A sheet of a workbook."""

    def __init__(self, blob: Blob, sheet: CalamineSheet, header: Header, columns: Sequence[int]) -> None:
        super().__init__(
            source_name=f"{blob.name}#{sheet.name}",
            source_id=f"{blob.identity}/{sheet.name}",
            format="excel",
            bytes=blob.size,
            columns=[header.names[column] for column in columns],
            header_line=header.row + 1,
        )
        self._sheet = sheet
        self._header = header
        self._kept = columns

    def batches(self, batch_rows: int = 65_536) -> Iterator[RawBatch]:
        """Read the rows; see `RawTable.batches`."""
        rows = islice(_rows(self._sheet), self._header.data, None)
        line = self._header.data + 1
        part = list(islice(rows, batch_rows))
        while part:
            following = list(islice(rows, batch_rows))
            yield self._batch(part, line, last=not following)
            line += len(part)
            part = following

    def _batch(self, rows: list[Values], line: int, *, last: bool) -> RawBatch:
        columns = [pa.array([row[column] for row in rows], pa.string()) for column in self._kept]
        lines = np.arange(line, line + len(rows), dtype=np.int64)
        return finish(columns, lines, names=self.columns, raw=lambda row: _raw(rows[row]), last=last)


def open_excel(blob: Blob, budget: Budget, *, zipped: bool) -> Iterator[RawTable]:
    """Open a workbook and yield its visible sheets that hold anything.

    Raises
    ------
    SourceUnreadable : if it is cut off, damaged or protected by a password
    SourceTooLarge : if it unpacks to more than the settings allow
    """
    if blob.size > _LARGEST:
        raise SourceTooLarge(path=blob.name, detail=_TOO_LARGE, setting="max_unpacked_bytes")
    if zipped:
        check_unpacked(blob, budget, kind="excel")
    else:
        check_compound(blob)
    from python_calamine import CalamineWorkbook

    with blob.open() as file:
        workbook = _guarded(blob, CalamineWorkbook.from_filelike, file)
    blob.check_unchanged()
    for position, about in enumerate(workbook.sheets_metadata):
        if str(about.visible).endswith("Visible") and str(about.typ).endswith("WorkSheet"):
            table = _table(blob, _guarded(blob, workbook.get_sheet_by_index, position))
            if table is not None:
                yield table


def _guarded(blob: Blob, call: Callable[[Any], Any], argument: Any) -> Any:
    """Call into calamine; a damaged workbook makes it raise, or panic, which is no Exception."""
    from python_calamine import CalamineError, PasswordError

    try:
        return call(argument)
    except PasswordError:
        raise SourceUnreadable(path=blob.name, kind="excel", detail=PASSWORD) from None
    except CalamineError as error:
        raise SourceUnreadable(path=blob.name, kind="excel", detail=damaged(str(error))) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise SourceUnreadable(path=blob.name, kind="excel", detail=CUT_OFF) from error


def _table(blob: Blob, sheet: CalamineSheet) -> SheetTable | None:
    sample = clean_cells(list(islice(_rows(sheet), SAMPLE_ROWS)))
    if not any(cell for row in sample for cell in row) and not any(_used(sheet, 0)):
        return None
    header = find_header(sample, sheet.width)
    named = sample[header.row] if header.row >= 0 else [None] * sheet.width
    kept = list(range(sheet.width))
    if not all(named):
        used = _used(sheet, header.data)
        kept = [column for column in kept if named[column] or used[column]]
    return SheetTable(blob, sheet, header, kept)


def _used(sheet: CalamineSheet, begin: int) -> list[bool]:
    """Return which columns hold anything in the rows from `begin`."""
    used = [False] * sheet.width
    for row in islice(sheet.iter_rows(), begin, None):
        used = [known or value != "" for known, value in zip(used, row, strict=True)]
    return used


def _rows(sheet: CalamineSheet) -> Iterator[Values]:
    """Yield the rows from the sheet's first, as text, with cells that are merged downwards filled."""
    down = _merged_down(sheet)
    open_merges: dict[int, tuple[int, str]] = {}
    for position, values in enumerate(sheet.iter_rows()):
        row = [cell_text(value) for value in values]
        for column, (last, text) in list(open_merges.items()):
            if position > last:
                del open_merges[column]
            elif row[column] is None:
                row[column] = text
        for column, last in down.get(position, ()):
            text_above = row[column]
            if text_above is not None and _fills_down(values[column]):
                open_merges[column] = (last, text_above)
        yield row


def _merged_down(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Return merged ranges of more than one row: first row to column (from the sheet's first used) and last row."""
    offset = sheet.start[1] if sheet.start else 0
    down: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top and 0 <= left - offset < sheet.width:
            down.setdefault(top, []).append((left - offset, bottom))
    return down


def _fills_down(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return True
    return value >= _AN_IDENTIFIER and float(value).is_integer()


def _raw(row: Values) -> bytes:
    return "\t".join(cell or "" for cell in row).encode()
