"""Sentences from evidence without a model: plain, correct, and the same each time."""

from __future__ import annotations

from moushi.errors import Language
from moushi.llm.references import MEASURED, Evidence, Fact
from moushi.locale import say, words


def write(evidence: Evidence, language: Language) -> str:
    """Return prose that says every fact of the evidence once, in the order of the evidence.

    Names are said with the facts about them; a period or date is said first, so
    that what follows can be placed.
    """
    order = {"date": 0, "period": 1, "quote": 3}
    told = sorted(
        ((identifier, fact) for identifier, fact in evidence.facts.items() if fact.kind != "name"),
        key=lambda pair: order.get(pair[1].kind, 2),
    )
    sentences = [_sentence(evidence, identifier, fact, language) for identifier, fact in told]
    return ("" if language == "zh" else " ").join(sentences) or say("references.tell.nothing", language)


def metric_words(metric: str, language: Language) -> str:
    """Return what a metric is called; a neutral word where it has no name."""
    known = words("references", language)
    while metric and f"metric.{metric}" not in known:
        metric = metric.rpartition("_")[0]
    return known[f"metric.{metric or 'other'}"]


def _sentence(evidence: Evidence, identifier: str, fact: Fact, language: Language) -> str:
    names = say("references.tell.names_joint", language).join(evidence.reference(name) for name in fact.about)
    against = say(f"references.tell.against_{fact.against}", language) if fact.against in ("previous", "year", "expected") else ""
    text = say(
        f"references.tell.{_code(fact)}", language,
        metric=metric_words(fact.witness.metric, language), names=names, against=against, value=evidence.reference(identifier),
    )  # fmt: skip
    return text[:1].upper() + text[1:]


def _code(fact: Fact) -> str:
    if fact.kind in MEASURED:
        return _about("forecast" if fact.forecast else "measured", fact)
    if fact.kind == "change":
        code = {1: "rise_expected", -1: "fall_expected", 0: "steady"} if fact.forecast else {1: "rose", -1: "fell", 0: "steady"}
        return _about(code[fact.sign], fact)
    if fact.kind == "ranking":
        return _about(fact.unit if fact.amount == 1 else "ranked", fact)
    if fact.kind == "experiment":
        measured = {1: "rose", -1: "fell", 0: "open"}[fact.sign if fact.sure else 0]
        return f"experiment_{measured}" if fact.about else f"experiment_alone_{measured}"
    return _about(fact.kind, fact) if fact.kind in ("first", "quote") else fact.kind


def _about(code: str, fact: Fact) -> str:
    return f"{code}_about" if fact.about else code
