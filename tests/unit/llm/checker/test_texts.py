import pytest

from moushi.llm.checker import check
from tests.unit.llm.checker.support import bad_texts, evidence, good_texts

PARTS = ("dev", "held")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_there_are_a_hundred_and_fifty_of_each(language):
    assert len({text for part in PARTS for _, text in good_texts(part, language)}) == 150
    assert len({text for part in PARTS for _, _, text in bad_texts(part, language)}) == 150


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_good_texts_pass(part, language):
    refused = {text: check(text, evidence(name, language), language) for name, text in good_texts(part, language)}
    assert {text: faults for text, faults in refused.items() if faults} == {}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("part", PARTS)
def test_bad_texts_are_caught_by_the_rule_they_break(part, language):
    found = {
        text: (rule, {fault.rule for fault in check(text, evidence(name, language), language)})
        for name, rule, text in bad_texts(part, language)
    }
    assert {text: rules for text, rules in found.items() if rules[0] not in rules[1]} == {}
