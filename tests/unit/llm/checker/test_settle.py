from typing import get_args

import pytest

from moushi.llm.checker import Fault, Rule, check, settle
from moushi.llm.checker.lexicon import read
from moushi.llm.template import metric_words, write
from tests.unit.llm.checker.support import evidence

GOOD = "Revenue rose {{change:revenue.change}}."
BAD = "Revenue rose 12%."


def test_a_good_text_is_kept():
    settled = settle(GOOD, evidence("week", "en"), "en", repair=lambda prose, faults: pytest.fail("nothing to repair"))
    assert (settled.prose, settled.source, settled.faults) == (GOOD, "model", ())


def test_a_refused_text_is_repaired_once_with_its_faults():
    asked = []
    settled = settle(BAD, evidence("week", "en"), "en", repair=lambda prose, faults: asked.append((prose, faults)) or GOOD)
    assert (settled.prose, settled.source, len(settled.faults)) == (GOOD, "repair", 1)
    ((prose, faults),) = asked
    assert prose == BAD
    assert "“12%” is a quantity without a query" in faults


@pytest.mark.parametrize("repair", [None, lambda prose, faults: BAD, lambda prose, faults: None])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_stays_refused_is_said_by_the_template(repair, language):
    made = evidence("week", language)
    settled = settle(BAD, made, language, repair=repair)
    assert (settled.prose, settled.source) == (write(made, language), "template")
    assert check(settled.prose, made, language) == ()


def test_without_a_model_the_given_template_speaks():
    settled = settle(None, evidence("week", "en"), "en", template=lambda: "A quiet week.")
    assert (settled.prose, settled.source, settled.faults) == ("A quiet week.", "template", ())


@pytest.mark.parametrize("name", ["week", "ahead", "voice"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_template_of_every_evidence_passes(name, language):
    assert check(write(evidence(name, language), language), evidence(name, language), language) == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_known_figure_is_called_by_a_word_of_its_own(language):
    for family, content in read("metrics").items():
        assert metric_words(family, language) in content[language], family


@pytest.mark.parametrize("rule", get_args(Rule))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_rule_says_what_is_wrong(rule, language):
    fault = Fault(rule, 0, 3, "abc", (("kind", "money"), ("tag", "money")))
    assert "abc" in fault.message(language)
    assert fault.severity == ("warn" if rule == "degree" else "refuse")


def test_references_are_shown_whole_in_messages():
    fault = Fault("kind", 0, 3, "abc", (("kind", "money"), ("tag", "money")))
    assert "{{money:...}}" in fault.message("en")
    assert "{{money:...}}" in fault.message("zh")


def test_time_grows_with_the_length_of_the_text():
    # No timed test: what could grow faster are patterns, so a long text without any break must come to an end.
    for character in ("a", "中", "[", "'", "{", "<", "《"):
        assert isinstance(check(character * 20_000, evidence("week", "en"), "en"), tuple)
