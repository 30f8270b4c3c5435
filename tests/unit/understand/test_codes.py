from __future__ import annotations

from pathlib import Path

import numpy as np

from moushi.understand.codes import LEAST, CodeLearner
from moushi.understand.corpus import Corpus

CODES = ("return", "ask", "other")
# Words that no cue knows; the first one tells what is meant.
BODIES = [f"{'flurb' if place % 2 else 'gloop'} {word} nummer {place}" for place, word in enumerate(["zam", "pil", "kor", "ven"] * 40)]
RIGHT = ["return" if body.startswith("flurb") else "ask" for body in BODIES]


def learned(count: int, labels: list[str] = RIGHT, found: str = "other", sure: float = 0.0) -> CodeLearner:
    return CodeLearner(CODES).fit(Corpus(BODIES[:count]), [found] * count, np.full(count, sure), labels[:count])


def test_with_few_labels_cues_are_left_alone() -> None:
    few = learned(LEAST - 1)
    assert few.read(Corpus(["flurb zam"]), ["other"], np.zeros(1)) == ["other"]
    assert few.agreement_ is None


def test_words_of_the_workspace_are_learned_from_labels() -> None:
    learner = learned(160)
    assert learner.read(Corpus(["flurb anders", "gloop anders"]), ["other", "other"], np.zeros(2)) == ["return", "ask"]
    assert (learner.agreement_, learner.rows_) == (1.0, 160)


def test_where_cues_are_right_nothing_is_learned() -> None:
    learner = CodeLearner(CODES).fit(Corpus(BODIES), RIGHT, np.ones(160), RIGHT)
    assert learner.counts_ is None
    assert learner.agreement_ == 1.0


def test_labels_that_say_nothing_change_nothing() -> None:
    chance = np.random.default_rng(0)
    labels = [CODES[place] for place in chance.integers(0, 2, 160)]
    learner = CodeLearner(CODES).fit(Corpus([f"zam {place}" for place in range(160)]), ["ask"] * 160, np.full(160, 0.9), labels)
    assert learner.read(Corpus(["zam 3"]), ["ask"], np.array([0.9])) == ["ask"]


def test_a_saved_learner_tells_the_same(tmp_path: Path) -> None:
    learner = learned(160)
    learner.save(tmp_path / "intent")
    again = CodeLearner.load(tmp_path / "intent")
    corpus = Corpus(BODIES[:20])
    assert again.read(corpus, ["other"] * 20, np.zeros(20)) == learner.read(corpus, ["other"] * 20, np.zeros(20))
