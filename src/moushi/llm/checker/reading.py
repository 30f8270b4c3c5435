"""How the checker sees a text: its references, words, sentences, and the parts of sentences in which words bind to facts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from moushi.errors import Language
from moushi.llm.checker.lexicon import BLANK, Hit, Lexicon, Unit, fold, lexicon
from moushi.llm.references import MEASURED, MOVES, Evidence, Fact, find_references, fits

_FULL_STOPS = frozenset(".!?;。…\n•|")
_COMMAS = frozenset(",、:-–—/")


@dataclass(frozen=True)
class Mention:
    """A fact named in a text, by a reference or by its name in so many words."""

    identifier: str
    fact: Fact
    start: int
    end: int

    @property
    def measured(self) -> bool:
        """Whether it is one amount."""
        return self.fact.kind in MEASURED

    @property
    def moves(self) -> bool:
        """Whether it is a change or an effect."""
        return self.fact.kind in MOVES


@dataclass(frozen=True)
class Part:
    """A part of a sentence: its words and the facts named in it, in order."""

    hits: tuple[Hit, ...]
    mentions: tuple[Mention, ...]
    start: int
    end: int

    def having(self, *roles: str) -> list[Hit]:
        """Return the words that do one of these things."""
        return [hit for hit in self.hits if hit.roles.intersection(roles)]

    def of(self, *kinds: str) -> list[Mention]:
        """Return the facts of these kinds."""
        return [mention for mention in self.mentions if mention.fact.kind in kinds]


Sentence = tuple[Part, ...]


@dataclass(frozen=True)
class Reading:
    """A text as the rules see it.

    Attributes
    ----------
    prose : the text as it was given
    folded : the same, character for character, in compatibility forms and small letters, references blanked
    units : its words (English) or characters (Chinese)
    mentions : the facts that it names, in order; references that name none are left out
    sentences : each a tuple of its parts
    """

    prose: str
    language: Language
    evidence: Evidence
    words: Lexicon
    folded: str
    units: tuple[Unit, ...]
    mentions: tuple[Mention, ...]
    sentences: tuple[Sentence, ...]

    def before(self, hit: Hit, count: int) -> list[str]:
        """Return the names of up to `count` units before a word, the nearest last."""
        return [unit.name for unit in self.units[max(hit.first - count, 0) : hit.first]]

    def after(self, hit: Hit, count: int) -> list[str]:
        """Return the names of up to `count` units after a word."""
        return [unit.name for unit in self.units[hit.last : hit.last + count]]


def read_prose(prose: str, evidence: Evidence, language: Language) -> Reading:
    """Return a text as the rules see it."""
    words = lexicon(language)
    references = find_references(prose)
    mentions = [
        Mention(one.identifier, evidence.facts[one.identifier], one.start, one.end)
        for one in references
        if one.identifier in evidence.facts and fits(one.tag, evidence.facts[one.identifier])
    ]
    folded = _blanked(fold(prose), ((one.start, one.end) for one in references))
    literal = _literal(prose, folded, evidence)
    folded = _blanked(folded, ((one.start, one.end) for one in literal))
    mentions = sorted(mentions + literal, key=lambda one: one.start)
    units = words.units(folded)
    hits = [hit for hit in words.hits(units) if hit.roles]
    sentences = _sentences(units, hits, mentions)
    return Reading(prose, language, evidence, words, folded, tuple(units), tuple(mentions), tuple(sentences))


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], BLANK * (end - start)]
        at = end
    return "".join(pieces) + text[at:]


def _literal(prose: str, folded: str, evidence: Evidence) -> list[Mention]:
    """Return the names of the evidence that stand in the text in so many words."""
    names: dict[str, str] = {}
    for identifier, fact in evidence.facts.items():
        if fact.kind == "name" and len(str(fact.value)) > 1:
            names.setdefault(str(fact.value), identifier)
    found = []
    for match in names_pattern(names).finditer(prose) if names else ():
        if BLANK not in folded[match.start() : match.end()]:
            identifier = names[match[0]]
            found.append(Mention(identifier, evidence.facts[identifier], match.start(), match.end()))
    return found


def names_pattern(names: Iterable[str], *, small: bool = False) -> re.Pattern[str]:
    """Return a pattern of names, the longest first; Latin ones are whole words.

    Parameters
    ----------
    names : the names, not empty
    small : whether small and capital letters are the same
    """
    parts = [
        rf"(?<![a-zA-Z]){re.escape(name)}(?![a-zA-Z])" if name[:1].isascii() else re.escape(name)
        for name in sorted(names, key=lambda n: (-len(n), n))
    ]
    return re.compile("|".join(parts), re.IGNORECASE if small else 0)


def _sentences(units: list[Unit], hits: list[Hit], mentions: list[Mention]) -> list[Sentence]:
    """Cut at full stops into sentences, at commas and joining words into parts; brackets cut nothing."""
    cuts: list[tuple[int, bool]] = [(0, True)]
    cuts += [(unit.end, unit.name in _FULL_STOPS) for unit in units if unit.name in _FULL_STOPS or unit.name in _COMMAS]
    cuts += [(hit.start, False) for hit in hits if "joint" in hit.roles]
    cuts.sort()
    ends = [start for start, _ in cuts[1:]] + [max([unit.end for unit in units[-1:]], default=0)]
    found: list[list[Part]] = []
    at_hits, at_mentions = [hit.start for hit in hits], [mention.start for mention in mentions]
    for (start, stop), end in zip(cuts, ends, strict=True):
        if stop:
            found.append([])
        inside = tuple(hits[bisect_left(at_hits, start) : bisect_left(at_hits, end)])
        named = tuple(mentions[bisect_left(at_mentions, start) : bisect_left(at_mentions, end)])
        if inside or named:
            found[-1].append(Part(inside, named, start, end))
    return [tuple(parts) for parts in found if parts]
