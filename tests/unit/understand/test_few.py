from __future__ import annotations

import numpy as np
import pytest

from moushi.errors import NotEnoughData, NotFitted
from moushi.understand.few import FewShot

RETURNS = ["refund my money", "send me the money back", "give back what I paid", "I want a refund"]
PARCELS = ["where is my parcel", "the parcel is late", "my parcel has not come", "when does the parcel come"]
CHINESE = (["我要退款", "把钱退给我", "怎么退钱"], ["快递到哪了", "快递还没到", "快递什么时候到"])


def test_texts_go_to_the_kind_they_share_words_with() -> None:
    model = FewShot().fit([*RETURNS, *PARCELS], ["return"] * 4 + ["delivery"] * 4)
    assert model.decide(["a refund please", "no parcel yet"]) == ["return", "delivery"]
    assert model.classes_ == ["delivery", "return"]


def test_chinese_texts_are_told_apart_likewise() -> None:
    model = FewShot().fit([*CHINESE[0], *CHINESE[1]], ["return"] * 3 + ["delivery"] * 3)
    assert model.decide(["退款", "快递"]) == ["return", "delivery"]


def test_the_name_of_a_kind_is_an_example_of_it() -> None:
    texts, labels = ["abc", "xyz"], ["a", "b"]
    model = FewShot().fit(texts, labels, names={"a": "exchange rate", "b": "lost card", "c": "not a kind here"})
    assert model.decide(["my card is lost", "what is the rate"]) == ["b", "a"]


def test_texts_without_labels_carry_a_kind_to_words_that_no_example_has() -> None:
    # "zorble" is no word, and stands beside "parcel" in texts without labels only.
    unlabelled = [f"the zorble has my parcel {number}" for number in range(30)] + [
        f"the bank has my money {number}" for number in range(30)
    ]
    taught = FewShot().fit(["where is the parcel", "where is the money"], ["delivery", "return"], unlabelled)
    alone = FewShot().fit(["where is the parcel", "where is the money"], ["delivery", "return"])
    gap = [model.decisions(["zorble"])[0] @ np.array([1, -1]) for model in (taught, alone)]
    assert taught.decide(["zorble"]) == ["delivery"]
    assert gap[0] > 0.02 > 5 * abs(gap[1])


def test_probabilities_sum_to_one_and_agree_with_decisions() -> None:
    model = FewShot().fit([*RETURNS, *PARCELS], ["return"] * 4 + ["delivery"] * 4, ["some parcel", "some money"] * 3)
    texts = ["a refund please", "no parcel yet", "", "😀"]
    told = model.probabilities(texts)
    np.testing.assert_allclose(told.sum(axis=1), 1.0, rtol=1e-5)
    assert model.decide(texts) == [model.classes_[place] for place in told.argmax(axis=1)]


def test_the_same_texts_and_seed_give_the_same_model() -> None:
    labels = ["return"] * 4 + ["delivery"] * 4
    rest = [f"parcel {number}" for number in range(20)]
    one, two = (FewShot(seed=3).fit([*RETURNS, *PARCELS], labels, texts) for texts in (rest, rest[::-1]))
    np.testing.assert_array_equal(one.decisions(PARCELS), two.decisions(PARCELS))


def test_one_kind_is_too_few() -> None:
    with pytest.raises(NotEnoughData):
        FewShot().fit(RETURNS, ["return"] * 4)


def test_what_has_not_learned_cannot_tell() -> None:
    with pytest.raises(NotFitted):
        FewShot().decide(["x"])
