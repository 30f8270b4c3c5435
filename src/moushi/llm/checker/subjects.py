"""What a value is said of: the figure, the names and the period beside it must be those it was measured for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from moushi.llm.checker.fault import Fault
from moushi.llm.checker.lexicon import BLANK, Hit, families
from moushi.llm.checker.reading import Mention, Part, Reading, Sentence
from moushi.llm.checker.scope import figures
from moushi.llm.references import MEASURED

SAID_OF = (*MEASURED, "change", "ranking", "experiment", "first")
"""Kinds of facts that are said of something."""
_LINKS = {"en": ("of", "for", "from", "by", "in", "during", "over", "on", "among", "at"), "zh": ("的", "在")}
_FRONTS = {
    "en": ("in", "at", "on", "for", "among", "within", "across", "from", "via", "through", "during"),
    "zh": ("在", "于", "从", "对", "就"),
}


def subject_faults(reading: Reading) -> Iterator[Fault]:
    """Yield values that are said of another figure, name or period than their own, and forecasts said as facts."""
    past: list[Part] = []
    for sentence in reading.sentences:
        for index, part in enumerate(sentence):
            for mention in part.of(*SAID_OF):
                wrong = (
                    _wrong_name(reading, sentence, index, past, mention)
                    or _wrong_figure(reading, sentence[:index], part, past, mention)
                    or _wrong_period(reading, sentence[:index], part, mention)
                )
                if wrong:
                    yield Fault("subject", mention.start, mention.end, reading.prose[mention.start : mention.end])
            yield from _strangers(reading, part)
            yield from _mixed(reading, sentence, part)
        past += sentence


def _beside(reading: Reading, mention: Mention, others: Sequence[Mention]) -> Mention | None:
    """Return the mention that a value is said of: linked right after it, else the last before, else the next."""
    after = [one for one in others if one.start >= mention.end]
    if after:
        between = reading.folded[mention.end : after[0].start].strip(" ")
        if between == "" or between.removesuffix(" the") in _LINKS[reading.language]:
            return after[0]
    before = [one for one in others if one.end <= mention.start]
    return before[-1] if before else after[0] if after else None


def _wrong_name(reading: Reading, sentence: Sentence, index: int, past: Sequence[Part], mention: Mention) -> bool:
    about, part = mention.fact.about, sentence[index]
    names = part.of("name")
    if names:
        beside = _beside(reading, mention, names)
        if about:
            return beside is not None and beside.identifier not in about
        return not part.having("total") and beside is not None
    if about and part.having("whole"):
        return True
    fronted = next((part for part in reversed(sentence[:index]) if part.of("name")), None)
    if fronted is not None:
        if about:
            return not any(one.identifier in about for one in fronted.of("name"))
        return not fronted.of(*SAID_OF) and not part.having("total") and _is_front(reading, fronted)
    if not about:
        return False
    last = next((one for before in reversed(past) for one in reversed(before.of("name"))), None)
    later = next((one for following in sentence[index + 1 :] for one in following.of("name")), None)
    said_of = last or later
    return said_of is None or said_of.identifier not in about


def _is_front(reading: Reading, part: Part) -> bool:
    text = reading.folded[part.start : part.end].strip(" ,，\n.。")
    return text.startswith(tuple(_FRONTS[reading.language]))


def _strangers(reading: Reading, part: Part) -> Iterator[Fault]:
    """Yield names beside values of which none is theirs."""
    values = part.of(*SAID_OF)
    owned = {name for value in values for name in value.fact.about}
    if values and owned:
        for name in part.of("name"):
            if name.identifier not in owned:
                yield Fault("subject", name.start, name.end, reading.prose[name.start : name.end])


def _wrong_figure(reading: Reading, earlier: Sequence[Part], part: Part, past: Sequence[Part], mention: Mention) -> bool:
    family = families(mention.fact.witness.metric)
    if not family:
        return False
    nouns = figures(part)
    noun = _figure_beside(reading, mention, nouns) if nouns else None
    if mention.fact.kind in ("count", "number") and mention.fact.unit:
        # Its unit says what it counts, so only a word that is tied to it can say otherwise.
        noun = noun if noun is not None and _tied(reading, mention, noun) else None
    elif noun is None:
        if _follows_its_own((*earlier, part), mention, family):
            return False
        noun = next((found[-1] for before in reversed((*past[-3:], *earlier)) if (found := figures(before))), None)
    if noun is None:
        return False
    meant = {role.partition(".")[2] for role in noun.roles if role.startswith("metric.")}
    if meant & _AGENTS and mention.fact.kind in (*MEASURED, "quote") and noun.end <= mention.start:
        return False
    return family not in meant


def _follows_its_own(parts: Sequence[Part], mention: Mention, family: str) -> bool:
    """Tell whether the last amount before a value is of its own figure: "{{count:orders}}, {{change:orders}} more"."""
    amounts = [one for part in parts for one in part.mentions if one.measured and one.end <= mention.start]
    return bool(amounts) and families(amounts[-1].fact.witness.metric) == family


_AGENTS = frozenset({"customers", "reviews"})
"""Figures whose words also name who does something: "customers spent {{money:x}}"."""


def _figure_beside(reading: Reading, mention: Mention, nouns: Sequence[Hit]) -> Hit | None:
    after = [noun for noun in nouns if noun.start >= mention.end]
    if after:
        between = reading.folded[mention.end : after[0].start].split()
        if len(between) <= 1 and all(word in ("in", "of", "more", "fewer", "less", "的", "new", "net") for word in between):
            return after[0]
    before = [noun for noun in nouns if noun.end <= mention.start]
    return before[-1] if before else after[0] if after else None


def _tied(reading: Reading, mention: Mention, noun: Hit) -> bool:
    """Tell whether nothing but linking words stands between a figure's name and a value."""
    if noun.start >= mention.end:
        return True
    between = _PERIOD.sub(" ", reading.folded[noun.end : mention.start])
    linking = reading.words.lists["linking"]
    if reading.language == "en":
        return all(word in linking for word in between.split())
    for word in sorted(linking, key=len, reverse=True):
        between = between.replace(word, "")
    return not between.strip()


_PERIOD = re.compile(rf"{BLANK}+|[()（）:,，]")
"""References and marks, which part no figure from its value."""


def _wrong_period(reading: Reading, earlier: Sequence[Part], part: Part, mention: Mention) -> bool:
    witness = mention.fact.witness
    if not (witness.first and witness.last):
        return False
    periods = part.of("period") or [one for before in earlier for one in before.of("period")]
    beside = _beside(reading, mention, periods) if periods else None
    return beside is not None and [day.isoformat() for day in beside.fact.days] != [witness.first, witness.last]


def _mixed(reading: Reading, sentence: Sentence, part: Part) -> Iterator[Fault]:
    """Yield forecasts that are said as facts, and facts that are said as forecasts."""
    said = any(hit.roles & {"foreseen", "forecast", "basis.expected"} for one in sentence for hit in one.hits)
    values = part.of(*SAID_OF)
    for value in values:
        if value.fact.forecast and not said:
            yield Fault("forecast", value.start, value.end, reading.prose[value.start : value.end])
    if values and not any(value.fact.forecast or value.fact.against == "expected" for value in values):
        for hit in part.having("forecast"):
            yield Fault("forecast", hit.start, hit.end, reading.prose[hit.start : hit.end])
