import math

import pytest

from moushi.errors import EvidenceInvalid
from moushi.ledger.facts import FactSheet, Witness
from moushi.llm.references import Evidence, Fact, find_references, fits
from tests.unit.llm.checker.support import evidence

SEEN = Witness("revenue", "order_lines", rows=812, first="2025-03-03", last="2025-03-09", skill=0.12)


@pytest.mark.parametrize("name", ["week", "ahead", "voice"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_evidence_survives_being_written_and_read(name, language):
    made = evidence(name, language)
    again = Evidence.load(made.dump())
    assert again.facts == made.facts
    assert again.known == made.known
    assert again.dump() == made.dump()


def test_a_zero_is_kept():
    made = Evidence()
    made.add("change", Fact("change", 0, SEEN, unit="share", low=0.0, high=0.0))
    assert Evidence.load(made.dump()).facts["change"] == made.facts["change"]


@pytest.mark.parametrize(
    ("identifier", "fact"),
    [
        ("two words", Fact("number", 1, SEEN)),
        ("a", Fact("number", math.nan, SEEN)),
        ("a", Fact("money", 1, SEEN, unit="pounds")),
        ("a", Fact("date", "2025-13-01", SEEN)),
        ("a", Fact("period", "2025-03-09/2025-03-03", SEEN)),
        ("a", Fact("name", " ", SEEN)),
        ("a", Fact("ranking", 0, SEEN, unit="highest")),
        ("a", Fact("ranking", 3, SEEN, unit="highest", among=2)),
        ("a", Fact("count", 1, SEEN, about=("nobody",))),
        ("a", Fact("count", "many", SEEN)),
    ],
)
def test_a_fact_that_could_not_be_shown_is_refused(identifier, fact):
    with pytest.raises(EvidenceInvalid, match=r"expected to be"):
        Evidence().add(identifier, fact)


def test_references_are_found_where_they_stand():
    prose = "{{money:a}} and {{ product : b.c-1 }}, not {{this}}"
    assert [(one.tag, one.identifier, prose[one.start : one.end]) for one in find_references(prose)] == [
        ("money", "a", "{{money:a}}"),
        ("product", "b.c-1", "{{ product : b.c-1 }}"),
    ]


def test_a_reference_must_be_of_the_kind_of_its_fact():
    money, lamp = Fact("money", 1, SEEN, unit="GBP"), Fact("name", "Lamp", SEEN, unit="product")
    assert [fits(tag, money) for tag in ("money", "metric", "count", "product")] == [True, True, False, False]
    assert [fits(tag, lamp) for tag in ("product", "name", "brand", "metric")] == [True, True, False, False]


def test_the_facts_of_a_decision_become_evidence():
    sheet = FactSheet()
    sheet.witness("w", SEEN)
    for name, value, unit in (
        ("gain", 120.5, "money"),
        ("stock", 4, "units"),
        ("chance", 0.2, "share"),
        ("on", "2025-03-09", "day"),
        ("what", "Lamp", "text"),
    ):
        sheet.add(name, value, unit, "w")
    made = Evidence.of(sheet, currency="GBP", known=["Nordlys"])
    assert {name: (fact.kind, fact.unit) for name, fact in made.facts.items()} == {
        "gain": ("money", "GBP"),
        "stock": ("count", "units"),
        "chance": ("share", ""),
        "on": ("date", ""),
        "what": ("name", "name"),
    }
    assert made.facts["gain"].witness == SEEN
