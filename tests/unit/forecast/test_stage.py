import datetime
import json

import numpy as np
import pytest

from moushi.columns import Backtests, Forecasts, OrderLines, Stock
from moushi.forecast.stage import ForecastStage
from tests.support import LakeContext

UTC = datetime.UTC
FIRST = datetime.date(2023, 1, 2)


def line(day, product, quantity, *, amount=None, country="GB", kind="sale", hour=12):
    amount = quantity * 2 if amount is None else amount
    return {
        OrderLines.order_id: f"{day}{hour}",
        OrderLines.line_id: f"{product}{country}{kind}",
        OrderLines.ordered_at: datetime.datetime.combine(day, datetime.time(hour), UTC),
        OrderLines.product_id: product,
        OrderLines.quantity: quantity,
        OrderLines.amount: amount,
        OrderLines.currency: "GBP",
        OrderLines.country: country,
        OrderLines.kind_of_line: kind,
        OrderLines.returned_quantity: 0,
        OrderLines.amount_home: amount,
        OrderLines.net_amount_home: amount,
    }


def shop(weeks=26, products=("A", "B"), countries=("GB",)):
    """Every day but Saturday each product is sold in each country: 4 to 8 units."""
    random = np.random.default_rng(0)
    days = [FIRST + datetime.timedelta(days=i) for i in range(7 * weeks)]
    days = [day for day in days if day.weekday() != 5]
    return [
        line(day, product, int(random.integers(4, 9)), country=country) for day in days for product in products for country in countries
    ]


@pytest.fixture
def context(tmp_path):
    return LakeContext(tmp_path, horizon_days=14, horizon_weeks=4)


def run(context, lines, stock=()):
    context.put(OrderLines, lines)
    if stock:
        context.put(Stock, stock)
    ForecastStage().run(context)
    return context.rows(Forecasts), {row[Backtests.series_id]: row for row in context.rows(Backtests)}


def test_without_sales_the_tables_are_empty(context):
    assert run(context, []) == ([], {})
    assert run(context, [line(FIRST, "A", 1, kind="fee")]) == ([], {})


def test_a_shop_gets_daily_revenue_and_weekly_units_with_their_skill(context):
    forecasts, backtests = run(context, shop())
    assert {row[Forecasts.series_id] for row in forecasts} == {"revenue:*:*", "units:*:A", "units:*:B"}
    assert set(backtests) == {row[Forecasts.series_id] for row in forecasts} | {"all:revenue", "all:units"}
    last = FIRST + datetime.timedelta(days=7 * 26 - 1)
    revenue = [row for row in forecasts if row[Forecasts.target] == "revenue"]
    assert [row[Forecasts.at] for row in revenue] == [last + datetime.timedelta(days=i) for i in range(1, 15)]
    assert {row[Forecasts.as_of] for row in forecasts} == {last}
    assert [row[Forecasts.mean] for row in revenue if row[Forecasts.at].weekday() == 5] == [0.0, 0.0]
    assert all(15 < row[Forecasts.mean] < 35 for row in revenue if row[Forecasts.at].weekday() != 5)
    units = [row for row in forecasts if row[Forecasts.product_id] == "A"]
    assert [row[Forecasts.at] for row in units] == [last + datetime.timedelta(days=1 + 7 * i) for i in range(4)]
    assert all(30 < row[Forecasts.mean] < 42 for row in units)
    for row in backtests.values():
        assert row[Backtests.points] > 0
        assert row[Backtests.skill] > -0.1
        assert sum(json.loads(row[Backtests.weights]).values()) == pytest.approx(1, abs=0.001)
    assert backtests["all:revenue"][Backtests.skill] > 0.05
    assert backtests["all:units"][Backtests.skill] > 0


def test_returns_do_not_count_as_negative_demand(context):
    lines = shop(10)
    plain, _ = run(context, lines)
    returns = [line(FIRST + datetime.timedelta(days=i), "A", -5, kind="return") for i in range(60)]
    assert run(context, lines + returns)[0] == plain


def test_weeks_out_of_stock_are_unknown_demand_and_counted(context):
    lines = shop()
    out = {FIRST + datetime.timedelta(days=7 * 24 + i) for i in range(14)}
    lines = [row for row in lines if row[OrderLines.product_id] != "A" or row[OrderLines.ordered_at].date() not in out]
    stock = [
        {Stock.product_id: product, Stock.day: FIRST + datetime.timedelta(days=i), Stock.place: "", Stock.on_hand: on_hand}
        for i in range(7 * 26)
        for product in "AB"
        for on_hand in [0 if product == "A" and FIRST + datetime.timedelta(days=i) in out else 50]
    ]
    blind = {row[Forecasts.series_id]: row[Forecasts.mean] for row in run(context, lines)[0]}
    forecasts, backtests = run(context, lines, stock)
    seeing = {row[Forecasts.series_id]: row[Forecasts.mean] for row in forecasts}
    assert blind["units:*:A"] < 28
    assert 32 < seeing["units:*:A"] < 40
    assert backtests["units:*:A"][Backtests.censored] > 0
    assert backtests["units:*:B"][Backtests.censored] == 0


def test_countries_and_products_in_them_are_forecast_too(context):
    forecasts, _ = run(context, shop(countries=("DE", "GB")))
    found = {(row[Forecasts.target], row[Forecasts.product_id], row[Forecasts.country]) for row in forecasts}
    assert found == {
        (t, p, c) for t, products in (("revenue", (None,)), ("units", ("A", "B"))) for p in products for c in (None, "DE", "GB")
    }


def test_what_has_too_little_history_gets_a_share_of_its_pool(context):
    last = FIRST + datetime.timedelta(days=7 * 26 - 1)
    lines = [*shop(), line(last - datetime.timedelta(days=8), "new", 3), line(FIRST, "gone", 50)]
    forecasts, backtests = run(context, lines)
    means = {row[Forecasts.series_id]: row[Forecasts.mean] for row in forecasts}
    assert json.loads(backtests["units:*:new"][Backtests.weights]) == {"share_of_pool": 1.0}
    assert 0.2 < means["units:*:new"] < 6
    assert means["units:*:gone"] < means["units:*:new"] / 3


def test_products_over_the_setting_are_pooled(tmp_path):
    context = LakeContext(tmp_path, horizon_days=7, horizon_weeks=2, forecast_series=1)
    _, backtests = run(context, shop(20))
    weights = [json.loads(backtests[name][Backtests.weights]) for name in ("units:*:A", "units:*:B")]
    assert sum(found == {"share_of_pool": 1.0} for found in weights) == 1


def test_few_days_give_a_guess_that_says_it_was_not_tested(context):
    forecasts, backtests = run(context, shop(1))
    assert {row[Forecasts.target] for row in forecasts} == {"revenue", "units"}
    assert backtests["all:revenue"][Backtests.points] == 0
    assert backtests["all:units"][Backtests.skill] is None
    one, _ = run(context, [line(FIRST, "A", 3)])
    assert {row[Forecasts.target] for row in one} == {"revenue"}


def test_a_week_already_begun_is_left_out(context):
    lines = [row for row in shop() if row[OrderLines.ordered_at].date() < FIRST + datetime.timedelta(days=7 * 25 + 3)]
    forecasts, _ = run(context, lines)
    units = [row for row in forecasts if row[Forecasts.product_id] == "A"]
    assert units[0][Forecasts.at] == FIRST + datetime.timedelta(days=7 * 26)
    assert [row[Forecasts.horizon] for row in units] == [1, 2, 3, 4]


def test_a_last_day_that_stops_early_is_not_taken_for_a_bad_day(context):
    lines = [dict(row) for row in shop() if row[OrderLines.ordered_at].weekday() < 5]
    last = max(row[OrderLines.ordered_at] for row in lines)
    cut = [row for row in lines if row[OrderLines.ordered_at] < last]
    cut.append(line(last.date(), "A", 1, hour=8))
    forecasts, _ = run(context, cut)
    friday = last.date() + datetime.timedelta(days=7)
    mean = next(row[Forecasts.mean] for row in forecasts if row[Forecasts.at] == friday and row[Forecasts.target] == "revenue")
    assert mean > 20


def test_earlier_issues_stay_and_a_repeat_gives_the_same_rows(context):
    first, tests = run(context, shop(10))
    again, tests_again = run(context, shop(10))
    assert (again, tests_again) == (first, tests)
    context.issue_id = "issue-2"
    both, _ = run(context, shop(12))
    assert {row[Forecasts.issue_id] for row in both} == {"issue-1", "issue-2"}
    assert [row for row in both if row[Forecasts.issue_id] == "issue-1"] == first


def test_processes_and_order_of_rows_change_nothing(tmp_path):
    lines = shop(30, products=tuple("ABCDE"))
    made = []
    for name, ordered in (("one", lines), ("two", lines[::-1])):
        (tmp_path / name).mkdir()
        made.append(run(LakeContext(tmp_path / name, horizon_days=7, horizon_weeks=2), ordered))
    assert made[0] == made[1]


def test_days_are_those_of_the_shop(tmp_path):
    context = LakeContext(tmp_path, horizon_days=7, horizon_weeks=2, timezone="Asia/Shanghai")
    forecasts, _ = run(context, [line(FIRST + datetime.timedelta(days=i), "A", 2, hour=20) for i in range(30)])
    assert {row[Forecasts.as_of] for row in forecasts} == {FIRST + datetime.timedelta(days=30)}
