"""Workbooks with a title, headers merged on two rows, and a total row."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from moushi.twin.observe import Export, disk

_MOST_ROWS = 400_000
_GROUPS = (
    ("订单信息", ("订单编号", "子订单编号", "买家会员名")),
    ("商品信息", ("商品编码", "商品名称", "商品类目", "购买数量")),
    ("金额", ("商品单价", "优惠金额", "实付金额", "币种")),
    ("交易", ("国家", "付款时间", "订单状态")),
    ("收货信息", ("收货人姓名", "手机号", "收货地址")),
)


def write_workbook(path: Path, export: Export, total: bool) -> bool:
    """Write an export as xlsx; return False, having written nothing, where it has too many rows for a sheet.

    Notes
    -----
    Times and amounts are cells of their type; identifiers and telephone numbers are texts.
    """
    tables = []
    rows = 0
    for table in export.tables():
        tables.append(table)
        rows += table.num_rows
        if rows > _MOST_ROWS:
            return False
    if not rows:
        return False
    with disk(path):
        _write(path, export, pa.concat_tables(tables), total)
    return True


def _write(path: Path, export: Export, table: pa.Table, total: bool) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    # The time that the file says it was made; it must not be the clock's.
    book.set_properties({"created": datetime(2024, 1, 1, tzinfo=UTC)})
    sheet = book.add_worksheet(export.stem[:31])
    centre = book.add_format({"align": "center", "bold": True})
    sheet.merge_range(0, 0, 0, table.num_columns - 1, export.stem, centre)
    begin = _headers(sheet, table.column_names, centre)
    columns = [column.to_pylist() for column in table.columns]
    for number in range(table.num_rows):
        for place, column in enumerate(columns):
            _cell(sheet, begin + number, place, column[number])
    if total:
        _total(sheet, begin + table.num_rows, columns, "合计" if export.language == "zh" else "Total")
    book.close()


def _headers(sheet: Any, names: list[str], centre: Any) -> int:
    """Write the headers below the title and return the first row of data."""
    if not any(name in group for _, group in _GROUPS for name in names[:1]) or "子订单编号" not in names:
        for place, name in enumerate(names):
            sheet.write_string(1, place, name)
        return 2
    place = 0
    for title, group in _GROUPS:
        sheet.merge_range(1, place, 1, place + len(group) - 1, title, centre)
        place += len(group)
    for place, name in enumerate(names):
        sheet.write_string(2, place, name)
    return 3


def _cell(sheet: Any, row: int, place: int, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, place, value)
    elif isinstance(value, Decimal | int | float):
        sheet.write_number(row, place, float(value))
    else:
        sheet.write_datetime(row, place, value)


def _total(sheet: Any, row: int, columns: list[list[Any]], word: str) -> None:
    sheet.write_string(row, 0, word)
    for place, column in enumerate(columns):
        if isinstance(column[0], Decimal | int):
            sheet.write_number(row, place, float(sum(column)))
