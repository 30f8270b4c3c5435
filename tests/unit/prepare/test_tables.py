from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from moushi.columns import AdSpend, CategoryNames, Customers, Orders, Products, Quarantine, Sources, Stock
from moushi.prepare import merge

DAY = date(2024, 1, 1)


@pytest.fixture(scope="module")
def prepared(module_shop: Any) -> Any:
    shop = module_shop
    names = [("1", "LANTERN"), ("1", "LANTERN"), ("1", "damaged"), ("2", "VASE"), ("2", "BLUE VASE")]
    products = [{"product_id": code, "product_name": name} for code, name in names]
    priced = [{"product_id": None}, {"product_id": "3", "unit_cost": -2}, {"product_id": "4", "category": "perfumaria"}]
    shop.land(Products, [*products, *priced, {"product_id": "5", "category": "flores"}], source="products.csv")
    shop.land(CategoryNames, [{"category": "perfumaria", "translation": "perfumery"}], source="translation.csv")
    shop.land(Customers, [{"customer_id": "a", "city": "Köln", "country": "Deutschland", "consent_marketing": True}], source="old.csv")
    shop.land(Customers, [{"customer_id": "a", "country": "Österreich"}], source="new.csv", load=2)
    shop.land(Stock, [{"product_id": "1", "day": DAY, "on_hand": 5}], source="stock.csv")
    shop.land(AdSpend, [{"day": DAY, "channel": "search", "campaign_id": name, "spend": 7} for name in ("a", "b", None)], source="ads.csv")
    shop.quarantine(None, "whole.xlsx")
    shop.whole_file_aside("whole.xlsx")
    return shop.run()


def products(shop: Any, name: str) -> dict[str, Any]:
    return {row[Products.product_id]: row[name] for row in shop.rows(Products)}


def test_the_commonest_name_wins_and_the_newest_among_equals(prepared):
    assert products(prepared, Products.product_name) == {"1": "LANTERN", "2": "BLUE VASE", "4": None, "5": None}


def test_categories_are_translated_where_a_translation_is_known(prepared):
    assert products(prepared, Products.category) == {"1": None, "2": None, "4": "perfumery", "5": "flores"}


def test_rows_without_their_key_or_below_the_least_are_set_aside(prepared):
    assert prepared.reasons() == {"missing_value": 1, "below_minimum": 1}
    aside = {row[Quarantine.column_name] for row in prepared.rows(Quarantine) if row[Quarantine.step] == "prepare"}
    assert aside == {"product_id", "unit_cost"}
    assert prepared.reconciled(Products) == (9, 4, 2, 3)


def test_an_export_with_fewer_columns_erases_nothing(prepared):
    (row,) = prepared.rows(Customers)
    assert (row[Customers.city], row[Customers.country], row[Customers.consent_marketing]) == ("Köln", "AT", True)


def test_optional_parts_of_keys_are_empty_where_not_named(prepared):
    assert [row[Stock.place] for row in prepared.rows(Stock)] == [""]
    spend = [(row[AdSpend.campaign_id], row[AdSpend.country], row[AdSpend.spend]) for row in prepared.rows(AdSpend)]
    assert spend == [("", "", Decimal(7)), ("a", "", Decimal(7)), ("b", "", Decimal(7))]


def test_files_set_aside_whole_are_a_finding(prepared):
    assert prepared.finding("files_quarantined")["rows"] == 1
    assert prepared.finding("files_quarantined")["table_name"] == Sources.name


def test_tables_whose_rows_never_came_stay_empty(prepared):
    assert prepared.rows(Orders) == []


def test_many_rows_are_merged_in_parts_to_the_same_rows(shop, monkeypatch):
    monkeypatch.setattr(merge, "PART_ROWS", 5)
    codes = [f"c{number:02}" for number in range(20)]
    shop.land(Customers, [{"customer_id": code, "city": "Köln", "region": "NRW"} for code in codes], source="old.csv")
    shop.land(Customers, [{"customer_id": code, "city": "Bonn"} for code in codes], source="new.csv", load=2)
    shop.run()
    assert [(row[Customers.customer_id], row[Customers.city], row[Customers.region]) for row in shop.rows(Customers)] == [
        (code, "Bonn", "NRW") for code in codes
    ]
    assert shop.reconciled(Customers) == (40, 20, 0, 20)
