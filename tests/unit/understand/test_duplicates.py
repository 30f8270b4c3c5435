from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.understand.duplicates import normal_forms, normalised, repeated, set_aside

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "此用户没有填写评价", "此用户未填写评价内容", "该用户没有填写评价。", "默认好评", "系统默认好评！",
        "评价方未及时做出评价,系统默认好评!", "买家没有填写评价内容", "The user did not leave a review.", "No comment", "N/A",
        "哈哈哈哈哈哈哈哈", "111111111", "凑字数凑字数", "字数字数字数补丁",
    ],
)  # fmt: skip
def test_what_stands_in_for_a_review_is_boilerplate(text: str) -> None:
    assert set_aside([text], NONE) == ["boilerplate"]


@pytest.mark.parametrize("text", ["", " \n", "!!!", "👍👍👍", "\u200b\u200d", "……", "\ufeff"])
def test_what_holds_no_words_is_empty(text: str) -> None:
    assert set_aside([text], NONE) == ["empty"]


@pytest.mark.parametrize(
    "text", ["好", "没电", "好用", "no", "bad", "默认配置太低", "没有评价里说的那么好", "无线耳机不错", "None of the buttons work", "5"]
)
def test_short_words_of_ones_own_are_not_set_aside(text: str) -> None:
    assert set_aside([text], NONE) == [None]


def test_words_that_a_thousand_say_are_boilerplate_however_they_are_written() -> None:
    common = repeated([("Good product", 990), ("good product!!", 10), ("Broke after a day", 3)], 1500)
    assert common == {"goodproduct"}
    assert set_aside(["GOOD PRODUCT.", "Good product, bad box"], common) == ["boilerplate", None]


def test_what_few_of_very_many_say_is_not() -> None:
    assert repeated([("Good product", 30)], 100_000) == NONE
    assert repeated([("Good product", 19)], 100) == NONE
    assert repeated([("Good product", 20)], 100) == {"goodproduct"}


def test_a_long_text_is_not_boilerplate_because_it_is_repeated() -> None:
    assert repeated([("The strap broke on the second day of use", 500)], 1000) == NONE


def test_normal_form_knows_no_width_and_no_case() -> None:
    assert normalised("Ｇｏｏｄ　Product！") == normalised("good product")


@given(st.lists(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("ｶﾞＡé\u0301가가㎏ß_ ，好䷀")), max_size=8), max_size=5))
def test_texts_have_the_same_normal_form_together_as_alone(texts: list[str]) -> None:
    assert list(normal_forms(texts)) == [normalised(text) for text in texts]
