from __future__ import annotations

import csv
import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.columns import TextAspects, Texts
from moushi.understand.aspects import MODEL, ROW, Mention, read, read_one, read_texts
from moushi.understand.corpus import Corpus
from moushi.understand.lexicon import Own

PIECES = [
    "质量",
    "很好",
    "不",
    "差",
    "，",
    "物流",
    "快",
    "客服",
    "没有",
    "但是",
    "贵",
    "quality",
    " good ",
    "not ",
    ". ",
    "too small",
    "😀",
    "İ",
    "[EMAIL:em_",
]


def polarities(text: str, language: str | None = None) -> dict[str, float]:
    return {mention.aspect: mention.polarity for mention in read_one(text, language)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("质量很好", {"quality": 1}),
        ("质量不好", {"quality": -1}),
        ("质量并不太差", {"quality": 0.5}),
        ("物流很快，客服态度差", {"delivery": 1, "service": -1}),
        ("有点贵", {"price": -1}),
        ("不贵", {"price": 1}),
        ("颜色、款式都很满意", {"appearance": 1}),
        ("质量和价格都满意", {"quality": 1, "price": 1}),
        ("包装嘛，很好", {"packaging": 1}),
        ("不错", {"overall": 1}),
        ("质量好，但是尺码偏小", {"quality": 1, "size_fit": -1}),
        ("屏幕清晰，屏幕有坏点，屏幕卡顿", {"performance": -0.3333}),
        ("用了不到一周就坏了", {"quality": -1}),
        ("不给退货", {"service": -1}),
        ("电池", {"battery": 0}),
        ("好像明天到", {}),
        ("The quality is great.", {"quality": 1}),
        ("The quality is not great", {"quality": -0.5}),
        ("It isn't very comfortable", {"comfort": -1}),
        ("delivery was quick but the fabric is itchy", {"delivery": 1, "material": -1}),
        ("colour and design are perfect", {"appearance": 1}),
        ("way too small, runs small", {"size_fit": -1}),
        ("I don’t recommend it", {"overall": -1}),
        ("not bad", {"overall": 1}),
        ("nothing said here", {}),
        ("", {}),
    ],
)
def test_aspects_and_polarities_by_hand(text: str, expected: dict[str, float]) -> None:
    assert polarities(text) == expected


def test_evidence_marks_the_words() -> None:
    text = "昨天收到，质量特别差！"
    (mention,) = read_one(text)
    assert text[mention.start : mention.end] == "质量特别差"
    text = "I waited. The delivery was painfully slow, sadly"
    assert "delivery was painfully slow" in [text[m.start : m.end] for m in read_one(text)]


def test_evidence_begins_at_the_negation() -> None:
    text = "真的一点都不好吃"
    assert [(m.aspect, m.polarity, text[m.start : m.end]) for m in read_one(text)] == [("taste", -1, "不好吃")]


def test_an_aspect_is_implicit_where_no_word_names_it() -> None:
    assert [(m.aspect, m.implicit) for m in read_one("很贵，价格")] == [("price", False)]
    assert [(m.aspect, m.implicit) for m in read_one("很贵")] == [("price", True)]
    assert [(m.aspect, m.implicit) for m in read_one("物流慢")] == [("delivery", False)]
    assert [(m.aspect, m.implicit) for m in read_one("so comfortable")] == [("comfort", True)]
    assert [(m.aspect, m.implicit) for m in read_one("不错")] == [("overall", False)]


def test_traditional_characters_are_read_alike() -> None:
    assert polarities("品質很差，電池不耐用") == polarities("品质很差，电池不耐用") == {"quality": -1, "battery": -1}


def test_evidence_stands_in_the_text_as_given() -> None:
    text = "<b>ok</b>，包装&amp;\u200b精\u200b美！"
    assert [text[m.start : m.end] for m in read_one(text) if m.aspect == "packaging"] == ["包装&amp;\u200b精\u200b美"]


def test_a_batch_is_read_like_its_texts_one_by_one() -> None:
    bodies = ["质量很好，物流慢", "", "The quality is great", "包装嘛", "很好", "great", "ok 屏幕清晰"]
    found = read(Corpus(bodies))
    for row, body in enumerate(bodies):
        mentions = [tuple(each.values())[1:] for each in found.to_pylist() if each[ROW] == row]
        assert mentions == [tuple(mention) for mention in read_one(body)]


def test_words_of_the_workspace_make_aspects() -> None:
    own = [Own("refill", terms=("补充装", "替换芯"), bad=("Empty Again",)), Own("price", good=("白菜价",))]
    assert {m.aspect: m.polarity for m in read_one("替换芯很好，白菜价", own=own)} == {"refill": 1, "price": 1}
    assert {m.aspect: m.polarity for m in read_one("it is empty again", own=own)} == {"refill": -1}
    assert read_one("替换芯") == []


def test_confidence_follows_what_speaks_for_the_sign() -> None:
    def sure(text: str) -> float | None:
        return read_one(text)[0].confidence

    # Odds of 4.8 for the nearest aspect; twice said 2.1 times that, lukewarm 0.45, negated 0.5.
    assert sure("质量很好") == round(4.8 / 5.8, 3)
    assert sure("质量很好，质量不错") == round(10.08 / 11.08, 3)
    assert sure("质量一般") == round(2.16 / 3.16, 3)
    assert sure("质量没有很好") == round(2.4 / 3.4, 3)
    assert sure("质量很好，质量太差") == 0.63
    assert sure("电池") is None


def test_masked_data_are_not_read() -> None:
    assert read_one("[EMAIL:em_ivw6p2x7z4aidpifvb7q.ar2ckkdl]") == []
    text = "[NAME:nm_ivw6p2x7z4aidpifvb7q] 质量好"
    assert [text[m.start : m.end] for m in read_one(text)] == ["质量好"]


def test_other_languages_are_left_to_later() -> None:
    assert read_one("produto muito bom", "pt") == []
    assert read_one("品質が良い", "ja") == []
    assert polarities("very good", "en-GB") == {"overall": 1}
    assert polarities("good 质量很好", "zh-CN") == {"quality": 1}


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=12).map("".join))
def test_mentions_are_well_formed_for_any_text(text: str) -> None:
    mentions = read_one(text)
    assert [m.aspect for m in mentions] == sorted({m.aspect for m in mentions})
    for mention in mentions:
        assert -1 <= mention.polarity <= 1
        assert 0 <= mention.start < mention.end <= len(text)


def test_rows_are_a_valid_table_in_the_order_of_the_texts() -> None:
    texts = pa.table(
        {
            Texts.text_id: ["b", "a", "c"],
            Texts.body: ["物流快，质量差", "hm", "great"],
            Texts.language: pa.array(["zh", None, None], pa.string()),
        }
    )
    rows = read_texts(texts)
    TextAspects.validate(rows, where="test")
    assert rows.schema == TextAspects.schema()
    assert rows.to_pylist()[0] == {
        "text_id": "b",
        "aspect": "delivery",
        "polarity": 1.0,
        "start": 0,
        "end": 3,
        "confidence": 0.787,
        "implicit": False,
        "model": MODEL,
    }
    assert rows[TextAspects.text_id].to_pylist() == ["b", "b", "c"]
    assert read_texts(texts.slice(1, 1)).schema == TextAspects.schema()


def test_a_mention_is_a_plain_tuple() -> None:
    assert read_one("很贵") == [Mention("price", -1.0, 1, 2, 0.796, True)]


@pytest.mark.skipif("MOUSHI_DATA" not in os.environ, reason="MOUSHI_DATA names no folder with public reviews")
def test_polarity_agrees_with_what_buyers_meant() -> None:
    path = Path(os.environ["MOUSHI_DATA"]) / "text" / "online_shopping_10_cats" / "online_shopping_10_cats.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for place, row in enumerate(csv.DictReader(file)) if place % 50 == 1]
    means = []
    for row in rows:
        judged = [m.polarity for m in read_one(row["review"]) if m.polarity]
        means.append(sum(judged) / len(judged) if judged else 0.0)
    found = [(mean > 0) == (row["label"] == "1") for mean, row in zip(means, rows, strict=True) if mean]
    assert len(found) / len(rows) > 0.85
    assert sum(found) / len(found) > 0.88
