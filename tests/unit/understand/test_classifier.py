"""Blended linear classifiers: what they learn, how sure they are, and that they repeat themselves."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest

from moushi.errors import NotEnoughData, NotFitted
from moushi.understand import classifier as module
from moushi.understand.classifier import Classifier, blend, folds_of

KINDS = {"price": ["价格", "便宜", "太贵", "cheap"], "taste": ["好吃", "味道", "难吃", "tasty"], "post": ["物流", "快递", "发货", "parcel"]}


def corpus_of(count: int, noise: float, seed: int) -> tuple[list[str], list[str]]:
    """Texts of a kind's words among others'; a share `noise` has another kind's label."""
    generator = np.random.default_rng(seed)
    names = sorted(KINDS)
    labels = [names[i] for i in generator.integers(0, 3, count)]
    texts = ["，".join(generator.permutation([*generator.choice(KINDS[label], 2), "我", "the", "东西"])) for label in labels]
    given = [names[generator.integers(0, 3)] if generator.random() < noise else label for label in labels]
    return texts, given


def test_documented_example_holds() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("kinds", [2, 3])
def test_probabilities_are_as_sure_as_they_are_right(kinds: int) -> None:
    texts, labels = corpus_of(3000, 0.3, 1)
    rows = [row for row, label in enumerate(labels) if kinds == 3 or label != "post"]
    texts, labels = [texts[row] for row in rows], [labels[row] for row in rows]
    half = len(rows) // 2
    model = Classifier().fit(texts[:half], labels[:half])
    p = model.probabilities(texts[half:])
    right = np.array(model.decide(texts[half:])) == np.array(labels[half:])
    assert p.sum(axis=1) == pytest.approx(1)
    # 70 % keep their label, and a third (or half) of the others get it by chance.
    assert right.mean() == pytest.approx(0.7 + 0.3 / 3, abs=0.1)
    assert p.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.05)


def test_same_input_same_output_in_any_order_and_company() -> None:
    texts, labels = corpus_of(150, 0.1, 2)
    model = Classifier().fit(texts, labels)
    again = Classifier().fit(texts, labels)
    p = model.probabilities(texts)
    assert np.array_equal(p, again.probabilities(texts))
    assert model.probabilities(texts[::-1])[::-1] == pytest.approx(p, abs=1e-6)
    assert model.probabilities([texts[0]])[0] == pytest.approx(p[0], abs=1e-6)


def test_a_saved_model_tells_the_same(tmp_path: Path) -> None:
    texts, labels = corpus_of(150, 0.1, 3)
    model = Classifier().fit(texts, labels)
    model.save(tmp_path / "model.npz")
    assert np.array_equal(Classifier.load(tmp_path / "model.npz").probabilities(texts), model.probabilities(texts))


def test_texts_that_count_for_nothing_teach_nothing() -> None:
    texts, labels = corpus_of(300, 0.0, 4)
    wrong = ["price" if label == "post" else "post" for label in labels]
    importance = np.repeat([1.0, 1e-6], 300)
    model = Classifier().fit(texts + texts, labels + wrong, importance)
    assert np.mean(np.array(model.decide(texts)) == np.array(labels)) > 0.95


def test_a_class_of_one_text_is_learned_without_a_blend() -> None:
    model = Classifier().fit(["好吃", "很贵"], ["taste", "price"])
    assert model.decide(["好吃", "很贵"]) == ["taste", "price"]


def test_unfit_use_is_refused() -> None:
    with pytest.raises(NotFitted):
        Classifier().probabilities(["好"])
    with pytest.raises(NotEnoughData):
        Classifier().fit(["好"], ["taste"])


def test_parts_hold_each_class_evenly() -> None:
    labels = np.repeat([0, 1], [30, 9])
    fold = folds_of(labels, 3, 0)
    assert [np.bincount(fold[labels == label]).tolist() for label in (0, 1)] == [[10, 10, 10], [3, 3, 3]]


def test_a_blend_leaves_out_a_member_that_knows_nothing() -> None:
    generator = np.random.default_rng(0)
    y = generator.integers(0, 2, 4000)
    knows = (2.0 * y - 1 + generator.normal(0, 1, 4000))[:, None]
    nothing = generator.normal(0, 1, (4000, 1))
    shares, shift = blend(np.stack([knows, nothing]), y)
    # Two normals of spread 1 at -1 and 1 have log odds 2 x.
    assert shares == pytest.approx([2, 0], abs=0.15)
    assert shift == pytest.approx([0], abs=0.1)


def test_a_word_no_example_has_counts_by_what_it_means() -> None:
    texts = ["refund my money", "give me the money back", "pay me back", "the parcel is late", "where is my package", "has it been shipped"]
    model = Classifier(folds=1).fit(texts, ["return"] * 3 + ["delivery"] * 3)
    assert model.decide(["reimbursement", "courier"]) == ["return", "delivery"]


def test_texts_of_no_class_belong_less() -> None:
    texts, labels = corpus_of(400, 0.0, 5)
    model = Classifier().fit(texts[:200], labels[:200])
    inside, outside = model.belonging(texts[200:]), model.belonging(["开会推迟到周三", "what is the capital of france", "😀"])
    # About half the texts learned from are less like any class than a new one in the middle,
    # rather more here, as each was judged by what three quarters of only 200 texts teach.
    assert 0.4 < np.median(inside) < 0.9
    assert outside.max() < 0.05
