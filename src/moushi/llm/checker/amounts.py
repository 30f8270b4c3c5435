"""Quantities, money and days that no query stands behind."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from moushi.llm.checker.fault import Fault, Rule
from moushi.llm.checker.lexicon import BLANK, Hit, roman_numerals
from moushi.llm.checker.reading import Part, Reading, Sentence

_DAY = re.compile(r"\d[年月日号號]|\d{4}[-/.]\d|\d(?:st|nd|rd|th)\b|\d\s*(?:am|pm)\b|\d:\d\d|\b[qh][1-4]\b")
_MONTH = re.compile(r"(?<=[a-z,] )(?:March|May)\b(?! (?:I|we|you))|\b(?:March|May)(?= (?:was|is|saw|sales|revenue|orders|figures))")
ALL, NONE = 0.9995, 0.0005


def amount_faults(reading: Reading) -> Iterator[Fault]:
    """Yield quantities, money and days without a query."""
    yield from _written(reading)
    for sentence in reading.sentences:
        for part in sentence:
            for hit in part.hits:
                for rule in _rules(reading, sentence, part, hit):
                    yield Fault(rule, hit.start, hit.end, reading.prose[hit.start : hit.end])


def _written(reading: Reading) -> Iterator[Fault]:
    """Yield digits of every script, signs of shares and currencies, and days in digits."""
    text = reading.folded
    for start, end in _runs(text):
        money = any(unicodedata.category(character) == "Sc" for character in text[max(start - 2, 0) : end])
        yield Fault("money" if money else "number", start, end, reading.prose[start:end])
    for match in _DAY.finditer(text):
        yield Fault("date", match.start(), match.end(), reading.prose[match.start() : match.end()])
    if reading.language == "en":
        for match in _MONTH.finditer(reading.prose):
            yield Fault("date", match.start(), match.end(), match[0])
        for start, end in roman_numerals(reading.prose):
            if BLANK not in text[start:end]:
                yield Fault("number", start, end, reading.prose[start:end])


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where figures and signs of currencies stand, those side by side together."""
    start = end = -1
    for at, character in enumerate(text):
        if _is_figure(character):
            if at != end:
                if start >= 0:
                    yield start, end
                start = at
            end = at + 1
    if start >= 0:
        yield start, end


@functools.lru_cache(8192)
def _is_figure(character: str) -> bool:
    return character in "%‰" or (unicodedata.category(character) in ("Nd", "Nl", "No", "Sc") and character != "〇")


def _rules(reading: Reading, sentence: Sentence, part: Part, hit: Hit) -> Iterator[Rule]:
    roles = hit.roles
    if "number" in roles:
        yield "number"
    if "money" in roles:
        yield "money"
    if "date" in roles:
        yield "date"
    relative = [role.partition(".")[2] for role in roles if role.startswith("relative.")]
    if relative and not any(one.fact.relative in relative for p in sentence for one in p.of("date", "period")):
        yield "date"
    if "number" not in roles and _claims_how_many(reading, part, hit):
        yield "number"


def _claims_how_many(reading: Reading, part: Part, hit: Hit) -> bool:
    roles = hit.roles
    measured = [one.fact for one in part.mentions if one.measured]
    shares = [fact.amount for fact in measured if fact.kind == "share"]
    if "majority" in roles:
        return not any(share > 0.5 for share in shares)
    if "minority" in roles:
        return not any(share < 0.5 for share in shares)
    if "vague" in roles:
        return not measured
    if "everyone" in roles or ("all" in roles and _of_things(reading, hit)):
        return not (
            any(share >= ALL for share in shares) or any(fact.kind in ("count", "number") and fact.amount == 0 for fact in measured)
        )
    return False


def _of_things(reading: Reading, hit: Hit) -> bool:
    """Tell whether "all" or "no" is said of things that are counted, and not after a word that leaves nothing claimed."""
    lists, before = reading.words.lists, reading.before(hit, 1)
    if reading.language == "zh":
        text, at = reading.folded, hit.end
        led = any(text[: hit.start].endswith(word) for word in lists["ahead_of_things"])
        return not led and any(text.startswith(word, at) for word in lists["things"])
    after = [name for name in reading.after(hit, 2) if name not in ("of", "the", "our", "your", "my", "their")]
    return bool(after and after[0] in lists["things"]) and not (before and before[0] in lists["ahead_of_things"])
