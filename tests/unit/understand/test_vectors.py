"""Word vectors: what texts they make of words, and that those which ship know what words mean."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from moushi.understand import vectors as module
from moushi.understand.corpus import Corpus
from moushi.understand.vectors import Vectors

OWN = Vectors(["refund", "late", "very late", "电", "池"], np.array([[3.0, 0], [0, 1], [0, 2], [1, 0], [0, 1]]))


def test_documented_example_holds() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Refund!", [3, 0]),
        ("late refund", [3, 1]),
        # "very" alone is not known, the pair is; a word counts as often as it stands.
        ("very late late", [0, 1 + 1 + 2]),
        # Read by what it begins with, and no further than five letters from the end.
        ("refunding", [3, 0]),
        ("refundability", [0, 0]),
        # "电池" is one word that is not known, its characters are.
        ("电池", [1, 1]),
        ("", [0, 0]),
    ],
)
def test_a_text_lies_where_the_sum_of_its_words_points(text: str, whole: list[float]) -> None:
    length = np.hypot(*whole) or 1
    np.testing.assert_allclose(OWN.mean(Corpus([text])), [np.array(whole) / length], atol=1e-6)


def test_pairs_do_not_go_from_text_to_text() -> None:
    np.testing.assert_allclose(OWN.mean(Corpus(["refund very", "late refund"])), [[1, 0], np.array([3, 1]) / np.sqrt(10)], atol=1e-6)


def test_words_by_themselves() -> None:
    corpus = Corpus(["late refunds 电池", "x"])
    np.testing.assert_allclose(OWN.of(corpus, corpus.words), [[0, 1], [3, 0], [1, 1], [0, 0]])
    assert OWN.known(corpus, corpus.words).tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("text", "like", "unlike"),
    [
        ("refund", "give me my money back", "the color is lovely"),
        ("my package is late", "the parcel has not arrived", "this is a soft fabric"),
        ("cheap", "a low price", "delicious"),
        ("awful", "terrible", "wonderful"),
        ("我要退款", "把钱退给我", "颜色很漂亮"),
        ("快递太慢", "物流不快", "味道很好"),
        ("生气", "愤怒", "电池"),
        ("电池", "电量", "客服"),
    ],
)
def test_what_means_the_same_is_nearer(text: str, like: str, unlike: str) -> None:
    here, near, far = Vectors.load().mean(Corpus([text, like, unlike]))
    assert here @ near > here @ far + 0.1


def test_equal_texts_get_equal_vectors_whatever_the_batch() -> None:
    texts = ["我要退货 the zipper broke", "unrefundablest 电池很耐用!!", "late", "", "😀"]
    shipped = Vectors.load()
    together = shipped.mean(Corpus(["first of all", *texts, "and 最后"] * 3))
    for row, text in enumerate(texts, 1):
        np.testing.assert_array_equal(together[row], shipped.mean(Corpus([text]))[0])


def test_no_text_is_no_vector() -> None:
    assert Vectors.load().mean(Corpus([])).shape == (0, Vectors.load().dimensions)
