"""Decisions and settlements in words, the same on every surface.

The texts are in the locale files `decisions.toml`; a sentence names facts in
braces and is said only when all of them are there.  A part of a text (title,
what, whom, why, judged) is one sentence or a table of sentences, said in the
order of their keys.  Where a decision's facts have a variant, its texts are
looked up under it first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from moushi.columns import Decisions
from moushi.errors import Language
from moushi.ledger.facts import Fact, FactSheet, Witness
from moushi.locale import say, words
from moushi.locale.format import day, number, percent

Money = Callable[[float], str]
"""Writes an amount of the workspace's currency as people read it."""

CODES = {"segment": ("profiles", "segment."), "aspect": ("understand", "aspect."), "band": ("decisions", "band.")}
"""Where the words of codes are: locale part and key prefix."""


@dataclass(frozen=True)
class Shown:
    """A number that a text shows: its name, as written, and where it comes from."""

    name: str
    text: str
    witness: Witness


@dataclass(frozen=True)
class Described:
    """A decision in words.

    Parameters
    ----------
    title : one line that says what to do
    what : what to do exactly, and what it costs
    whom : for whom or for what, with the holdout
    why : the evidence, and what is assumed
    judged : how and when the outcome will be judged
    shown : every fact with its witness, in the order of its name
    """

    title: str
    what: str
    whom: str
    why: str
    judged: str
    shown: tuple[Shown, ...]


def describe(decision: Mapping[str, Any], language: Language, *, money: Money | None = None) -> Described:
    """Return a decision of the table `decisions` in words.

    Parameters
    ----------
    decision : a row; its facts, kind, expected value, interval, cost and judging day are used
    language : "en" or "zh"
    money : how amounts are written; plain numbers where not given
    """
    sheet = FactSheet.load(decision[Decisions.facts])
    write = _Writer(language, money)
    texts = {name: write.fact(fact) for name, fact in sheet.facts.items()}
    for name in (Decisions.expected_value_home, Decisions.low_home, Decisions.high_home, Decisions.cost_home):
        texts[name] = write.money(float(decision[name]))
    texts[Decisions.judged_on] = day(decision[Decisions.judged_on], language)
    texts[Decisions.as_of] = day(decision[Decisions.as_of], language)
    kind = decision[Decisions.kind_of_decision]
    said = {part: _said(kind, sheet.variant, part, language, texts) for part in ("title", "what", "whom", "why", "judged")}
    shown = tuple(Shown(name, texts[name], fact.witness) for name, fact in sorted(sheet.facts.items()))
    return Described(**said, shown=shown)


def witness_words(witness: Witness, language: Language) -> str:
    """Return in words where a number comes from."""
    parts = [say(f"ledger.metric.{witness.metric}", language)]
    if witness.setting:
        parts.append(say("ledger.witness.setting", language, setting=witness.setting))
    if witness.source:
        parts.append(say("ledger.witness.source", language, source=witness.source))
    if witness.filters:
        parts.append(say("ledger.witness.filters", language, filters=witness.filters))
    if witness.first and witness.last:
        first, last = (day(date.fromisoformat(text), language) for text in (witness.first, witness.last))
        parts.append(say("ledger.witness.period", language, first=first, last=last))
    if witness.rows is not None:
        parts.append(say("ledger.witness.rows", language, rows=number(witness.rows, language)))
    if witness.model:
        parts.append(say("ledger.witness.model", language, model=witness.model))
    if witness.skill is not None:
        parts.append(say("ledger.witness.skill", language, skill=percent(witness.skill, language, signed=True)))
    return say("ledger.witness.joint", language).join(parts)


def settlement_words(note: str, language: Language) -> str:
    """Return in words how a claim was judged, from a settlement's note."""
    return say(f"ledger.note.{note}", language)


def gap_words(code: str, language: Language) -> str:
    """Return in words which data are missing and what they would make possible; see `Ledger.gaps`."""
    return say(f"decisions.gap.{code}", language)


def _said(kind: str, variant: str, part: str, language: Language, texts: Mapping[str, str]) -> str:
    known = words("decisions", language)
    for prefix in (f"{kind}.{variant}.{part}", f"{kind}.{part}"):
        templates = [text for key, text in sorted(known.items()) if key == prefix or key.startswith(prefix + ".")]
        if templates:
            sayable = [text for text in templates if _names(text) <= texts.keys()]
            return ("" if language == "zh" else " ").join(text.format(**texts) for text in sayable)
    return ""


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


class _Writer:
    """Writes facts in a language."""

    def __init__(self, language: Language, money: Money | None) -> None:
        self.language = language
        self.money: Money = money or (lambda value: number(value, language, digits=0 if abs(value) >= 100 else 2))

    def fact(self, fact: Fact) -> str:
        """Return a fact as people read it."""
        if isinstance(fact.value, str):
            return self._text(fact.value, fact.unit)
        if fact.unit == "money":
            return self.money(float(fact.value))
        if fact.unit == "share":
            return percent(fact.value, self.language, digits=0 if abs(fact.value) >= 0.1 else 1)
        digits = 1 if fact.unit in ("number", "days", "units") and abs(fact.value) < 10 and fact.value != int(fact.value) else 0
        return number(fact.value, self.language, digits=digits)

    def _text(self, value: str, unit: str) -> str:
        if unit == "day":
            return day(date.fromisoformat(value), self.language)
        if unit == "names":
            return str(json.loads(value)[self.language]) if value.startswith("{") else value
        # Codes without words of their own are shown as they are.
        part, prefix = CODES.get(unit, ("", ""))
        return words(part, self.language).get(prefix + value, value) if part else value
