"""What speaks for and against a candidate: each sign has a few classes, and a weight for each class.

The first reading looks at the characters, the words they are cut into, and what
stands to the left and right; the second also at what the first thinks of the
candidates around.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moushi.trust.names.candidates import COMPOUND, DOTTED, FOREIGN, GIVEN1, GIVEN2, JAPANESE, KINDS, LATIN, LONGEST, WORD, Candidates, Text
from moushi.trust.names.cutting import Cut
from moushi.trust.names.tables import FREQUENCIES, LATIN_TAG, MASK, NAME_TAG, NUMBER_TAG, PRIME, PUNCTUATION, TAGS, Array, hashes, tables

_TAGS = len(TAGS)
_CUES = 8
_START = 2
_LONGEST_CUE = 5
_CONTEXTS = len(PUNCTUATION) + 4 + _CUES + 1 + _TAGS
_FREQUENCIES = 1 + FREQUENCIES
_ODD = np.uint64(0x9E3779B97F4A7C15)
_JOINING = np.array([ord(sign) for sign in "、和与，,/&对及 "])
_OPENING = np.array([ord(sign) for sign in "(（"])
_GOOD = np.array([-4, -2.5, -1, 0.5])
_BETTER = np.array([-3, -1.5, -0.5, -0.001, 0.5, 1.5])
_NONE = -9.0


class Sign(NamedTuple):
    """The class of each candidate, from 0 to `size` - 1."""

    name: str
    values: Array
    size: int


def rough_signs(text: Text, found: Candidates) -> list[Sign]:
    """Return what the characters of the candidates say."""
    return [*_characters(text, found), Sign("letters", _letters(text, found), 21)]


def first_signs(text: Cut, found: Candidates) -> list[Sign]:
    """Return what the candidates themselves and their surroundings say."""
    group = _groups(found.kinds)
    return [*rough_signs(text, found), *_cuts(text, found, group), *_surroundings(text, found), *_whole(text, found, group)]


def _groups(kinds: Array) -> Array:
    """0 for Chinese and Japanese names, 1 for transliterations, 2 for the rest."""
    chinese = (kinds <= COMPOUND) | (kinds == JAPANESE)
    return np.where(chinese, 0, np.where(kinds == FOREIGN, 1, 2))


def _characters(text: Text, found: Candidates) -> list[Sign]:
    places, table, kinds = text.places, tables(), found.kinds
    starts, ends = found.starts, found.ends
    last, length = places[ends - 1], ends - starts
    second = places[np.minimum(starts + 1, len(places) - 1)]
    single, double = kinds == GIVEN1, kinds == GIVEN2
    given = single | double
    long = (kinds == COMPOUND) | (kinds == JAPANESE)
    first, final = table.first[second].astype(np.int64), table.second[last].astype(np.int64)
    total = np.concatenate([[0], np.cumsum(table.foreign[places].astype(np.int64))])
    mean = np.minimum((total[ends] - total[starts]) * 2 // length, 14)
    inside = np.concatenate([[0], np.cumsum(table.is_foreign[places])])
    written = kinds >= FOREIGN
    return [
        Sign("kind", kinds * 8 + (found.bits >> FOREIGN & 1) + (found.bits >> JAPANESE & 1) * 2 + (found.bits >> WORD & 1) * 4, KINDS * 8),
        Sign("rank", np.where(given, 1 + table.rank[places[starts]] + 6 * double, 0), 13),
        Sign("surname", np.where(given, 1 + table.surname[places[starts]], 0), 8),
        Sign("first", np.where(double, 1 + first, 0), 10),
        Sign("last", np.where(double, 1 + final, np.where(single, 10 + final, np.where(long, 19 + final, 0))), 28),
        Sign("both", np.where(double, 1 + first // 2 * 5 + final // 2, 0), 26),
        Sign("foreign", np.where((kinds == FOREIGN) | (kinds == DOTTED), 1 + mean + 15 * (kinds == DOTTED), 0), 31),
        Sign("length", kinds * 10 + np.minimum(length, 9), KINDS * 10),
        Sign("inside", np.where(written, 1 + (inside[ends] - inside[starts]) * 5 // length + 6 * (kinds == DOTTED), 0), 13),
    ]


def _cuts(text: Cut, found: Candidates, group: Array) -> list[Sign]:
    """How the words of the text lie to the candidate: at its edges, across them, and inside."""
    starts, ends = found.starts, found.ends
    last = ends - 1
    clean_left, clean_right = text.cut[starts], text.cut[ends]
    whole = (text.begin[starts] == starts) & (text.length[starts] == ends - starts)
    named = FREQUENCIES * (text.tag == NAME_TAG)
    strength = text.frequency + named
    words = np.concatenate([[0], np.cumsum(text.cut[:-1])])
    count = np.minimum(words[ends] - words[starts], 4)
    head = clean_left & ~whole & (text.length[starts] > 1)
    tail = clean_right & ~whole & (text.length[last] > 1)
    alone_left, alone_right = clean_left & (text.length[starts] == 1), clean_right & (text.length[last] == 1)
    wide = 2 * FREQUENCIES
    return [
        Sign("across left", group * _FREQUENCIES + np.where(clean_left, 0, 1 + text.frequency[starts]), 3 * _FREQUENCIES),
        Sign("across right", group * _FREQUENCIES + np.where(clean_right, 0, 1 + text.frequency[last]), 3 * _FREQUENCIES),
        Sign("tag across left", np.where(clean_left, 0, 1 + text.tag[starts]), 1 + _TAGS),
        Sign("tag across right", np.where(clean_right, 0, 1 + text.tag[last]), 1 + _TAGS),
        Sign("tag", np.where(whole, 1 + group * _TAGS + text.tag[starts], 0), 1 + 3 * _TAGS),
        Sign("frequency", np.where(whole, 1 + group * wide + strength[starts], 0), 1 + 3 * wide),
        Sign("words", np.where(whole, 0, 1 + count + 5 * found.kinds), 1 + 5 * KINDS),
        Sign("head", np.where(head, 1 + group * wide + strength[starts], 0), 1 + 3 * wide),
        Sign("tail", np.where(tail, 1 + group * wide + strength[last], 0), 1 + 3 * wide),
        Sign("alone left", group * _FREQUENCIES + np.where(alone_left, 1 + text.frequency[starts], 0), 3 * _FREQUENCIES),
        Sign("alone right", group * _FREQUENCIES + np.where(alone_right, 1 + text.frequency[last], 0), 3 * _FREQUENCIES),
    ]


def _surroundings(text: Cut, found: Candidates) -> list[Sign]:
    kinds = found.kinds
    left, right = _cues(text, found)
    before, after = _context(text, left, found.starts - 1), _context(text, right, found.ends)
    family = np.select([kinds <= COMPOUND, (kinds == FOREIGN) | (kinds == WORD), kinds == DOTTED, kinds == LATIN], [0, 1, 2, 3], 4)
    extended = _is_foreign(text, found.starts - 1) * 2 + _is_foreign(text, found.ends)
    runs_on = (kinds == FOREIGN) | (kinds == DOTTED)
    return [
        Sign("left", before, _CONTEXTS),
        Sign("right", after, _CONTEXTS),
        Sign("left of kind", family * _CONTEXTS + before, 5 * _CONTEXTS),
        Sign("right of kind", family * _CONTEXTS + after, 5 * _CONTEXTS),
        Sign("both sides", _coarse(before) * 7 + _coarse(after), 49),
        Sign("runs on", np.where(runs_on, 1 + extended + 4 * (kinds == DOTTED), 0), 9),
    ]


def _cues(text: Text, found: Candidates) -> tuple[Array, Array]:
    """Return the code of the longest telling word that ends before each candidate, and of that which begins after it."""
    size = len(text.codes)
    left, right = np.zeros(len(found.starts), np.int64), np.zeros(len(found.starts), np.int64)
    before, after = np.zeros(len(left), np.uint64), np.zeros(len(left), np.uint64)
    power = np.uint64(1)
    for length in range(1, _LONGEST_CUE + 1):
        begin, end = found.starts - length, found.ends + length
        before = before + (text.codes[np.maximum(begin, 0)] + np.uint64(1)) * power
        after = after * np.uint64(PRIME) + text.codes[np.minimum(end, size) - 1] + np.uint64(1)
        power = np.uint64(int(power) * PRIME & MASK)
        left = _first(tables().left.look(before), begin >= 0, left)
        right = _first(tables().right.look(after), end <= size, right)
    return left, right


def _first(code: Array, inside: Array, other: Array) -> Array:
    return np.where(inside & (code > 0), code, other)


def _context(text: Cut, cue: Array, at: Array) -> Array:
    """Return the class of the neighbour: a sign, a digit, a letter, a telling word, or the kind of its word."""
    outside = (at < 0) | (at >= len(text.codes))
    place = np.clip(at, 0, len(text.codes) - 1)
    sign = tables().punctuation[text.places[place]].astype(np.int64)
    tag = text.tag[place]
    after_signs = len(PUNCTUATION) + 2
    word = np.where(cue > 0, after_signs + 1 + cue, after_signs + 2 + _CUES + tag)
    plain = np.where(tag == NUMBER_TAG, np.where(cue > 0, word, after_signs), np.where(tag == LATIN_TAG, after_signs + 1, word))
    return np.where(outside, _START, np.where(sign > 0, 1 + sign, plain))


def _coarse(context: Array) -> Array:
    signs = len(PUNCTUATION) + 2
    bounds = np.array([3, signs, signs + 2, signs + 4, signs + 6, signs + 10])
    return np.searchsorted(bounds, context, side="right")


def _is_foreign(text: Text, at: Array) -> Array:
    inside = (at >= 0) & (at < len(text.codes))
    foreign: Array = tables().is_foreign[text.places[np.clip(at, 0, len(text.codes) - 1)]]
    return np.where(inside, foreign, False)


def _whole(text: Cut, found: Candidates, group: Array) -> list[Sign]:
    """The candidate as one string: in a list of words, more than once in the line, how its letters are written."""
    known = tables().known.look(hashes(text.codes, found.starts, found.ends, 8)).astype(np.int64)
    _, at, count = np.unique(_keys(text, found), return_inverse=True, return_counts=True)
    return [
        Sign("known", known + 4 * (found.ends - found.starts > 2), 8),
        Sign("known head", _known_word(text, found.starts), 4),
        Sign("known tail", _known_word(text, found.ends - 1), 4),
        Sign("again", np.minimum(count[at], 3) - 1 + 3 * group, 9),
    ]


def _known_word(text: Cut, at: Array) -> Array:
    """Return what the lists say of the word of the text that a character is in."""
    begin = text.begin[at]
    known: Array = tables().known.look(hashes(text.codes, begin, begin + text.length[at], 4)).astype(np.int64)
    return known


def _keys(text: Text, found: Candidates) -> Array:
    """Return a key of each candidate's string and line."""
    line: Array = text.line[found.starts].astype(np.uint64) * _ODD
    return np.bitwise_xor(hashes(text.codes, found.starts, found.ends, LONGEST), line)


def _letters(text: Text, found: Candidates) -> Array:
    values = np.zeros(len(found.kinds), np.int64)
    for at in np.flatnonzero(found.kinds == LATIN).tolist():
        word = text.text[found.starts[at] : found.ends[at]]
        shape = 0 if word.islower() else 1 if word.isupper() else 2 if word.istitle() and " " not in word else 3 if word.istitle() else 4
        values[at] = 1 + shape * 4 + min(3, len(word) // 5)
    return values


def second_signs(text: Text, found: Candidates, scores: Array) -> list[Sign]:
    """Return what the first scores say of the candidates beside, inside, across and of the same string."""
    size = len(text.codes)
    ending, beginning = np.full(size + 2, _NONE), np.full(size + 2, _NONE)
    np.maximum.at(ending, found.ends, scores)
    np.maximum.at(beginning, found.starts, scores)
    before, after = np.maximum(found.starts - 1, 0), np.minimum(found.ends, size - 1)
    joined_left = np.isin(text.places[before], _JOINING) & (found.starts > 0)
    joined_right = np.isin(text.places[after], _JOINING) & (found.ends < size)
    opened = np.isin(text.places[before], _OPENING) & (found.starts > 1)
    _, same = np.unique(_keys(text, found), return_inverse=True)
    best = np.full(int(same.max(initial=-1)) + 1, _NONE)
    np.maximum.at(best, same, scores)
    again = best[same]
    return [
        Sign("ends here", _good(ending[found.starts]), 5),
        Sign("begins here", _good(beginning[found.ends]), 5),
        Sign("joined left", np.where(joined_left, 1 + _good(ending[before]), 0), 6),
        Sign("joined right", np.where(joined_right, 1 + _good(beginning[after + 1]), 0), 6),
        Sign("opened", np.where(opened, 1 + _good(ending[before]), 0), 6),
        Sign("same start", _better(beginning[found.starts], scores), 7),
        Sign("same end", _better(ending[found.ends], scores), 7),
        Sign("across", _better(_rival(found, beginning, ending), scores), 7),
        Sign("same string", _better(again, scores), 7),
        Sign("better elsewhere", np.where(again > scores, _good(again), 0), 5),
    ]


def _rival(found: Candidates, beginning: Array, ending: Array) -> Array:
    """Return the best score of a candidate that begins or ends inside."""
    rival = np.full(len(found.starts), _NONE)
    for step in range(1, LONGEST):
        at = np.minimum(found.starts + step, len(beginning) - 1)
        better = np.maximum(beginning[at], ending[at])
        rival = np.where(found.starts + step < found.ends, np.maximum(rival, better), rival)
    return rival


def _good(scores: Array) -> Array:
    return np.searchsorted(_GOOD, scores)


def _better(other: Array, scores: Array) -> Array:
    return np.searchsorted(_BETTER, other - scores)
