"""The words by which aspects and opinions are known, per language."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Literal

Tongue = Literal["zh", "en"]

OVERALL = "overall"
WEAK = 0.5

# Aspect codes in the order in which reports list them; their names are in the locale files.
ASPECTS: tuple[str, ...] = (
    "quality", "price", "delivery", "size_fit", "service", "packaging", "appearance", "ease_of_use", "performance", "battery", "taste",
    "freshness", "material", "comfort", "smell", "effect", "content", "authenticity", "cleanliness", "location", "facilities", OVERALL,
)  # fmt: skip


@dataclass
class Entry:
    """What a word of the lexicon says.

    Attributes
    ----------
    terms : aspects that it names
    implied : aspects it judges by itself, with the judgement, -1 or 1
    here : aspects it judges only beside one of their terms
    general : judgement of whatever stands beside it, -1 to 1; 0 if none
    negates : it turns the next opinion around
    fixed : negation does not turn it around
    breaks : another thought begins after it
    """

    terms: list[str] = field(default_factory=list)
    implied: dict[str, float] = field(default_factory=dict)
    here: dict[str, float] = field(default_factory=dict)
    general: float = 0.0
    negates: bool = False
    fixed: bool = False
    breaks: bool = False

    @functools.cached_property
    def judges(self) -> bool:
        """Whether it is an opinion."""
        return bool(self.implied or self.here or self.general)

    @functools.cached_property
    def speaks(self) -> bool:
        """Whether it says anything; words that are only there to be passed over do not."""
        return bool(self.terms or self.negates or self.judges)


# The units of a word or a text: a string of characters, or a tuple of words.
Words = str | tuple[str, ...]
# A word found in a text: its entry, and its first unit and the one after its last.
Hit = tuple[Entry, int, int]


@dataclass(frozen=True)
class Units:
    """A text's units, which are characters in Chinese and words in English, and where each begins and ends."""

    names: Words
    starts: Sequence[int]
    ends: Sequence[int]


@dataclass(frozen=True)
class Lexicon:
    """A language's words.

    Attributes
    ----------
    entries : by first unit, the words that begin with it, by length, longest first
    reach : how many units may stand between a negator and what it negates
    """

    tongue: Tongue
    entries: dict[str, list[tuple[int, dict[Words, Entry]]]]
    reach: int

    def units(self, text: str) -> Units:
        """Return the units of a text, in lower case; punctuation is a unit."""
        if self.tongue == "zh":
            return Units(_lower(text), range(len(text)), range(1, len(text) + 1))
        matches = list(_WORD.finditer(text.replace("’", "'")))
        return Units(tuple(_lower(m[0]) for m in matches), [m.start() for m in matches], [m.end() for m in matches])

    def clauses(self, units: Units) -> Iterator[list[Hit]]:
        """Yield for each clause of a text the words found in it, in their order; clauses without any are left out."""
        names, entries = units.names, self.entries
        hits: list[Hit] = []
        place, count = 0, len(names)
        while place < count:
            name = names[place]
            starting = entries.get(name)
            if starting is not None:
                for length, words in starting:
                    entry = words.get(names[place : place + length])
                    if entry is not None:
                        if hits and (entry.breaks or len(hits) >= _MOST_HITS):
                            yield hits
                            hits = []
                        if entry.speaks:
                            hits.append((entry, place, place + length))
                        place += length - 1
                        break
            elif name in _STOPS and hits:
                yield hits
                hits = []
            place += 1
        if hits:
            yield hits


# Where nobody puts a stop, the reader does: work on a clause grows with the square of its words.
_MOST_HITS = 40
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[.,!?;:\n()-]")
_STOPS = frozenset("，。！？；,.!?;:：~～…\n\t ()（）")


def _lower(text: str) -> str:
    lower = text.lower()
    # A few letters get longer in lower case, which would shift all that follows.
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


@functools.cache
def lexicon(tongue: Tongue) -> Lexicon:
    """Return the lexicon of a language, read from the package once."""
    content = tomllib.loads(resources.files(__package__).joinpath(f"{tongue}.toml").read_text("utf-8"))
    words: dict[str, Entry] = {}

    def at(word: str) -> Entry:
        return words.setdefault(word, Entry())

    for aspect, lists in content["aspects"].items():
        _add_aspect(at, aspect, lists, plurals=tongue == "en")
    opinions = content["opinions"]
    for name, judgement in (("weak_good", WEAK), ("weak_bad", -WEAK), ("good", 1.0), ("bad", -1.0)):
        for word in opinions[name]:
            at(word).general = judgement
    grammar = content["grammar"]
    for word in grammar["negators"]:
        at(word).negates = True
    for word in grammar["fixed"]:
        at(word).fixed = True
    for word in grammar["breaks"]:
        at(word).breaks = True
    words.update({word: Entry() for word in grammar["ignore"]})
    return Lexicon(tongue, _by_first(words, tongue), reach=5 if tongue == "zh" else 3)


def _add_aspect(at: Any, aspect: str, lists: dict[str, list[str]], *, plurals: bool) -> None:
    for word in lists["terms"]:
        for form in (word, f"{word}s") if plurals else (word,):
            at(form).terms.append(aspect)
    for name, judgement in (("good", 1.0), ("bad", -1.0)):
        for word in lists[name]:
            at(word).implied[aspect] = judgement
        for word in lists[f"{name}_here"]:
            at(word).here[aspect] = judgement


def _by_first(words: dict[str, Entry], tongue: Tongue) -> dict[str, list[tuple[int, dict[Words, Entry]]]]:
    table: dict[str, dict[int, dict[Words, Entry]]] = {}
    for word, entry in words.items():
        # Split as texts are: "eye catching" and "see-through" are several units.
        units: Words = word if tongue == "zh" else tuple(_WORD.findall(word))
        table.setdefault(units[0], {}).setdefault(len(units), {})[units] = entry
    return {first: sorted(lengths.items(), key=lambda pair: -pair[0]) for first, lengths in table.items()}
