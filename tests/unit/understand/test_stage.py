from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moushi.columns import Corrections, Products, TextAspects, TextInsights, TextKeywords, TextQuality, Texts
from moushi.understand.stage import UnderstandStage
from tests.support import LakeContext


def test_each_customer_text_is_read_once(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    rows = [
        {"text_id": "t1", "body": "物流很快", "language": "zh"},
        {"text_id": "t2", "body": "物流很快", "language": "zh", "duplicate_of": "t1"},
        {"text_id": "t3", "body": "We are sorry for the bad quality", "language": "en", "speaker": "agent"},
        {"text_id": "t4", "body": "bad quality", "language": "en", "speaker": "customer"},
    ]
    context.put(Texts, rows)
    UnderstandStage().run(context)
    found = [(row["text_id"], row["aspect"], row["polarity"]) for row in context.rows(TextAspects)]
    assert found == [("t1", "delivery", 1.0), ("t4", "quality", -1.0)]


def test_no_texts_give_an_empty_table(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    UnderstandStage().run(context)
    assert context.rows(TextAspects) == []
    assert context.engine.version(TextAspects) is not None


def test_a_second_run_replaces_the_first(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    context.put(Texts, [{"text_id": "t1", "body": "质量差"}])
    UnderstandStage().run(context)
    context.put(Texts, [{"text_id": "t1", "body": "质量好"}])
    UnderstandStage().run(context)
    assert [(row["aspect"], row["polarity"]) for row in context.rows(TextAspects)] == [("quality", 1.0)]


def test_every_text_is_read_set_aside_or_a_repeat(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    rows = [
        {"text_id": "t1", "body": "物流很快"},
        {"text_id": "t2", "body": "物流很快", "duplicate_of": "t1"},
        {"text_id": "t3", "body": "quality is bad, sorry", "speaker": "agent"},
        {"text_id": "t4", "body": "此用户没有填写评价"},
        {"text_id": "t5", "body": "!!!"},
        {"text_id": "t6", "body": "质量差" + "。" * 30_000},
    ]
    context.put(Texts, rows)
    UnderstandStage().run(context)
    aside = {row["text_id"]: row["set_aside"] for row in context.rows(TextInsights)}
    assert aside == {"t1": None, "t3": "agent", "t4": "boilerplate", "t5": "empty", "t6": None}
    counts = {row["measure"]: row["rows"] for row in context.rows(TextQuality)}
    assert counts == {"texts_read": 2, "texts_agent": 1, "texts_boilerplate": 1, "texts_empty": 1, "texts_cut": 1}
    agent = next(row for row in context.rows(TextInsights) if row["text_id"] == "t3")
    assert (agent["sentiment"], agent["score"], agent["intent"]) == (None, None, None)


def test_many_batches_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"text_id": f"t{place:03}", "body": body} for place, body in enumerate(["物流很快", "bad quality", "好看，就是贵", ""] * 25)]
    found = []
    for folder, size in ((tmp_path / "one", 40_000), (tmp_path / "many", 7)):
        folder.mkdir()
        monkeypatch.setattr("moushi.understand.spool.STREAM_ROWS", size)
        context = LakeContext(folder)
        context.put(Texts, rows)
        UnderstandStage().run(context)
        found.append([context.rows(table) for table in (TextInsights, TextAspects)])
    assert found[0] == found[1]


def test_what_people_corrected_holds_for_equal_texts_too(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    context.put(Texts, [{"text_id": name, "body": body} for name, body in (("a", "物流很快"), ("b", "物流很快"), ("c", "质量差"))])
    said = {"text_id": "a", "corrected_at": datetime(2025, 1, 1, tzinfo=UTC), "corrected_by": "li"}
    corrections = [
        ("sentiment", "", "negative"),
        ("intent", "", "complain"),
        ("aspect", "delivery", "none"),
        ("aspect", "price", "negative"),
    ]
    context.put(Corrections, [{**said, "field": field, "subject": subject, "value": value} for field, subject, value in corrections])
    UnderstandStage().run(context)
    rows = {row["text_id"]: row for row in context.rows(TextInsights)}
    for name in "ab":
        found = [rows[name][column] for column in ("sentiment", "score", "intent", "tier")]
        assert found == ["negative", -1.0, "complain", "person"]
    assert rows["c"]["tier"] == "local"
    spoken = {(row["text_id"], row["aspect"]): row["polarity"] for row in context.rows(TextAspects)}
    assert spoken == {("a", "price"): -1.0, ("b", "price"): -1.0, ("c", "quality"): -1.0}


def test_brands_and_numbers_of_goods_are_words_of_the_shop(tmp_path: Path) -> None:
    context = LakeContext(tmp_path)
    context.put(Products, [{"product_id": "XK-200/B", "brand": "Tipp Topp"}, {"product_id": "2024"}, {"product_id": "T5"}])
    context.put(Texts, [{"text_id": "a", "body": "The xk-200/b by tipp topp broke in 2024, my T5 did not", "language": "en"}])
    UnderstandStage().run(context)
    words = {row["keyword"] for row in context.rows(TextKeywords)}
    assert {"xk-200/b", "tipp topp"} <= words
    assert not {"2024", "t5"} & words
