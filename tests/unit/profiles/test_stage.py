from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from moushi.columns import OrderLines, Products, Profiles
from moushi.profiles.scores import SEGMENTS
from moushi.profiles.stage import ProfilesStage
from tests.support import LakeContext


def sale(order: str, customer: str | None, day: str, product: str = "P", quantity: int = 1, money: int = 10, **more: Any) -> dict[str, Any]:
    usual = {
        OrderLines.order_id: order,
        OrderLines.line_id: product,
        OrderLines.ordered_at: datetime.fromisoformat(day).replace(tzinfo=UTC),
        OrderLines.customer_id: customer,
        OrderLines.product_id: product,
        OrderLines.quantity: quantity,
        OrderLines.amount: money,
        OrderLines.currency: "EUR",
        OrderLines.country: "DE",
        OrderLines.kind_of_line: "sale",
        OrderLines.returned_quantity: 0,
        OrderLines.amount_home: money,
        OrderLines.net_amount_home: money,
    }
    return {**usual, **more}


def profiles(folder: Path, lines: list[dict[str, Any]], products: list[dict[str, Any]] = (), **settings: Any) -> dict[str, dict[str, Any]]:
    context = LakeContext(folder, **settings)
    context.put(OrderLines, lines)
    context.put(Products, products)
    ProfilesStage().run(context)
    return {row[Profiles.customer_id]: row for row in context.rows(Profiles)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    lines = [
        sale("1", "a", "2024-01-01T23:30", "P", quantity=4, money=40, returned_quantity=1, net_amount_home=30),
        sale("1", "a", "2024-01-01T23:30", "Q", money=20),
        sale("2", "a", "2024-01-31", "Q", money=50, country="AT"),
        sale("3", "a", "2024-03-01", "R", money=5, country="AT"),
        sale("4", "b", "2024-02-01", "P", money=7),
        sale("5", None, "2024-03-31", "P"),
        sale("C6", "b", "2024-03-20", "P", quantity=-1, money=-7, kind_of_line="return", net_amount_home=0),
        sale("7", "c", "2024-04-30", "P", kind_of_line="cancelled", net_amount_home=0),
    ]
    products = [{Products.product_id: code, Products.category: name} for code, name in (("P", "lamps"), ("Q", "toys"))]
    return profiles(tmp_path_factory.mktemp("made"), lines, products)


def test_only_customers_with_a_sale_have_a_profile(made):
    assert list(made) == ["a", "b"]


def test_what_a_customer_did_by_hand(made):
    a = made["a"]
    # The last day of trade is the guest's, 31 March.
    assert (a[Profiles.as_of], a[Profiles.first_order_on], a[Profiles.last_order_on]) == (
        date(2024, 3, 31),
        date(2024, 1, 1),
        date(2024, 3, 1),
    )
    assert (a[Profiles.orders], a[Profiles.tenure_days], a[Profiles.recency_days]) == (3, 90, 30)
    assert (a[Profiles.revenue_home], a[Profiles.mean_order_home]) == (Decimal(105), Decimal(35))
    assert (a[Profiles.units], a[Profiles.return_rate]) == (Decimal(7), pytest.approx(1 / 7))
    assert a[Profiles.country] == "AT"


def test_the_top_category_is_that_of_most_net_revenue(made):
    a, b = made["a"], made["b"]
    # 70 for toys, 30 for lamps; R has no category.
    assert (a[Profiles.top_category], a[Profiles.top_category_share], a[Profiles.categories]) == ("toys", pytest.approx(0.7), 2)
    assert (b[Profiles.top_category], b[Profiles.top_category_share], b[Profiles.categories]) == ("lamps", 1.0, 1)


def test_gaps_are_pooled_in_a_small_shop(made):
    # Two gaps of 60 days in all among the shop's; pooled mean (5 * 45 + 60) / 7, shape 2.5.
    pooled = 285 / 7
    days = pooled * 1.5
    assert made["a"][Profiles.expected_gap_days] == pytest.approx((days + 60) / (2.5 + 2 - 1))
    assert made["b"][Profiles.expected_gap_days] == pytest.approx(pooled)
    assert made["b"][Profiles.gap_ratio] == pytest.approx(59 / pooled)


def test_scores_segments_and_activity_are_there(made):
    for row in made.values():
        assert row[Profiles.segment] in SEGMENTS
        assert 0 < row[Profiles.p_active] <= 1
        assert row[Profiles.lapsing] is False
    assert made["a"][Profiles.recency_score] > made["b"][Profiles.recency_score]


def test_days_are_the_shops(tmp_path):
    row = profiles(tmp_path, [sale("1", "a", "2024-01-01T15:59"), sale("2", "a", "2024-01-01T16:01")], timezone="Asia/Shanghai")["a"]
    assert (row[Profiles.orders], row[Profiles.first_order_on], row[Profiles.last_order_on]) == (2, date(2024, 1, 1), date(2024, 1, 2))


def test_without_lines_there_are_no_profiles(tmp_path):
    assert profiles(tmp_path, []) == {}
