from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from moushi.locale import LANGUAGES, words
from moushi.understand.lexicon import ASPECTS, OVERALL, Tongue, lexicon

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


def test_units_point_into_the_text() -> None:
    text = "Don’t İstanbul good-quality"
    units = lexicon("en").units(text)
    assert units.names[0] == "don't"
    assert all(text[start:end] for start, end in zip(units.starts, units.ends, strict=True))
    assert text[units.starts[-1] : units.ends[-1]] == "quality"
    chinese = lexicon("zh").units("İ好")
    assert len(chinese.names) == 2


def test_the_longest_word_wins() -> None:
    book = lexicon("zh")
    units = book.units("不错过")
    assert list(book.clauses(units)) == []
    units = book.units("不错")
    ((hit,),) = book.clauses(units)
    assert hit[0].general == 1
