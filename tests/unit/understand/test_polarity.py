from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from moushi.errors import NotEnoughData, NotFitted
from moushi.understand.polarity import AspectPolarity, Place

FOODS = ("soup", "fish", "bread", "cake", "rice", "tea")


def place(text: str, term: str) -> Place:
    start = text.index(term)
    return Place(text, start, start + len(term))


def cases() -> tuple[list[Place], list[str]]:
    places, labels = [], []
    for first, second in zip(FOODS, FOODS[1:] + FOODS[:1], strict=True):
        for text in (f"the {first} was delicious but the {second} was awful", f"delicious {first} , awful {second}"):
            places += [place(text, first), place(text, second)]
            labels += ["good", "bad"]
    return places, labels


def test_two_aspects_of_one_sentence_are_told_apart() -> None:
    model = AspectPolarity().fit(*cases())
    text = "the pie was awful but the wine was delicious"
    assert model.decide([place(text, "pie"), place(text, "wine")]) == ["bad", "good"]


def test_probabilities_are_of_the_classes_in_order() -> None:
    places, labels = cases()
    model = AspectPolarity().fit(places, labels)
    told = model.probabilities(places)
    assert model.classes_ == ["bad", "good"]
    assert told.shape == (len(places), 2)
    np.testing.assert_allclose(told.sum(axis=1), 1)


def test_chinese_aspects_are_judged_by_their_clause() -> None:
    things = ("屏幕", "电池", "相机", "外壳", "音质")
    texts = [(f"{a}很好，但是{b}太差", a, b) for a, b in zip(things, things[1:] + things[:1], strict=True)] * 2
    places = [place(text, term) for text, *terms in texts for term in terms]
    model = AspectPolarity().fit(places, ["good", "bad"] * len(texts))
    text = "镜头很好，但是按键太差"
    assert model.decide([place(text, "镜头"), place(text, "按键")]) == ["good", "bad"]


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    places, labels = cases()
    model = AspectPolarity().fit(places, labels)
    model.save(tmp_path / "model.npz")
    again = AspectPolarity.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(again.probabilities(places), model.probabilities(places))


def test_the_same_labels_give_the_same_model() -> None:
    places, labels = cases()
    first, second = (AspectPolarity().fit(places, labels).probabilities(places) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_odd_places_are_read_like_any_other() -> None:
    model = AspectPolarity().fit(*cases())
    odd = [Place("", 0, 0), Place("soup", 4, 4), Place("😀", 0, 1), Place("\u200b", 0, 1)]
    assert np.isfinite(model.probabilities(odd)).all()


def test_what_cannot_be_learned_is_refused() -> None:
    with pytest.raises(NotEnoughData):
        AspectPolarity().fit([Place("good soup", 5, 9)], ["good"])
    with pytest.raises(NotFitted):
        AspectPolarity().decide([Place("good soup", 5, 9)])
