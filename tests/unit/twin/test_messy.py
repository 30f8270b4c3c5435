"""Every kind of trouble is there, and beneath it stand the same rows as in the tidy exports."""

import csv
import gzip
import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from moushi.twin import Twin
from moushi.twin.messy import _with_comma


@pytest.fixture(scope="module")
def shop():
    return Twin(seed=6, customers=2_500, products=30, weeks=54)


@pytest.fixture(scope="module")
def messy(shop, tmp_path_factory):
    return {path.name: path for path in shop.observe(tmp_path_factory.mktemp("messy"), messy=True)}


@pytest.fixture(scope="module")
def clean(shop, tmp_path_factory):
    return {path.name: path for path in shop.observe(tmp_path_factory.mktemp("clean"))}


def keys(text, name, delimiter=","):
    """Return the values of a column in the rows below the header, wherever that stands."""
    found = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    header = next(i for i, row in enumerate(found) if name in row)
    place = found[header].index(name)
    return [row[place] for row in found[header + 1 :] if len(row) > place and row[place]]


def tidy(clean, name, column):
    return keys(clean[name].read_text("utf-8"), column)


def test_the_first_quarter_is_gbk_with_title_and_total(messy, clean):
    text = messy["订单明细_CN_2024Q1.csv"].read_bytes().decode("gbk")
    assert text.startswith("店铺订单明细导出")
    assert text.rstrip().splitlines()[-1].startswith("合计,")
    assert keys(text, "子订单编号") == tidy(clean, "订单明细_CN_2024Q1.csv", "子订单编号")


def test_the_total_is_the_sum(messy, clean):
    text = messy["订单明细_CN_2024Q1.csv"].read_bytes().decode("gbk")
    paid = tidy(clean, "订单明细_CN_2024Q1.csv", "实付金额")
    assert keys(text, "实付金额")[-1] == f"{sum(map(float, paid)):.2f}"


def test_the_second_quarter_is_a_workbook_with_headers_on_two_rows(messy, clean):
    sheet = CalamineWorkbook.from_path(str(messy["订单明细_CN_2024Q2.xlsx"])).get_sheet_by_index(0)
    found = sheet.to_python()
    assert found[1][0] == "订单信息"
    assert found[2][:3] == ["订单编号", "子订单编号", "买家会员名"]
    assert found[-1][0] == "合计"
    assert sheet.merged_cell_ranges[0] == ((0, 0), (0, 16))
    assert [row[1] for row in found[3:-1]] == tidy(clean, "订单明细_CN_2024Q2.csv", "子订单编号")


def test_the_second_quarter_comes_again_with_later_states(messy):
    first = CalamineWorkbook.from_path(str(messy["订单明细_CN_2024Q2.xlsx"])).get_sheet_by_index(0).to_python()[3:-1]
    again = list(csv.DictReader(io.StringIO(messy["订单明细_CN_2024Q2_重新导出.csv"].read_bytes().decode("gb18030"))))
    assert [row[1] for row in first] == [row["子订单编号"] for row in again]
    changed = [(row[13], later["订单状态"]) for row, later in zip(first, again, strict=True) if row[13] != later["订单状态"]]
    assert changed
    assert set(changed) == {("已发货", "交易成功")}


def test_the_third_quarter_is_zipped_gbk_with_full_width_digits(messy, clean):
    with zipfile.ZipFile(messy["订单明细_CN_2024Q3.zip"]) as archive:
        text = archive.read(archive.namelist()[0]).decode("gbk")
    assert keys(text, "子订单编号") == tidy(clean, "订单明细_CN_2024Q3.csv", "子订单编号")
    assert any("１" <= cell <= "９" for cell in keys(text, "购买数量"))
    assert all(cell[4] == "年" for cell in keys(text, "付款时间"))


def test_the_fourth_quarter_overlaps_the_third(messy, clean):
    text = gzip.decompress(messy["订单明细_CN_2024Q4.csv.gz"].read_bytes()).decode("utf-8-sig")
    found, own = keys(text, "子订单编号"), tidy(clean, "订单明细_CN_2024Q4.csv", "子订单编号")
    earlier = tidy(clean, "订单明细_CN_2024Q3.csv", "子订单编号")
    extra = len(found) - len(own)
    assert extra > 0
    assert found == earlier[-extra:] + own


def test_the_western_exports_have_their_own_troubles(messy, clean):
    commas = messy["orders_DE_2024Q1.csv"].read_bytes().decode("cp1252")
    assert keys(commas, "Line", ";") == tidy(clean, "orders_DE_2024Q1.csv", "Line")
    assert "," in keys(commas, "Total", ";")[0]
    assert commas.rstrip().splitlines()[-1].startswith("Total;")
    tabs = messy["orders_DE_2024Q2.txt"].read_bytes()
    assert tabs[:2] == b"\xff\xfe"
    assert tabs.decode("utf-16").count("\ufeff") == 0
    assert keys(tabs.decode("utf-16"), "Order ID", "\t") == tidy(clean, "orders_DE_2024Q2.csv", "Order ID")
    mixed = keys(messy["orders_DE_2024Q3.csv"].read_text("utf-8-sig"), "Order date")
    assert {cell[10] for cell in mixed} == {" ", "T"}


def test_customers_and_reviews_are_gbk(messy, clean):
    for name, column in (("会员资料_CN.csv", "会员名"), ("商品评价_CN.csv", "评价编号")):
        assert keys(messy[name].read_bytes().decode("gbk"), column) == tidy(clean, name, column)


def test_names_with_umlauts_survive(messy):
    assert "ü" in messy["orders_DE_2024Q1.csv"].read_bytes().decode("cp1252")


@pytest.mark.parametrize(
    ("tidy_cell", "written"),
    [("1234.50", "1.234,50"), ("-1234567.00", "-1.234.567,00"), ("0.05", "0,05"), ("-0.50", "-0,50"), ("12", "12")],
)
def test_decimal_commas(tidy_cell, written):
    assert _with_comma(tidy_cell) == written


def test_sheets_that_would_be_too_long_become_text(shop, tmp_path, monkeypatch):
    monkeypatch.setattr("moushi.twin.workbook._MOST_ROWS", 100)
    names = {path.name for path in shop.observe(tmp_path, messy=True)}
    assert "订单明细_CN_2024Q2.csv" in names
    assert "订单明细_CN_2024Q2.xlsx" not in names
