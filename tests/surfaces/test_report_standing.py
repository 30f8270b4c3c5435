"""The report of a workspace that holds reviews alone: what is complained of more than elsewhere, and what to do about it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from moushi.columns import Decisions, Products, TextInsights, TextMoves, Texts
from moushi.errors import Language
from moushi.ledger.facts import FactSheet, Witness
from moushi.locale import LANGUAGES
from moushi.surfaces.report.content import build
from moushi.surfaces.report.render import render
from tests.support import LakeContext
from tests.surfaces.page import Page


def judged(against: str, part: str, place: str, **more: Any) -> dict[str, Any]:
    row = {"against": against, "dimension": "aspect", "subject": "size_fit", "part": part, "place": place, "measure": "negative_share"}
    row |= {"counted": 80, "out_of": 200, "compared": 800, "expected": 0.1, "low": 0.07, "high": 0.14, "p_value": 1e-9, "tested": 10}
    return row | {"found": True, "quotes": json.dumps([["x", 0, 15]])} | more


def decision() -> dict[str, Any]:
    sheet = FactSheet(variant="aspect_standing")
    sheet.witness("a", Witness("negative_share", "text_aspects+texts"))
    sheet.add("aspect", "size_fit", "aspect", "a")
    sheet.add("in_category", "Dresses", "text", "a")
    row: dict[str, Any] = dict.fromkeys((Decisions.expected_value_home, Decisions.low_home, Decisions.high_home, Decisions.cost_home), 7)
    row |= {Decisions.decision_id: "IN-A", Decisions.issue_id: "i", Decisions.as_of: date(2025, 3, 2), Decisions.rank: 1}
    row |= {Decisions.kind_of_decision: "investigate", Decisions.subject: "aspect/size_fit/category/Dresses", Decisions.model: "m"}
    row |= {Decisions.facts: sheet.dump(), Decisions.judged_by: "above_peers", Decisions.judged_on: date(2025, 6, 1)}
    return row | {Decisions.holdout_share: 0.0}


@pytest.fixture
def reviews(empty: LakeContext) -> LakeContext:
    empty.put(Texts, [{Texts.text_id: "x", Texts.body: "Runs very small. I sent it back.", Texts.language: "en"}])
    empty.put(TextInsights, [{TextInsights.text_id: "x", TextInsights.sentiment: "negative", TextInsights.model: "m 1"}])
    day = date(2025, 3, 2)
    empty.put(Products, [{Products.product_id: "p", Products.product_name: "Slip dress"}])
    empty.put(
        TextMoves,
        [
            judged("before", "country", "FR", period_from=day, period_to=day, expected=0.2),
            judged("others", "category", "Dresses", tested=12),
            judged("others", "product", "p", within="Dresses", p_value=1e-5, tested=30),
            judged("others", "category", "Knits", found=False, tested=12),
        ],
    )
    empty.put(Decisions, [decision()])
    return empty


def test_changes_and_what_stands_out_are_kept_apart(reviews: LakeContext) -> None:
    content = build(reviews.engine, reviews.settings, name="Reviews")
    assert content.voice is not None
    heard = content.voice.heard
    assert heard is not None
    assert [(one.part, one.place) for one in heard.changes] == [("country", "FR")]
    assert [(one.place, one.within, one.compared) for one in heard.standing] == [("Dresses", None, 800), ("Slip dress", "Dresses", 800)]
    assert heard.standing[0].quote is not None
    assert heard.standing[0].quote.said == "Runs very small"
    # 12 categories and 30 products were judged.
    assert content.witnesses[heard.witness["standing"] - 1].rows == 42


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_it_and_the_decision(reviews: LakeContext, language: Language) -> None:
    page = Page(render(build(reviews.engine, reviews.settings, name="Reviews"), language))
    heading = {"en": "Complained of more than elsewhere", "zh": "比别处抱怨更多"}[language]
    title = {
        "en": "More complaints about Size and fit in Dresses than in other categories: find out why",
        "zh": "Dresses：对尺码与版型的抱怨多于其他品类，查明原因",
    }[language]
    assert heading in page.html
    # In brief, as a decision, and in the list of where numbers come from.
    assert page.html.count(title) == 3
    assert {"en": "no sales are known", "zh": "没有销售数据"}[language] in page.html


def test_reviews_without_anything_that_stands_out_have_no_such_heading(reviews: LakeContext) -> None:
    reviews.put(TextMoves, [judged("others", "category", "Knits", found=False)])
    assert "Complained of more" not in render(build(reviews.engine, reviews.settings, name="Reviews"), "en")
