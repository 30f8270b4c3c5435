"""Counting n-grams by hash: the same as counting them by name."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.understand.corpus import Corpus
from moushi.understand.features import CHARACTERS, WORDS, Grams, View, kept_grams, mixed, side_by_side


def test_hashes_are_the_same_everywhere() -> None:
    assert mixed(np.array([1, 2])).tolist() == mixed(np.array([1, 2, 3]))[:2].tolist()
    assert Grams("word", 1, 1).found(Corpus(["好"]))[0].tolist() == [3812854329343736786 >> 44]


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from("好不很a b1,"), max_size=12), min_size=1, max_size=4))
def test_words_are_counted_as_by_name(texts: list[str]) -> None:
    corpus = Corpus(texts)
    spans = corpus.words
    names = corpus.strings(spans)
    counts = Grams("word", 1, 2, 24).counts(corpus)
    for row in range(len(texts)):
        mine = [name for name, text in zip(names, spans.texts, strict=True) if text == row]
        by_name = Counter(mine) + Counter(itertools.pairwise(mine))
        assert sorted(counts[[row]].data.tolist()) == sorted(by_name.values())


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        # One to two Han characters; the edges of the text are known.
        ("好不好", ["好", "不", "好", "^好", "好不", "不好", "好$"]),
        # Letters: two to three, inside a word and its blanks.
        ("ab c", [" ", "^a", "ab", "b ", " c", "c$", "^ab", "ab ", " c$"]),
        ("好  不", ["好", " ", "不", "^好", "好 ", " 不", "不$"]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_characters_are_counted_as_by_name(text: str, grams: list[str]) -> None:
    counts = Grams("character", 1, 2, 24).counts(Corpus(["前", text, "后"]))
    assert sorted(counts[[1]].data.tolist()) == sorted(Counter(grams).values())
    assert counts[[0]].sum() == counts[[2]].sum() == 3


@settings(deadline=None)
@given(st.lists(st.text(max_size=30), min_size=2, max_size=5))
def test_a_text_counts_the_same_alone(texts: list[str]) -> None:
    for grams in (WORDS, CHARACTERS):
        together = grams.counts(Corpus(texts))
        for row, text in enumerate(texts):
            assert (together[[row]] != grams.counts(Corpus([text]))).nnz == 0


def test_a_view_keeps_columns_of_several_texts_and_weighs_the_rare_more() -> None:
    counts = Grams("word", 1, 1).counts(Corpus(["good phone phone", "good screen", "good phone", ""]))
    view = View(Grams("word", 1, 1), least=2).fit(counts)
    weighted = view.weighted(counts).toarray()
    assert weighted.shape == (4, 2)
    # "good" in three of four texts, "phone" in two: log(5/4) + 1 = 1.2231 and log(5/3) + 1 = 1.5108.
    assert sorted(view.rarity_.tolist()) == pytest.approx([1.2231, 1.5108], abs=1e-4)
    # First text: 1.2231 and (1 + log 2) * 1.5108 = 2.5580, to length one.
    assert sorted(weighted[0].tolist()) == pytest.approx([0.4314, 0.9022], abs=1e-4)
    assert sorted(weighted[1].tolist()) == [0.0, 1.0]
    assert weighted[3].tolist() == [0.0, 0.0]
    assert view.present(counts).toarray().sum(axis=1).tolist() == [2, 1, 2, 0]


def test_a_view_keeps_at_most_so_many() -> None:
    counts = Grams("word", 1, 1).counts(Corpus(["a b c", "a b", "a"]))
    assert len(View(Grams("word", 1, 1), least=1, most=1).fit(counts).columns_) == 1


def test_views_side_by_side_are_what_each_shows_of_its_own() -> None:
    corpus = Corpus(["good phone, good price", "质量很好", "", "unheard of", "good"])
    views = [View(grams, 1).fit(grams.counts(corpus)[:2]) for grams in (WORDS, CHARACTERS)]
    presence, weighted = side_by_side(views, kept_grams(views, corpus), corpus)
    counts = [view.grams.counts(corpus) for view in views]
    for found, shown in ((presence, View.present), (weighted, View.weighted)):
        apart = np.hstack([shown(view, count).toarray() for view, count in zip(views, counts, strict=True)])
        assert np.array_equal(found.toarray(), apart)
