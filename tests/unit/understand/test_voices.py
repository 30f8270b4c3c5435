"""What customers say, read: hand-written pairs in Chinese and English, and bad inputs."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.understand import comparatives, emotion, intent, needs, urgency
from moushi.understand.corpus import Corpus
from moushi.understand.lexicon import ASPECTS

PAIRS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "pairs.toml").read_text("utf-8"))["pair"]
TONGUES = ("zh", "en")
READERS: list[Callable[[Corpus], pa.Table]] = [intent.read, needs.read, urgency.read, emotion.read, comparatives.read]


def each(key: str) -> list[Any]:
    return [pytest.param(pair, place, id=pair[tongue]) for pair in PAIRS if key in pair for place, tongue in enumerate(TONGUES)]


def quoted(found: pa.Table, texts: list[str]) -> list[str]:
    rows = found["row"].to_pylist() if "row" in found.column_names else range(len(texts))
    return [
        texts[row][start:end]
        for row, start, end in zip(rows, found["start"].to_pylist(), found["end"].to_pylist(), strict=True)
        if start is not None
    ]


@pytest.mark.parametrize(("pair", "place"), each("intent"))
def test_the_leading_intent_is_found(pair: dict[str, Any], place: int) -> None:
    corpus = Corpus([pair[TONGUES[place]]])
    assert intent.leading(intent.read(corpus), 1)["intent"].to_pylist()[0] in pair["intent"]


@pytest.mark.parametrize(("pair", "place"), each("emotion"))
def test_the_emotion_is_found(pair: dict[str, Any], place: int) -> None:
    assert emotion.read(Corpus([pair[TONGUES[place]]]))["emotion"].to_pylist()[0] in pair["emotion"]


@pytest.mark.parametrize(("pair", "place"), each("urgency"))
def test_urgency_is_felt(pair: dict[str, Any], place: int) -> None:
    found = urgency.read(Corpus([pair[TONGUES[place]]]))["urgency"].to_pylist()[0]
    low, high = {"none": (0.0, 0.2), "some": (0.2, 1.0), "high": (0.5, 1.0)}[pair["urgency"]]
    assert low <= found <= high


@pytest.mark.parametrize(("pair", "place"), each("wish"))
def test_the_wish_is_quoted(pair: dict[str, Any], place: int) -> None:
    texts = [pair[TONGUES[place]]]
    assert any(pair["wish"][place] in quote for quote in quoted(needs.read(Corpus(texts)), texts))


def test_where_nothing_is_wished_for_nothing_is_found() -> None:
    texts = [pair[tongue] for pair in PAIRS if "wish" not in pair for tongue in TONGUES]
    assert quoted(needs.read(Corpus(texts)), texts) == []


@pytest.mark.parametrize(("pair", "place"), each("compared"))
def test_the_preferred_one_is_found(pair: dict[str, Any], place: int) -> None:
    found = comparatives.read(Corpus([pair[TONGUES[place]]])).to_pylist()
    sides = ["equal" if row["kind"] == "equal" else "this" if row["preferred"] is None else "that" for row in found]
    assert sides == ([] if pair["compared"] == "none" else [pair["compared"]])


def test_where_nothing_is_compared_nothing_is_found() -> None:
    texts = [pair[tongue] for pair in PAIRS if "compared" not in pair for tongue in TONGUES]
    assert quoted(comparatives.read(Corpus(texts)), texts) == []


def test_the_same_is_read_from_both_languages() -> None:
    read = []
    for tongue in TONGUES:
        corpus = Corpus([pair[tongue] for pair in PAIRS])
        read.append(
            [
                intent.leading(intent.read(corpus), len(corpus))["intent"].to_pylist(),
                emotion.read(corpus)["emotion"].to_pylist(),
                [value >= 0.5 for value in urgency.read(corpus)["urgency"].to_pylist()],
            ]
        )
    same = [[a == b for a, b in zip(*columns, strict=True)] for columns in zip(*read, strict=True)]
    assert [sum(column) / len(PAIRS) >= 0.9 for column in same] == [True, True, True]


def test_several_intents_of_a_text_are_listed_surest_first() -> None:
    found = intent.read(Corpus(["质量太差了，我要退货，再也不买了"]))
    assert set(found["intent"].to_pylist()) == {"complain", "return", "leave"}
    assert found["confidence"].to_pylist() == sorted(found["confidence"].to_pylist(), reverse=True)


def test_quotes_are_from_the_text_as_written() -> None:
    texts = ["<b>Ｉ　ＷＡＮＴ</b> a refund&amp;now", "我要\u200b退货！"]
    assert quoted(intent.read(Corpus(texts)), texts) == ["ＷＡＮＴ</b> a refund", "要\u200b退货"]


def test_reasons_of_different_kinds_make_a_text_more_urgent() -> None:
    values = urgency.read(Corpus(["尽快处理", "尽快处理，不然报警", "尽快处理，不然报警，充电器都起火了", ""]))["urgency"].to_pylist()
    assert values[0] < values[1] < values[2] <= 1.0
    assert values[3] == 0.0


def test_a_named_competitor_is_recognised() -> None:
    texts = ["这台比小米便宜", "It is better than the Acme 300.", "Acme is better than Zeta"]
    found = comparatives.read(Corpus(texts), ["小米", "ACME"]).to_pylist()
    assert [(row["preferred"], row["other"], row["competitor"]) for row in found] == [
        (None, "小米", "小米"),
        (None, "acme 300", "ACME"),
        ("acme", "zeta", "ACME"),
    ]


def test_a_competitor_is_known_by_how_it_is_written() -> None:
    found = comparatives.read(Corpus(["没有iPhone好用", "It is slower than the Kindle", "屏幕比上一代好"])).to_pylist()
    assert [row["competitor"] for row in found] == ["iPhone", "Kindle", None]


def test_the_aspect_decides_whether_more_is_better() -> None:
    found = comparatives.read(
        Corpus(["屏幕比华为大", "噪音比华为大", "The price is higher than Bose", "The battery lasts longer than Bose"])
    ).to_pylist()
    assert [(row["preferred"] is None, row["aspect"]) for row in found] == [
        (True, "performance"),
        (False, "performance"),
        (False, "price"),
        (True, "battery"),
    ]


def test_a_size_without_an_aspect_prefers_nothing() -> None:
    assert comparatives.read(Corpus(["比华为大", "It is bigger than the Bose"])).num_rows == 0


def test_a_denied_comparison_is_no_preference() -> None:
    found = comparatives.read(Corpus(["It is no better than the Bose", "不见得比华为好"])).to_pylist()
    assert [row["kind"] for row in found] == ["equal", "equal"]


def test_aspects_of_comparisons_are_those_of_the_lexicon() -> None:
    from moushi.understand.cues import words

    assert set(words("comparatives")["aspects"]) <= set(ASPECTS)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__module__.rsplit(".", maxsplit=1)[-1])
def test_bad_inputs_are_read_as_saying_nothing(reader: Callable[[Corpus], pa.Table]) -> None:
    texts = ["", "好", "x", "😀😀😀", "\u200b\u200b", "\ud800", "...", "?" * 50]
    found = reader(Corpus(texts))
    assert reader(Corpus([])).num_rows == 0
    assert "row" in found.column_names or found.num_rows == len(texts)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__module__.rsplit(".", maxsplit=1)[-1])
def test_five_megabytes_in_one_text_are_read(reader: Callable[[Corpus], pa.Table]) -> None:
    said = "I am furious, I want a refund today or I call my lawyer! I wish it were better than the Bose!"
    found = reader(Corpus(["It came in a box. 昨天收到的。" * 210_000 + said]))
    assert found["start"].to_pylist()[-1] > 5_000_000


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__module__.rsplit(".", maxsplit=1)[-1])
def test_beginnings_of_cues_without_their_ends_are_passed_over(reader: Callable[[Corpus], pa.Table]) -> None:
    found = reader(Corpus(["比" * 4000 + "要是" * 2000 + "i wish " * 1500 + "than a " * 1500 + "not as " * 1500]))
    assert found.num_rows <= 4000


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="我要退货比不如好差想买希望增加就?。,! asap than better wish it had i not\n😀", max_size=60), max_size=4))
def test_quotes_lie_inside_their_texts(texts: list[str]) -> None:
    corpus = Corpus(texts)
    for reader in READERS:
        found = reader(corpus)
        rows = found["row"].to_pylist() if "row" in found.column_names else list(range(len(texts)))
        for row, start, end in zip(rows, found["start"].to_pylist(), found["end"].to_pylist(), strict=True):
            assert start is None or 0 <= start < end <= len(texts[row])


@settings(max_examples=25, deadline=None)
@given(st.permutations([pair[tongue] for pair in PAIRS[:12] for tongue in TONGUES]))
def test_a_text_reads_the_same_whatever_stands_beside_it(texts: list[str]) -> None:
    together = emotion.read(Corpus(texts)).to_pylist()
    assert together == [emotion.read(Corpus([text])).to_pylist()[0] for text in texts]
