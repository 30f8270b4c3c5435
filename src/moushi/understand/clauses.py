"""Reads clauses, all of a batch at once: which aspects their words judge, and how.

Source
------
Lexicon-based aspect sentiment after Hu and Liu, "Mining and Summarizing Customer
Reviews" (KDD 2004): an opinion word judges the nearest aspect of its clause.
We add opinion words that imply their aspect ("expensive") or judge only beside
it ("quick" beside "delivery"), negation within reach, and aspects joined by
"and" or "、", which share an opinion.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from moushi.understand.lexicon import OVERALL, Hits, Lexicon
from moushi.understand.meanings import NONE, Flags, Floats, Meanings, Places

# What negation leaves of a bad word: "not bad" is no praise.
_NOT_BAD = 0.5

NAMED, BESIDE, IMPLIED, NEAREST, CARRIED, WHOLE = range(6)
"""Ways to know the aspect: only named; an opinion of its own beside its name; implied by the opinion;
the nearest to a general opinion; named in the clause before; none, so the whole is judged."""

# Keys are put together of kind, distance and place in the clause.
_KIND, _FAR = np.int64(1 << 60), np.int64(1 << 24)


class Judgements(NamedTuple):
    """What clauses judge, then what they only name, by clause: arrays of one length.

    Attributes
    ----------
    aspects : numbers in `Lexicon.meanings`
    polarities : -1 to 1; 0 where an aspect is only named
    firsts, lasts : numbers of the first and the last of the words that say so
    ways : how the aspect is known
    negated : whether the opinion is
    """

    aspects: Places
    polarities: Floats
    firsts: Places
    lasts: Places
    ways: Places
    negated: Flags

    def take(self, rows: Places | Flags) -> Judgements:
        """Return some of them."""
        columns: Iterator[Any] = (column[rows] for column in self)
        return Judgements(*columns)


class _Words(NamedTuple):
    """Words other than those that join: number of the hit, of the word, of the clause; first unit, the one after the last."""

    hits: Places
    words: Places
    clauses: Places
    firsts: Places
    lasts: Places


class _Terms(NamedTuple):
    """Aspects named, in their order: aspect, number of the hit, of the clause; units; where the group of those joined begins."""

    aspects: Places
    hits: Places
    clauses: Places
    firsts: Places
    lasts: Places
    groups: Places


class _Opinions(NamedTuple):
    """Opinions: number of the word, of the clause; whether negated; units, and hits, with the negator."""

    words: Places
    clauses: Places
    negated: Flags
    firsts: Places
    lasts: Places
    lows: Places
    highs: Places

    def take(self, rows: Places | Flags) -> _Opinions:
        columns: Iterator[Any] = (column[rows] for column in self)
        return _Opinions(*columns)


class _Beside(NamedTuple):
    """Of each opinion: how many terms its clause has, the term that is judged as the opinion says, its judgement, the nearest term."""

    counts: Places
    judged: Places
    values: Floats
    nearest: Places


def read_clauses(book: Lexicon, hits: Hits) -> Judgements:
    """Return what the clauses of a batch say, in order of clause."""
    means = book.meanings
    clauses = np.repeat(np.arange(len(hits.clauses) - 1), np.diff(hits.clauses))
    kept = np.flatnonzero(~means.joins[hits.words])
    words = _Words(kept, hits.words[kept], clauses[kept], hits.firsts[kept], hits.lasts[kept])
    terms = _terms(means, words, hits.firsts[means.joins[hits.words]])
    opinions = _strong(means, _opinions(means, words, book.reach))
    beside = _beside(means, opinions, terms)
    texts = hits.texts[hits.clauses[:-1]]
    waiting = _waiting(means, opinions, beside, terms, texts)[opinions.clauses]
    owners, judged = _joined(means, opinions, beside, terms)
    single, other = _single(means, opinions, beside, terms, waiting)
    owners, judged = _ordered(np.concatenate([owners, single]), [judged, other])
    named = _named(means, opinions.clauses[owners], judged, terms)
    _, found = _ordered(np.concatenate([opinions.clauses[owners], terms.clauses[named]]), [judged, _only_named(terms, named)])
    return found


def _ordered(keys: Places, parts: list[Judgements]) -> tuple[Places, Judgements]:
    order = np.argsort(keys, kind="stable")
    columns: Iterator[Any] = (np.concatenate(column)[order] for column in zip(*parts, strict=True))
    return keys[order], Judgements(*columns)


def _terms(means: Meanings, words: _Words, joints: Places) -> _Terms:
    """Return the aspects that are named; those side by side, or with a joint between them, are of one group."""
    count = np.diff(means.term_bounds)[words.words]
    which, step = _spread(count)
    aspects = means.terms[means.term_bounds[words.words][which] + step]
    hits, clauses, firsts, lasts = words.hits[which], words.clauses[which], words.firsts[which], words.lasts[which]
    away = firsts[1:] - lasts[:-1]
    joint = (clauses[1:] == clauses[:-1]) & ((away <= 0) | ((away == 1) & np.isin(lasts[:-1], joints)))
    return _Terms(aspects, hits, clauses, firsts, lasts, np.cumsum(np.append(False, ~joint))[: len(aspects)])


def _spread(counts: Places) -> tuple[Places, Places]:
    """Return, for parts of so many each, of which part each is and its place in it."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)


def _opinions(means: Meanings, words: _Words, reach: int) -> _Opinions:
    """Return the opinions, each with the negator that turns it."""
    judges, negates = means.judges[words.words], means.negates[words.words]
    # Where another opinion stands within reach, a word like "不够" negates it.
    judges = judges & ~(negates & _followed(judges, words, np.flatnonzero(judges & negates), reach))
    events = np.flatnonzero(judges | negates)
    turns = ~judges[events]
    first, last, clause = words.firsts[events], words.lasts[events], words.clauses[events]
    same = np.append(False, clause[1:] == clause[:-1])[: len(events)]
    # Two negators in a row cancel out: "不是不好".
    row = same & turns & np.append(False, turns[:-1] & (first[1:] == last[:-1]))[: len(events)]
    places = np.arange(len(events))
    odd = (places - np.maximum.accumulate(np.where(row, 0, places))) % 2 == 1
    before = np.maximum(places - 1, 0)
    negated = ~turns & same & (turns & ~odd)[before] & (first - last[before] <= reach)
    low = np.where(negated, before, places)[~turns]
    own = words.hits[events]
    return _Opinions(words.words[events[~turns]], clause[~turns], negated[~turns], first[low], last[~turns], own[low], own[~turns])


def _followed(judges: Flags, words: _Words, doubtful: Places, reach: int) -> Flags:
    """Return, for words of which some may be doubtful, which of these another opinion follows within reach."""
    result = np.zeros(len(judges), np.bool_)
    for step in range(1, reach + 1):
        here = doubtful[doubtful + step < len(judges)]
        near = (words.clauses[here] == words.clauses[here + step]) & (words.firsts[here + step] - words.lasts[here] <= reach)
        result[here] |= near & judges[here + step]
    return result


def _strong(means: Meanings, opinions: _Opinions) -> _Opinions:
    """Return the opinions; weak ones only where their clause has no other."""
    strong = ~means.weak[opinions.words]
    has = np.zeros(int(opinions.clauses.max(initial=0)) + 1, np.bool_)
    has[opinions.clauses[strong]] = True
    return opinions.take(strong | ~has[opinions.clauses])


def _beside(means: Meanings, opinions: _Opinions, terms: _Terms) -> _Beside:
    """Find for each opinion, among the terms of its clause, what it judges by what it says, and the nearest."""
    begins = np.searchsorted(terms.clauses, opinions.clauses)
    counts = np.searchsorted(terms.clauses, opinions.clauses, "right") - begins
    which, step = _spread(counts)
    term = begins[which] + step
    left = opinions.firsts[which] - terms.lasts[term]
    distance = np.where(left >= 0, left, np.maximum(0, terms.firsts[term] - opinions.lasts[which]))
    here, implied = (table[opinions.words[which], terms.aspects[term]] for table in (means.here, means.implied))
    kind = np.where(here != 0, 0, np.where(implied != 0, 1, 2))
    near = distance * _FAR + step
    some = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[some]
    nearest, judged = np.full(len(counts), NONE), np.full(len(counts), NONE)
    values = np.zeros(len(counts))
    if len(some):
        nearest[some] = begins[some] + np.minimum.reduceat(near, starts) % _FAR
        best = np.minimum.reduceat(kind * _KIND + near, starts)
        own = best < 2 * _KIND
        judged[some[own]] = begins[some[own]] + best[own] % _FAR
        at = starts[own] + best[own] % _FAR
        values[some[own]] = np.where(kind[at] == 0, here[at], implied[at])
    return _Beside(counts, judged, values, nearest)


def _waiting(means: Meanings, opinions: _Opinions, beside: _Beside, terms: _Terms, texts: Places) -> Places:
    """Return for each clause the aspect that the one before it only names; "包装嘛，很好" is judged by the next."""
    result = np.full(len(texts), NONE)
    result[terms.clauses] = terms.aspects
    speaks = (beside.judged != NONE) | (means.first[opinions.words] != NONE) | (means.general[opinions.words] != 0)
    result[opinions.clauses[speaks]] = NONE
    return np.where(np.append(False, texts[1:] == texts[:-1])[: len(texts)], np.roll(result, 1), NONE)


def _single(means: Meanings, opinions: _Opinions, beside: _Beside, terms: _Terms, waiting: Places) -> tuple[Places, Judgements]:
    """Return the judgements of opinions that judge one aspect, and by which opinion each is."""
    words, alone = opinions.words, beside.counts == 0
    first, general = means.first[words], means.general[words]
    carried = np.where(alone & (waiting != NONE), means.here[words, waiting], 0)
    implied = means.implied[words, first]
    way = np.select(
        [beside.judged != NONE, carried != 0, first != NONE, alone & (general != 0)],
        [BESIDE, CARRIED, np.where(means.holds[words], BESIDE, IMPLIED), np.where(waiting != NONE, CARRIED, WHOLE)],
        NAMED,
    )
    meant = np.where(waiting != NONE, waiting, means.aspects.index(OVERALL))
    aspect = np.select([beside.judged != NONE, carried != 0, first != NONE], [_at(terms.aspects, beside.judged), waiting, first], meant)
    value = np.select([beside.judged != NONE, carried != 0, first != NONE], [beside.values, carried, implied], general)
    place = _at(terms.hits, beside.judged)
    low = np.where(beside.judged != NONE, np.minimum(place, opinions.lows), opinions.lows)
    high = np.where(beside.judged != NONE, np.maximum(place, opinions.highs), opinions.highs)
    rows = np.flatnonzero(way != NAMED)
    found = Judgements(aspect, _turned(means, opinions, value), low, high, way, opinions.negated)
    return rows, found.take(rows)


def _at(values: Places, places: Places) -> Places:
    """Return the values at places, anything where there is no place."""
    return values[places] if len(values) else places


def _joined(means: Meanings, opinions: _Opinions, beside: _Beside, terms: _Terms) -> tuple[Places, Judgements]:
    """Return the judgements of the nearest aspects and of those joined with them, as in "颜色、款式"."""
    words = opinions.words
    rows = np.flatnonzero((beside.judged == NONE) & (means.first[words] == NONE) & (means.general[words] != 0) & (beside.counts > 0))
    keys = terms.groups * len(means.aspects) + terms.aspects
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    last = np.zeros(len(first), np.int64)
    last[which] = np.arange(len(keys))
    order = np.argsort(first)
    first, last = first[order], last[order]
    groups = terms.groups[first]
    nearest = beside.nearest[rows]
    begins = np.searchsorted(groups, _at(terms.groups, nearest))
    which, step = _spread(np.searchsorted(groups, _at(terms.groups, nearest), "right") - begins)
    mine, near, each = rows[which], nearest[which], begins[which] + step
    aspect = terms.aspects[first[each]]
    # An aspect that is named more than once stands where it was named last, the nearest where it is near.
    place = terms.hits[np.where(aspect == terms.aspects[near], near, last[each])]
    value = _turned(means, opinions.take(mine), means.general[words[mine]])
    low, high = np.minimum(place, opinions.lows[mine]), np.maximum(place, opinions.highs[mine])
    return mine, Judgements(aspect, value, low, high, np.full(len(mine), NEAREST), opinions.negated[mine])


def _turned(means: Meanings, opinions: _Opinions, values: Floats) -> Floats:
    turned = opinions.negated & ~means.fixed[opinions.words]
    return np.where(turned, np.where(values > 0, -values, -values * _NOT_BAD), values)


def _named(means: Meanings, clauses: Places, judged: Judgements, terms: _Terms) -> Places:
    """Return the terms whose aspect nothing in their clause judges."""
    count = 1 + max(int(each.max(initial=0)) for each in (clauses, terms.clauses))
    told = np.zeros((count, len(means.aspects)), np.bool_)
    told[clauses, judged.aspects] = True
    return np.flatnonzero(~told[terms.clauses, terms.aspects])


def _only_named(terms: _Terms, rows: Places) -> Judgements:
    places, none = terms.hits[rows], np.zeros(len(rows))
    return Judgements(terms.aspects[rows], none, places, places, np.full(len(rows), NAMED), none.astype(np.bool_))
