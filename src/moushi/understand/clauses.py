"""Reads one clause: which aspects its words judge, and how.

Source
------
Lexicon-based aspect sentiment after Hu and Liu, "Mining and Summarizing Customer
Reviews" (KDD 2004): an opinion word judges the nearest aspect of its clause.
We add opinion words that imply their aspect ("expensive") or judge only beside
it ("quick" beside "delivery"), negation within reach, and aspects joined by
"and" or "、", which share an opinion.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

from moushi.understand.lexicon import OVERALL, WEAK, Entry

# What negation leaves of a bad word: "not bad" is no praise.
_NOT_BAD = 0.5

NAMED, BESIDE, IMPLIED, NEAREST, CARRIED, WHOLE = range(6)
"""Ways to know the aspect: only named; an opinion of its own beside its name; implied by the opinion;
the nearest to a general opinion; named in the clause before; none, so the whole is judged."""

# A word in a clause: what it says, its first unit and the one after its last.
Hit = tuple[Entry, int, int]


class Judgement(NamedTuple):
    """A clause's judgement of an aspect, and the first and the last of the words that make it."""

    aspect: str
    polarity: float
    first: int
    last: int
    way: int
    negated: bool


class Term(NamedTuple):
    """A word of a clause that names an aspect: its units and its number among the words."""

    aspect: str
    first: int
    last: int
    place: int


class Opinion(NamedTuple):
    """A word of a clause that judges: its entry, whether it is negated, its units, and the numbers of its words."""

    entry: Entry
    negated: bool
    first: int
    last: int
    low: int
    high: int


# An aspect judged: its code, the judgement, the numbers of the words that name it, and how it is known.
Target = tuple[str, float, int, int, int]


class Clause:
    """The words of one clause.

    Parameters
    ----------
    hits : in their order
    reach : how many units may stand between a negator and what it negates
    waiting : aspect that the clause before only named; "包装嘛，很好" is judged by the next
    """

    def __init__(self, hits: Sequence[Hit], reach: int, waiting: str | None) -> None:
        self._hits = [(entry, first, last, place) for place, (entry, first, last) in enumerate(hits) if not entry.joins]
        self._joints = {first for entry, first, _ in hits if entry.joins}
        self._reach = reach
        self._waiting = waiting
        self._terms = [Term(aspect, first, last, place) for entry, first, last, place in self._hits for aspect in entry.terms]

    def read(self) -> list[Judgement]:
        """Return what the clause judges, then what it only names."""
        found: list[Judgement] = []
        for opinion in self._opinions():
            for aspect, polarity, low, high, way in self._targets(opinion):
                found.append(Judgement(aspect, polarity, min(low, opinion.low), max(high, opinion.high), way, opinion.negated))
        judged = {each.aspect for each in found}
        return found + [Judgement(aspect, 0.0, place, place, NAMED, False) for aspect, _, _, place in self._terms if aspect not in judged]

    def _opinions(self) -> list[Opinion]:
        """Return the opinions; weak ones only where there is no other."""
        opinions: list[Opinion] = []
        negator: tuple[int, int, int] | None = None
        for index, (entry, first, last, place) in enumerate(self._hits):
            if entry.judges and not (entry.negates and self._is_followed(index)):
                if negator is not None and first - negator[1] <= self._reach:
                    opinions.append(Opinion(entry, True, negator[0], last, negator[2], place))
                else:
                    opinions.append(Opinion(entry, False, first, last, place, place))
                negator = None
            elif entry.negates:
                # Two negators in a row cancel out: "不是不好".
                negator = None if negator is not None and first == negator[1] else (first, last, place)
        if len(opinions) < 2:
            return opinions
        strong = [each for each in opinions if abs(each.entry.general) != WEAK or each.entry.implied or each.entry.here]
        return strong or opinions

    def _is_followed(self, index: int) -> bool:
        """Tell whether another opinion stands within reach, so that a word like "不够" negates it."""
        end = self._hits[index][2]
        following = self._hits[index + 1 : index + 1 + self._reach]
        return any(entry.judges and first - end <= self._reach for entry, first, _, _ in following)

    def _targets(self, opinion: Opinion) -> list[Target]:
        """Return the aspects an opinion judges, the judgement, and the words that name them."""
        entry, waiting = opinion.entry, self._waiting
        named = sorted(self._terms, key=functools.partial(_distance, opinion)) if len(self._terms) > 1 else self._terms
        for judgements in (entry.here, entry.implied):
            for aspect, _, _, place in named if judgements else ():
                if aspect in judgements:
                    return [(aspect, _turned(judgements[aspect], opinion), place, place, BESIDE)]
        here = (opinion.low, opinion.high)
        if waiting in entry.here and not named:
            return [(waiting, _turned(entry.here[waiting], opinion), *here, CARRIED)]
        if entry.implied:
            aspect, judgement = next(iter(entry.implied.items()))
            return [(aspect, _turned(judgement, opinion), *here, BESIDE if aspect in entry.holds else IMPLIED)]
        if not entry.general:
            return []
        polarity = _turned(entry.general, opinion)
        if not named:
            return [(waiting or OVERALL, polarity, *here, CARRIED if waiting else WHOLE)]
        return [(each.aspect, polarity, each.place, each.place, NEAREST) for each in self._joined(named[0])]

    def _joined(self, term: Term) -> list[Term]:
        """Return the term and those that it is joined with, as in "颜色、款式" or "colour and design"."""
        terms = self._terms
        low = high = terms.index(term)
        while low > 0 and self._is_joint(terms[low - 1].last, terms[low].first):
            low -= 1
        while high + 1 < len(terms) and self._is_joint(terms[high].last, terms[high + 1].first):
            high += 1
        joined = {each.aspect: each for each in terms[low : high + 1]}
        return list({**joined, term.aspect: term}.values())

    def _is_joint(self, end: int, start: int) -> bool:
        return start <= end or (start == end + 1 and end in self._joints)


def _distance(opinion: Opinion, term: Term) -> int:
    return opinion.first - term.last if term.last <= opinion.first else max(0, term.first - opinion.last)


def _turned(judgement: float, opinion: Opinion) -> float:
    if not opinion.negated or opinion.entry.fixed:
        return judgement
    return -judgement if judgement > 0 else -judgement * _NOT_BAD
