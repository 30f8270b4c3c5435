from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import moushi
from moushi.columns import Texts, TextThemes, Themes
from moushi.errors import TextNotFound, ThemeNotFound, ThemesUnreadable
from moushi.understand.taxonomy import Choice, changes, home_of
from moushi.workspace.choices import read_file, theme_rows, write_file
from moushi.workspace.store import Store

NAMED = {"t-leaks": 9, "t-late": 5, "t-cheap": 2}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[moushi.Workspace]:
    with moushi.Workspace.create(tmp_path / "shop") as shop:
        themes = [
            {"theme_id": name, "name_zh": name, "name_en": name, "status": "proposed", "texts": texts, "negative": 1, "is_new": False}
            for name, texts in NAMED.items()
        ]
        shop.engine.write(Themes, pa.Table.from_pylist(themes, schema=Themes.schema()))
        texts = [{"text_id": "a", "body": "leaks"}, {"text_id": "b", "body": "leaks", "duplicate_of": "a"}]
        shop.engine.write(Texts, pa.Table.from_pylist(texts, schema=Texts.schema()))
        shop.engine.write(TextThemes, rows(a="t-late"))
        yield shop


def rows(**themes: str) -> pa.Table:
    listed = [{"text_id": text, "theme_id": theme, "chosen_by": "topic"} for text, theme in themes.items()]
    return pa.Table.from_pylist(listed, schema=TextThemes.schema())


def test_choices_stand_in_a_file_and_are_pinned(shop: moushi.Workspace) -> None:
    shop.choices.accept("t-leaks", name_zh="漏水", name_en="Leaks")
    shop.choices.merge("t-late", "t-leaks")
    shop.choices.move("t-cheap", "T-LEAKS")
    found = {row["theme_id"]: row for row in theme_rows(Store(shop.path)).to_pylist()}
    assert found["t-leaks"] == {"theme_id": "t-leaks", "name_zh": "漏水", "name_en": "Leaks", "merged_into": None, "topics": "t-cheap"}
    assert found["t-late"]["merged_into"] == "t-leaks"
    text = (shop.path / "themes.toml").read_text("utf-8")
    assert "漏水" in text
    assert text.startswith("# Themes")


def test_accepting_again_undoes_a_merge_and_keeps_names(shop: moushi.Workspace) -> None:
    shop.choices.accept("t-late", name_en="Late")
    shop.choices.merge("t-late", "t-leaks")
    assert shop.choices.accept("t-late") == Choice("t-late", name_en="Late")


def test_a_topic_is_in_one_theme_only(shop: moushi.Workspace) -> None:
    shop.choices.move("t-cheap", "t-leaks")
    shop.choices.move("t-cheap", "t-late")
    choices = read_file(shop.path / "themes.toml")
    assert (choices["t-leaks"].topics, choices["t-late"].topics) == ((), ("t-cheap",))
    shop.choices.move("t-cheap", "t-cheap")
    assert home_of("t-cheap", read_file(shop.path / "themes.toml")) == "t-cheap"


def test_what_people_write_into_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "themes.toml"
    path.write_text("# ours\n[t1] # leaks\nname_en = 'Leaks' # better\n", "utf-8")
    write_file(path, {**read_file(path), "t2": Choice("t2", merged_into="t1")})
    text = path.read_text("utf-8")
    assert all(words in text for words in ("# ours", "# leaks", "# better"))
    assert read_file(path) == {"t1": Choice("t1", name_en="Leaks"), "t2": Choice("t2", merged_into="t1")}


@pytest.mark.parametrize("content", ["[t1", "t1 = 3", "[t1]\nname_zh = 3", "[t1]\nnames = 'x'", "[t1]\ntopics = [1]", "[t1]\ntopics = 3"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "themes.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(ThemesUnreadable, match=r"themes\.toml"):
        read_file(path)


@pytest.mark.parametrize("theme", ["t-", "", "x", "t-l"])
def test_what_is_no_single_theme_is_refused(shop: moushi.Workspace, theme: str) -> None:
    with pytest.raises(ThemeNotFound):
        shop.choices.accept(theme)


def test_a_theme_is_not_merged_into_itself(shop: moushi.Workspace) -> None:
    with pytest.raises(ThemeNotFound):
        shop.choices.merge("t-late", "t-late")
    circle = {"a": Choice("a", merged_into="b"), "b": Choice("b", merged_into="a")}
    assert home_of("a", circle) == home_of("b", circle) == "a"


def test_corrections_are_kept_with_what_was_found(shop: moushi.Workspace) -> None:
    shop.choices.correct("b", "theme", "t-leaks", by="li")
    shop.choices.correct("a", "aspect", "negative", by="li", subject="quality")
    shop.choices.correct("a", "aspect", "positive", by="wang", subject="quality")
    found = [
        (row["text_id"], row["field"], row["subject"], row["value"], row["was"], row["corrected_by"])
        for row in shop.choices.corrections().to_pylist()
    ]
    assert found == [("a", "aspect", "quality", "positive", "none", "wang"), ("a", "theme", "", "t-leaks", "t-late", "li")]
    with pytest.raises(TextNotFound):
        shop.choices.correct("c", "sentiment", "positive", by="li")


def test_what_moved_between_runs_is_counted(shop: moushi.Workspace) -> None:
    assert shop.choices.moved() == []
    shop.engine.write(TextThemes, rows(a="t-leaks", c="t-late"))
    assert shop.choices.moved() == [{"was": None, "is": "t-late", "texts": 1}, {"was": "t-late", "is": "t-leaks", "texts": 1}]
    assert changes(rows(a="x", b="x", c="y"), rows(a="z", b="z", c="y")) == [{"was": "x", "is": "z", "texts": 2}]


def test_themes_travel_with_a_backup(shop: moushi.Workspace, tmp_path: Path) -> None:
    shop.choices.accept("t-late", name_en="Late")
    with moushi.restore(shop.backup(tmp_path / "shop.tar"), tmp_path / "again") as again:
        assert read_file(again.path / "themes.toml") == {"t-late": Choice("t-late", name_en="Late")}
