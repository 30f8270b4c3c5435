from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from moushi.locale import LANGUAGES, words
from moushi.understand.corpus import Corpus
from moushi.understand.lexicon import ASPECTS, OVERALL, Tongue, lexicon, traditional_forms

TONGUES: tuple[Tongue, ...] = ("zh", "en")
LISTS = {"terms", "good", "bad", "good_here", "bad_here"}


@pytest.mark.parametrize("tongue", TONGUES)
def test_the_lexicon_covers_exactly_the_aspects(tongue: Tongue) -> None:
    content = tomllib.loads(resources.files("moushi.understand").joinpath(f"{tongue}.toml").read_text("utf-8"))
    assert [*content["aspects"], OVERALL] == list(ASPECTS)
    assert all(set(lists) == LISTS for lists in content["aspects"].values())


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_word_says_two_opposite_things(tongue: Tongue) -> None:
    content = tomllib.loads(resources.files("moushi.understand").joinpath(f"{tongue}.toml").read_text("utf-8"))
    for aspect, lists in content["aspects"].items():
        assert not set(lists["good"]) & set(lists["bad"]), aspect
        assert not set(lists["good_here"]) & set(lists["bad_here"]), aspect
    opinions = content["opinions"]
    assert not (set(opinions["good"]) | set(opinions["weak_good"])) & (set(opinions["bad"]) | set(opinions["weak_bad"]))


@pytest.mark.parametrize("tongue", TONGUES)
def test_words_to_pass_over_mean_nothing_else(tongue: Tongue) -> None:
    content = tomllib.loads(resources.files("moushi.understand").joinpath(f"{tongue}.toml").read_text("utf-8"))
    meant = {word for lists in content["aspects"].values() for each in lists.values() for word in each}
    meant |= {word for each in content["opinions"].values() for word in each}
    meant |= set(content["grammar"]["negators"])
    assert sorted(set(content["grammar"]["ignore"]) & meant) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_aspect_has_a_name(language: str) -> None:
    names = words("understand", language)  # type: ignore[arg-type]
    assert [key.removeprefix("aspect.") for key in names if key.startswith("aspect.")] == list(ASPECTS)


def found(tongue: Tongue, text: str) -> list[str]:
    corpus = Corpus([text])
    hits = lexicon(tongue).find(corpus)
    return [corpus.string(start, end) for start, end in zip(hits.starts, hits.ends, strict=True)]


def test_words_are_found_whole() -> None:
    assert found("en", "Don’t see-through İstanbul gOOd") == ["don't", "see-through", "good"]
    assert found("en", "goodness") == []
    assert found("zh", "质量好") == ["质量", "好"]


def test_each_language_reads_its_own_texts() -> None:
    assert found("zh", "good") == []
    assert found("en", "很好") == []


def test_the_longest_word_wins() -> None:
    assert found("zh", "不错过") == []
    assert found("zh", "不错") == ["不错"]


def test_clauses_end_at_stops_and_at_words_that_turn() -> None:
    def clauses(text: str) -> int:
        return len(lexicon("zh").find(Corpus([text])).clauses) - 1

    assert clauses("质量好价格好") == 1
    assert clauses("质量好，价格好") == 2
    assert clauses("质量好但价格差") == 2
    assert clauses("质量好 价格好") == 2
    assert clauses("好" * 100) == 3


def test_traditional_forms_are_no_words_of_the_lexicon_themselves() -> None:
    pairs = traditional_forms()
    assert len(pairs) > 400
    assert not {simple for simple, _ in pairs} & {traditional for _, traditional in pairs}
