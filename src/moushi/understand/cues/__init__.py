"""Cues: short patterns that say one thing each, found in a whole batch of texts at once.

A cue is a regular expression in which `…` stands for a gap within the sentence.
Its possible beginnings are worked out when it is read; a batch is searched for
those by hash, in a few passes over its array of characters, and a pattern is
tried only where one of its beginnings stands.

Source
------
Searching for many words by a hash of their first letters: Wu and Manber, "A fast
algorithm for multi-pattern searching" (1994); we look up several lengths at once.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.understand.characters import DIGIT, LATIN
from moushi.understand.corpus import Corpus, Places
from moushi.understand.cues.beginnings import LONGEST, beginnings

# Gaps stay within a sentence and are short: what stands far apart seldom belongs together.
_STOP = r"\n。!?;…"
_GAPS = {"zh": rf"[^{_STOP}]{{0,14}}?", "en": rf"(?:(?!\. )[^{_STOP}]){{0,40}}?"}
_BITS = 18
_FACTOR = np.uint32(0x9E3779B1)
# The very end, not before a line break: what another text says turns nothing.
_NEGATED = {
    "zh": re.compile(
        r"(?:不|没|没有|未|无|别|勿|不会|不是|不要|不想|不用|无需|并非|谈不上|不太|不怎么)(?:是|说|能|再|很|太|特别|非常|感到|觉得|有)?\Z"
    ),
    "en": re.compile(
        r"(?:\bno|\bnot|n't|\b(?:do|does|did|wo|is|are|was|were|would|could|should|have|has)nt|\bnever|\bwithout|\bcannot|\bhardly"
        r"|\bnothing) +"
        r"(?:(?:be|really|very|that|so|too|at all|to|a|any|feel|been|going to|look|seem|sound|fit|work|looking|super|as) +)*\Z"
    ),
}
_LOOK_BACK = 24
_STOPS = re.compile(rf"[{_STOP},]|\. ")
_QUOTE = 60


class Cue(NamedTuple):
    """A pattern and what it says.

    Attributes
    ----------
    label : what it says
    weight : how sure that is, 0 to 1
    tongue : "zh" or "en": whose words it is made of
    firm : a negation before it changes nothing
    whole : it speaks for its sentence from the beginning
    """

    label: str
    weight: float
    tongue: str
    firm: bool
    whole: bool
    pattern: re.Pattern[str]


class Hit(NamedTuple):
    """A cue found: its text, its places in `Corpus.codes`, and what its named groups hold."""

    text: int
    start: int
    end: int
    cue: Cue
    match: re.Match[str]


class Book:
    """Cues, ready for search.

    Parameters
    ----------
    content : per label, entries of `weight`, `zh` and `en` (lists of patterns) and
        perhaps `firm`.  The label "nothing" says nothing and shuts out what it covers.

    Raises
    ------
    ValueError : if a pattern can begin with anything
    """

    def __init__(self, content: dict[str, list[dict[str, Any]]]) -> None:
        self._cues: dict[str, list[Cue]] = {}
        for label, entries in content.items():
            for entry in entries:
                for tongue in ("zh", "en"):
                    for pattern in entry.get(tongue, ()):
                        self._add(pattern, label, tongue, entry)
        self._tables = {length: self._table(length) for length in sorted({len(words) for words in self._cues})}

    def _add(self, pattern: str, label: str, tongue: str, entry: dict[str, Any]) -> None:
        ending = r"(?![a-z])" if tongue == "en" and re.search(r"[a-z?)]$", pattern) else ""
        # A tag taken out leaves a blank beside the one that was there.
        spaced = re.sub(r" (?![]?*+{])", " +", pattern) if tongue == "en" else pattern
        # Texts stand in one string, so that a line break is their end.
        compiled = re.compile(spaced.replace("…", _GAPS[tongue]).replace("$", r"(?=\n)") + ending)
        cue = Cue(label, float(entry.get("weight", 1.0)), tongue, bool(entry.get("firm")), bool(entry.get("whole")), compiled)
        for words in beginnings(pattern):
            self._cues.setdefault(words, []).append(cue)

    def _table(self, length: int) -> npt.NDArray[np.bool_]:
        table = np.zeros(1 << _BITS, np.bool_)
        for words in self._cues:
            if len(words) == length:
                codes = np.frombuffer(words.encode("utf-32-le"), np.uint32)
                table[_hashes(codes, length)] = True
        return table

    def find(self, corpus: Corpus) -> list[Hit]:
        """Return what is said in a batch, by text and place; of cues that overlap, the longest."""
        return list(_longest(self._candidates(corpus)))

    def _candidates(self, corpus: Corpus) -> Iterator[Hit]:
        whole = corpus.string(0, len(corpus.codes))
        for length, place in self._places(corpus):
            for cue in self._cues.get(whole[place : place + length], ()):
                match = cue.pattern.match(whole, place)
                if match and match.end() > place and (cue.firm or not _is_negated(whole, place, cue.tongue)):
                    start = _sentence_start(whole, place) if cue.whole else place
                    yield Hit(int(corpus.text_of[place]), start, match.end(), cue, match)

    def _places(self, corpus: Corpus) -> list[tuple[int, int]]:
        """Return (length, place) wherever a cue may begin, by place."""
        found: list[tuple[int, Places]] = []
        kind = corpus.kinds
        # A Latin word is looked up at its beginning only.
        inside = np.zeros(len(kind), np.bool_)
        inside[1:] = ((kind[1:] == LATIN) & (kind[:-1] == LATIN)) | ((kind[1:] == DIGIT) & (kind[:-1] == DIGIT))
        for length, table in self._tables.items():
            if len(corpus.codes) >= length:
                may = table[_hashes(corpus.codes, length)] & ~inside[: len(inside) - length + 1]
                found.append((length, np.flatnonzero(may)))
        return sorted(((length, place) for length, places in found for place in places.tolist()), key=lambda pair: pair[1])


def book(name: str, *parts: str) -> Book:
    """Return a book of the package, read once: the file of this name, or the parts of it named."""
    return _book(name, parts)


@functools.cache
def _book(name: str, parts: tuple[str, ...]) -> Book:
    content = words(name)
    return Book({part: content[part] for part in parts} if parts else content)


@functools.cache
def words(name: str) -> dict[str, Any]:
    """Return the content of a file of cues of the package."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


def _hashes(codes: npt.NDArray[np.uint32], length: int) -> npt.NDArray[np.uint32]:
    result = codes[: len(codes) - length + 1] * _FACTOR
    for step in range(1, length):
        result = (result ^ codes[step : len(codes) - length + 1 + step]) * _FACTOR
    return result >> np.uint32(32 - _BITS)


def _is_negated(whole: str, place: int, tongue: str) -> bool:
    return _NEGATED[tongue].search(whole, max(0, place - _LOOK_BACK), place) is not None


def _sentence_start(whole: str, place: int) -> int:
    """Return where the sentence of a place begins, or as far back as a quotation should reach."""
    last = max((stop.end() for stop in _STOPS.finditer(whole, max(0, place - _QUOTE), place)), default=max(0, place - _QUOTE))
    return last + (len(whole[last:place]) - len(whole[last:place].lstrip()))


def _longest(hits: Iterator[Hit]) -> Iterator[Hit]:
    """Drop hits that a longer one, or an equal one that is surer, covers, or that begin in one that says the same or nothing."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.cue.weight, hit.cue.label)):
        last = kept[-1] if kept else None
        if last is None or hit.start >= last.end or (hit.end > last.end and last.cue.label not in ("nothing", hit.cue.label)):
            kept.append(hit)
    return (hit for hit in kept if hit.cue.label != "nothing")


def together(weights: Sequence[float]) -> float:
    """Return how sure several cues make of the same thing, each speaking for itself: 1 - (1 - a)(1 - b)..."""
    left = 1.0
    for weight in weights:
        left *= 1.0 - weight
    return round(1.0 - left, 4)


__all__ = ["LONGEST", "Book", "Cue", "Hit", "book", "together", "words"]
