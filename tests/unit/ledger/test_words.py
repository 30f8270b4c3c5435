from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest

import moushi
from moushi.columns import Decisions
from moushi.ledger import describe, settlement_words, witness_words
from moushi.ledger.facts import FactSheet, Witness
from moushi.locale import words


def row(kind, sheet):
    return {
        Decisions.kind_of_decision: kind,
        Decisions.facts: sheet.dump(),
        Decisions.expected_value_home: Decimal("1234.5"),
        Decisions.low_home: Decimal("-20"),
        Decisions.high_home: Decimal("5000"),
        Decisions.cost_home: Decimal("60"),
        Decisions.judged_on: date(2025, 3, 4),
        Decisions.as_of: date(2025, 2, 4),
    }


def sheet(**facts):
    made = FactSheet()
    made.witness("w", Witness("stock_on_hand", "stock", 2, "2025-01-01", "2025-01-31", "product_id=p", "m 1", 0.25))
    for name, (value, unit) in facts.items():
        made.add(name, value, unit, "w")
    return made


def test_facts_survive_json():
    made = sheet(quantity=(12.0, "units"), name=("茶壶", "text"), on=(date(2025, 1, 2), "day"))
    made.variant = "x"
    again = FactSheet.load(made.dump())
    assert again.facts == made.facts
    assert again.dump() == made.dump()
    assert again.facts["quantity"].witness == Witness("stock_on_hand", "stock", 2, "2025-01-01", "2025-01-31", "product_id=p", "m 1", 0.25)


def test_a_fact_that_is_not_known_is_not_kept():
    assert sheet(pack_size=(None, "units")).facts == {}


def test_sentences_without_their_facts_are_not_said():
    base = {"quantity": (12, "units"), "product": ("Kettle", "text"), "purchase_cost": (100.0, "money"), "review_days": (7, "days")}
    without = describe(row("reorder", sheet(**base)), "en")
    assert without.title == "Order 12 units of Kettle"
    assert "packs" not in without.what
    with_packs = describe(row("reorder", sheet(**base, pack_size=(6, "units"))), "en")
    assert "packs of 6" in with_packs.what
    assert describe(row("reorder", sheet(**base)), "zh").title == "订购 12 件 Kettle"


def test_money_is_written_by_the_given_formatter():
    told = describe(row("win_back", sheet(contacted=(5, "count"))), "en", money=lambda value: f"<{value:.1f}>")
    assert "<1234.5>" in told.what
    assert "<-20.0>" in told.what


def test_texts_with_braces_in_them_are_shown_as_they_are():
    told = describe(row("reorder", sheet(quantity=(1, "units"), product=("Set {3}", "text"))), "en")
    assert told.title == "Order 1 units of Set {3}"


def test_a_witness_in_words():
    made = sheet(quantity=(12, "units")).witnesses["w"]
    assert witness_words(made, "en") == (
        "units on hand and on order, newest count of each place; from stock; where product_id=p; "
        "Jan 1, 2025 to Jan 31, 2025; rows read: 2; model m 1; skill +25% over the seasonal naive"
    )
    assert "由设置 gross_margin 假定" in witness_words(Witness("unit_cost", setting="gross_margin"), "zh")


@pytest.mark.parametrize("part", ["decisions", "ledger"])
def test_both_languages_say_the_same_things(part):
    english, chinese = words(part, "en"), words(part, "zh")
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert _names(text) == _names(chinese[key]), key


def test_every_metric_and_note_has_words():
    known = words("ledger", "en")
    notes = [key.removeprefix("note.") for key in known if key.startswith("note.")]
    assert all(settlement_words(note, "zh") for note in notes)
    metrics = {key.removeprefix("metric.") for key in known if key.startswith("metric.")}
    assert _said_metrics() <= metrics | {""}


def _said_metrics():
    """Return every metric that a witness is made with in the sources of strategy and ledger."""
    found = set()
    for part in ("strategy", "ledger"):
        for path in (Path(moushi.__file__).parent / part).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and getattr(node.func, "id", "") == "Witness"
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    found.add(node.args[0].value)
    return found


def _names(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}
