"""Exports as people really have them.

Every kind of trouble that the shop's files show is one `Style`; which file gets
which is fixed, so that each kind is there in any twin of a year or more:

- Chinese order lines, quarter by quarter: GBK with title rows and a total row;
  a workbook with a title, merged headers on two rows and a total row; GBK in a
  zip with Chinese dates, full-width digits and blank lines; gzip that begins
  ten days before its quarter.  The second quarter comes twice, the later file
  with rows updated since.
- Western order lines: semicolons, decimal commas, thousands points and a total
  row in Windows-1252; tabs in UTF-16; ISO dates of two kinds in one file; day
  first dates with month names.
- Customers and reviews in GBK, products in a workbook, the rest in UTF-8 with a
  byte order mark.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from moushi.stages import Progress
from moushi.twin.observe import Export, disk, exports, write_csv
from moushi.twin.orders import order_lines
from moushi.twin.week import State, World
from moushi.twin.workbook import write_workbook

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_OVERLAP_DAYS = 10
_BLANK_EVERY = 150


@dataclass(frozen=True)
class Style:
    """How a text file is written.

    Attributes
    ----------
    suffix : of the file name
    encoding : of its text
    delimiter : between cells
    times : strftime patterns, used in turn row by row; None leaves ISO
    comma : decimal comma and thousands points
    title, total : whether rows stand above the header, and a sum below
    full_width, blanks : whether some digits are full-width, and blank lines lie between
    """

    suffix: str = ".csv"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    times: tuple[str, ...] | None = None
    comma: bool = False
    title: bool = False
    total: bool = False
    full_width: bool = False
    blanks: bool = False


_CHINESE = (
    Style(encoding="gbk", times=("%Y/%m/%d %H:%M:%S",), title=True, total=True),
    Style(suffix=".xlsx", title=True, total=True),
    Style(suffix=".zip", encoding="gbk", times=("%Y年%m月%d日 %H:%M:%S",), full_width=True, blanks=True),
    Style(suffix=".csv.gz", times=("%Y-%m-%d %H:%M",)),
)
_WESTERN = (
    Style(encoding="cp1252", delimiter=";", times=("%d.%m.%Y %H:%M:%S",), comma=True, total=True),
    Style(suffix=".txt", encoding="utf-16", delimiter="\t"),
    Style(times=("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"), blanks=True),
    Style(delimiter=";", times=("%d-%b-%Y %H:%M",), comma=True),
)
_AGAIN = Style(encoding="gb18030", times=("%Y/%m/%d %H:%M:%S",))
_GBK = Style(encoding="gbk", times=("%Y/%m/%d %H:%M",))


def write_messy(world: World, state: State, folder: Path, progress: Progress) -> list[Path]:
    """Write every export in the way that people have them."""
    wanted = list(_jobs(world, state))
    written: list[Path] = []
    with progress.task("twin.progress.write", len(wanted)) as advance:
        for export, style in wanted:
            path = _write(folder, export, style)
            written += [path] if path else []
            advance()
    return written


def _jobs(world: World, state: State) -> Iterator[tuple[Export, Style]]:
    """Give each export its style; the second quarter of each market comes twice."""
    turn: dict[int, int] = {}
    for export in exports(world, state):
        if export.kind != "orders" or export.market is None or export.period is None:
            yield export, _other_style(export)
            continue
        place = turn.get(export.market, 0)
        turn[export.market] = place + 1
        style = (_CHINESE if export.language == "zh" else _WESTERN)[place % 4]
        if place == 1:
            # Made on the quarter's last day, and again when all was done.
            yield _as_made(world, state, export, early=True), style
            again = "重新导出" if export.language == "zh" else "updated"
            yield replace(export, stem=f"{export.stem}_{again}"), _AGAIN if export.language == "zh" else _WESTERN[0]
        elif style.suffix == ".csv.gz":
            yield _as_made(world, state, export, early=False), style
        else:
            yield export, style


def _as_made(world: World, state: State, export: Export, *, early: bool) -> Export:
    """Return an export made before its orders were all delivered, or one that begins too soon."""
    assert export.market is not None
    assert export.period is not None
    market = export.market
    as_of = export.period.last if early else None
    period = export.period
    if not early:
        period = replace(period, first=max(period.first - timedelta(days=_OVERLAP_DAYS), world.shape.start))
    return replace(export, tables=lambda: order_lines(world, state, market, period, as_of=as_of))


def _other_style(export: Export) -> Style:
    if export.kind == "products":
        return Style(suffix=".xlsx", title=True)
    if export.kind in ("customers", "reviews"):
        return _GBK if export.language == "zh" else Style(encoding="utf-8", delimiter=";")
    return Style()


def _write(folder: Path, export: Export, style: Style) -> Path | None:
    path = folder / f"{export.stem}{style.suffix}"
    if style.suffix == ".xlsx":
        if write_workbook(path, export, style.total):
            return path
        # More rows than a sheet holds.
        return write_csv(folder / f"{export.stem}.csv", export.tables())
    lines = _lines(export, style)
    first = next(lines, None)
    if first is None:
        return None
    with disk(path):
        _KEEP.get(style.suffix, _plain)(path, export, _chain(first, lines), style)
    return path


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _encoded(chunks: Iterator[str], style: Style) -> Iterator[bytes]:
    # One encoder for the whole file: the byte order mark stands at its start only.
    import codecs

    encoder = codecs.getincrementalencoder(style.encoding)()
    for chunk in chunks:
        yield encoder.encode(chunk)


def _plain(path: Path, export: Export, chunks: Iterator[str], style: Style) -> None:
    with path.open("wb") as file:
        for data in _encoded(chunks, style):
            file.write(data)


def _gzipped(path: Path, export: Export, chunks: Iterator[str], style: Style) -> None:
    # No name and no time in the file: the same bytes each time.
    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6) as file:
        for data in _encoded(chunks, style):
            file.write(data)


def _zipped(path: Path, export: Export, chunks: Iterator[str], style: Style) -> None:
    member = zipfile.ZipInfo(f"{export.stem}.csv", date_time=(2024, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive, archive.open(member, "w", force_zip64=True) as file:
        for data in _encoded(chunks, style):
            file.write(data)


_KEEP: dict[str, Callable[[Path, Export, Iterator[str], Style], None]] = {".csv.gz": _gzipped, ".zip": _zipped}


def _lines(export: Export, style: Style) -> Iterator[str]:
    """Yield the file's text, a piece per table."""
    totals: dict[int, float] = {}
    width, begun = 0, False
    for table in export.tables():
        if not begun:
            width, begun = table.num_columns, True
            yield _title(export, style) + style.delimiter.join(table.column_names) + "\r\n"
        _add(totals, table)
        yield _body(table, style)
    if begun and style.total:
        yield _total(totals, width, export, style)


def _title(export: Export, style: Style) -> str:
    if not style.title:
        return ""
    # An export that no period bounds would need another title; none has one.
    assert export.period is not None
    until = f"{export.period.first:%Y-%m-%d} 至 {export.period.last:%Y-%m-%d}"
    return f"店铺订单明细导出{style.delimiter * 3}\r\n导出范围：{until}{style.delimiter * 3}\r\n\r\n"


def _add(totals: dict[int, float], table: pa.Table) -> None:
    for place, column in enumerate(table.columns):
        if pa.types.is_decimal(column.type) or (pa.types.is_integer(column.type)):
            totals[place] = totals.get(place, 0) + float(pc.sum(column).as_py() or 0)


def _total(totals: dict[int, float], width: int, export: Export, style: Style) -> str:
    cells = [f"{totals[i]:.2f}" if i in totals else "" for i in range(width)]
    cells = [_with_comma(cell) if style.comma and cell else cell for cell in cells]
    cells[0] = "合计" if export.language == "zh" else "Total"
    return style.delimiter.join(cells) + "\r\n"


def _body(table: pa.Table, style: Style) -> str:
    """Write rows as text, with the style's dates, numbers and blanks."""
    text = pa.table([_column(column.combine_chunks(), style) for column in table.columns], names=table.column_names)
    buffer = io.BytesIO()
    options = pacsv.WriteOptions(include_header=False, delimiter=style.delimiter, quoting_style="needed")
    pacsv.write_csv(text, buffer, options)
    content = buffer.getvalue().decode("utf-8").replace("\n", "\r\n")
    return _with_blanks(content) if style.blanks else content


def _with_blanks(content: str) -> str:
    """Put an empty line after every so many; cells of these exports hold no line breaks."""
    lines = content.splitlines(keepends=True)
    parts = ["".join(lines[begin : begin + _BLANK_EVERY]) for begin in range(0, len(lines), _BLANK_EVERY)]
    return "\r\n".join(parts)


def _column(column: pa.Array, style: Style) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return _times(column, style)
    if pa.types.is_decimal(column.type):
        cells = column.cast(pa.string())
        return pa.array([_with_comma(cell) for cell in cells.to_pylist()]) if style.comma else cells
    if pa.types.is_integer(column.type) and style.full_width:
        return pa.array([str(v).translate(_FULL_WIDTH) if i % 50 == 7 else str(v) for i, v in enumerate(column.to_pylist())])
    return column.cast(pa.string())


def _times(column: pa.Array, style: Style) -> pa.Array:
    if style.times is None:
        return column.cast(pa.string())
    written = [pc.strftime(column, format=pattern, locale="C") for pattern in style.times]
    # Whole seconds are meant, not "09.000".
    turn = pa.array(np.arange(len(column)) % len(written))
    return pc.choose(turn, *written)


def _with_comma(cell: str) -> str:
    """Write 1234.50 as 1.234,50."""
    whole, _, rest = cell.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}".replace(",", ".") + (f",{rest}" if rest else "")
