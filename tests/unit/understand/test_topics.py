"""Topics: found, complete, repeatable, and followed from run to run."""

from __future__ import annotations

import doctest
import random

import numpy as np
import pyarrow as pa
import pytest

import moushi
from moushi.errors import MissingColumns, NotFitted
from moushi.understand import topics as module
from moushi.understand.corpus import Corpus
from moushi.understand.grouping import Grouping, _chosen
from moushi.understand.topic_changes import Change, followed
from moushi.understand.topics import Topics

THEMES = {
    "delivery": "courier parcel arrived late shipping tracking driver doorstep",
    "screen": "display bright pixels panel resolution glare touch colours",
    "fit": "sleeve waist hem tight petite length hips shoulder",
    "food": "flavour sweet crisp juicy fresh ripe bitter aroma",
    "hotel": "breakfast lobby reception pillow corridor shower booking quiet",
}


def written(count: int = 60, seed: int = 1) -> tuple[list[str], list[str]]:
    """Return texts of five themes, six words of one theme each, and their themes."""
    chance = random.Random(seed)
    pairs = [
        (" ".join(chance.sample(words.split(), 6)) + f" item{chance.randrange(9)}", theme)
        for theme, words in THEMES.items()
        for _ in range(count)
    ]
    chance.shuffle(pairs)
    return [text for text, _ in pairs], [theme for _, theme in pairs]


@pytest.fixture(scope="module")
def fitted() -> Topics:
    return Topics(seed=0).fit(written()[0])


def test_documented_example_holds() -> None:
    assert doctest.testmod(module).failed == 0


def test_the_number_of_topics_is_found_and_each_is_one_theme(fitted: Topics) -> None:
    texts, themes = written()
    found = fitted.assign(texts)["topic_id"].to_pylist()
    assert len(fitted.topic_ids_) == 5
    assert len(set(zip(found, themes, strict=True))) == 5


def test_topics_are_named_by_their_words(fitted: Topics) -> None:
    named = [set(name.en) for name in fitted.names_]
    assert all(any(len(words & set(theme.split())) >= 4 for words in named) for theme in THEMES.values())


def test_order_and_repeats_make_no_difference(fitted: Topics) -> None:
    texts = written()[0]
    again = Topics(seed=0).fit([*texts[::-1], *texts[:50]])
    assert again.table().drop(["texts"]).equals(fitted.table().drop(["texts"]))
    assert again.set_aside_ == {"repeat": 50}


def test_every_text_is_assigned_and_equal_ones_alike(fitted: Topics) -> None:
    odd = ["", None, "zzz", "👍", "parcel late", "parcel late", "x" * 100_000]
    found = fitted.assign(odd).to_pylist()
    assert [row["topic_id"] in fitted.topic_ids_ for row in found] == [True] * len(odd)
    assert found[4] == found[5]
    assert [row["confidence"] for row in found[:4]] == [0, 0, 0, 0]
    assert found[4]["confidence"] > 0.5


def test_assigning_alone_is_assigning_together(fitted: Topics) -> None:
    texts = written(8, seed=3)[0]
    together = fitted.assign(texts)["topic_id"].to_pylist()
    assert together == [fitted.assign([text])["topic_id"][0].as_py() for text in texts]


def test_a_table_carries_topics_to_the_next_run(fitted: Topics) -> None:
    texts = written(20, seed=4)[0]
    rows = fitted.table()
    again = Topics.from_table(rows.take(pa.array(range(rows.num_rows))[::-1]))
    assert again.assign(texts).equals(fitted.assign(texts))
    assert again.topic_ids_ == fitted.topic_ids_


def test_topics_found_again_keep_their_names(fitted: Topics) -> None:
    texts = [
        *written(80, seed=9)[0],
        *[" ".join(random.Random(n).sample(["zip", "lining", "button", "pocket", "collar", "seam"], 4)) for n in range(90)],
    ]
    later = Topics(seed=5).fit(texts, previous=Topics.from_table(fitted.table()))
    assert {change.topic_id for change in later.changes_ if change.kind == "kept"} <= set(fitted.topic_ids_)
    assert len(set(fitted.topic_ids_) & set(later.topic_ids_)) >= 4
    moved = later.moved(texts, fitted)
    assert moved.num_rows == sum(
        a != b for a, b in zip(*(each.assign(texts)["topic_id"].to_pylist() for each in (fitted, later)), strict=True)
    )


def test_small_and_empty_corpora_are_one_topic() -> None:
    for texts in ([], ["good phone"], ["", ""], ["a", "b", "c"]):
        topics = Topics().fit(texts)
        assert len(topics.topic_ids_) == 1
        assert topics.assign(["anything"]).num_rows == 1


def test_texts_that_say_nothing_shape_no_topic() -> None:
    topics = Topics().fit([*written(20)[0], *["好评"] * 500, "", "👍"])
    assert topics.set_aside_["empty"] == 2
    assert topics.set_aside_["boilerplate"] == 500
    assert sum(topics.texts_) == 100


def test_chinese_and_tables_are_read(fitted: Topics) -> None:
    bodies = [f"{a}{b}不错" for a in ("快递", "物流", "送货") for b in ("速度", "包装", "态度")] * 3
    table = pa.table({"body": bodies, "language": ["zh"] * len(bodies)})
    assert Topics().fit(table).assign(table).num_rows == len(bodies)
    with pytest.raises(MissingColumns):
        fitted.assign(pa.table({"text": ["a"]}))


def test_not_fitted_is_said() -> None:
    with pytest.raises(NotFitted):
        Topics().assign(["a"])


def test_public_name_and_config() -> None:
    assert moushi.Topics is Topics
    assert Topics.from_config(Topics(seed=7).get_config()).seed == 7


def test_the_clear_split_that_is_found_most_easily_is_chosen_and_else_a_useful_number() -> None:
    def chosen(stability: dict[int, float], easily: dict[int, float] | None = None, before: int | None = None) -> int:
        return _chosen(stability, stability if easily is None else easily, before)

    # 3 is too coarse and 7 is not as clear as 5; 4 is as clear, but found from few places only.
    assert chosen({3: 0.99, 4: 0.98, 5: 0.97, 7: 0.91}, {3: 0.99, 4: 0.7, 5: 0.9, 7: 0.91}) == 5
    assert chosen({4: 0.96, 5: 0.96, 6: 0.8}) == 5
    assert chosen({3: 0.99, 8: 0.6, 12: 0.5, 20: 0.7}) == 12
    assert chosen({3: 0.5, 5: 0.4}) == 5
    # The number of the run before stays unless another is clearer.
    assert chosen({5: 0.9, 6: 0.85}, before=6) == 6
    assert chosen({5: 0.9, 6: 0.7}, before=6) == 5


def test_changes_worked_out_by_hand() -> None:
    before = np.array([0] * 10 + [1] * 10 + [2] * 4 + [3] * 4)
    # Topic 0 stays; half of topic 1 splits off; topic 2 is merged into what 0 is; topic 3 falls apart.
    now = np.array([0] * 10 + [1] * 6 + [2] * 4 + [0] * 4 + [0, 1, 2, 3])
    identifiers, changes = followed(["w", "x", "a", "z"], now, ["a", "b", "c", "d"], before)
    assert identifiers == ["a", "b", "a-2", "z"]
    assert changes == [
        Change("a", "kept", None, 15, 5),
        Change("b", "kept", None, 7, 1),
        Change("a-2", "split", "b", 5, 5),
        Change("z", "split", "d", 1, 1),
        Change("c", "merged", "a", 0, 4),
        Change("d", "died", None, 0, 4),
    ]


def test_confidence_is_the_lead_over_the_next_group() -> None:
    corpus = Corpus(["alpha beta", "alpha"])
    from moushi.understand.grouping import terms

    hashes, _ = terms(Corpus(["alpha beta"]))
    order = np.argsort(hashes)
    strengths = np.array([[1.0, 0.5], [0.0, 0.5]], np.float32)[order]
    groups, clear = Grouping(np.sort(hashes), np.ones(2, np.float32), strengths).assign(corpus)
    # alpha alone: 1 against 0.5; alpha and beta, each at the root of a half: 1 against 1.
    assert groups.tolist() == [0, 0]
    assert clear.tolist() == pytest.approx([0, 0.5])


def test_texts_that_are_alike_have_the_same_topics_however_often_they_are_found() -> None:
    chance = random.Random(5)
    letters = "bdfgklmnprtvz"
    nonsense = ["".join(chance.choice(letters) + chance.choice("aeiou") for _ in range(3)) for _ in range(40)]
    texts = pa.table({"body": [f"{' '.join(chance.sample(nonsense, 9))}, call me on" for _ in range(30)], "language": ["en"] * 30})
    found = {str(Topics(0).fit(texts).table().to_pylist()) for _ in range(8)}
    assert len(found) == 1
