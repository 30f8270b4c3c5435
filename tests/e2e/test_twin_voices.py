"""The whole pipeline on a twin's exports: what its reviewers felt is what is read, and what went wrong is to be looked into."""

from pathlib import Path

import pytest

from benchmarks.text.twin import Recovery, Seen
from moushi.twin.shape import ASPECTS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    folder: Path = tmp_path_factory.mktemp("twin")
    return Seen(folder, seed=3, customers=12_000, products=40, weeks=104)


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_aspects_are_found_with_their_signs(seen: Seen, tongue: str) -> None:
    found = seen.aspects()
    every = sum((found[tongue, aspect] for aspect in ASPECTS), Recovery())
    assert every.said > 1_000
    assert every.recall > 0.90
    assert every.precision > 0.93
    assert every.polarity > 0.98
    for aspect in ASPECTS:
        assert found[tongue, aspect].recall > 0.80, aspect
        assert found[tongue, aspect].precision > 0.80, aspect
        assert found[tongue, aspect].polarity > 0.95, aspect


def test_languages_are_told_apart_and_read_alike(seen: Seen) -> None:
    # "666" and a lone smile are in no language; a short text now and then is taken for another.
    others = [tongue for tongue in seen.language.values() if tongue not in {"zh", "en", None}]
    assert len(others) <= 0.001 * len(seen.language)
    shares = {tongue: seen.sentiment(tongue)[0] for tongue in ("zh", "en")}
    assert min(shares.values()) > 0.95
    assert abs(shares["zh"] - shares["en"]) < 0.03


def test_nobody_wishes_or_compares_who_does_not(seen: Seen) -> None:
    texts = len(seen.language)
    assert len(seen.rows["text_needs"]) < 0.01 * texts
    # "Cheaper than in town" and "better built than brands that cost twice as much" are comparisons that the twin makes.
    assert len(seen.rows["text_comparisons"]) < 0.05 * texts


def test_what_went_wrong_becomes_a_decision_to_look_into_it_with_quotes(seen: Seen) -> None:
    planted = {row["incident"]: row["subject"] for row in seen.twin.truth.incidents.to_pylist()}
    alarms = dict(seen.alarms())
    assert alarms[f"aspect/quality/product/{planted['quality']}"] > 0
    delivery = [quotes for subject, quotes in alarms.items() if subject.startswith("aspect/delivery")]
    assert delivery
    assert min(delivery) > 0
