"""Fills references with values, units and intervals, and says what stands behind each.

Putting originals back in place of tokens is left to the caller: it is the last
step, on this machine (`Shield.unmask`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from moushi.errors import Language
from moushi.ledger.facts import Witness
from moushi.llm.checker.reading import Mention, read_prose
from moushi.llm.checker.relations import governed
from moushi.llm.references import MEASURED, Evidence, Fact
from moushi.locale import say, words
from moushi.locale.format import day, money, number, percent, span

_QUOTES = re.compile(r"[“「『\"]\s*$"), re.compile(r"^\s*[”」』\"]")


@dataclass(frozen=True)
class Rendered:
    """A text with its values, and where each comes from.

    Parameters
    ----------
    text : what people read; names may still be tokens
    witnesses : identifier and witness of every fact named, each once, in the order of the text
    """

    text: str
    witnesses: tuple[tuple[str, Witness], ...]


def render(prose: str, evidence: Evidence, language: Language) -> Rendered:
    """Return prose with values in place of references.

    Parameters
    ----------
    prose : a text that `check` has passed
    evidence : the facts it names
    language : "en" or "zh"

    Raises
    ------
    KeyError : if a reference names no fact, or not one of its kind
    """
    reading = read_prose(prose, evidence, language)
    said = governed(reading)
    pieces: list[str] = []
    at = 0
    for mention in reading.mentions:
        value = fact_words(mention.fact, language, signed=mention.start not in said)
        before, after = prose[at : mention.start], prose[mention.end :]
        pieces += [before, _fitted(value, mention, before, after, language)]
        at = mention.end
    text = "".join(pieces) + prose[at:]
    if "{{" in text:
        raise KeyError(text[text.index("{{") : text.index("{{") + 60])
    return Rendered(text, tuple({one.identifier: one.fact.witness for one in reading.mentions}.items()))


def fact_words(fact: Fact, language: Language, *, signed: bool = True) -> str:
    """Return a fact as people read it.

    Parameters
    ----------
    signed : whether a change shows its sign; not where a word beside it says the direction
    """
    if fact.kind in ("date", "period"):
        return span(*fact.days, language)
    if fact.kind == "first":
        return say("references.value.first", language, day=day(fact.days[0], language))
    if fact.kind == "quote":
        return say("references.value.quote", language, text=fact.value)
    if fact.kind == "name":
        return str(fact.value)
    if fact.kind == "ranking":
        return _place(fact, language)
    return _with_interval(fact, language, signed=signed)


def _with_interval(fact: Fact, language: Language, *, signed: bool) -> str:
    # Where words say the direction, an interval that reaches over zero still needs its signs.
    flip = -1 if fact.kind not in MEASURED and not signed and fact.amount < 0 else 1
    shown = signed and fact.kind not in MEASURED
    value = _amount(fact, flip * fact.amount, language, signed=shown)
    if fact.low is None or fact.high is None:
        return value
    low, high = sorted((flip * fact.low, flip * fact.high))
    ends = (_amount(fact, end, language, signed=shown) for end in (low, high))
    return say(
        "references.value.interval",
        language,
        value=value,
        level=percent(fact.level, language),
        **dict(zip(("low", "high"), ends, strict=True)),
    )


def _amount(fact: Fact, value: float, language: Language, *, signed: bool) -> str:
    plus = "+" if signed and value > 0 else ""
    if fact.kind == "money" or re.fullmatch("[A-Z]{3}", fact.unit):
        return plus + money(value, fact.unit, language)
    if fact.kind == "share" or fact.unit == "share":
        return plus + percent(value, language, digits=0 if abs(value) >= 0.1 else 1)
    if fact.unit == "points":
        return plus + say("references.value.points", language, value=number(value, language, digits=1))
    return plus + counted(value, fact.unit, language)


def counted(value: float, unit: str, language: Language) -> str:
    """Return a number with what it counts.

    Examples
    --------
    >>> counted(1, "orders", "en"), counted(1234, "orders", "en"), counted(12, "orders", "zh")
    ('1 order', '1,234 orders', '12 单')
    """
    written = number(value, language, digits=1 if abs(value) < 100 and value != int(value) else 0)
    unit_word = words("references", language).get(f"unit.{'one' if value == 1 else 'other'}.{unit}", "")
    return say("references.value.counted", language, value=written, unit=unit_word) if unit_word else written


def _place(fact: Fact, language: Language) -> str:
    place = int(fact.amount)
    written = number(place, language) if language == "zh" else f"{number(place, language)}{_suffix(place)}"
    if fact.among is None:
        return say("references.value.place_alone", language, place=written)
    return say("references.value.place", language, place=written, among=number(fact.among, language))


def _suffix(place: int) -> str:
    if place % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")


def _fitted(value: str, mention: Mention, before: str, after: str, language: Language) -> str:
    """Return a value without what the prose around it already has: its unit's word, or quotation marks."""
    if mention.fact.kind == "quote" and _QUOTES[0].search(before) and _QUOTES[1].match(after):
        return str(mention.fact.value)
    if mention.fact.kind in ("count", "number") and mention.fact.unit:
        known = words("references", language)
        units = [known.get(f"unit.{form}.{mention.fact.unit}", "") for form in ("other", "one")]
        if any(unit and after.lstrip().startswith(unit) for unit in units):
            return value.removesuffix(units[0]).removesuffix(units[1]).rstrip()
    return value
