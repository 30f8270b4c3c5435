from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from moushi.columns import Approvals, Decisions, DecisionUnits, Forecasts, OrderLines, Settlements, Stock, TextAspects, Texts
from moushi.ledger.facts import FactSheet, Witness
from moushi.ledger.stage import SettleStage
from tests.support import LakeContext

AS_OF = date(2025, 3, 2)  # a Sunday
LEVELS = (Forecasts.q05, Forecasts.q10, Forecasts.q25, Forecasts.q50, Forecasts.q75, Forecasts.q90, Forecasts.q95)


@pytest.fixture
def lake(tmp_path):
    return LakeContext(tmp_path)


def day(after):
    return AS_OF + timedelta(days=after)


def sold(after, units, *, product="p0", price=10, customer=None, country=None, number=0, net=None):
    amount = units * price
    return {
        OrderLines.order_id: f"o{after}-{product}-{customer}-{country}-{number}",
        OrderLines.line_id: "1",
        OrderLines.ordered_at: datetime.combine(day(after), time(12), UTC),
        OrderLines.customer_id: customer,
        OrderLines.product_id: product,
        OrderLines.quantity: units,
        OrderLines.amount: amount,
        OrderLines.currency: "EUR",
        OrderLines.country: country,
        OrderLines.kind_of_line: "sale",
        OrderLines.returned_quantity: 0,
        OrderLines.amount_home: amount,
        OrderLines.net_amount_home: amount if net is None else net,
    }


def forecast(periods, *, target="revenue", frequency="day", product=None, country=None, issue="issue-1", low=80, middle=100, high=120):
    length = 7 if frequency == "week" else 1
    values = dict(zip(LEVELS, (low, low + 5, low + 10, middle, high - 10, high - 5, high), strict=True))
    return [
        {
            Forecasts.issue_id: issue,
            Forecasts.series_id: f"{target}:{product}:{country}",
            Forecasts.at: day(1 + length * period),
            Forecasts.as_of: AS_OF,
            Forecasts.target: target,
            Forecasts.frequency: frequency,
            Forecasts.product_id: product,
            Forecasts.country: country,
            Forecasts.horizon: period + 1,
            Forecasts.mean: 101.0,
            **{name: float(value) for name, value in values.items()},
        }
        for period in range(periods)
    ]


def settle(lake):
    SettleStage().run(lake)
    return {row[Settlements.claim_id]: row for row in lake.rows(Settlements)}


# --- forecasts ----------------------------------------------------------------


def test_nothing_settles_to_an_empty_table(lake):
    assert settle(lake) == {}
    lake.put(Forecasts, forecast(3))
    assert settle(lake) == {}


def test_a_forecast_by_hand(lake):
    # Last week sold 90 a day; then 100, 130 and 84 came.
    lake.put(OrderLines, [sold(after, 9) for after in range(-6, 1)] + [sold(1, 10), sold(2, 13), sold(3, 8.4)])
    lake.put(Forecasts, forecast(3))
    row = settle(lake)["issue-1/revenue:None:None"]
    assert row[Settlements.expected] == 303
    assert (row[Settlements.low], row[Settlements.high]) == (240, 360)
    assert row[Settlements.actual] == 314
    assert row[Settlements.counted] == 3
    assert row[Settlements.inside] == 2
    assert row[Settlements.inside_80] == 1
    assert row[Settlements.absolute_error] == 0 + 30 + 16
    assert row[Settlements.naive_absolute_error] == 10 + 40 + 6
    assert (row[Settlements.note], row[Settlements.status]) == ("forecast_full", "issued")


def test_days_without_a_sale_count_as_none_sold(lake):
    lake.put(OrderLines, [sold(-6, 9), sold(0, 9), sold(3, 10)])
    lake.put(Forecasts, forecast(3))
    row = settle(lake)["issue-1/revenue:None:None"]
    assert row[Settlements.actual] == 100
    assert row[Settlements.absolute_error] == 100 + 100 + 0
    # A week before day 3 nothing was sold, nor on days -5 and -4; day -6 came a week before day 1.
    assert row[Settlements.naive_absolute_error] == 90 + 0 + 100


def test_a_forecast_is_settled_as_its_horizon_passes_and_then_stays(lake):
    lake.put(Forecasts, forecast(3))
    lake.put(OrderLines, [sold(-6, 9), sold(1, 10)])
    first = settle(lake)["issue-1/revenue:None:None"]
    assert (first[Settlements.counted], first[Settlements.note]) == (1, "forecast_partial")
    lake.put(OrderLines, [sold(2, 10), sold(3, 10)], replace=False)
    second = settle(lake)["issue-1/revenue:None:None"]
    assert (second[Settlements.counted], second[Settlements.settled_on], second[Settlements.note]) == (3, day(3), "forecast_full")
    # A late line changes what is known, not what was settled.
    lake.put(OrderLines, [sold(2, 500, number=1), sold(9, 10)], replace=False)
    assert settle(lake)["issue-1/revenue:None:None"] == second


def test_settling_twice_changes_nothing(lake):
    lake.put(Forecasts, forecast(3) + forecast(2, issue="issue-0"))
    lake.put(OrderLines, [sold(-6, 9), sold(2, 10)])
    assert settle(lake) == settle(lake)


def test_weeks_products_and_countries_find_their_own_sales(lake):
    lines = [sold(-8, 1, product="p1"), sold(-3, 50), sold(2, 60), sold(9, 40), sold(14, 1, product="p1")]
    lines += [sold(3, 7, country="DE", price=1), sold(4, 5, country="FR", price=1)]
    lake.put(OrderLines, lines)
    weekly = {"target": "units", "frequency": "week", "low": 30, "middle": 50, "high": 70}
    lake.put(Forecasts, forecast(3, product="p0", **weekly) + forecast(2, country="DE", target="revenue"))
    found = settle(lake)
    units = found["issue-1/units:p0:None"]
    # Two whole weeks have passed: 60 + 7 + 5 and 40; the third has not.
    assert (units[Settlements.actual], units[Settlements.counted], units[Settlements.inside]) == (112, 2, 1)
    # The last known week sold 50.
    assert units[Settlements.naive_absolute_error] == 22 + 10
    assert units[Settlements.note] == "forecast_partial"
    assert found["issue-1/revenue:None:DE"][Settlements.actual] == 0


def test_after_two_years_the_naive_looks_a_year_back(lake):
    lines = [sold(-735, 1), sold(-363, 33), sold(-1, 50), sold(3, 60), sold(7, 1)]
    lake.put(OrderLines, lines)
    lake.put(Forecasts, forecast(1, product="p0", target="units", frequency="week"))
    assert settle(lake)["issue-1/units:p0:None"][Settlements.naive_absolute_error] == 61 - 33


def test_weeks_without_stock_are_not_counted(lake):
    lake.put(OrderLines, [sold(-3, 50), sold(2, 60), sold(8, 1), sold(14, 1)])
    lake.put(Stock, [{Stock.product_id: "p0", Stock.day: day(10), Stock.place: "a", Stock.on_hand: 0}])
    lake.put(Forecasts, forecast(2, product="p0", target="units", frequency="week"))
    row = settle(lake)["issue-1/units:p0:None"]
    assert (row[Settlements.counted], row[Settlements.actual]) == (1, 60)


def test_a_naive_from_before_the_data_is_not_made_up(lake):
    lake.put(OrderLines, [sold(0, 9), sold(1, 9)])
    lake.put(Forecasts, forecast(1))
    row = settle(lake)["issue-1/revenue:None:None"]
    assert row[Settlements.naive_absolute_error] is None
    assert row[Settlements.absolute_error] == 10


# --- decisions ----------------------------------------------------------------


def decision(kind, subject, values, *, name, days=14, money=(100, -50, 250)):
    sheet = FactSheet()
    sheet.witness("a", Witness("units", "order_lines"))
    for fact, value in values.items():
        sheet.add(fact, value, "number", "a")
    return {
        Decisions.decision_id: name,
        Decisions.issue_id: "issue-1",
        Decisions.as_of: AS_OF,
        Decisions.rank: 1,
        Decisions.kind_of_decision: kind,
        Decisions.subject: subject,
        Decisions.facts: sheet.dump(),
        Decisions.expected_value_home: money[0],
        Decisions.low_home: money[1],
        Decisions.high_home: money[2],
        Decisions.cost_home: 10,
        Decisions.judged_by: "x",
        Decisions.judged_on: day(days),
        Decisions.holdout_share: 0.0,
        Decisions.model: "m 1",
    }


def approve(lake, name, status="approved"):
    at = datetime.combine(AS_OF, time(12), UTC)
    lake.put(Approvals, [{Approvals.decision_id: name, Approvals.status: status, Approvals.decided_at: at, Approvals.decided_by: "a"}])


def facts(row):
    return FactSheet.load(row[Settlements.facts])


ORDER = {
    "quantity": 40,
    "position": 30,
    "unit_margin": 4,
    "holding_day": 0.1,
    "review_days": 7,
    "lead_days": 7,
    "demand_low": 40,
    "demand_high": 80,
}


def test_an_order_by_hand(lake):
    # 20 sold before it came, of 30; then 25 of which 10 were there: 15 thanks to the order.
    lake.put(OrderLines, [sold(3, 20), sold(10, 25), sold(14, 1, product="p1")])
    lake.put(Decisions, [decision("reorder", "p0", ORDER, name="RO-A")])
    approve(lake, "RO-A")
    row = settle(lake)["RO-A"]
    assert row[Settlements.actual] == pytest.approx(15 * 4 - 0.7 * (40 - 7.5))
    assert (row[Settlements.inside], row[Settlements.counted]) == (1, 1)
    assert (row[Settlements.expected], row[Settlements.note], row[Settlements.status]) == (100, "reorder_followed", "approved")
    assert facts(row).number("short") == 15


def test_an_order_not_followed_shows_what_it_would_have_earned(lake):
    lake.put(OrderLines, [sold(3, 20), sold(10, 10), sold(14, 1, product="p1")])
    lake.put(Stock, [{Stock.product_id: "p0", Stock.day: day(11), Stock.place: "a", Stock.on_hand: 0}])
    lake.put(Decisions, [decision("reorder", "p0", ORDER, name="RO-A")])
    row = settle(lake)["RO-A"]
    assert (row[Settlements.note], row[Settlements.status]) == ("reorder_not_followed_censored", "proposed")
    # Cut short by an empty shelf, sales of 30 say nothing about a demand of 40 to 80.
    assert row[Settlements.counted] == 0
    assert facts(row).number("days_out") == 1


CONTACT = {"margin_rate": 0.5, "contact_cost": 1}


def win_back(lake, treated, holdout, status="approved"):
    lake.put(Decisions, [decision("win_back", "at_risk/all", CONTACT, name="WB-A")])
    arms = [(name, "treat") for name in treated] + [(name, "holdout") for name in holdout]
    lake.put(
        DecisionUnits,
        [
            {
                DecisionUnits.decision_id: "WB-A",
                DecisionUnits.unit_id: name,
                DecisionUnits.issue_id: "issue-1",
                DecisionUnits.arm: arm,
                DecisionUnits.expected_value_home: 1,
            }
            for name, arm in arms
        ],
    )
    if status != "proposed":
        approve(lake, "WB-A", status)


def test_a_win_back_by_hand(lake):
    win_back(lake, ["a", "b", "c", "d"], ["e", "f"])
    # Treated spent 100 + 60 among four, held out 20 among two; the order on day 15 and the earlier one do not count.
    lines = [
        sold(1, 10, customer="a"),
        sold(14, 6, customer="b"),
        sold(2, 2, customer="e"),
        sold(15, 90, customer="f"),
        sold(0, 90, customer="c"),
    ]
    lake.put(OrderLines, lines)
    row = settle(lake)["WB-A"]
    # Margin 20 a head against 5, less 1 for the contact, times four.
    assert row[Settlements.actual] == pytest.approx(4 * (20 - 5 - 1))
    assert row[Settlements.note] == "win_back_increment"
    found = facts(row)
    assert [found.number(name) for name in ("treated", "treated_ordered", "holdout", "holdout_ordered")] == [4, 2, 2, 1]
    # Margins 50, 30, 0, 0 and 10, 0: variances of the means 600 / 4 and 50 / 2.
    assert found.number("increment_high") - found.number("increment") == pytest.approx(1.645 * 4 * (150 + 25) ** 0.5, rel=1e-6)


def test_returns_are_netted_in_a_win_back(lake):
    win_back(lake, ["a"], ["b"])
    lake.put(OrderLines, [sold(1, 10, customer="a", net=40), sold(14, 1)])
    assert settle(lake)["WB-A"][Settlements.actual] == pytest.approx(20 - 1)


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_a_win_back_not_carried_out_is_evidence_without_money(lake, status):
    win_back(lake, ["a", "b"], ["c"], status)
    lake.put(OrderLines, [sold(1, 10, customer="a"), sold(14, 1)])
    row = settle(lake)["WB-A"]
    assert row[Settlements.actual] is None
    assert (row[Settlements.status], row[Settlements.note]) == (status, "win_back_not_carried_out")
    assert facts(row).number("untouched_treated_ordered") == 1
    assert "treated" not in facts(row).facts


def test_without_a_holdout_no_effect_is_claimed(lake):
    win_back(lake, ["a"], [])
    lake.put(OrderLines, [sold(1, 10, customer="a"), sold(14, 1)])
    row = settle(lake)["WB-A"]
    assert (row[Settlements.actual], row[Settlements.note]) == (None, "win_back_no_holdout")


MOVE = {"actual": 5, "expected": 20, "low": 14, "high": 27}


@pytest.mark.parametrize(("units", "note"), [(20, "back"), (6, "persisted")])
def test_a_move_persists_or_not(lake, units, note):
    lake.put(OrderLines, [sold(3, units), sold(10, units), sold(14, 1, product="p1")])
    lake.put(Decisions, [decision("investigate", "product/p0", MOVE, name="IN-A")])
    row = settle(lake)["IN-A"]
    assert row[Settlements.note] == f"investigate_{note}"
    assert row[Settlements.actual] is None
    assert facts(row).number("later") == units
    assert row[Settlements.inside] == (note == "back")


def test_a_move_of_revenue_and_of_an_aspect(lake):
    lake.put(OrderLines, [sold(3, 1), sold(14, 3)])
    at = datetime.combine(day(5), time(12), UTC)
    lake.put(Texts, [{Texts.text_id: f"t{n}", Texts.written_at: at, Texts.body: "x"} for n in range(4)])
    said = [(f"t{n}", "price", 1.0 if n else -1.0) for n in range(4)]
    lake.put(
        TextAspects,
        [
            {
                TextAspects.text_id: text,
                TextAspects.aspect: aspect,
                TextAspects.polarity: polarity,
                TextAspects.start: 0,
                TextAspects.end: 1,
                TextAspects.model: "r",
            }
            for text, aspect, polarity in said
        ],
    )
    share = {"actual": 0.5, "expected": 0.2, "low": 0.1, "high": 0.3}
    lake.put(
        Decisions,
        [
            decision("investigate", "total", MOVE, name="IN-A"),
            decision("investigate", "aspect/price", share, name="IN-B"),
            decision("investigate", "aspect/size", share, name="IN-C"),
        ],
    )
    found = settle(lake)
    assert facts(found["IN-A"]).number("later") == 20
    assert facts(found["IN-B"]).number("later") == 0.25
    assert found["IN-B"][Settlements.note] == "investigate_back"
    assert found["IN-C"][Settlements.note] == "investigate_unknown"


def test_a_decision_is_settled_once_and_not_before_its_day(lake):
    lake.put(Decisions, [decision("reorder", "p0", ORDER, name="RO-A")])
    lake.put(OrderLines, [sold(3, 20), sold(13, 1)])
    assert settle(lake) == {}
    lake.put(OrderLines, [sold(14, 25)], replace=False)
    first = settle(lake)
    lake.put(OrderLines, [sold(12, 500), sold(20, 1)], replace=False)
    approve(lake, "RO-A")
    assert settle(lake) == first


def test_a_day_that_is_not_over_is_not_settled(lake):
    usual = [sold(after, 9) for after in range(-50, 3)]
    lake.put(Forecasts, forecast(3))
    early = sold(3, 1) | {OrderLines.ordered_at: datetime.combine(day(3), time(8), UTC)}
    lake.put(OrderLines, [*usual, early])
    row = settle(lake)["issue-1/revenue:None:None"]
    assert (row[Settlements.counted], row[Settlements.settled_on]) == (2, day(2))
