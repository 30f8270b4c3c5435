"""Order lines, from landing to the canonical table.

One shop holds all cases, each with orders of its own, so that preparation runs once.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from moushi.columns import Customers, OrderLines, Orders, Products, Quarantine, Rates

JANUARY = [{"day": date(2024, 1, 1), "currency": "USD", "home_currency": "EUR", "rate": 0.9}]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def line(order: str, product: str = "10001", quantity: float = 1, **more: Any) -> dict[str, Any]:
    return {OrderLines.order_id: order, OrderLines.product_id: product, OrderLines.quantity: quantity, **more}


NO_TRADE = {
    "fee": ("POST", "POSTAGE", {}),
    "fee zh": ("10002", "补运费专拍链接", {}),
    "sale stamps": ("10003", "POSTAGE STAMP HOLDER", {}),
    "sale tube": ("10004", "TEST TUBE VASE", {}),
    "test": ("10005", "测试商品请勿拍", {}),
    "discount": ("D", "Discount", {"quantity": -1}),
    "adjustment": ("B", "Adjust bad debt", {"unit_price": -50}),
    "adjustment stock": ("10006", "LANTERN", {"unit_price": 0, "quantity": -9}),
    "cancelled": ("10006", "LANTERN", {"status": "交易关闭"}),
    "return": ("10006", "LANTERN", {"quantity": -2}),
}

IMPOSSIBLE = {
    "missing_value": {"order_id": None},
    "date_too_old": {"ordered_at": at("1900-01-01T00:00")},
    "date_in_future": {"ordered_at": at("2205-01-01T00:00")},
    "zero_quantity": {"quantity": 0},
    "absurd_quantity": {"quantity": 1_500_000},
    "no_amount": {"unit_price": None},
    "negative_price": {"unit_price": -3},
    "amount_mismatch": {"amount": 90_000},
    "absurd_amount": {"amount": 5_000_000_000_000, "unit_price": None},
    "no_rate": {"currency": "JPY"},
}


@pytest.fixture(scope="module")
def prepared(module_shop: Any) -> Any:
    shop = module_shop
    shop.lines(*[line(f"plain {number}") for number in range(20)], source="plain.csv")
    shop.lines(line("basic", quantity=3, discount=5), line("usd", currency="USD"), line("none", currency=None), source="basic.csv")
    shop.lines(line("killed"), source="killed.csv", load=9, visible=False)
    _merging(shop)
    _heads_and_persons(shop)
    _returns(shop)
    shop.lines(*[line(f"kind {name}", code, **{"quantity": 1, **more}) for name, (code, _, more) in NO_TRADE.items()], source="kinds.csv")
    names = [{"product_id": code, "product_name": name} for code, name, _ in NO_TRADE.values()]
    shop.land(Products, [*names, {"product_id": "85123A", "product_name": "T-LIGHT"}, {"product_id": "85123a", "product_name": "T-Light"}])
    shop.lines(*[{**line(f"bad {reason}"), **more} for reason, more in IMPOSSIBLE.items()], source="bad.csv")
    shop.quarantine(OrderLines.name, "bad.csv", rows=2)
    shop.quarantine(OrderLines.name, "never acknowledged.csv", load=7)
    shop.land(Rates, JANUARY, source="rates.csv")
    return shop.run()


def _merging(shop: Any) -> None:
    shop.lines(line("twice"), line("twice"), line("first only"), source="january.csv")
    shop.lines(line("twice"), line("twice"), line("second only"), source="year.csv")
    shop.lines(line("gaps", country="Germany", channel="web"), source="old.csv")
    shop.lines(line("gaps", country=None, channel="shop", unit_price=12), source="new.csv", load=2)
    shop.lines(line("numbered", line_id="1"), line("numbered", line_id="2"), line("numbered", "10008", line_id="2"), source="numbered.csv")
    shop.lines(line("case", "85123A"), line("case", "85123A"), line("case", "85123a"), source="case.csv")


def _heads_and_persons(shop: Any) -> None:
    shop.lines(line("headed", ordered_at=None), line("headless", ordered_at=None), source="items.csv")
    head = {"order_id": "headed", "ordered_at": at("2024-05-05T09:00"), "customer_id": "cu_h", "status": "canceled"}
    shop.land(Orders, [head, {"order_id": "empty"}], source="orders.csv")
    accounts = [{"customer_id": "cu_1", "person_id": "cu_p"}, {"customer_id": "cu_2", "person_id": "cu_p"}]
    shop.land(Customers, accounts, source="customers.csv")
    shop.lines(line("account 1", customer_id="cu_1"), line("account 2", customer_id="cu_2"), source="accounts.csv")


def _returns(shop: Any) -> None:
    moves = [
        ("netted 1", "a", 5, "2024-01-01T10:00"),
        ("netted 2", "a", 2, "2024-01-05T10:00"),
        ("netted C3", "a", -4, "2024-01-09T10:00"),
        ("netted 4", "a", 9, "2024-01-20T10:00"),
        ("over 1", "b", 1, "2024-01-01T10:00"),
        ("over C2", "b", -3, "2024-01-09T10:00"),
        ("void 1", "c", 74215, "2024-01-18T10:01"),
        ("void C2", "c", -74215, "2024-01-18T10:17"),
        ("void 3", "c", 5, "2024-01-18T11:00"),
        ("early C1", "d", -6, "2024-01-18T09:00"),
        ("early 2", "d", 6, "2024-01-18T10:00"),
    ]
    rows = [line(order, "10009", quantity, customer_id=f"cu_{who}", ordered_at=at(when)) for order, who, quantity, when in moves]
    shop.lines(*rows, line("refunded", quantity=2, status="退款成功"), source="returns.csv")


def of(shop: Any, start: str) -> list[dict[str, Any]]:
    return [row for row in shop.rows(OrderLines) if row[OrderLines.order_id].startswith(start)]


def kinds(shop: Any, start: str) -> dict[str, str]:
    return {row[OrderLines.order_id]: row[OrderLines.kind_of_line] for row in of(shop, start)}


def test_a_sale_gets_line_id_amount_and_home_money(prepared):
    (row,) = of(prepared, "basic")
    assert row[OrderLines.line_id] == "10001#1"
    assert row[OrderLines.amount] == row[OrderLines.amount_home] == row[OrderLines.net_amount_home] == Decimal(25)
    assert (row[OrderLines.kind_of_line], row[OrderLines.returned_quantity]) == ("sale", 0)


def test_foreign_money_takes_its_rate_and_none_means_home(prepared):
    assert of(prepared, "usd")[0][OrderLines.amount_home] == Decimal(9)
    assert of(prepared, "none")[0][OrderLines.currency] == "EUR"
    assert prepared.finding("no_rate")["subject"] == "JPY"


def test_loads_that_were_not_acknowledged_do_not_exist(prepared):
    assert of(prepared, "killed") == []


def test_identical_lines_of_one_file_stay_and_overlapping_files_merge(prepared):
    assert [row[OrderLines.line_id] for row in of(prepared, "twice")] == ["10001#1", "10001#2"]
    assert len(of(prepared, "first only")) == len(of(prepared, "second only")) == 1
    # Two lines of "twice" and three of "case", less one each.
    assert prepared.finding("identical_lines")["rows"] == 1 + 2


def test_the_newest_value_wins_and_gaps_erase_nothing(prepared):
    (row,) = of(prepared, "gaps")
    assert (row[OrderLines.country], row[OrderLines.channel], row[OrderLines.amount]) == ("DE", "shop", Decimal(12))


def test_a_given_line_number_is_the_key(prepared):
    assert [(row[OrderLines.line_id], row[OrderLines.product_id]) for row in of(prepared, "numbered")] == [("1", "10001"), ("2", "10008")]


def test_lines_take_what_they_lack_from_their_order(prepared):
    (row,) = of(prepared, "headed")
    assert (row[OrderLines.ordered_at], row[OrderLines.customer_id]) == (at("2024-05-05T09:00"), "cu_h")
    assert row[OrderLines.kind_of_line] == "cancelled"
    (aside,) = [row for row in prepared.rows(Quarantine) if row[Quarantine.reason] == "no_order_date"]
    assert (aside[Quarantine.source_name], aside[Quarantine.line], aside[Quarantine.column_name]) == ("items.csv", 3, "ordered_at")
    assert prepared.finding("orders_without_lines")["rows"] == 1


def test_accounts_become_the_person_behind_them(prepared):
    assert {row[OrderLines.customer_id] for row in of(prepared, "account")} == {"cu_p"}
    assert [row[Customers.customer_id] for row in prepared.rows(Customers)] == ["cu_p"]
    assert prepared.reconciled(Customers) == (2, 1, 0, 1)


def test_codes_that_differ_in_case_are_one_product(prepared):
    assert {row[OrderLines.product_id] for row in of(prepared, "case")} == {"85123A"}
    assert [row[Products.product_name] for row in prepared.rows(Products) if row[Products.product_id] == "85123A"] == ["T-Light"]
    assert prepared.finding("codes_merged")["rows"] == 1


def test_a_return_is_netted_from_the_latest_earlier_sales(prepared):
    net = {row[OrderLines.order_id]: (row[OrderLines.returned_quantity], row[OrderLines.net_amount_home]) for row in of(prepared, "netted")}
    assert net == {"netted 1": (2, 30), "netted 2": (2, 0), "netted C3": (0, 0), "netted 4": (0, 90)}
    assert kinds(prepared, "netted C3") == {"netted C3": "return"}


def test_what_was_never_sold_cannot_come_back(prepared):
    # Two units of customer b, all of d's six, and the return among the kinds.
    found = prepared.finding("returns_unmatched")
    assert (found["rows"], found["amount_home"]) == (3, Decimal(-20 - 60 - 20))


def test_a_sale_taken_back_whole_the_same_day_is_cancelled(prepared):
    assert kinds(prepared, "void") == {"void 1": "cancelled", "void C2": "cancelled", "void 3": "sale"}


def test_a_credit_before_the_sale_cancels_nothing(prepared):
    assert kinds(prepared, "early") == {"early C1": "return", "early 2": "sale"}


def test_a_sale_marked_as_refunded_came_back_whole(prepared):
    (row,) = of(prepared, "refunded")
    assert (row[OrderLines.kind_of_line], row[OrderLines.returned_quantity], row[OrderLines.net_amount_home]) == ("sale", 2, 0)


def test_lines_that_are_no_trade_are_told_apart(prepared):
    assert kinds(prepared, "kind ") == {f"kind {name}": name.split()[0] for name in NO_TRADE}


def test_what_cannot_be_is_set_aside_with_its_reason(prepared):
    assert of(prepared, "bad") == []
    assert prepared.reasons() == dict.fromkeys([*IMPOSSIBLE, "no_order_date"], 1)


def test_every_line_is_accounted_for(prepared):
    read, kept, quarantined, duplicates = prepared.reconciled(OrderLines)
    # Collection set two aside; a load that never became visible counts nowhere.
    assert quarantined == len(IMPOSSIBLE) + 1 + 2
    # "twice" twice, "gaps" once, "numbered" once.
    assert duplicates == 4
    assert kept == len(prepared.rows(OrderLines)) == read - quarantined - duplicates


def test_days_follow_the_zone_and_rates_their_day_and_runs_repeat(make_shop):
    shop = make_shop(currency="EUR", timezone="Asia/Shanghai")
    rates = [(1, "EUR", "USD", 1.25), (2, "EUR", "USD", 2.0)]
    names = (Rates.day, Rates.currency, Rates.home_currency, Rates.rate)
    shop.land(Rates, [dict(zip(names, (date(2024, month, 1), *rest), strict=True)) for month, *rest in rates], source="rates.csv")
    shop.lines(
        line("1", currency="USD", ordered_at=at("2024-01-31T15:59")),
        # Already 1 February in Shanghai.
        line("2", currency="USD", ordered_at=at("2024-01-31T16:01")),
    )
    first = shop.run().rows(OrderLines)
    assert [row[OrderLines.amount_home] for row in first] == [Decimal(8), Decimal(5)]
    assert shop.run().rows(OrderLines) == first


def test_without_any_currency_that_of_the_commonest_country_is_assumed(shop):
    shop.lines(line("1", currency=None, country="United Kingdom"))
    (row,) = shop.run().rows(OrderLines)
    assert (row[OrderLines.currency], row[OrderLines.country]) == ("GBP", "GB")
    assert shop.finding("currency_assumed")["subject"] == "GBP"
