from __future__ import annotations

import functools
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from moushi.understand.aspect_learner import LEAST, AspectLabel, AspectLearner
from moushi.understand.aspects import ROW, SCHEMA, read
from moushi.understand.corpus import Corpus

SIGNS = {1: "positive", 0: "neutral", -1: "negative"}

# What the lexicon does not know how to read, what it reads rightly, and what it reads wrongly.
HIDDEN = {
    ("refill", "positive"): ("the pod clicks straight in", "a fresh pod takes a blink"),
    ("refill", "negative"): ("the pod jams each morning", "a fresh pod spills over me"),
    ("battery", "positive"): ("it hums on from dawn to dusk", "dawn to dusk and it still hums"),
    ("battery", "negative"): ("it goes dark before lunch", "before lunch it goes dark"),
}
PLAIN = {
    ("delivery", "positive"): ("the delivery was quick", "fast delivery"),
    ("delivery", "negative"): ("the delivery was late", "slow delivery"),
    ("price", "negative"): ("it is expensive", "overpriced"),
}
MISREAD = ("I read your post on cats", "a post on the garden fence")
FILLERS = ("we have had it for a while", "my brother uses it", "it stands in the hall", "as one would think")


def written(count: int, seed: int) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """Write texts of a few clauses; return them with what they say."""
    dice = random.Random(seed)
    sayings = {**HIDDEN, **PLAIN}
    texts, truths = [], []
    for _ in range(count):
        chosen = dict(dice.sample(sorted(sayings), dice.choice((1, 2))))
        clauses = [dice.choice(sayings[pair]) for pair in chosen.items()] + dice.sample(FILLERS, 2)
        clauses += [dice.choice(MISREAD)] if dice.random() < 0.3 else []
        dice.shuffle(clauses)
        texts.append(f"{', '.join(clauses)}. {len(texts)}")
        truths.append(sorted(chosen.items()))
    return texts, truths


@functools.cache
def taught(count: int, seed: int = 1, unlabelled: int = 200) -> AspectLearner:
    texts, truths = written(count + unlabelled, seed)
    labels = [AspectLabel(row, aspect, value) for row in range(count) for aspect, value in truths[row]]
    corpus = Corpus(texts)
    return AspectLearner().fit(corpus, read(corpus), labels, whole=range(count))


def pairs(found: pa.Table) -> set[tuple[int, str, str]]:
    signs = [SIGNS[int(np.sign(polarity))] for polarity in found["polarity"].to_pylist()]
    return set(zip(found[ROW].to_pylist(), found["aspect"].to_pylist(), signs, strict=True))


def quality(learner: AspectLearner, seed: int = 2) -> float:
    """Return F1 of aspects with sign on texts that were not shown."""
    texts, truths = written(300, seed)
    corpus = Corpus(texts)
    said = pairs(learner.read(corpus, read(corpus)))
    right = {(row, *pair) for row, truth in enumerate(truths) for pair in truth}
    return 2 * len(said & right) / (len(said) + len(right))


def test_quality_rises_with_labels_and_never_falls_below_the_lexicon() -> None:
    lexicon = quality(AspectLearner())
    told = [quality(taught(count)) for count in (10, 40, 150, 600)]
    assert lexicon < 0.6
    assert min(told) >= lexicon
    assert told[0] == lexicon
    assert told[2] > lexicon + 0.2
    assert told[3] > 0.97


def test_what_is_learned_is_told_with_what_it_gains() -> None:
    learner = taught(600)
    assert {"refill", "battery", "delivery"} <= set(learner.aspects_)
    assert learner.judges_
    gains = {gain.aspect: gain for gain in learner.measures_}
    assert gains[""].before < 0.6
    assert gains[""].after > 0.95
    assert gains["refill"].before == 0
    assert gains["refill"].rows == 600


def test_a_missed_aspect_is_found_with_its_clause_and_sign() -> None:
    text = "My brother uses it,  the pod jams each morning. What a pity"
    found = taught(600).read(Corpus([text]), read(Corpus([text])))
    row = next(each for each in found.to_pylist() if each["aspect"] == "refill")
    assert text[row["start"] : row["end"]] == "the pod jams each morning"
    assert row["polarity"] < 0
    assert row["confidence"] > 0.5
    assert row["implicit"]


def test_a_label_that_tells_the_place_teaches_which_clause_it_is() -> None:
    texts = [f"the lamp hums, the knob turns {number}" if number % 2 else f"we use it, as one would {number}" for number in range(120)]
    corpus = Corpus(texts)
    labels = [AspectLabel(row, "knob", "negative", text.index("the knob")) for row, text in enumerate(texts) if "knob" in text]
    learner = AspectLearner().fit(corpus, read(corpus), labels, whole=range(len(texts)))
    text = "the knob turns, the lamp hums"
    found = learner.read(Corpus([text]), read(Corpus([text]))).to_pylist()
    assert [text[each["start"] : each["end"]] for each in found] == ["the knob turns"]


def test_what_people_said_is_none_is_taken_out() -> None:
    corpus = Corpus(["I read your post on cats", "the delivery was late, I read your post on cats"])
    assert read(corpus)["aspect"].to_pylist() == ["delivery", "delivery"]
    found = taught(600).read(corpus, read(corpus))
    assert pairs(found) == {(1, "delivery", "negative")}


def test_words_that_mean_the_contrary_here_are_judged_anew() -> None:
    things = ("sound", "screen", "colour", "fit", "fabric", "delivery")
    texts = [f"the {thing} is {word} {number}" for number in range(20) for thing in things for word in ("sick", "awful", "great")]
    corpus = Corpus(texts)
    found = read(corpus)
    labels = [AspectLabel(row, aspect, "negative" if "awful" in texts[row] else "positive") for row, aspect, _ in sorted(pairs(found))]
    learner = AspectLearner().fit(corpus, found, labels)
    fresh = Corpus(["the pattern is sick", "the pattern is awful"])
    assert learner.judges_
    assert pairs(learner.read(fresh, read(fresh))) == {(0, "appearance", "positive"), (1, "appearance", "negative")}


def test_who_only_sets_right_what_is_wrong_does_not_unlearn_what_was_right() -> None:
    texts, _ = written(900, 5)
    corpus = Corpus(texts)
    found = read(corpus)
    wrong = [AspectLabel(row, aspect, "none") for row, aspect, sign in sorted(pairs(found)) if aspect == "delivery" and sign == "neutral"]
    learner = AspectLearner().fit(corpus, found, wrong[:80])
    fresh = Corpus(["fast delivery", "the delivery was late"])
    assert pairs(learner.read(fresh, read(fresh))) == pairs(read(fresh))


def test_few_labels_leave_all_as_it_was() -> None:
    corpus = Corpus([f"the pod jams {number}" for number in range(LEAST - 1)])
    learner = AspectLearner().fit(corpus, read(corpus), [AspectLabel(row, "refill", "negative") for row in range(LEAST - 1)])
    found = read(corpus)
    assert (learner.aspects_, learner.judges_, learner.measures_) == ((), False, ())
    assert learner.read(corpus, found) is found


def test_a_batch_is_read_like_its_texts_one_by_one() -> None:
    learner = taught(300)
    texts = [*written(30, 9)[0], "", "😀", "...", "the pod jams each morning"]
    corpus = Corpus(texts)
    together = learner.read(corpus, read(corpus))
    assert together.schema == SCHEMA
    for row, text in enumerate(texts):
        alone = learner.read(Corpus([text]), read(Corpus([text]))).drop_columns(ROW)
        assert together.filter(pa.array(together[ROW].to_numpy() == row)).drop_columns(ROW).to_pylist() == alone.to_pylist()


def test_mentions_are_in_the_order_of_texts_and_names() -> None:
    corpus = Corpus(written(60, 11)[0])
    found = taught(300).read(corpus, read(corpus))
    keys = list(zip(found[ROW].to_pylist(), found["aspect"].to_pylist(), strict=True))
    assert keys == sorted(set(keys))


def test_aspects_that_the_workspace_adds_later_stay() -> None:
    corpus = Corpus(["the pod jams each morning"])
    row = {"row": 0, "aspect": "zeal", "polarity": 1.0, "start": 4, "end": 7, "confidence": 0.8, "implicit": False}
    found = taught(300).read(corpus, pa.Table.from_pylist([row], schema=SCHEMA))
    assert found["aspect"].to_pylist() == ["refill", "zeal"]


def test_a_saved_learner_says_the_same(tmp_path: Path) -> None:
    learner = taught(300)
    learner.save(tmp_path / "aspects.npz")
    again = AspectLearner.load(tmp_path / "aspects.npz")
    corpus = Corpus(written(100, 3)[0])
    assert again.read(corpus, read(corpus)) == learner.read(corpus, read(corpus))
    assert (again.aspects_, again.judges_, again.measures_) == (learner.aspects_, learner.judges_, learner.measures_)
    AspectLearner().save(tmp_path / "empty.npz")
    found = read(corpus)
    assert AspectLearner.load(tmp_path / "empty.npz").read(corpus, found) is found


def test_the_same_labels_give_the_same_learner() -> None:
    corpus = Corpus(written(100, 4)[0])
    first, second = (taught.__wrapped__(200).read(corpus, read(corpus)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("bodies", [[], [""], ["", "!!!"]])
def test_nothing_is_found_in_nothing(bodies: list[str]) -> None:
    corpus = Corpus(bodies)
    assert taught(300).read(corpus, read(corpus)).num_rows == 0
