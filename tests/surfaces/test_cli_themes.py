from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import moushi
from moushi.columns import TextInsights, Texts, Themes
from tests.surfaces.test_cli import call, document


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with moushi.Workspace.create(tmp_path / "shop", language="en") as shop:
        named = [("t-leaks", "漏水", "Leaks", 9, True), ("t-late", "迟到", "Late", 5, False)]
        rows = [
            {"theme_id": theme, "name_zh": zh, "name_en": en, "status": "proposed", "texts": texts, "negative": 3, "is_new": new}
            for theme, zh, en, texts, new in named
        ]
        shop.engine.write(Themes, pa.Table.from_pylist(rows, schema=Themes.schema()))
        shop.engine.write(Texts, pa.Table.from_pylist([{"text_id": "a", "body": "leaks"}], schema=Texts.schema()))
    return tmp_path / "shop"


def test_themes_are_listed_in_both_languages(shop: Path) -> None:
    english = call("themes", "list", shop).stdout
    assert "Leaks" in english
    assert "33%" in english
    assert "new" in english
    assert "漏水" in call("themes", "list", shop, "--language", "zh").stdout
    assert [row["theme_id"] for row in document(call("themes", "list", shop, "--json"), 0)["result"]["themes"]] == ["t-leaks", "t-late"]


def test_themes_are_accepted_renamed_merged_and_moved(shop: Path) -> None:
    assert "Accepted t-leaks." in call("themes", "accept", shop, "t-lea").stdout
    assert call("themes", "rename", shop, "t-leaks", "--name-en", "Leaking").exit_code == 0
    assert "t-leaks takes the texts of t-late" in call("themes", "merge", shop, "t-late", "t-leaks").stdout
    assert document(call("themes", "move", shop, "t-late", "t-leaks", "--json"), 0)["result"]["theme"]["topics"] == ["t-late"]
    assert 'name_en = "Leaking"' in (shop / "themes.toml").read_text("utf-8")
    assert "No text changed" in call("themes", "diff", shop).stdout


def test_wrong_use_is_said(shop: Path) -> None:
    assert call("themes", "rename", shop, "t-leaks").exit_code == 2
    assert call("themes", "accept", shop, "x").exit_code == 2
    assert call("correct", shop, "a").exit_code == 2
    assert call("correct", shop, "a", "--aspect", "delivery").exit_code == 2
    assert call("correct", shop, "nobody", "--sentiment", "negative").exit_code == 2


def test_a_text_is_corrected(shop: Path) -> None:
    found = document(call("correct", shop, "a", "--sentiment", "negative", "--aspect", "quality=negative", "--by", "li", "--json"), 0)
    assert [(row["field"], row["value"]) for row in found["result"]["corrections"]] == [("sentiment", "negative"), ("aspect", "negative")]
    assert "情感" in call("correct", shop, "a", "--sentiment", "positive", "--language", "zh").stdout


def test_texts_that_were_read_least_surely_are_listed(shop: Path) -> None:
    assert "No text to look at" in call("correct", shop).stdout
    with moushi.open(shop) as workspace:
        texts = [{"text_id": name, "body": body} for name, body in (("a", "leaks"), ("b", "so\nso"), ("c", "fine"), ("d", "set right"))]
        workspace.engine.write(Texts, pa.Table.from_pylist(texts, schema=Texts.schema()))
        found = [("a", 0.9, "local"), ("b", 0.55, "local"), ("c", 0.7, "local"), ("d", 0.5, "person")]
        plain = {"sentiment": "negative", "intent": "complain", "model": "m"}
        rows = [{"text_id": name, "confidence": sure, "tier": tier, **plain} for name, sure, tier in found]
        workspace.engine.write(TextInsights, pa.Table.from_pylist(rows, schema=TextInsights.schema()))
    listed = document(call("correct", shop, "--json"), 0)["result"]["texts"]
    assert [(row["text_id"], row["body"]) for row in listed] == [("b", "so\nso"), ("c", "fine"), ("a", "leaks")]
    english, chinese = call("correct", shop).stdout, call("correct", shop, "--language", "zh").stdout
    assert all(word in english for word in ("so so", "55%", "negative"))
    assert all(word in chinese for word in ("so so", "55%", "负面", "抱怨"))
