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
import pyarrow as pa

from moushi.understand.characters import DIGIT, LATIN
from moushi.understand.corpus import Corpus, Places
from moushi.understand.cues.beginnings import LONGEST, beginnings

# Gaps stay within a sentence and are short: what stands far apart seldom belongs together.
_STOP = r"\n。!?;…"
_GAPS = {"zh": rf"[^{_STOP}]{{0,14}}?", "en": rf"(?:(?!\. )[^{_STOP}]){{0,40}}?"}
_BITS = 18
_SHIFT = np.uint32(32 - _BITS)
_BASIC = 0x10000
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
# The last characters of what these match.
_NEGATION_ENDS = {"zh": frozenset("不没有未无别勿会是要想用需非上太么说能再很常到得"), "en": frozenset(" ")}
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


# A cue found, in the order in which what overlaps is weighed: its start, end and weight (negative), label, number, text, cue, match.
_Found = tuple[int, int, float, str, int, int, Cue, re.Match[str]]


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
        self._firsts = np.zeros(_BASIC + 1, np.bool_)
        self._firsts[[min(ord(words[0]), _BASIC) for words in self._cues]] = True
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

    def _table(self, length: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint32]]:
        """Return a sieve that most of a text falls through, and the hashes of the beginnings of a length, in order."""
        mine = [words for words in self._cues if len(words) == length]
        codes = np.frombuffer("".join(mine).encode("utf-32-le"), np.uint32).reshape(-1, length)
        hashes = np.sort([_hashes(row, length)[0] for row in codes])
        table = np.zeros(1 << _BITS, np.bool_)
        table[hashes >> _SHIFT] = True
        return table, hashes

    def find(self, corpus: Corpus) -> list[Hit]:
        """Return what is said in a batch, by text and place; of cues that overlap, the longest."""
        return _longest(self._candidates(corpus))

    def _candidates(self, corpus: Corpus) -> list[_Found]:
        whole = corpus.string(0, len(corpus.codes))
        found: list[_Found] = []
        for length, place, text in self._places(corpus):
            for cue in self._cues.get(whole[place : place + length], ()):
                match = cue.pattern.match(whole, place)
                if match is None or match.end() == place or not (cue.firm or not _is_negated(whole, place, cue.tongue)):
                    continue
                start = _sentence_start(whole, place) if cue.whole else place
                found.append((start, -match.end(), -cue.weight, cue.label, len(found), text, cue, match))
        return found

    def _places(self, corpus: Corpus) -> Iterator[tuple[int, int, int]]:
        """Return (length, place, text) wherever a cue may begin, by place."""
        found: list[Places] = []
        starts = np.flatnonzero(self._firsts.take(corpus.codes, mode="clip") & corpus.once(_outside))
        for length, (table, hashes) in self._tables.items():
            said = corpus.once(functools.partial(_hashes_of, length=length), ("beginnings", length))
            near = starts[: np.searchsorted(starts, len(said))]
            may = near[table.take(said.take(near) >> _SHIFT)]
            at = np.minimum(np.searchsorted(hashes, said[may]), len(hashes) - 1)
            found.append(may[hashes[at] == said[may]])
        places = np.concatenate([np.zeros(0, np.int64), *found])
        lengths = np.repeat([*self._tables], [len(each) for each in found])
        order = np.argsort(places, kind="stable")
        places = places[order]
        return zip(lengths[order].tolist(), places.tolist(), corpus.text_of[places].tolist(), strict=True)


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
    count = max(0, len(codes) - length + 1)
    result = codes[:count] * _FACTOR
    for step in range(1, length):
        result = (result ^ codes[step : count + step]) * _FACTOR
    return result


def _hashes_of(corpus: Corpus, length: int) -> npt.NDArray[np.uint32]:
    return _hashes(corpus.codes, length)


def _outside(corpus: Corpus) -> npt.NDArray[np.bool_]:
    """Return where a cue may begin: a word in letters, or a number, is looked up at its beginning only."""
    kind = corpus.kinds
    outside = np.ones(len(kind), np.bool_)
    outside[1:] = (kind[1:] != kind[:-1]) | ((kind[1:] != LATIN) & (kind[1:] != DIGIT))
    return outside


def _is_negated(whole: str, place: int, tongue: str) -> bool:
    # Most of what stands before is no end of a negation, which one character tells.
    return whole[place - 1] in _NEGATION_ENDS[tongue] and _NEGATED[tongue].search(whole, max(0, place - _LOOK_BACK), place) is not None


def _sentence_start(whole: str, place: int) -> int:
    """Return where the sentence of a place begins, or as far back as a quotation should reach."""
    last = max((stop.end() for stop in _STOPS.finditer(whole, max(0, place - _QUOTE), place)), default=max(0, place - _QUOTE))
    return last + (len(whole[last:place]) - len(whole[last:place].lstrip()))


def _longest(found: list[_Found]) -> list[Hit]:
    """Drop hits that a longer one, or an equal one that is surer, covers, or that begin in one that says the same or nothing."""
    kept: list[Hit] = []
    last_end, last_label = 0, ""
    for start, end, _, label, _, text, cue, match in sorted(found):
        if start >= last_end or (-end > last_end and last_label not in ("nothing", label)):
            last_end, last_label = -end, label
            if label != "nothing":
                kept.append(Hit(text, start, -end, cue, match))
    return kept


class Said(NamedTuple):
    """What cues say together, per text and label, by text, the surest first: arrays.

    Attributes
    ----------
    texts, labels : numbers of the text and of the label
    confidences : how sure all of them make, each speaking for itself
    starts, ends : places in `Corpus.codes` of the surest, the first of equals
    """

    texts: Places
    labels: Places
    confidences: npt.NDArray[np.float64]
    starts: Places
    ends: Places


def together(hits: Sequence[Hit], labels: Sequence[str]) -> Said:
    """Return what cues say together: 1 - (1 - a)(1 - b)... per text and label.

    Parameters
    ----------
    hits : in order of place
    labels : in order of precedence where two are equally sure
    """
    number = {label: place for place, label in enumerate(labels)}
    texts, starts, ends = (np.array([hit[column] for hit in hits], np.int64) for column in range(3))
    label = np.array([number[hit.cue.label] for hit in hits], np.int64)
    weight = np.array([hit.cue.weight for hit in hits], np.float64)
    keys = texts * len(labels) + label
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.append(True, np.diff(keys[order]) != 0)[: len(keys)])
    best = np.lexsort((starts, -weight, keys))[first]
    left = np.multiply.reduceat(1.0 - weight[order], first) if len(first) else np.zeros(0)
    exact, which = np.unique(1.0 - left, return_inverse=True)
    sure = np.array([round(value, 4) for value in exact.tolist()], np.float64)[which]
    rows = np.lexsort((label[best], -sure, texts[best]))
    best = best[rows]
    return Said(texts[best], label[best], sure[rows], starts[best], ends[best])


def per_text(corpus: Corpus, texts: Places, starts: Places, ends: Places) -> list[pa.Array]:
    """Return where the one part of each of some texts begins and ends in the text as given: for each text, null where it has none."""
    none = np.ones(len(corpus), np.bool_)
    none[texts] = False
    columns = []
    for places in corpus.origins(texts, starts, ends):
        column = np.zeros(len(corpus), np.int32)
        column[texts] = places
        columns.append(pa.array(column, pa.int32(), mask=none))
    return columns


__all__ = ["LONGEST", "Book", "Cue", "Hit", "book", "per_text", "together", "words"]
