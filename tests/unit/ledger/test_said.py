"""What became of standing complaints: judged by what texts of the same place say later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from moushi.columns import Decisions, OrderLines, Products, Settlements, Sources, TextAspects, Texts
from moushi.ledger.facts import FactSheet, Witness
from moushi.ledger.stage import SettleStage
from moushi.ledger.words import settlement_words
from tests.support import LakeContext

AS_OF = date(2025, 3, 2)
JUDGED = AS_OF + timedelta(days=91)


@pytest.fixture
def lake(tmp_path: Path) -> LakeContext:
    return LakeContext(tmp_path)


def standing(subject: str = "aspect/size_fit/category/Dresses", name: str = "IN-A") -> dict[str, Any]:
    sheet = FactSheet(variant="aspect_standing")
    sheet.witness("a", Witness("negative_share", "text_aspects+texts"))
    for fact, value in {"actual": 0.4, "expected": 0.1, "low": 0.07, "high": 0.14, "peers": 800}.items():
        sheet.add(fact, value, "share", "a")
    row: dict[str, Any] = dict.fromkeys((Decisions.expected_value_home, Decisions.low_home, Decisions.high_home, Decisions.cost_home), 1)
    row |= {Decisions.decision_id: name, Decisions.issue_id: "i", Decisions.as_of: AS_OF, Decisions.rank: 1, Decisions.subject: subject}
    row |= {Decisions.kind_of_decision: "investigate", Decisions.facts: sheet.dump(), Decisions.judged_by: "x", Decisions.model: "m"}
    return row | {Decisions.judged_on: JUDGED, Decisions.holdout_share: 0.0}


def say(lake: LakeContext, *groups: tuple[int, int, int | None, dict[str, Any]]) -> None:
    """Write texts about sizes: how many, of them badly, days after the decision (None: no day), and where."""
    texts, aspects = [], []
    for total, bad, after, where in groups:
        for number in range(total):
            name = f"t{len(texts):04}"
            at = None if after is None else datetime.combine(AS_OF + timedelta(days=after), time(12), UTC)
            texts.append({Texts.text_id: name, Texts.body: "x", Texts.written_at: at} | where)
            span = {TextAspects.start: 0, TextAspects.end: 1, TextAspects.model: "r"}
            aspects.append(
                {TextAspects.text_id: name, TextAspects.aspect: "size_fit", TextAspects.polarity: -1.0 if number < bad else 1.0} | span
            )
    lake.put(Texts, texts)
    lake.put(TextAspects, aspects)


def settle(lake: LakeContext) -> dict[str, Any]:
    SettleStage().run(lake)
    return {row[Settlements.claim_id]: row for row in lake.rows(Settlements)}


DRESSES = {Texts.category: "Dresses"}
LATER = (1, 0, 91, {Texts.category: "Knits"})


@pytest.mark.parametrize(("bad", "note", "inside"), [(20, "standing_persists", 0), (9, "standing_over", 1)])
def test_later_texts_of_the_same_category_judge_it_without_orders(lake: LakeContext, bad: int, note: str, inside: int) -> None:
    # Before the decision, and elsewhere, all is bad: neither counts.
    say(lake, (50, bad, 30, DRESSES), (40, 40, 0, DRESSES), (40, 40, 30, {Texts.category: "Knits"}), LATER)
    lake.put(Decisions, [standing()])
    row = settle(lake)["IN-A"]
    assert (row[Settlements.note], row[Settlements.inside], row[Settlements.counted], row[Settlements.actual]) == (note, inside, 1, None)
    found = FactSheet.load(row[Settlements.facts])
    assert found.number("later") == bad / 50
    # Of 50 mentions at a true 10 %, in 95 of 100 cases at most 9 are bad.
    assert found.number("later_high") == 0.18


def test_a_product_gets_its_category_from_the_table_of_products(lake: LakeContext) -> None:
    say(lake, (50, 20, 30, {Texts.product_id: "p"}), (1, 0, 91, {}))
    lake.put(Products, [{Products.product_id: "p", Products.category: "Dresses"}])
    lake.put(Decisions, [standing(), standing("aspect/size_fit/product/p", "IN-B"), standing("aspect/price/product/p", "IN-C")])
    notes = {name: row[Settlements.note] for name, row in settle(lake).items()}
    assert notes == {"IN-A": "standing_persists", "IN-B": "standing_persists", "IN-C": "standing_unknown"}


def test_too_few_texts_leave_it_unknown(lake: LakeContext) -> None:
    say(lake, (9, 9, 30, DRESSES), LATER)
    lake.put(Decisions, [standing()])
    row = settle(lake)["IN-A"]
    assert (row[Settlements.note], row[Settlements.counted]) == ("standing_unknown", 0)
    assert settlement_words(row[Settlements.note], "en") == "Too little was said of it since, so it cannot be known."


def test_texts_without_days_leave_it_unknown_once_a_later_file_has_come(lake: LakeContext) -> None:
    say(lake, (50, 20, None, DRESSES))
    lake.put(Decisions, [standing()])
    file = dict.fromkeys((Sources.load_id, Sources.bytes), 1) | dict.fromkeys((Sources.position, Sources.rows, Sources.quarantined), 0)
    file |= {Sources.source_id: "s", Sources.source_name: "s", Sources.format: "csv", Sources.tables: "{}", Sources.status: "loaded"}
    lake.put(Sources, [file | {Sources.loaded_at: datetime.combine(JUDGED - timedelta(days=1), time(12), UTC)}])
    assert settle(lake) == {}
    lake.put(Sources, [file | {Sources.loaded_at: datetime.combine(JUDGED, time(12), UTC)}])
    assert settle(lake)["IN-A"][Settlements.note] == "standing_unknown"


def test_with_orders_it_is_due_by_their_days(lake: LakeContext) -> None:
    say(lake, (50, 20, 30, DRESSES), LATER)
    lake.put(Decisions, [standing()])
    line = {OrderLines.order_id: "o", OrderLines.line_id: "1", OrderLines.kind_of_line: "sale", OrderLines.currency: "EUR"}
    money = (OrderLines.quantity, OrderLines.amount, OrderLines.amount_home, OrderLines.net_amount_home, OrderLines.returned_quantity)
    line |= dict.fromkeys(money, 1) | {OrderLines.ordered_at: datetime.combine(AS_OF, time(12), UTC)}
    lake.put(OrderLines, [line])
    assert settle(lake) == {}
