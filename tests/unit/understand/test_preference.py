from __future__ import annotations

import pytest

from moushi.errors import NotFitted
from moushi.understand.preference import ComparisonDetector, Pair, PreferenceModel

GOOD = [Pair(f"{a} is {word} than {b}", a, b) for a, b in (("Python", "Ruby"), ("Java", "Perl")) for word in ("better", "faster", "nicer")]
NONE = [
    Pair(f"I use {a} and {b} {when}", a, b) for a, b in (("Python", "Ruby"), ("Java", "Perl")) for when in ("daily", "at work", "often")
]


def test_a_preference_learned_one_way_round_is_known_the_other_way_round() -> None:
    model = PreferenceModel().fit(GOOD + NONE, ["BETTER"] * 6 + ["NONE"] * 6)
    assert model.decide([Pair("Rust is better than Go", "Rust", "Go"), Pair("Rust is better than Go", "Go", "Rust")]) == ["BETTER", "WORSE"]
    assert model.decide([Pair("I use Rust and Go daily", "Go", "Rust")]) == ["NONE"]


def test_a_name_inside_the_other_name_is_looked_for_elsewhere() -> None:
    model = PreferenceModel().fit(GOOD + NONE, ["BETTER"] * 6 + ["NONE"] * 6)
    assert model.decide([Pair("JavaScript is better than Java", "Java", "JavaScript")]) == ["WORSE"]


def test_sentences_that_compare_are_told_from_those_that_do_not() -> None:
    texts = ["比小米好用", "没有苹果流畅", "和三星一样", "屏幕很好", "物流很快", "性价比高"]
    model = ComparisonDetector().fit(texts * 2, [1, 1, 1, 0, 0, 0] * 2)
    assert model.decide(["比华为流畅", "物流很好", ""]) == [1, 0, 0]


def test_what_has_not_learned_cannot_tell() -> None:
    with pytest.raises(NotFitted):
        ComparisonDetector().decide(["x"])
    with pytest.raises(NotFitted):
        PreferenceModel().decide([])
