"""Keywords: what is chosen, where it stands, and that a corpus's own habits count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.understand.background import Background
from moushi.understand.candidates import candidates
from moushi.understand.corpus import Corpus
from moushi.understand.keywords import MOST, read


def keywords(texts: list[str], **options: object) -> list[list[str]]:
    found = read(Corpus(texts, **options))
    lists: list[list[str]] = [[] for _ in texts]
    for row, keyword in zip(found["row"].to_pylist(), found["keyword"].to_pylist(), strict=True):
        lists[row].append(keyword)
    return lists


def trait(text: str, phrase: str, name: str) -> float:
    corpus = Corpus([text])
    found = candidates(corpus, Background().add(corpus))
    strings = [corpus.string(start, end) for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True)]
    return float(found.traits[name][strings.index(phrase)])


def test_keywords_of_chinese_and_english() -> None:
    chinese, english = keywords(["电池续航太差，电池续航两天就不行", "The battery life is poor. Poor battery life!"])
    assert "电池续航" in chinese
    assert "battery life" in english
    assert not {"the", "is"} & set(english)


def test_offsets_are_those_of_the_text_as_given() -> None:
    text = "<b>ＵＳＢ&nbsp;port</b> of the Phone X200"
    for row in read(Corpus([text])).to_pylist():
        assert text[row["start"] : row["end"]].replace("&nbsp;", " ").replace("ＵＳＢ", "usb").lower() == row["keyword"]


def test_own_words_come_first_and_whole() -> None:
    lists = keywords(["包装不错，小米13 Pro的屏幕清晰，物流快递包装很好"], lexicon=["小米13 Pro"])
    assert lists[0][0] == "小米13 pro"


def test_every_text_that_says_something_has_a_keyword_and_no_more_than_ten() -> None:
    many = ", ".join(f"the {a} {b}" for a in ("zip", "lace", "snap", "clip") for b in ("jacket", "boots", "pouch", "strap"))
    lists = keywords(["shoes", "", "!!!", "我", many])
    assert [len(each) for each in lists] == [1, 0, 0, 0, MOST]


def test_traits_worked_out_by_hand() -> None:
    text = "red shoe box, red shoe of red shoe"
    assert trait(text, "red shoe", "often") == pytest.approx(np.log(3))
    assert trait(text, "red shoe", "nested") == pytest.approx(1 / 3)
    assert trait(text, "red shoe", "both") == pytest.approx(2 / 3)
    assert trait(text, "red", "nested") == 1
    # Nine units: eight words and a comma.
    assert trait(text, "shoe box", "place") == pytest.approx(1 / 9)


def test_what_all_texts_say_is_no_keyword_of_one() -> None:
    texts = [f"arrived, {word}, arrived" for word in ("zipper", "lining", "collar", "button", "sleeve", "pocket")]
    background = Background().add(Corpus(texts))
    assert background.rows == 6
    first = read(Corpus(texts[:1]), background, most=1)["keyword"].to_pylist()
    assert first == ["zipper"]


def test_counting_batch_by_batch_is_counting_at_once() -> None:
    texts = ["red shoe box", "the red shoe", "电池续航好", "red red"]
    whole, parts = Background().add(Corpus(texts)), Background().add(Corpus(texts[:1])).add(Corpus(texts[1:]))
    for name, counts in whole.words.items():
        np.testing.assert_array_equal(counts, parts.words[name])
    for name, counts in whole.phrases.items():
        np.testing.assert_array_equal(counts, parts.phrases[name])
    assert whole.rows == parts.rows


@given(st.lists(st.text(max_size=60), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_read_and_stands_where_it_is_said_to(texts: list[str]) -> None:
    for row in read(Corpus(texts)).to_pylist():
        assert 0 <= row["start"] < row["end"] <= len(texts[row["row"]])
        assert 0 <= row["weight"] <= 1
