from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt

from moushi.errors import SourceTooLarge, SourceUnreadable
from tests.unit.collect.reading import read_all, read_one

Cell = tuple[int, int, Any]


def workbook(path: Path, sheets: dict[str, list[list[Any]]], merges: list[tuple[int, int, int, int, Any]] = ()) -> Path:  # type: ignore[assignment]
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if isinstance(value, dt.datetime):
                        sheet.write_datetime(i, j, value, moment)
                    elif isinstance(value, dt.date):
                        sheet.write_datetime(i, j, value, day)
                    elif value is not None:
                        sheet.write(i, j, value)
            for top, left, bottom, right, value in merges:
                sheet.merge_range(top, left, bottom, right, value)
    return path


def test_values_come_as_a_person_would_type_them(tmp_path: Path) -> None:
    moment = dt.datetime(2024, 1, 5, 10, 11, 12)
    rows = [
        ["id", "day", "at", "price", "n", "ok", "ref"],
        ["A1", dt.date(2024, 1, 5), moment, 0.1 + 0.2, 3, True, "007"],
        ["A2", dt.date(2024, 2, 6), moment, 1234567.89, 123456789012, False, "#N/A"],
    ]
    whole = read_one(workbook(tmp_path / "b.xlsx", {"S": rows}))
    assert whole.rows == [
        ("A1", "2024-01-05", "2024-01-05 10:11:12", "0.3", "3", "true", "007"),
        ("A2", "2024-02-06", "2024-01-05 10:11:12", "1234567.89", "123456789012", "false", None),
    ]
    assert (whole.table.format, whole.table.source_name) == ("excel", "b.xlsx#S")
    assert whole.table.source_id.endswith("/S")


def test_titles_empty_rows_and_columns_and_totals(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [None, "销售报表"],
        [],
        [None, "导出时间", "2024-06-01"],
        [],
        [None, "订单编号", None, "商品", "数量", "金额"],
        [None, "T1", None, "茶", 2, 10.5],
        [],
        [None, "T2", None, "杯", 1, 20],
        [None, "合计", None, None, 3, 30.5],
    ]
    whole = read_one(workbook(tmp_path / "b.xlsx", {"一月": rows}))
    assert (whole.table.columns, whole.table.header_line) == (("订单编号", "商品", "数量", "金额"), 5)
    assert (whole.rows, whole.lines) == ([("T1", "茶", "2", "10.5"), ("T2", "杯", "1", "20")], [6, 8])
    assert whole.reasons == [(9, "total_row")]


def test_merged_header_and_merged_order_cells(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [None] * 5,
        [None, None, "应付", "实付", None],
        [None, "茶", 10, 9, dt.date(2024, 1, 1)],
        [None, "杯", 20, 18, dt.date(2024, 1, 1)],
        ["T2", "壶", 30, 27, dt.date(2024, 1, 2)],
    ]
    merges = [(0, 0, 1, 0, "订单编号"), (0, 1, 1, 1, "商品"), (0, 2, 0, 3, "金额"), (0, 4, 1, 4, "时间"), (2, 0, 3, 0, "T1")]
    whole = read_one(workbook(tmp_path / "b.xlsx", {"S": rows}, merges))
    assert (whole.table.columns, whole.table.header_line) == (("订单编号", "商品", "应付", "实付", "时间"), 2)
    assert [row[0] for row in whole.rows] == ["T1", "T1", "T2"]


def test_merged_amounts_are_not_repeated(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["order", "item", "total"], [None, "tea", None], [None, "cup", None], ["33001234567", "pot", 7]]
    merges = [(1, 0, 2, 0, 33001234566), (1, 2, 2, 2, 50)]
    whole = read_one(workbook(tmp_path / "b.xlsx", {"S": rows}, merges))
    assert whole.rows == [("33001234566", "tea", "50"), ("33001234566", "cup", None), ("33001234567", "pot", "7")]


def test_every_visible_sheet_that_holds_something(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("orders", "empty", "customers", "lists"):
            sheet = book.add_worksheet(name)
            if name != "empty":
                sheet.write_row(0, 0, ["id", name])
                sheet.write_row(1, 0, [1, "x"])
            if name == "lists":
                sheet.hide()
    tables = read_all(path)
    assert [whole.table.source_name for whole in tables] == ["b.xlsx#orders", "b.xlsx#customers"]
    assert len({whole.table.source_id for whole in tables}) == 2


def test_old_workbooks(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("订单")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    sheet.write_merge(0, 0, 0, 2, "标题")
    for column, name in enumerate(["编号", "日期", "金额"]):
        sheet.write(2, column, name)
    sheet.write_merge(3, 4, 0, 0, "T1")
    for row, amount in ((3, 0.1 + 0.2), (4, 2.0)):
        sheet.write(row, 1, dt.datetime(2024, 3, row), style)
        sheet.write(row, 2, amount)
    path = tmp_path / "old.xls"
    book.save(str(path))
    whole = read_one(path)
    assert (whole.table.columns, whole.table.header_line) == (("编号", "日期", "金额"), 3)
    assert whole.rows == [("T1", "2024-03-03", "0.3"), ("T1", "2024-03-04", "2")]


def test_the_name_does_not_decide(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", {"S": [["a", "b"], [1, 2]]}).rename(tmp_path / "b.csv")
    assert read_one(path).rows == [("1", "2")]
    text = tmp_path / "export.xls"
    text.write_text("a\tb\n1\t2\n")
    assert read_one(text).rows == [("1", "2")]
    page = tmp_path / "page.xls"
    page.write_text("<html><table><tr><td>1</td></tr></table></html>")
    with pytest.raises(SourceUnreadable, match="web page"):
        read_one(page)


def test_batches_of_a_sheet(tmp_path: Path) -> None:
    rows = [["id", "n"], *([f"A{i}", i] for i in range(25))]
    table = read_one(workbook(tmp_path / "b.xlsx", {"S": rows})).table
    assert [batch.rows.num_rows for batch in table.batches(10)] == [10, 10, 5]
    assert [line for batch in table.batches(10) for line in batch.lines.to_pylist()] == list(range(2, 27))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("suffix", [".xlsx", ".xls"])
def test_cut_off_workbooks_are_refused(tmp_path: Path, share: float, suffix: str) -> None:
    path = tmp_path / f"b{suffix}"
    rows = [["id", "name"], *([i, f"name {i}"] for i in range(300))]
    if suffix == ".xlsx":
        workbook(path, {"S": rows})
    else:
        book = xlwt.Workbook()
        sheet = book.add_sheet("S")
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                sheet.write(i, j, value)
        book.save(str(path))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceUnreadable, match="cut off or damaged"):
        read_all(path)


def test_a_newer_workbook_behind_a_password_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    # Its entries stand in an old container; the name of each is padded to 64 bytes.
    content = bytearray(1024)
    content[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    content[30] = 9
    name = "EncryptedPackage".encode("utf-16-le")
    content[512 : 512 + len(name)] = name
    path = tmp_path / "locked.xlsx"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match="password") as caught:
        read_all(path)
    assert "密码" in caught.value.message("zh")


def test_a_flipped_byte_in_a_workbook_is_noticed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", {"S": [["id", "name"], *([i, f"name {i}"] for i in range(300))]})
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x10
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable):
        read_all(path)


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", {"S": [["a", "b"], [1, 2]]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/blank.bin", bytes(20_000_000))
    with pytest.raises(SourceTooLarge, match="max_unpack_ratio"):
        read_all(path)
    assert len(read_all(path, max_unpack_ratio=10_000.0)) == 1
