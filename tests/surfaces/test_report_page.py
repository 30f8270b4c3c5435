"""The report's page: safe, whole, the same twice, readable in both languages and with nothing to say."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from moushi.errors import Language
from moushi.locale import LANGUAGES, words
from moushi.surfaces.report.charts import label_places, nice_ticks
from moushi.surfaces.report.content import build
from moushi.surfaces.report.parts import Content
from moushi.surfaces.report.render import render
from tests.support import LakeContext
from tests.surfaces.page import Page
from tests.surfaces.shop import EVIL, fill

SECTIONS = ("summary", "happened", "ahead", "todo", "voice", "quality", "unknown", "witnesses")
CONSTANTS = re.compile(r"\b(5|50|80|90|95|0\.2|1) ?%?")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    assert request.param in get_args(Language)
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def page(content: Content, language: Language) -> Page:
    return Page(render(content, language))


def test_nothing_is_loaded_from_anywhere(page: Page) -> None:
    assert not re.search(r"(https?:)?//", page.html.replace("</", ""))
    assert not [element for element in page.elements if element.tag in ("script", "iframe", "img", "object")]
    links = [element.attributes["href"] for element in page.elements if "href" in element.attributes]
    assert all(link.startswith("#") or link == "data:," for link in links)


def test_its_language_is_declared(page: Page, language: Language) -> None:
    assert page.find("html")[0].attributes["lang"] == {"en": "en", "zh": "zh-CN"}[language]


def test_every_number_is_bound_to_a_witness(page: Page) -> None:
    loose = []
    for text in page.texts:
        if any(element.attributes.get("id") in ("witnesses", "quality") and element.tag == "section" for element in text.inside):
            continue
        said = CONSTANTS.sub("", text.words)
        if re.search(r"\d", said) and not text.witnessed() and not text.is_name() and text.inside[-1].tag != "p":
            loose.append(text.words)
    assert loose == []


def test_every_witness_named_exists_once(page: Page) -> None:
    ids = page.ids()
    assert len(ids) == len(set(ids))
    named = {element.attributes["data-witness"] for element in page.elements if "data-witness" in element.attributes}
    named |= {e.attributes["href"][1:] for e in page.elements if e.attributes.get("href", "").startswith("#")}
    assert named <= set(ids)
    assert "w1" in named


def test_a_witness_says_what_it_means_what_was_counted_and_how_good_the_model_is(page: Page, language: Language) -> None:
    text = page.section("witnesses")
    assert {"en": "before returns", "zh": "未扣退货"}[language] in text
    assert {"en": "Rows counted: 168", "zh": "统计行数：168"}[language] in text
    assert {"en": "skill +31%", "zh": "技能分 +31%"}[language] in text


def test_names_from_the_data_are_escaped(page: Page) -> None:
    assert EVIL not in page.html
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;alert(" in page.html
    assert "Tea & <b>more</b>" in "".join(text.words for text in page.texts)
    assert "<b>really</b>" not in page.html


def test_tokens_of_personal_data_are_hidden(page: Page) -> None:
    assert "em_7f3k2a" not in page.html
    assert "[email]" in page.html


def test_same_content_same_bytes(shop: LakeContext, language: Language) -> None:
    one, two = (render(build(shop.engine, shop.settings, name="tea"), language) for _ in range(2))
    assert one == two


def test_all_sections_are_there_with_headings_in_order(page: Page) -> None:
    assert [element.attributes["id"] for element in page.find("section")] == list(SECTIONS)
    assert len(page.find("h1")) == 1
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch(r"h[1-6]", element.tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_charts_have_a_name_a_description_and_a_table(page: Page) -> None:
    charts = page.find("svg")
    assert len(charts) == 4  # two charts, each for wide and narrow screens
    assert all(chart.attributes["role"] == "img" for chart in charts)
    assert len(page.find("title")) == 1 + len(charts)
    assert len(page.find("desc")) == len(charts)
    assert len([element for element in page.find("details") if element.attributes.get("class") == "data"]) == 2


def test_tables_have_headings_with_scope(page: Page) -> None:
    assert all(element.attributes.get("scope") in ("row", "col") for element in page.find("th"))


def test_decisions_show_value_interval_cost_and_command(page: Page, language: Language) -> None:
    text = page.section("todo")
    assert "£1,240" in text
    assert {"en": "90% range £610 to £1,900; costs £480.", "zh": "90% 区间 £610 至 £1,900；成本 £480。"}[language] in text
    assert "d-0001" in text
    assert {"en": "approved", "zh": "已批准"}[language] in text


def test_headings_speak_the_pages_language_only(page: Page, language: Language) -> None:
    mine = set(words("report", language).values())
    other = set(words("report", "en" if language == "zh" else "zh").values()) - mine
    headings = [text.words.strip() for text in page.texts if any(element.tag in ("h2", "thead", "nav") for element in text.inside)]
    assert len(headings) > 30
    assert not other & set(headings)


def test_an_empty_shop_says_what_to_do(empty: LakeContext, language: Language) -> None:
    made = Page(render(build(empty.engine, empty.settings, name="new"), language))
    known = words("report", language)
    for section, key in (("summary", "nothing"), ("happened", "happened"), ("ahead", "ahead"), ("todo", "todo"), ("voice", "voice")):
        assert known[f"empty.{key}"] in made.section(section)


def test_one_day_of_sales_draws_no_line(empty: LakeContext, language: Language) -> None:
    fill(empty, texts=False, forecasts=False, decisions=False, days=1)
    made = Page(render(build(empty.engine, empty.settings, name="new"), language))
    assert not made.find("svg")
    assert words("report", language)["empty.one_day"] in made.section("happened")


def test_a_forecast_without_backtests_is_called_a_guess(content: Content, language: Language) -> None:
    assert content.ahead is not None
    bare = dataclasses.replace(content, ahead=dataclasses.replace(content.ahead, measured=None, pool=None))
    assert words("report", language)["measured.none"] in Page(render(bare, language)).section("ahead")


def test_a_decision_whose_facts_are_poor_still_has_a_title(content: Content, language: Language) -> None:
    from moushi.columns import Decisions
    from moushi.ledger.facts import FactSheet

    poor = dataclasses.replace(content.proposals[0], row={**content.proposals[0].row, Decisions.facts: FactSheet().dump()})
    text = Page(render(dataclasses.replace(content, proposals=(poor,)), language)).section("todo")
    assert f"{words('decisions', language)['kind.reorder']}: White ceramic teapot" in text


def test_both_languages_have_the_same_texts_with_the_same_facts() -> None:
    for part in ("cli", "report"):
        en, zh = words(part, "en"), words(part, "zh")
        assert en.keys() == zh.keys()
        for key in en:
            assert set(re.findall(r"{(\w+)", en[key])) == set(re.findall(r"{(\w+)", zh[key])), key


def test_every_text_of_the_templates_exists() -> None:
    from importlib import resources

    known = words("report", "en")
    folder = resources.files("moushi.surfaces.report").joinpath("templates")
    for file in folder.iterdir():
        for key in re.findall(r"say\(\"([a-z_.]+)\"[,)]", file.read_text("utf-8")):
            assert key in known, f"{file.name}: {key}"


def test_ticks_are_round_and_reach_the_highest() -> None:
    for highest in (0.3, 7.0, 99.0, 100.0, 101.0, 123_456.0):
        ticks = nice_ticks(highest)
        assert ticks[0] == 0
        assert ticks[-1] >= highest * 0.999
        assert 2 <= len(ticks) <= 7


def test_labels_stand_at_months_and_never_crowd() -> None:
    from datetime import date, timedelta

    weeks = [date(2023, 1, 2) + timedelta(weeks=step) for step in range(104)]
    places = label_places(weeks, 9)
    assert 4 <= len(places) <= 9
    assert all(weeks[place].day <= 7 for place in places)
    days = [date(2024, 5, 6) + timedelta(days=step) for step in range(30)]
    assert len(label_places(days, 4)) <= 4
    assert label_places([date(2024, 5, 6)], 4) == [0]


def test_a_report_is_written_whole_in_one_step(tmp_path: Path, content: Content) -> None:
    target = tmp_path / "report.html"
    target.write_text(render(content, "en"), "utf-8")
    assert Page(target.read_text("utf-8")).find("main")
