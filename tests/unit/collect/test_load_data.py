"""Real exports load with no mapping written by hand."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from moushi.collect import AddResult
from moushi.columns import CategoryNames, Customers, Leads, OrderLines, Orders, Products, Sources, Texts
from tests.unit.collect.loading_support import Door

DATA = os.environ.get("MOUSHI_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="MOUSHI_DATA names no folder with the data sets")


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "shop")


def add(door: Door, *names: str) -> AddResult:
    return door.add(*(Path(DATA or "", name) for name in names))


def test_online_retail_loads_day_by_day(door: Door) -> None:
    names = sorted(path.name for path in Path(DATA or "", "online-retail/by-day").iterdir())
    result = add(door, *(f"online-retail/by-day/{name}" for name in names[:12]))
    assert result.count("loaded") == 12
    assert result.rows == result.tables["order_lines"]
    assert result.quarantined == 0
    assert {row[Sources.mapping] for row in door.sources()} == {"order_lines"}
    first = door.landed(OrderLines)[0]
    assert (first[OrderLines.order_id], first[OrderLines.product_id], first[OrderLines.line_id]) == ("536365", "85123A", None)
    assert (first[OrderLines.quantity], first[OrderLines.unit_price], first[OrderLines.amount]) == (
        Decimal(6),
        Decimal("2.55"),
        Decimal("15.30"),
    )
    assert first[OrderLines.ordered_at] == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert first[OrderLines.country] == "United Kingdom"
    assert first[OrderLines.currency] is None
    assert door.shield.reveal(first[OrderLines.customer_id]) == "17850"
    assert door.landed(Products)[0][Products.product_name] == "WHITE HANGING HEART T-LIGHT HOLDER"


def test_superstore_fills_three_tables(door: Door) -> None:
    result = add(door, "superstore")
    assert result.tables["order_lines"] == 10_194
    first = door.landed(OrderLines)[0]
    # 03/01/19 is the third of January: later rows have days over twelve.
    assert first[OrderLines.ordered_at] == datetime(2019, 1, 3, tzinfo=UTC)
    # 16.448 was paid after 20 % off 20.56.
    assert (first[OrderLines.amount], first[OrderLines.discount], first[OrderLines.unit_price]) == (
        Decimal("16.448"),
        Decimal("4.112"),
        Decimal("8.224"),
    )
    assert first[OrderLines.line_id] is None
    assert door.landed(Products)[0][Products.category] == "Office Supplies > Paper"
    customer = door.landed(Customers)[0]
    assert door.shield.reveal(customer[Customers.customer_name]) == "Darren Powers"
    assert customer[Customers.segment] == "Consumer"
    # Orders of one customer go to several cities: the city is not the customer's.
    assert customer[Customers.city] is None


def test_olist_fills_its_tables_and_leaves_out_the_sellers(door: Door) -> None:
    result = add(door, "olist")
    assert {source.name: source.status for source in result.sources if source.status != "loaded"} == {
        "olist_sellers_dataset.csv": "refused"
    }
    assert result.exit_code == 3
    assert result.tables == {"category_names": 71, "customers": 10_000, "order_lines": 11_252, "orders": 10_000, "products": 32_951 + 6_123}
    line = door.landed(OrderLines)[0]
    assert (line[OrderLines.line_id], line[OrderLines.quantity], line[OrderLines.amount]) == ("1", Decimal(1), Decimal("199.9"))
    assert line[OrderLines.ordered_at] is None
    head = door.landed(Orders)[0]
    assert head[Orders.ordered_at] == datetime(2017, 10, 2, 10, 56, 33, tzinfo=UTC)
    assert head[Orders.status] == "delivered"
    assert head[Orders.customer_id] in door.column(Customers, Customers.customer_id)
    customer = door.landed(Customers)[0]
    assert (customer[Customers.city], customer[Customers.region]) == ("lencois paulista", "SP")
    assert customer[Customers.person_id] != customer[Customers.customer_id]
    product = door.landed(Products)[0]
    assert (product[Products.category], product[Products.product_name]) == ("perfumaria", None)
    assert door.landed(CategoryNames)[0] | {"load_id": 0, "source_id": ""} == {
        CategoryNames.category: "beleza_saude",
        CategoryNames.translation: "health_beauty",
        "load_id": 0,
        "source_id": "",
        "line": 2,
    }


def test_a_marketing_funnel_fills_leads_from_both_of_its_files(door: Door) -> None:
    result = add(door, "olist-marketing-funnel")
    assert result.tables == {"leads": 8_842}
    won = [row for row in door.landed(Leads) if row[Leads.outcome] == "won"]
    assert len(won) == 842
    assert won[0][Leads.outcome_at] == datetime(2018, 2, 26, 19, 58, tzinfo=UTC)
    known = {row[Leads.lead_id] for row in door.landed(Leads) if row[Leads.created_at] is not None}
    assert {row[Leads.lead_id] for row in won} <= known
    assert "Paid Search" in door.column(Leads, Leads.source)


def test_reviews_in_two_languages_fill_texts(door: Door) -> None:
    result = add(door, "womens-clothing-reviews", "text/online_shopping_10_cats")
    assert [dict(source.tables) for source in result.sources] == [{"texts": 23_486}, {"texts": 62_774}]
    first = door.landed(Texts)[0]
    assert (first[Texts.product_id], first[Texts.rating], first[Texts.source_kind]) == ("767", 4.0, "review")
    assert first[Texts.body] == "Absolutely wonderful - silky and sexy and comfortable"
    assert first[Texts.written_at] is None
    chinese = door.landed(Texts)[23_486]
    assert (chinese[Texts.category], chinese[Texts.label], chinese[Texts.rating]) == ("书籍", "1", None)


@pytest.mark.parametrize(
    "name", ["bank-marketing", "hillstrom", "oj", "store-item-demand", "kag-conversion", "marketing-campaign", "cdnow", "robyn"]
)
def test_data_of_other_kinds_are_refused(door: Door, name: str) -> None:
    result = add(door, name)
    assert {source.status for source in result.sources} == {"refused"}
    assert not door.toml.exists()
