from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from moushi.columns import (
    Approvals,
    Customers,
    Decisions,
    DecisionUnits,
    Forecasts,
    Moves,
    OrderLines,
    Prices,
    Products,
    Profiles,
    Settlements,
    Stock,
    Supply,
    TextMoves,
    Texts,
    Themes,
)
from moushi.ledger import describe
from moushi.ledger.facts import FactSheet, Witness
from moushi.strategy.moves import sales_moves
from moushi.strategy.stage import StrategyStage
from tests.support import LakeContext
from tests.unit.strategy.shop import AS_OF, at, forecast, line, profile, stock, weekly_lines

QUANTILES = [10, 12, 15, 20, 25, 28, 30]


@pytest.fixture
def lake(tmp_path):
    return LakeContext(tmp_path)


def run(lake, issue="issue-1"):
    lake.issue_id = issue
    StrategyStage().run(lake)
    return [row for row in lake.rows(Decisions) if row[Decisions.issue_id] == issue]


def facts(row):
    return FactSheet.load(row[Decisions.facts])


def steady(products=1, weeks=60, seed=0):
    random = np.random.default_rng(seed)
    return {f"p{number}": list(random.poisson(20, weeks)) for number in range(products)}


def test_nothing_gives_empty_tables(lake):
    assert run(lake) == []
    assert lake.rows(Moves) == []
    assert lake.rows(DecisionUnits) == []


def test_one_line_gives_no_decision(lake):
    lake.put(OrderLines, [line(AS_OF, "p0", 1)])
    assert run(lake) == []


# --- reorder ------------------------------------------------------------------


def shop_with_stock(lake, on_hand=15.0, on_order=0.0, **supply):
    lake.put(OrderLines, weekly_lines(steady()))
    lake.put(Forecasts, forecast("p0", QUANTILES))
    lake.put(Stock, [stock("p0", on_hand, on_order)])
    if supply:
        lake.put(Supply, [{Supply.product_id: "p0", **supply}])


def test_an_order_lifts_the_position_to_its_level(lake):
    shop_with_stock(lake, 15, 10)
    row = run(lake)[0]
    found = facts(row)
    assert row[Decisions.kind_of_decision] == "reorder"
    # Three weeks of about 20 a week, with the doubt of the forecast and of the lead time.
    assert 55 < found.number("demand") < 65
    assert found.number("quantity") == np.ceil(found.number("level") - 25)
    assert float(row[Decisions.cost_home]) == pytest.approx(found.number("quantity") * 6 + found.number("holding_cost"), abs=0.01)
    assert row[Decisions.low_home] <= row[Decisions.expected_value_home] <= row[Decisions.high_home]
    assert row[Decisions.judged_on] == AS_OF + timedelta(days=21)


def test_supply_sets_lead_time_pack_and_minimum(lake):
    shop_with_stock(lake, lead_time_days=7.0, pack_size=25, minimum_quantity=100)
    row = run(lake)[0]
    assert facts(row).number("quantity") == 100
    assert row[Decisions.judged_on] == AS_OF + timedelta(days=14)
    assert "lead_time_assumed" not in facts(row).facts


def test_plenty_of_stock_orders_nothing(lake):
    shop_with_stock(lake, 500)
    assert run(lake) == []


def test_unknown_or_stale_stock_orders_nothing(lake):
    shop_with_stock(lake)
    lake.put(Stock, [stock("p0", 0, day=AS_OF - timedelta(days=40))])
    assert run(lake) == []
    lake.put(Stock, [])
    assert run(lake) == []


def test_stock_of_all_places_at_their_last_count_is_added(lake):
    shop_with_stock(lake)
    lake.put(Stock, [stock("p0", 99, day=AS_OF - timedelta(days=2)), stock("p0", 7), stock("p0", 5, 3, place="other")])
    found = facts(run(lake)[0])
    assert (found.number("on_hand"), found.number("on_order")) == (12, 3)


def test_costs_are_converted_as_sales_were(lake):
    # Sales of 10 USD stand as 9 at home, so a cost of 5 USD is 4.50.
    lake.put(OrderLines, weekly_lines(steady(), currency="USD", amount=10, amount_home=9, net_amount_home=9, quantity=1))
    lake.put(Products, [{Products.product_id: "p0", Products.unit_cost: 5, Products.currency: "USD", Products.product_name: "Kettle"}])
    lake.put(Forecasts, forecast("p0", QUANTILES))
    lake.put(Stock, [stock("p0", 0)])
    row = run(lake)[0]
    assert facts(row).number("unit_cost") == pytest.approx(4.5)
    assert facts(row).number("unit_margin") == pytest.approx(4.5)
    assert "Kettle" in describe(row, "zh").title


def test_a_product_never_sold_is_priced_by_the_price_that_holds(lake):
    lake.put(OrderLines, weekly_lines(steady()))
    lake.put(Forecasts, forecast("new", QUANTILES))
    lake.put(Stock, [stock("new", 0)])
    prices = [("FR", 99, None), ("", 20, None), ("", 50, AS_OF - timedelta(days=9))]
    starts = [AS_OF - timedelta(days=days) for days in (1, 8, 90)]
    lake.put(
        Prices,
        [
            {Prices.product_id: "new", Prices.valid_from: start, Prices.valid_to: end, Prices.country: country, Prices.price: price}
            for start, (country, price, end) in zip(starts, prices, strict=True)
        ],
    )
    assert facts(run(lake)[0]).number("price") == 20


def test_forecasts_per_country_are_added(lake):
    shop_with_stock(lake, 0)
    half = [value / 2 for value in QUANTILES]
    rows = [
        {**row, Forecasts.country: country, Forecasts.series_id: f"units:p0:{country}"}
        for country in ("DE", "FR")
        for row in forecast("p0", half)
    ]
    whole = facts(run(lake)[0]).number("demand")
    lake.put(Forecasts, rows)
    assert facts(run(lake)[0]).number("demand") == pytest.approx(whole)


# --- win back -----------------------------------------------------------------


def lapsing_shop(lake, customers=100, refused=(), **settings):
    lake.put(OrderLines, [line(AS_OF - timedelta(days=day), "p0", 5) for day in range(60)])
    lake.put(Profiles, [profile(f"c{number:03}", 40 + number) for number in range(customers)])
    lake.put(Customers, [{Customers.customer_id: name, Customers.consent_marketing: False} for name in refused])


def test_win_back_groups_by_segment_and_value(lake):
    lapsing_shop(lake)
    rows = run(lake)
    assert {row[Decisions.subject] for row in rows} == {"at_risk/low", "at_risk/middle", "at_risk/high"}
    assert sum(facts(row).number("customers") for row in rows) == 100
    assert min(rows, key=lambda row: row[Decisions.rank])[Decisions.subject] == "at_risk/high"


def test_expected_value_is_that_of_the_treated(lake):
    lapsing_shop(lake, customers=10)
    row = run(lake)[0]
    units = [unit for unit in lake.rows(DecisionUnits) if unit[DecisionUnits.arm] == "treat"]
    by_hand = sum(0.05 * (40 + int(unit[DecisionUnits.unit_id][1:])) * 0.4 - 0.1 for unit in units)
    assert float(row[Decisions.expected_value_home]) == pytest.approx(by_hand, abs=0.01)
    assert float(row[Decisions.cost_home]) == pytest.approx(0.1 * len(units))
    assert sum(unit[DecisionUnits.expected_value_home] for unit in units) == pytest.approx(
        row[Decisions.expected_value_home], abs=Decimal("0.1")
    )


def test_who_refused_marketing_is_left_alone(lake):
    lapsing_shop(lake, customers=10, refused=["c003"])
    row = run(lake)[0]
    assert "c003" not in {unit[DecisionUnits.unit_id] for unit in lake.rows(DecisionUnits)}
    assert facts(row).number("refused") == 1


def test_customers_not_worth_the_contact_are_left_alone(tmp_path):
    lake = LakeContext(tmp_path, contact_cost=0.9)
    lapsing_shop(lake, customers=10)
    run(lake)
    # 0.05 * 0.4 * value > 0.9 only above 45.
    assert {unit[DecisionUnits.unit_id] for unit in lake.rows(DecisionUnits)} == {"c006", "c007", "c008", "c009"}


def test_customers_of_an_open_approved_win_back_are_left_alone(lake):
    lapsing_shop(lake, customers=10)
    first = run(lake)[0]
    lake.put(
        Approvals,
        [
            {
                Approvals.decision_id: first[Decisions.decision_id],
                Approvals.status: "approved",
                Approvals.decided_at: at(AS_OF),
                Approvals.decided_by: "a",
            }
        ],
    )
    lake.put(OrderLines, [line(AS_OF + timedelta(days=7), "p0", 5)], replace=False)
    assert run(lake, "issue-2") == []


def test_the_response_is_learned_from_settled_win_backs(lake):
    lapsing_shop(lake, customers=10)
    before = float(run(lake)[0][Decisions.expected_value_home])
    sheet = FactSheet()
    sheet.witness("arms", Witness("customers_who_ordered"))
    for name, value in (("treated", 5000), ("treated_ordered", 1000), ("holdout", 5000), ("holdout_ordered", 0)):
        sheet.add(name, value, "count", "arms")
    settled = {
        Settlements.claim_id: "WB-OLD",
        Settlements.claim: "decision",
        Settlements.issue_id: "issue-0",
        Settlements.kind_of_claim: "win_back",
        Settlements.settled_on: AS_OF,
        Settlements.status: "approved",
        Settlements.expected: 1.0,
        Settlements.low: 0.0,
        Settlements.high: 2.0,
        Settlements.inside: 1,
        Settlements.counted: 1,
        Settlements.note: "win_back_increment",
        Settlements.facts: sheet.dump(),
    }
    lake.put(Settlements, [settled])
    row = run(lake)[0]
    assert facts(row).number("response") == pytest.approx(0.2, abs=0.01)
    assert float(row[Decisions.expected_value_home]) > 3 * before
    assert "response_assumed" not in facts(row).facts


# --- investigate --------------------------------------------------------------


def test_a_planted_drop_is_found_and_nothing_else(tmp_path):
    lake = LakeContext(tmp_path, investigation_cost=1)
    weeks = steady(products=30, seed=1)
    weeks["p3"][-1] = 1
    lake.put(OrderLines, weekly_lines(weeks))
    rows = run(lake)
    assert [row[Decisions.subject] for row in rows] == ["product/p3"]
    move = lake.rows(Moves)[0]
    assert (move[Moves.dimension], move[Moves.subject], move[Moves.actual]) == ("product", "p3", 1)
    assert move[Moves.high] > move[Moves.expected] > move[Moves.low] > 1
    assert float(move[Moves.gap_home]) == pytest.approx(10 * (1 - move[Moves.expected]), abs=0.01)


def test_an_empty_shelf_stands_in_the_evidence(tmp_path):
    lake = LakeContext(tmp_path, investigation_cost=1)
    weeks = steady(products=30, seed=1)
    weeks["p3"][-1] = 1
    lake.put(OrderLines, weekly_lines(weeks))
    lake.put(Stock, [stock("p3", 0, day=AS_OF - timedelta(days=day)) for day in range(4)])
    row = next(row for row in run(lake) if row[Decisions.kind_of_decision] == "investigate")
    assert facts(row).number("out_of_stock_days") == 4
    assert "On 4 of these days" in describe(row, "en").why


def test_noise_is_rarely_reported(lake):
    reported = 0
    for seed in range(5):
        lake.put(OrderLines, weekly_lines(steady(products=20, seed=100 + seed)))
        reported += any(move.found for move in sales_moves(lake, AS_OF))
    assert reported <= 2


def test_an_earlier_forecast_is_what_was_expected(tmp_path):
    lake = LakeContext(tmp_path, investigation_cost=1)
    weeks = {"p0": [20] * 59 + [60]}
    lake.put(OrderLines, weekly_lines(weeks))
    # A forecast made before the week knew of the peak.
    lake.put(Forecasts, forecast("p0", [50, 52, 55, 60, 65, 68, 70], as_of=AS_OF - timedelta(days=7), issue="issue-0"))
    run(lake)
    assert "product" not in {move[Moves.dimension] for move in lake.rows(Moves)}
    lake.put(Forecasts, forecast("p0", QUANTILES, as_of=AS_OF - timedelta(days=7), issue="issue-0"))
    run(lake)
    move = next(move for move in lake.rows(Moves) if move[Moves.dimension] == "product")
    assert move[Moves.expected] == pytest.approx(20, abs=1)


def spoken(counted=18, out_of=27, part="all", place="", dimension="aspect", subject="delivery", **more):
    return {
        TextMoves.against: "before",
        TextMoves.dimension: dimension,
        TextMoves.subject: subject,
        TextMoves.part: part,
        TextMoves.place: place,
        TextMoves.measure: "negative_share" if dimension == "aspect" else "complaint_share",
        TextMoves.period_from: AS_OF - timedelta(days=27),
        TextMoves.period_to: AS_OF,
        TextMoves.counted: counted,
        TextMoves.out_of: out_of,
        TextMoves.compared: 200,
        TextMoves.expected: 0.2,
        TextMoves.low: 0.1,
        TextMoves.high: 0.35,
        TextMoves.p_value: 0.0001,
        TextMoves.tested: 9,
        TextMoves.found: True,
        TextMoves.quotes: "[]",
    } | more


def with_orders(folder):
    lake = LakeContext(folder, investigation_cost=0.1)
    lake.put(OrderLines, [line(AS_OF - timedelta(days=day), "p0", 5) for day in range(60)])
    return lake


def test_more_complaints_are_found(tmp_path):
    lake = with_orders(tmp_path)
    lake.put(TextMoves, [spoken()])
    row = next(row for row in run(lake) if row[Decisions.subject] == "aspect/delivery")
    # 18 of 27 against 20 %: 12.6 more than expected, one order of 50 each.
    move = lake.rows(Moves)[0]
    assert move[Moves.actual] == pytest.approx(18 / 27)
    assert float(move[Moves.gap_home]) == pytest.approx(-50 * (18 - 27 * 0.2), abs=0.01)
    assert facts(row).variant == "aspect_rise"


def test_a_theme_is_named_and_quoted_with_personal_data_masked(tmp_path):
    lake = with_orders(tmp_path)
    lake.put(
        Themes,
        [{"theme_id": "t1", "name_zh": "漏水", "name_en": "leaks", "status": "accepted", "texts": 9, "negative": 9, "is_new": False}],
    )
    lake.put(Texts, [{Texts.text_id: "x", Texts.body: "It leaks. [NAME:nm_abcdefgh2345] said so."}])
    lake.put(TextMoves, [spoken(dimension="theme", subject="t1", quotes='[["x", 0, 8]]')])
    row = next(row for row in run(lake) if row[Decisions.subject] == "theme/t1")
    said = {language: describe(row, language) for language in ("en", "zh")}
    assert "leaks" in said["en"].title
    assert "漏水" in said["zh"].title
    assert "It leaks. [name] said so." in said["en"].why


def test_what_moved_in_all_texts_needs_no_second_decision_for_a_part(tmp_path):
    lake = with_orders(tmp_path)
    parts = [spoken(), spoken(part="country", place="GB"), spoken(part="product", place="p0", subject="price", counted=20)]
    lake.put(TextMoves, parts)
    subjects = {row[Decisions.subject] for row in run(lake) if row[Decisions.kind_of_decision] == "investigate"}
    assert subjects == {"aspect/delivery", "aspect/price/product/p0"}


def test_what_texts_of_long_ago_said_is_no_decision_of_today(tmp_path):
    lake = with_orders(tmp_path)
    lake.put(TextMoves, [spoken(period_to=AS_OF - timedelta(days=90))])
    assert not [row for row in run(lake) if row[Decisions.subject].startswith("aspect")]


def test_texts_without_orders_still_show_moves_and_are_decided_on(tmp_path):
    lake = LakeContext(tmp_path, investigation_cost=1, assumed_order_value=80)
    lake.put(Texts, [{Texts.text_id: "t", Texts.body: "x", Texts.written_at: at(AS_OF)}])
    lake.put(TextMoves, [spoken()])
    (row,) = run(lake)
    assert [move[Moves.subject] for move in lake.rows(Moves)] == ["delivery"]
    # 12.6 complaints more than expected, an order of 80 assumed for each.
    assert facts(row).number("gap") == pytest.approx(12.6 * 80)
    assert "Assumed: an order of 80.00, as no orders are known" in describe(row, "en").why


# --- the list -----------------------------------------------------------------


def whole_shop(lake):
    weeks = steady(products=25, seed=1)
    weeks["p3"][-1] = 1
    lake.put(OrderLines, weekly_lines(weeks))
    lake.put(Forecasts, [row for product in weeks for row in forecast(product, QUANTILES)])
    lake.put(Stock, [stock(product, 15) for product in weeks])
    lake.put(Profiles, [profile(f"c{number:03}", 40 + number) for number in range(100)])


def test_decisions_are_ranked_by_expected_value_and_limited_per_kind(tmp_path):
    lake = LakeContext(tmp_path, decisions_per_kind=2, investigation_cost=1)
    whole_shop(lake)
    rows = sorted(run(lake), key=lambda row: row[Decisions.rank])
    assert [row[Decisions.rank] for row in rows] == list(range(1, len(rows) + 1))
    values = [row[Decisions.expected_value_home] for row in rows]
    assert values == sorted(values, reverse=True)
    kinds = [row[Decisions.kind_of_decision] for row in rows]
    assert {kind: kinds.count(kind) for kind in kinds} == {"reorder": 2, "win_back": 2, "investigate": 1}
    reorder = next(row for row in rows if row[Decisions.kind_of_decision] == "reorder")
    assert facts(reorder).number("not_listed") == facts(reorder).number("looked_at") - 2 > 10


def test_the_same_run_gives_the_same_rows(lake):
    whole_shop(lake)
    assert run(lake) == run(lake)


def test_a_later_issue_of_the_same_day_takes_over_what_was_decided(lake):
    whole_shop(lake)
    first = run(lake)
    decided = first[0]
    units = [unit for unit in lake.rows(DecisionUnits) if unit[DecisionUnits.decision_id] == decided[Decisions.decision_id]]
    lake.put(
        Approvals,
        [
            {
                Approvals.decision_id: decided[Decisions.decision_id],
                Approvals.status: "rejected",
                Approvals.decided_at: at(AS_OF),
                Approvals.decided_by: "a",
            }
        ],
    )
    lake.put(Stock, [stock(f"p{number}", 3) for number in range(25)])
    second = run(lake, "issue-2")
    assert {row[Decisions.issue_id] for row in lake.rows(Decisions)} == {"issue-2"}
    kept = next(row for row in second if row[Decisions.decision_id] == decided[Decisions.decision_id])
    assert kept[Decisions.facts] == decided[Decisions.facts]
    assert sorted(row[Decisions.rank] for row in second) == list(range(1, len(second) + 1))
    assert len({row[Decisions.decision_id] for row in second}) == len(second)
    again = [unit for unit in lake.rows(DecisionUnits) if unit[DecisionUnits.decision_id] == decided[Decisions.decision_id]]
    assert len(again) == len(units)


def test_every_decision_can_be_told_in_both_languages(tmp_path):
    lake = LakeContext(tmp_path, investigation_cost=1)
    whole_shop(lake)
    for row in run(lake):
        for language in ("en", "zh"):
            told = describe(row, language, money=lambda value: f"€{value:,.0f}")
            for part in (told.title, told.what, told.whom, told.why, told.judged):
                assert part
                assert "{" not in part
            assert "€" in told.what
            assert all(shown.witness.metric for shown in told.shown)


def test_a_rise_made_by_one_order_is_a_move_but_no_decision(tmp_path):
    lake = LakeContext(tmp_path, investigation_cost=1)
    weeks = steady(products=30, seed=1)
    weeks["p3"][-1] = 400
    lake.put(OrderLines, weekly_lines(weeks))
    assert run(lake) == []
    assert ("product", "p3") in {(move[Moves.dimension], move[Moves.subject]) for move in lake.rows(Moves)}


def test_a_rise_made_by_many_orders_is_a_decision(tmp_path):
    lake = LakeContext(tmp_path, investigation_cost=1)
    lines = weekly_lines(steady(products=30, seed=1))
    lake.put(OrderLines, lines + [line(AS_OF, "p3", 4, customer_id=f"c{number}") for number in range(100)])
    row = next(row for row in run(lake) if row[Decisions.subject] == "product/p3")
    assert "largest_order" not in facts(row).facts
    # Twenty times what was expected is told by both numbers.
    assert "sold where" in describe(row, "en").title
