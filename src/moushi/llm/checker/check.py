"""The checker: a text, its evidence and its language give the faults of the text."""

from __future__ import annotations

from moushi.errors import Language
from moushi.llm.checker.amounts import amount_faults
from moushi.llm.checker.fault import Fault
from moushi.llm.checker.names import name_faults
from moushi.llm.checker.reading import read_prose
from moushi.llm.checker.relations import relation_faults
from moushi.llm.checker.shape import shape_faults
from moushi.llm.checker.subjects import subject_faults
from moushi.llm.references import Evidence


def check(prose: str, evidence: Evidence, language: Language) -> tuple[Fault, ...]:
    """Return what a text says without evidence or against it, in the order of the text.

    Parameters
    ----------
    prose : the text, with references such as `{{money:revenue}}` where values belong
    evidence : the facts it may rest on
    language : "en" or "zh"

    Returns
    -------
    tuple of Fault : empty for a text that may be shown; one fault per rule and place

    Notes
    -----
    The checker knows words, not meaning: it refuses what it cannot bind, so a
    harmless text may be refused, and a claim in words that compare, count, date,
    rank or cause nothing ("sales were fine") is not looked into.  Time grows
    with the length of the text; 300 words take a few milliseconds.
    """
    reading = read_prose(prose, evidence, language)
    found = [
        *shape_faults(reading), *name_faults(reading), *amount_faults(reading), *relation_faults(reading), *subject_faults(reading),
    ]  # fmt: skip
    return tuple(sorted(set(found), key=lambda fault: (fault.start, fault.end, fault.rule)))
