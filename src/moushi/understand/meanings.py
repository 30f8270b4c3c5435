"""What the words of a lexicon say, as arrays by number of word and aspect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from moushi.understand.lexicon import Entry

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

NONE = -1
"""Number of no aspect."""


class Meanings(NamedTuple):
    """What words say; aspects are numbered in order of name.

    Attributes
    ----------
    aspects : their names
    judges, negates, fixed, joins : which words do
    weak : which are opinions that give way to others
    general : (words,) judgement of whatever stands beside
    here, implied : (words, aspects) judgement of an aspect beside its name, and by the word itself; 0 for none
    first : (words,) the aspect that is implied first
    holds : whether a word holds the name of the aspect that it implies first
    term_bounds : (words + 1,) where the aspects that a word names begin in `terms`
    terms : aspects named
    """

    aspects: list[str]
    judges: Flags
    negates: Flags
    fixed: Flags
    joins: Flags
    weak: Flags
    general: Floats
    here: Floats
    implied: Floats
    first: Places
    holds: Flags
    term_bounds: Places
    terms: Places


def meanings(entries: Sequence[Entry], overall: str, weak: float) -> Meanings:
    """Return entries as arrays.

    Parameters
    ----------
    overall : aspect of what is said of no other
    weak : general judgement of words that give way to others
    """
    aspects = sorted({overall, *(aspect for entry in entries for aspect in (*entry.terms, *entry.implied, *entry.here))})
    number = {aspect: place for place, aspect in enumerate(aspects)}
    here, implied = np.zeros((len(entries), len(aspects))), np.zeros((len(entries), len(aspects)))
    for word, entry in enumerate(entries):
        for table, judgements in ((here, entry.here), (implied, entry.implied)):
            for aspect, judgement in judgements.items():
                table[word, number[aspect]] = judgement
    firsts = [next(iter(entry.implied), None) for entry in entries]

    def flags(name: str) -> Flags:
        return np.array([getattr(entry, name) for entry in entries], np.bool_)

    return Meanings(
        aspects=aspects,
        judges=flags("judges"),
        negates=flags("negates"),
        fixed=flags("fixed"),
        joins=flags("joins"),
        weak=np.array([abs(entry.general) == weak and not entry.implied and not entry.here for entry in entries], np.bool_),
        general=np.array([entry.general for entry in entries], np.float64),
        here=here,
        implied=implied,
        first=np.array([NONE if first is None else number[first] for first in firsts], np.int64),
        holds=np.array([first in entry.holds for first, entry in zip(firsts, entries, strict=True)], np.bool_),
        term_bounds=np.cumsum([0, *(len(entry.terms) for entry in entries)]),
        terms=np.array([number[aspect] for entry in entries for aspect in entry.terms], np.int64),
    )
