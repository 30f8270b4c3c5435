"""Standing complaints as decisions: worth, words, one of a product and its category, and shops without orders or dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from moushi.columns import Approvals, Decisions, Moves, OrderLines, Products, Sources, TextMoves, Texts
from moushi.ledger import describe
from moushi.ledger.facts import FactSheet
from moushi.strategy.stage import StrategyStage
from tests.support import LakeContext
from tests.unit.strategy.shop import AS_OF, line

DATED = {TextMoves.period_from: AS_OF - timedelta(days=364), TextMoves.period_to: AS_OF}
LOADED = datetime(2025, 6, 29, 23, 30, tzinfo=UTC)


def stands(
    counted: int = 80, out_of: int = 200, part: str = "category", place: str = "Dresses", subject: str = "size_fit", **more: Any
) -> dict[str, Any]:
    return {
        TextMoves.against: "others",
        TextMoves.dimension: "aspect",
        TextMoves.subject: subject,
        TextMoves.part: part,
        TextMoves.place: place,
        TextMoves.measure: "negative_share",
        TextMoves.counted: counted,
        TextMoves.out_of: out_of,
        TextMoves.compared: 800,
        TextMoves.expected: 0.1,
        TextMoves.low: 0.07,
        TextMoves.high: 0.14,
        TextMoves.p_value: 1e-9,
        TextMoves.tested: 10,
        TextMoves.found: True,
        TextMoves.quotes: "[]",
    } | more


def reviews(folder: Path, **settings: Any) -> LakeContext:
    """Return a workspace that holds reviews without days, and nothing else."""
    lake = LakeContext(folder, **({"investigation_cost": 1.0} | settings))
    lake.put(Texts, [{Texts.text_id: "x", Texts.body: "Runs very small. [NAME:nm_abcdefgh2345] sent it back."}])
    file = dict.fromkeys((Sources.load_id, Sources.bytes), 1) | dict.fromkeys((Sources.position, Sources.rows, Sources.quarantined), 0)
    file |= {Sources.source_name: "reviews.csv", Sources.format: "csv", Sources.tables: "{}"}
    days = {"old": (LOADED - timedelta(days=9), "loaded"), "new": (LOADED, "loaded"), "bad": (LOADED + timedelta(days=9), "quarantined")}
    sources = [file | {Sources.source_id: name, Sources.loaded_at: at, Sources.status: status} for name, (at, status) in days.items()]
    lake.put(Sources, sources)
    return lake


def shop(folder: Path) -> LakeContext:
    """Return a workspace with an order of 50 a day, all of p0."""
    lake = LakeContext(folder, investigation_cost=0.1)
    lake.put(OrderLines, [line(AS_OF - timedelta(days=day), "p0", 5) for day in range(60)])
    return lake


def decided(lake: LakeContext, issue: str = "issue-1") -> dict[str, dict[str, Any]]:
    lake.issue_id = issue
    StrategyStage().run(lake)
    rows = [row for row in lake.rows(Decisions) if row[Decisions.issue_id] == issue]
    return {row[Decisions.subject]: row for row in rows if row[Decisions.subject].startswith(("aspect", "theme"))}


def facts(row: dict[str, Any]) -> FactSheet:
    return FactSheet.load(row[Decisions.facts])


def test_reviews_alone_get_a_decision_with_what_is_assumed_said(tmp_path: Path) -> None:
    lake = reviews(tmp_path, timezone="Asia/Shanghai")
    lake.put(TextMoves, [stands(quotes='[["x", 0, 15]]')])
    row = decided(lake)["aspect/size_fit/category/Dresses"]
    # Half past eleven in London is the next day in Shanghai; the file set aside brought nothing.
    assert row[Decisions.as_of] == AS_OF + timedelta(days=1)
    assert row[Decisions.judged_on] == row[Decisions.as_of] + timedelta(days=91)
    # 80 complaints where 20 are usual: 60 orders of 50 assumed, a margin of 40 % and a recovery of 10 % assumed.
    assert facts(row).number("excess") == 60
    assert facts(row).number("gap") == 3000
    assert float(row[Decisions.expected_value_home]) == pytest.approx(3000 * 0.4 * 0.1 - 1, rel=0.1)
    assert facts(row).facts["order_value_assumed"].witness.setting == "assumed_order_value"
    assert lake.rows(Moves) == []
    said = describe(row, "en")
    assert said.title == "More complaints about Size and fit in Dresses than in other categories: find out why"
    assert "Of 200 mentions of Size and fit, 40% are negative." in said.why
    assert "In all other categories than Dresses it is 10% of 800; by chance it would be 7.0% to 14% here" in said.why
    assert "The texts have no dates" in said.why
    assert "of 50.00 (assumed, as no orders are known): 3,000" in said.why
    assert "“Runs very small. [name] sent it back.”" in said.why
    assert "not why" in said.why
    assert "365 days" in said.what
    chinese = describe(row, "zh")
    assert chinese.title == "Dresses：对尺码与版型的抱怨多于其他品类，查明原因"
    assert "没有日期" in chinese.why
    assert "{" not in chinese.why + chinese.what + chinese.whom + chinese.judged + said.why + said.what + said.whom + said.judged


def test_the_day_of_reviews_without_orders_is_that_of_the_newest(tmp_path: Path) -> None:
    lake = reviews(tmp_path)
    lake.put(Texts, [{Texts.text_id: "x", Texts.body: "x", Texts.written_at: datetime(2025, 3, 9, tzinfo=UTC)}])
    lake.put(TextMoves, [stands(**DATED | {TextMoves.period_to: datetime(2025, 3, 9, tzinfo=UTC).date()})])
    assert {row[Decisions.as_of].isoformat() for row in decided(lake).values()} == {"2025-03-09"}


def test_no_texts_and_no_orders_give_nothing(tmp_path: Path) -> None:
    lake = reviews(tmp_path)
    lake.put(Texts, [])
    assert decided(lake) == {}


def test_with_orders_and_days_nothing_is_assumed_of_them(tmp_path: Path) -> None:
    lake = shop(tmp_path)
    lake.put(Products, [{Products.product_id: "p0", Products.product_name: "Kettle", Products.unit_cost: 4, Products.currency: "EUR"}])
    lake.put(TextMoves, [stands(part="product", place="p0", within="Kitchen", **DATED)])
    row = decided(lake)["aspect/size_fit/product/p0"]
    found = facts(row)
    assert (found.number("order_value"), found.number("gap"), found.number("margin_rate")) == (50, 3000, 0.6)
    assert "order_value_assumed" not in found.facts
    assert "assumed_days" not in found.facts
    assert found.number("lasting_days") == 365
    assert found.facts["margin_rate"].witness.setting is None
    assert float(row[Decisions.expected_value_home]) == pytest.approx(3000 * 0.6 * 0.1 - 0.1, rel=0.1)
    said = describe(row, "en")
    assert "Kettle" in said.title
    assert "In other texts of category Kitchen it is 10% of 800" in said.why
    assert "one order of 50.00 is counted for each" in said.why


def test_what_texts_of_two_quarters_ago_said_is_no_decision(tmp_path: Path) -> None:
    lake = shop(tmp_path)
    lake.put(TextMoves, [stands(**DATED | {TextMoves.period_to: AS_OF - timedelta(days=92)})])
    assert decided(lake) == {}


def test_one_product_that_makes_its_category_stand_out_is_the_decision(tmp_path: Path) -> None:
    lake = reviews(tmp_path)
    # Without d1, the category has 10 of 100: as all others.
    lake.put(TextMoves, [stands(80, 200), stands(70, 100, "product", "d1", within="Dresses")])
    assert set(decided(lake)) == {"aspect/size_fit/product/d1"}


def test_a_category_that_stands_out_without_its_worst_product_is_the_decision(tmp_path: Path) -> None:
    lake = reviews(tmp_path)
    # Without d1 it still has 50 of 150; d9 is of another category, price another thing.
    others = [stands(30, 50, "product", "d9", within="Knits"), stands(30, 50, "product", "d1", "price", within="Dresses")]
    lake.put(TextMoves, [stands(80, 200), stands(30, 50, "product", "d1", within="Dresses"), *others])
    assert set(decided(lake)) == {"aspect/size_fit/category/Dresses", "aspect/size_fit/product/d9", "aspect/price/product/d1"}


def test_a_move_of_the_same_product_needs_no_second_decision(tmp_path: Path) -> None:
    lake = shop(tmp_path)
    move = stands(part="product", place="p0", **DATED) | {TextMoves.against: "before"}
    lake.put(TextMoves, [stands(part="product", place="p0", **DATED), move])
    (row,) = decided(lake).values()
    assert facts(row).variant == "aspect_rise"


@pytest.mark.parametrize("status", ["approved", "rejected"])
def test_what_somebody_decided_on_is_not_proposed_again_until_it_is_judged(tmp_path: Path, status: str) -> None:
    lake = reviews(tmp_path)
    lake.put(TextMoves, [stands(), stands(subject="price")])
    first = decided(lake)["aspect/size_fit/category/Dresses"]
    approval = {Approvals.decision_id: first[Decisions.decision_id], Approvals.status: status, Approvals.decided_by: "x"}
    lake.put(Approvals, [approval | {Approvals.decided_at: LOADED}])

    def added(after: int) -> None:
        sources = [row | {Sources.loaded_at: LOADED + timedelta(days=after)} for row in lake.rows(Sources)]
        lake.put(Sources, sources)

    added(90)
    assert set(decided(lake, "issue-2")) == {"aspect/price/category/Dresses"}
    added(91)
    assert set(decided(lake, "issue-3")) == {"aspect/size_fit/category/Dresses", "aspect/price/category/Dresses"}


def test_only_the_best_are_proposed(tmp_path: Path) -> None:
    lake = reviews(tmp_path, decisions_per_kind=2)
    lake.put(TextMoves, [stands(60 + 10 * place, 200, place=f"c{place}") for place in range(4)])
    found = decided(lake)
    assert set(found) == {"aspect/size_fit/category/c2", "aspect/size_fit/category/c3"}
    assert {facts(row).number("not_listed") for row in found.values()} == {2}


def test_what_costs_more_to_look_into_than_it_is_worth_is_no_decision(tmp_path: Path) -> None:
    lake = reviews(tmp_path, investigation_cost=500.0)
    lake.put(TextMoves, [stands()])
    assert decided(lake) == {}


def test_orders_that_come_later_take_the_place_of_the_day_of_loading(tmp_path: Path) -> None:
    lake = reviews(tmp_path, investigation_cost=0.1)
    lake.put(TextMoves, [stands(), stands(subject="price")])
    first = decided(lake)["aspect/price/category/Dresses"]
    approval = {Approvals.decision_id: first[Decisions.decision_id], Approvals.status: "approved", Approvals.decided_by: "x"}
    lake.put(Approvals, [approval | {Approvals.decided_at: LOADED}])
    # They end a week before the reviews were loaded: the newest issue must still be this one.
    lake.put(OrderLines, [line(AS_OF - timedelta(days=7 + day), "p0", 5) for day in range(60)])
    second = decided(lake, "issue-2")
    assert {row[Decisions.issue_id] for row in lake.rows(Decisions)} == {"issue-2"}
    days = {subject: row[Decisions.as_of] for subject, row in second.items()}
    assert days == {"aspect/size_fit/category/Dresses": AS_OF - timedelta(days=7), "aspect/price/category/Dresses": AS_OF}
    # What somebody decided on stays as it was, and is not proposed a second time.
    texts = [row for row in lake.rows(Decisions) if row[Decisions.subject] in days]
    assert len(texts) == 2
    assert first[Decisions.decision_id] in {row[Decisions.decision_id] for row in texts}
