from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from moushi.columns import (
    Corrections,
    OrderLines,
    TextAspects,
    TextInsights,
    TextMoves,
    Texts,
    TextThemes,
    TextTopics,
    TextTrends,
    ThemeChoices,
    Themes,
    Topics,
)
from moushi.understand.voice_stage import VoiceStage
from tests.support import LakeContext

LAST = date(2025, 6, 29)


def text(name: str, back: int = 0, **more: Any) -> dict[str, Any]:
    at = datetime.combine(LAST - timedelta(days=back), time(12), UTC)
    return {Texts.text_id: name, Texts.body: f"words of {name} that are long enough", Texts.written_at: at} | more


def insight(name: str, score: float = 0.0, aside: str | None = None) -> dict[str, Any]:
    label = "positive" if score > 0 else "negative" if score < 0 else "neutral"
    return {
        TextInsights.text_id: name,
        TextInsights.set_aside: aside,
        TextInsights.score: score,
        TextInsights.sentiment: label,
        TextInsights.model: "m 1",
    }


def aspect(name: str, code: str, polarity: float) -> dict[str, Any]:
    return {
        TextAspects.text_id: name,
        TextAspects.aspect: code,
        TextAspects.polarity: polarity,
        TextAspects.start: 0,
        TextAspects.end: 5,
        TextAspects.model: "m 1",
    }


def topic(name: str, status: str = "known", zh: str | None = None, en: str | None = None) -> dict[str, Any]:
    return {Topics.topic_id: name, Topics.words_zh: zh, Topics.words_en: en, Topics.texts: 1, Topics.status: status}


@pytest.fixture
def lake(tmp_path: Path) -> LakeContext:
    return LakeContext(tmp_path)


def themes_of(lake: LakeContext) -> dict[str, str]:
    return {row["text_id"]: row["theme_id"] for row in lake.rows(TextThemes)}


def test_every_text_of_ones_own_has_exactly_one_theme(lake: LakeContext) -> None:
    lake.put(Texts, [text("a"), text("b"), text("c"), text("d", duplicate_of="a"), text("e"), text("f", speaker="agent")])
    lake.put(TextInsights, [insight("a"), insight("b"), insight("c"), insight("e", aside="boilerplate"), insight("f", aside="agent")])
    lake.put(TextTopics, [{"text_id": "a", "topic_id": "t1"}])
    lake.put(Topics, [topic("t1", zh="漏 水")])
    lake.put(TextAspects, [aspect("b", "price", -1), aspect("b", "delivery", 0.5)])
    VoiceStage().run(lake)
    assert themes_of(lake) == {"a": "t1", "b": "aspect-price", "c": "general"}
    names = {row["theme_id"]: (row["name_zh"], row["name_en"]) for row in lake.rows(Themes)}
    assert names["t1"] == ("漏 水", "漏 水")
    assert names["aspect-price"] == ("价格", "Price")


def test_what_people_chose_holds(lake: LakeContext) -> None:
    lake.put(Texts, [text(name) for name in "abcd"])
    lake.put(TextTopics, [{"text_id": name, "topic_id": f"t{place}"} for place, name in enumerate("abcd", 1)])
    lake.put(Topics, [topic(f"t{place}", en=f"words {place}") for place in range(1, 5)])
    choices = [
        {"theme_id": "t1", "name_en": "Leaks", "topics": "t2"},
        {"theme_id": "t3", "merged_into": "t1", "topics": ""},
    ]
    lake.put(ThemeChoices, choices)
    lake.put(
        Corrections,
        [
            {
                "text_id": "d",
                "field": "theme",
                "subject": "",
                "value": "t3",
                "corrected_at": datetime(2025, 1, 1, tzinfo=UTC),
                "corrected_by": "x",
            }
        ],
    )
    VoiceStage().run(lake)
    assert themes_of(lake) == {"a": "t1", "b": "t1", "c": "t1", "d": "t1"}
    rows = {row["theme_id"]: row for row in lake.rows(Themes)}
    assert (rows["t1"]["name_en"], rows["t1"]["status"], rows["t1"]["texts"]) == ("Leaks", "accepted", 4)
    assert (rows["t3"]["status"], rows["t3"]["merged_into"]) == ("merged", "t1")
    assert "t2" not in rows
    assert [row["chosen_by"] for row in lake.rows(TextThemes)] == ["topic", "topic", "topic", "person"]


def test_a_theme_is_new_only_where_there_were_others_before(lake: LakeContext) -> None:
    lake.put(Topics, [topic("t1", "new"), topic("t2", "new")])
    VoiceStage().run(lake)
    assert [row["is_new"] for row in lake.rows(Themes)] == [False, False]
    lake.put(Topics, [topic("t1", "known"), topic("t2", "new"), topic("t3", "gone")])
    VoiceStage().run(lake)
    assert {row["theme_id"]: row["is_new"] for row in lake.rows(Themes)} == {"t1": False, "t2": True}


def test_weeks_begin_on_monday_and_count_texts_and_mentions(lake: LakeContext) -> None:
    # 29 June 2025 is a Sunday.
    lake.put(Texts, [text("a", 0), text("b", 6), text("c", 7, product_id="P")])
    lake.put(TextAspects, [aspect("a", "price", -1), aspect("b", "price", 1), aspect("c", "price", -1)])
    VoiceStage().run(lake)
    rows = [row for row in lake.rows(TextTrends) if row["dimension"] == "aspect"]
    found = {(row["part"], row["place"], row["week"]): (row["mentions"], row["negative"], row["texts"]) for row in rows}
    first, second = date(2025, 6, 16), date(2025, 6, 23)
    assert found == {("all", "", first): (1, 1, 1), ("all", "", second): (2, 1, 2), ("product", "P", first): (1, 1, 1)}


def complaints(lake: LakeContext) -> None:
    texts, aspects = [], []
    for number in range(200):
        late = number >= 150
        name = f"t{number:03}"
        texts.append(text(name, 0 if late else 40 + number, order_id=f"o{number}", product_id="P"))
        aspects.append(aspect(name, "delivery", -1 if late or number % 10 == 0 else 1))
        aspects.append(aspect(name, "price", -1 if number % 10 == 0 else 1))
    lake.put(Texts, texts)
    lake.put(TextAspects, aspects)
    line = {"line_id": "1", "kind_of_line": "sale", "currency": "EUR", "country": "GB", "channel": "web", "returned_quantity": 0}
    line |= dict.fromkeys(("quantity", "amount", "amount_home", "net_amount_home"), 1)
    line |= {"ordered_at": datetime(2025, 1, 1, tzinfo=UTC)}
    lines = [{**line, "order_id": f"o{number}"} for number in range(200)]
    lake.put(OrderLines, lines)


def test_a_planted_rise_is_found_with_its_quotes_and_noise_is_not(lake: LakeContext) -> None:
    complaints(lake)
    VoiceStage().run(lake)
    rows = [row for row in lake.rows(TextMoves) if row["dimension"] == "aspect"]
    moved = {(row["subject"], row["part"], row["place"]) for row in rows if row["found"]}
    assert moved == {("delivery", "all", ""), ("delivery", "product", "P"), ("delivery", "country", "GB"), ("delivery", "channel", "web")}
    whole = next(row for row in rows if row["subject"] == "delivery" and row["part"] == "all")
    # 15 of 150 before: Jeffreys' share 15.5 of 151.
    assert (whole["counted"], whole["out_of"], whole["expected"]) == (50, 50, pytest.approx(15.5 / 151))
    assert [quote[0] for quote in json.loads(whole["quotes"])] == ["t150", "t151", "t152"]
    assert {row["subject"] for row in rows if not row["found"]} == {"price"}


def test_texts_without_days_have_themes_but_no_trend(lake: LakeContext) -> None:
    lake.put(Texts, [{Texts.text_id: "a", Texts.body: "x"}])
    VoiceStage().run(lake)
    assert themes_of(lake) == {"a": "general"}
    assert lake.rows(TextTrends) == lake.rows(TextMoves) == []


def test_nothing_gives_empty_tables(lake: LakeContext) -> None:
    VoiceStage().run(lake)
    assert [lake.rows(table) for table in VoiceStage.writes] == [[]] * len(VoiceStage.writes)
