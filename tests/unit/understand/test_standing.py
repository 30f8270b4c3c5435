"""What is complained of more than elsewhere: planted truths are found, and chance is not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moushi.columns import Products, TextAspects, TextInsights, TextMoves, Texts, TextTopics, Topics
from moushi.understand.voice_stage import VoiceStage
from tests.support import LakeContext
from tests.unit.understand.test_voice_stage import LAST, aspect, insight, text, topic


@pytest.fixture
def lake(tmp_path: Path) -> LakeContext:
    return LakeContext(tmp_path)


def undated(name: str, **more: Any) -> dict[str, Any]:
    return text(name, **more) | {Texts.written_at: None}


class Corpus:
    """Texts that each speak of one aspect, so and so many of them badly."""

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.aspects: list[dict[str, Any]] = []

    def say(self, code: str, bad: int, total: int, back: int | None = None, **where: Any) -> None:
        """Add texts; `back` days before the last one, or without a day."""
        for number in range(total):
            name = f"t{len(self.texts):05}"
            self.texts.append(undated(name, **where) if back is None else text(name, back, **where))
            self.aspects.append(aspect(name, code, -1 if number < bad else 1))

    def rows(self, lake: LakeContext) -> list[dict[str, Any]]:
        """Return what the stage finds against others."""
        lake.put(Texts, self.texts)
        lake.put(TextAspects, self.aspects)
        VoiceStage().run(lake)
        return [row for row in lake.rows(TextMoves) if row["against"] == "others"]


def found(rows: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(row["subject"], row["part"], row["place"]) for row in rows if row["found"]}


def test_a_category_with_bad_sizes_is_found_in_texts_without_days(lake: LakeContext) -> None:
    corpus = Corpus()
    corpus.say("size_fit", 80, 200, category="Dresses")
    for category in ("Knits", "Jeans", "Coats", "Shoes"):
        corpus.say("size_fit", 20, 200, category=category)
        corpus.say("price", 20, 200, category=category)
    corpus.say("price", 20, 200, category="Dresses")
    rows = corpus.rows(lake)
    assert found(rows) == {("size_fit", "category", "Dresses")}
    row = next(row for row in rows if row["found"])
    assert (row["counted"], row["out_of"], row["compared"], row["tested"]) == (80, 200, 800, 10)
    # 80 of 800 elsewhere: Jeffreys' share 80.5 of 801.
    assert row["expected"] == pytest.approx(80.5 / 801)
    assert row["low"] < 80.5 / 801 < row["high"] < 0.4
    assert (row["period_from"], row["period_to"], row["within"], row["measure"]) == (None, None, None, "negative_share")
    assert [quote[0] for quote in json.loads(row["quotes"])] == ["t00000", "t00001", "t00002"]


def test_where_all_are_alike_nothing_is_found(lake: LakeContext) -> None:
    random = np.random.default_rng(3)
    corpus = Corpus()
    for product in range(12):
        for code in ("size_fit", "price", "delivery", "material"):
            corpus.say(code, int(random.binomial(60, 0.2)), 60, category=f"c{product // 2}", product_id=f"p{product}")
    rows = corpus.rows(lake)
    # Of 4 aspects, 6 categories and 12 products were judged; only those worse than their peers are kept.
    assert {row["part"]: row["tested"] for row in rows} == {"category": 24, "product": 48}
    assert 24 < len(rows) < 48
    assert found(rows) == set()


def test_a_large_corpus_is_not_news_where_the_difference_is_small(lake: LakeContext) -> None:
    corpus = Corpus()
    corpus.say("price", 660, 3000, category="A")
    corpus.say("price", 570, 3000, category="B")
    (row,) = corpus.rows(lake)
    # 22 % against 19 %: no chance, but the odds are not a quarter higher (0.282 to 0.235).
    assert row["p_value"] < 0.01
    assert not row["found"]


def test_a_product_is_judged_by_the_others_of_its_category(lake: LakeContext) -> None:
    corpus = Corpus()
    for product in ("a1", "a2", "a3", "a4"):
        corpus.say("quality", 36 if product == "a4" else 24, 40, product_id=product)
    for product in ("b1", "b2", "b3", "b4"):
        corpus.say("quality", 20 if product == "b2" else 2, 40, product_id=product, category="B")
    lake.put(Products, [{Products.product_id: f"a{number}", Products.category: "A"} for number in range(1, 5)])
    rows = corpus.rows(lake)
    # Bad as they are, a1 to a3 are as the others of A.
    assert found(rows) == {("quality", "category", "A"), ("quality", "product", "a4"), ("quality", "product", "b2")}
    products = {row["place"]: row for row in rows if row["part"] == "product" and row["found"]}
    assert (products["b2"]["within"], products["b2"]["compared"], products["b2"]["expected"]) == ("B", 120, pytest.approx(6.5 / 121))


def test_products_of_no_category_are_judged_by_all_others(lake: LakeContext) -> None:
    corpus = Corpus()
    corpus.say("quality", 20, 40, product_id="a")
    corpus.say("quality", 10, 100, product_id="b")
    corpus.say("quality", 10, 100)
    rows = [row for row in corpus.rows(lake) if row["found"]]
    assert [(row["place"], row["within"], row["compared"]) for row in rows] == [("a", None, 200)]


def test_only_the_last_year_counts_where_texts_have_days(lake: LakeContext) -> None:
    corpus = Corpus()
    corpus.say("size_fit", 100, 100, back=400, category="A")
    corpus.say("size_fit", 4, 40, back=0, category="A")
    corpus.say("size_fit", 4, 40, back=100, category="B")
    corpus.say("size_fit", 20, 40, back=200, category="C")
    rows = corpus.rows(lake)
    assert found(rows) == {("size_fit", "category", "C")}
    row = next(row for row in rows if row["found"])
    assert (row["period_from"], row["period_to"], row["compared"]) == (date(2024, 12, 11), LAST, 80)


def test_what_is_rarely_spoken_of_elsewhere_is_not_compared(lake: LakeContext) -> None:
    corpus = Corpus()
    corpus.say("facilities", 60, 100, category="Hotels")
    corpus.say("facilities", 3, 30, category="Books")
    corpus.say("price", 30, 300, category="Books")
    # All texts of hotels speak of it, one in eleven of books: 11 times as often.
    assert corpus.rows(lake) == []
    corpus.say("facilities", 1, 10, category="Books")
    assert found(corpus.rows(lake)) == {("facilities", "category", "Hotels")}


def test_a_theme_is_judged_where_it_is_at_home(lake: LakeContext) -> None:
    texts, topics, insights = [], [], []
    for category, theme, count, bad in (
        ("Shampoo", "t1", 100, 80),
        ("Shampoo", "t2", 100, 10),
        ("Clothes", "t1", 50, 45),
        ("Clothes", "t2", 150, 15),
        ("Fruit", "t1", 60, 6),
        ("Fruit", "t2", 140, 14),
    ):
        for number in range(count):
            name = f"{category}{theme}{number:03}"
            texts.append(undated(name, category=category))
            topics.append({TextTopics.text_id: name, TextTopics.topic_id: theme})
            insights.append(insight(name, -0.9 if number < bad else 0.9))
    lake.put(Texts, texts)
    lake.put(TextTopics, topics)
    lake.put(TextInsights, insights)
    lake.put(Topics, [topic("t1", en="hair"), topic("t2", en="parcel")])
    VoiceStage().run(lake)
    rows = [row for row in lake.rows(TextMoves) if row["against"] == "others"]
    # 45 of 50 texts of clothes are bad too, but the theme is hair: a half of shampoo's texts are in it, a quarter of theirs strayed.
    assert found(rows) == {("t1", "category", "Shampoo")}
    assert ("t1", "Clothes") not in {(row["subject"], row["place"]) for row in rows}
