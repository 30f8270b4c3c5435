"""The whole loop on a real shop's two years of exports: 305 files, 541,909 lines, no mapping written by hand."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

import moushi
from moushi.columns import Backtests, OrderLines, Reconciliation

DATA = os.environ.get("MOUSHI_DATA")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not DATA, reason="MOUSHI_DATA is not set: the public data sets are not here")]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with moushi.Workspace.create(tmp_path_factory.mktemp("real") / "shop", currency="GBP") as shop:
        shop.add(Path(str(DATA)) / "online-retail" / "by-day")
        shop.run()
        yield shop


def total(shop, **wanted):
    lines = shop.read(OrderLines)
    chosen = lines.filter([lines[name] == value for name, value in wanted.items()])
    return shop.engine.to_arrow(chosen.aggregate(lines=chosen.count(), units=chosen.quantity.sum())).to_pylist()[0]


def test_every_line_is_accounted_for(shop):
    counts = {row["table_name"]: row for row in shop.table(Reconciliation.name).to_pylist()}
    assert counts["order_lines"] == {"table_name": "order_lines", "read": 541_909, "kept": 541_909, "quarantined": 0, "duplicates": 0}
    lines = shop.read(OrderLines)
    guests = lines.filter(lines.customer_id.isnull())
    assert shop.engine.to_arrow(guests.aggregate(lines=guests.count()))["lines"].to_pylist() == [135_080]


@pytest.mark.parametrize(
    ("product", "kind"),
    [("POST", "fee"), ("DOT", "fee"), ("BANK CHARGES", "fee"), ("AMAZONFEE", "fee"), ("D", "discount"), ("B", "adjustment")],
)
def test_what_is_no_product_is_kept_apart(shop, product, kind):
    lines = shop.read(OrderLines)
    found = lines.filter(lines.product_id == product).kind_of_line.value_counts(name="n").order_by("kind_of_line")
    kinds = set(shop.engine.to_arrow(found)["kind_of_line"].to_pylist())
    assert kinds == {kind}


@pytest.mark.parametrize("units", [80_995, 74_215])
def test_the_two_great_orders_cancelled_minutes_later_are_no_demand(shop, units):
    for quantity in (Decimal(units), Decimal(-units)):
        assert total(shop, quantity=quantity, kind_of_line="sale")["lines"] == 0
        assert total(shop, quantity=quantity, kind_of_line="cancelled")["lines"] == 1


def test_forecasts_stand_beside_their_measured_skill_and_coverage(shop):
    pools = {row["series_id"]: row for row in shop.table(Backtests.name).to_pylist() if row["series_id"].startswith("all:")}
    units = pools["all:units"]
    assert units["points"] > 10_000
    assert units["skill"] > 0.1
    assert 0.75 <= units["coverage_80"] <= 0.9


def test_there_are_decisions_worth_money(shop):
    found = shop.ledger.decisions(limit=5).to_pylist()
    assert len(found) == 5
    assert all(row["low_home"] <= row["expected_value_home"] <= row["high_home"] for row in found)
    assert found[0]["expected_value_home"] > 0


def test_the_run_is_repeated_to_the_same_bytes(shop):
    repeated = shop.run(repeat=shop.runs()[0].run_id)
    assert {stage.name: stage.status for stage in repeated.stages} == dict.fromkeys((stage.name for stage in repeated.stages), "same")
    assert len(repeated.stages) == 7
