"""The real files, counted against their published sizes."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from moushi.collect.source import find_files, open_source
from moushi.settings import Settings
from tests.unit.collect.reading import read_all, read_one

DATA = Path(os.environ.get("MOUSHI_DATA", "."))
pytestmark = pytest.mark.skipif("MOUSHI_DATA" not in os.environ, reason="MOUSHI_DATA does not name the folder of real data")


def test_online_retail_by_day() -> None:
    begun = time.process_time()
    files = find_files([DATA / "online-retail" / "by-day"])
    rows = rejected = 0
    columns, sources = set(), set()
    for path in files:
        (table,) = open_source(path, Settings(environment={}))
        for batch in table.batches():
            rows, rejected = rows + batch.rows.num_rows, rejected + len(batch.rejected)
        columns.add(table.columns)
        sources.add(table.source_id)
    assert (len(files), rows, rejected, len(sources)) == (305, 541_909, 0, 305)
    names = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
    assert columns == {names}
    assert time.process_time() - begun < 5  # of the processor, on two cores


@pytest.mark.parametrize(
    ("path", "rows", "first", "encoding"),
    [
        ("superstore/Sample - Superstore.csv", 10_194, "Row ID", "utf-8-sig"),
        ("olist/olist_products_dataset.csv", 32_951, "product_id", "utf-8"),
        ("olist/olist_sellers_dataset.csv", 3_095, "seller_id", "utf-8"),
        ("olist/product_category_name_translation.csv", 71, "product_category_name", "utf-8-sig"),
        ("olist/subset10k/orders.csv", 10_000, "order_id", "utf-8"),
        ("olist/subset10k/order_items.csv", 11_252, "order_id", "utf-8"),
        ("olist-marketing-funnel/olist_marketing_qualified_leads_dataset.csv", 8_000, "mql_id", "utf-8-sig"),
        ("olist-marketing-funnel/olist_marketing_closed_deals_dataset.csv", 842, "mql_id", "utf-8-sig"),
        ("text/online_shopping_10_cats/online_shopping_10_cats.csv", 62_774, "cat", "utf-8"),
        ("m4/Train/Hourly-train.csv", 414, "V1", "utf-8"),
        ("febrl/dataset1.csv", 1_000, "rec_id", "utf-8"),
    ],
)
def test_files_have_their_published_rows(path: str, rows: int, first: str, encoding: str) -> None:
    whole = read_one(DATA / path)
    assert (len(whole.rows), whole.rejected) == (rows, [])
    assert (whole.table.columns[0], whole.table.encoding, whole.table.header_line) == (first, encoding, 1)


def test_archives_have_their_published_rows() -> None:
    bank = read_all(DATA / "bank-marketing" / "bank-additional.zip")
    assert [len(whole.rows) for whole in bank] == [41_188, 4_119, 45_211, 4_521]
    (reviews,) = read_all(next((DATA / "womens-clothing-reviews").glob("*.zip")))
    text = reviews.table.columns.index("Review Text")
    assert (len(reviews.rows), sum(row[text] is not None for row in reviews.rows)) == (23_486, 22_641)
    assert reviews.table.columns[:2] == ("column_1", "Clothing ID")


def test_marks_and_blanks_around_values_are_gone() -> None:
    chinese = read_one(DATA / "text/online_shopping_10_cats/online_shopping_10_cats.csv")
    assert not any("\ufeff" in (value or "") for row in chinese.rows for value in row)
    people = read_one(DATA / "febrl" / "dataset1.csv")
    assert all(value is None or value == value.strip() for row in people.rows for value in row)
    assert "given_name" in people.table.columns
