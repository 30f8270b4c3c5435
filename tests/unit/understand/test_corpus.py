"""How texts are held: plain forms, words, clauses, and the way back to the original."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.understand import corpus as module
from moushi.understand.corpus import ELSE, EN, ZH, Corpus, plain_text


def words(text: str, **options: object) -> list[str]:
    corpus = Corpus([text], **options)
    return corpus.strings(corpus.words)


def test_documented_example_holds() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ＡＢＣ１２３！", "abc123!"),
        ("差\u200b评", "差评"),
        ("<p>好</p>", " 好 "),
        ("A&amp;B &nbsp;x &hellip;", "a&b  x …"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("a\r\nb", "a\n\nb"),
        ("[NAME:nm_ivw6p2x7z4aidpifvb7q]好", " " * 30 + "好"),
        ("\u202e右到左", "右到左"),
        ("👍🏽", "👍🏽"),
        ("\ud800x", " x"),
        ("İ", "İ"),
    ],
)
def test_plain_form(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_words_of_chinese_english_and_both() -> None:
    assert words("I don't like it!!! 3.5 stars:)") == ["i", "don't", "like", "it", "!!!", "3.5", "stars", ":", ")"]
    assert words("手机很好iPhone也行") == ["手机", "很", "好", "iphone", "也", "行"]


def test_what_was_given_stands_beside_its_plain_form() -> None:
    corpus = Corpus(["iPhone\u200b很", "<b>Ａ"])
    assert "".join(map(chr, corpus.given)) == "\niPhone很\n<Ａ\n"


def test_own_words_stay_whole() -> None:
    assert words("小米13 Pro很好", lexicon=["小米13 Pro"]) == ["小米13 pro", "很", "好"]
    assert words("ab-12x 不是 ab-12", lexicon=["AB-12"]) == ["ab", "-", "12", "x", "不是", "ab-12"]
    assert words("花西子真好", lexicon=["花西子"]) == ["花西子", "真", "好"]
    assert words("好用", lexicon=[" ", ""]) == words("好用")
    assert words("unikeaikea ikea😀x", lexicon=["ikea", "ikea😀x", "kea ike"]) == ["unikeaikea", "ikea😀x"]


def test_clauses_and_sentences() -> None:
    corpus = Corpus(["屏幕好，就是贵。声小 耳机破", "Good. It costs 3.5 only, fine", "...", ""])
    assert corpus.strings(corpus.clauses) == ["屏幕好", "就是贵", "声小", "耳机破", "good", " it costs 3.5 only", " fine"]
    assert corpus.strings(corpus.sentences) == ["屏幕好,就是贵", "声小 耳机破", "good", " it costs 3.5 only, fine"]
    assert corpus.sentences.of(4).tolist() == [0, 2, 4, 4, 4]


def test_tongue_by_script_unless_told_otherwise() -> None:
    texts = ["这个很好 very good", "a nice dress", "Très bien", "とても良いです", "", "很好"]
    assert Corpus(texts, [None, "en", "fr", "ja", None, "ja"]).tongues.tolist() == [ZH, EN, ELSE, ELSE, ELSE, ELSE]
    assert Corpus(["a nice dress"], ["zh-CN"]).tongues.tolist() == [EN]


def test_empty_corpora_and_texts() -> None:
    for texts in ([], [""], [None, "", "\n"], ["\u200b"]):
        corpus = Corpus(texts)
        assert len(corpus.words) == len(corpus.clauses) == len(corpus.sentences) == 0
        assert len(corpus.tongues) == len(texts)


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=30), max_size=5))
def test_every_word_is_found_again_in_the_original(texts: list[str]) -> None:
    corpus = Corpus(texts)
    found = corpus.words
    for text, start, end, word in zip(found.texts, found.starts, found.ends, corpus.strings(found), strict=True):
        first, last = corpus.origin(int(text), int(start), int(end))
        part = texts[text][first:last]
        assert 0 <= first < last <= len(texts[text])
        assert corpus.starts[text] <= start < end <= corpus.ends[text]
        assert part.startswith(("<", "&")) or len(plain_text(part)) >= len(word)


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_neighbours_change_nothing(texts: list[str]) -> None:
    corpus = Corpus(texts)
    for row, text in enumerate(texts):
        alone = Corpus([text])
        mine = np.flatnonzero(corpus.words.texts == row)
        assert (corpus.words.starts[mine] - corpus.starts[row]).tolist() == (alone.words.starts - alone.starts[0]).tolist()
        assert corpus.tongues[row] == alone.tongues[0]
