"""Texts as arrays of characters, words, clauses and sentences, with the way back to the original.

Everything that reads texts reads a `Corpus`: the texts of a batch stand in one
array of code points, so that each step is one pass over an array and not one
call per text.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from moushi.trust.spans import PLACEHOLDER
from moushi.understand.characters import (
    CLAUSE,
    DIGIT,
    DROPPED,
    HAN,
    LATIN,
    MARK,
    NEWLINE,
    OTHER,
    SENTENCE,
    SPACE,
    Codes,
    Kinds,
    kinds,
    plain,
)
from moushi.understand.trie import Trie

Places = npt.NDArray[np.int64]
Made = TypeVar("Made")

ZH, EN, ELSE = range(3)
"""Tongues: read as Chinese, as English, or as neither."""

_TAG = re.compile(r"<(?:[a-zA-Z/!][^<>]{0,200})>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_BLANK, _APOSTROPHE, _DOT = map(ord, " '.")
_ASCII = 0x80
# One Han character says about as much as several letters.
_HAN_WEIGHT = 5


@dataclass(frozen=True)
class Spans:
    """Parts of a corpus in their order, none of them empty.

    Attributes
    ----------
    starts, ends : places in `Corpus.codes`; the end is the place after the last
    texts : number of the text each is in
    """

    starts: Places
    ends: Places
    texts: Places

    def __len__(self) -> int:
        return len(self.starts)

    def of(self, count: int) -> Places:
        """Return, for `count` texts, where the parts of each begin; as long as `count + 1`."""
        return np.searchsorted(self.texts, np.arange(count + 1))


class Corpus:
    """A batch of texts, in plain form, ready for reading.

    Parameters
    ----------
    texts : the texts; None is read as empty
    languages : BCP 47 per text, None where not known; told by the script then
    lexicon : the workspace's own words (brands, products, SKUs), each kept as one word

    Attributes
    ----------
    texts : as given
    codes : plain code points (narrow, lower case, without tags, entities and what
        cannot be seen) of all texts, with a line break before, between and after them
    starts, ends : where each text stands in `codes`
    tongues : ZH, EN or ELSE per text: in what language it can be read

    Examples
    --------
    >>> corpus = Corpus(["ＧＯＯＤ&nbsp;phone", "没电了，差"])
    >>> corpus.strings(corpus.words)
    ['good', 'phone', '没电', '了', ',', '差']
    >>> corpus.origin(0, corpus.words.starts[1], corpus.words.ends[1])
    (10, 15)
    """

    def __init__(self, texts: Iterable[str | None], languages: Sequence[str | None] | None = None, lexicon: Iterable[str] = ()) -> None:
        self.texts = ["" if text is None else text for text in texts]
        self.languages = languages
        self.lexicon = tuple(lexicon)
        self._made: dict[Hashable, Any] = {}
        joined = "\n".join(["", *self.texts, ""])
        self._all: Codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = plain(self._all)
        _blank(joined, codes)
        lengths = np.fromiter(map(len, self.texts), np.int64, len(self.texts))
        self._begins = np.cumsum(lengths + 1) - lengths
        self._kept: Places | None = None
        starts, ends = self._begins, self._begins + lengths
        if (codes == DROPPED).any():
            self._kept = np.flatnonzero(codes != DROPPED)
            codes = codes[self._kept]
            starts, ends = np.searchsorted(self._kept, starts), np.searchsorted(self._kept, ends)
        self.codes: Codes = codes
        self.starts: Places = starts
        self.ends: Places = ends

    def __len__(self) -> int:
        return len(self.texts)

    def once(self, make: Callable[[Corpus], Made], name: Hashable = None) -> Made:
        """Return what a function makes of the corpus; made once, so that all who read it share the work.

        Parameters
        ----------
        make : the function
        name : by what its result is known; None: by the function itself
        """
        key = make if name is None else name
        if key not in self._made:
            self._made[key] = make(self)
        found: Made = self._made[key]
        return found

    @property
    def given(self) -> Codes:
        """The code points as given, one for each of `codes`: with capitals and wide forms."""
        return self._all if self._kept is None else self._all[self._kept]

    @functools.cached_property
    def kinds(self) -> Kinds:
        """The kind of each character of `codes`."""
        return kinds(self.codes)

    @functools.cached_property
    def text_of(self) -> Places:
        """The number of the text that each place of `codes` is in; a line break belongs to the text before it."""
        bounds = np.zeros(len(self.codes), np.int64)
        bounds[self.starts[1:]] = 1
        return np.cumsum(bounds)

    @functools.cached_property
    def tongues(self) -> npt.NDArray[np.uint8]:
        """In what language each text is read: by its script, then by what is said about it."""
        han, latin, other = (self._count(kind) for kind in (HAN, LATIN, OTHER))
        told = np.where(_HAN_WEIGHT * (han + other) < latin, EN, np.where(han >= other, ZH, ELSE)).astype(np.uint8)
        told[han + other + latin == 0] = ELSE
        for row, language in enumerate(self.languages or ()):
            if language is not None and not _reads(language, int(told[row])):
                told[row] = ELSE
        return told

    def _count(self, kind: int) -> Places:
        total = np.concatenate([[0], np.cumsum(self.kinds == kind)])
        counted: Places = total[self.ends] - total[self.starts]
        return counted

    @functools.cached_property
    def words(self) -> Spans:
        """Words, numbers and marks; white space is none.  Chinese is cut by a dictionary, the rest by its script."""
        begins = self._changes()
        # Only Chinese needs the dictionary, which takes longest of all here.
        if (self.kinds == HAN).any():
            begins |= self._cuts() & (self.kinds == HAN)
        self._protect(begins)
        starts = np.flatnonzero(begins)
        ends = np.append(starts[1:], len(begins))
        said = self.kinds[starts] != SPACE
        said &= self.codes[starts] != NEWLINE
        starts, ends = starts[said], ends[said]
        return Spans(starts, ends, self.text_of[starts])

    def _changes(self) -> npt.NDArray[np.bool_]:
        """Return where a word begins by script: where the kind changes, and at each mark."""
        kind = self.kinds
        begins = np.ones(len(kind), np.bool_)
        begins[1:] = (kind[1:] != kind[:-1]) | (kind[1:] == MARK) | (kind[1:] == CLAUSE) | (kind[1:] == SENTENCE)
        letter = kind == LATIN
        self._join(begins, _APOSTROPHE, letter, letter)
        self._join(begins, _DOT, kind == DIGIT, kind == DIGIT)
        # "!!!" is one mark.
        begins[1:] &= (self.codes[1:] != self.codes[:-1]) | ~np.isin(kind[1:], (MARK, CLAUSE, SENTENCE)) | (self.codes[1:] == NEWLINE)
        return begins

    def _join(self, begins: npt.NDArray[np.bool_], mark: int, before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]) -> None:
        """Make one word of what stands around a mark: "don't", "3.5"."""
        inside = np.flatnonzero((self.codes[1:-1] == mark) & before[:-2] & after[2:]) + 1
        begins[inside] = begins[inside + 1] = False

    def _cuts(self) -> npt.NDArray[np.bool_]:
        import rjieba

        begins = np.zeros(len(self.codes), np.bool_)
        words = rjieba.cut(self._string)
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        begins[np.cumsum(lengths) - lengths] = True
        return begins

    def _protect(self, begins: npt.NDArray[np.bool_]) -> None:
        trie, letters = _own(self.lexicon)
        if not len(letters):
            return
        units = np.searchsorted(letters, self.codes)
        units[letters.take(units, mode="clip") != self.codes] = -1
        # A word in letters or digits is not a part of a longer one.
        latin = (self.codes < _ASCII) & ((self.kinds == LATIN) | (self.kinds == DIGIT))
        starts, ends, _ = trie.find(units + 1, np.concatenate([[False], latin[1:] & latin[:-1], [False]]))
        steps = np.zeros(len(begins) + 1, np.int64)
        steps[starts + 1] += 1
        steps[ends] -= 1
        begins[np.cumsum(steps[:-1]) > 0] = False
        begins[np.concatenate([starts, ends])] = True

    @functools.cached_property
    def _string(self) -> str:
        return self.codes.tobytes().decode("utf-32-le", "replace")

    @functools.cached_property
    def clauses(self) -> Spans:
        """Clauses: what stands between stops; in Chinese a blank is a stop too."""
        kind = self.kinds
        stops = self._sentence_stops | (kind == CLAUSE)
        blank = np.zeros(len(kind), np.bool_)
        blank[1:-1] = (kind[1:-1] == SPACE) & (kind[:-2] == HAN) & (kind[2:] == HAN)
        return self._between(stops | blank)

    @functools.cached_property
    def sentences(self) -> Spans:
        """Sentences: what stands between full stops, question and exclamation marks, and line breaks."""
        return self._between(self._sentence_stops)

    @functools.cached_property
    def _sentence_stops(self) -> npt.NDArray[np.bool_]:
        stops: npt.NDArray[np.bool_] = self.kinds == SENTENCE
        # A point ends a sentence before a blank or after a Han character: not in "3.5" or "a.m.".
        after = np.append(self.kinds[1:], SPACE)
        before = np.append(np.uint8(SPACE), self.kinds[:-1])
        stops |= (self.codes == _DOT) & ((after == SPACE) | (after == SENTENCE) | (before == HAN) | (after == HAN))
        return stops

    def _between(self, stops: npt.NDArray[np.bool_]) -> Spans:
        """Return the runs between stops that say something."""
        walls = np.flatnonzero(stops)
        starts, ends = walls[:-1] + 1, walls[1:]
        said = np.concatenate([[0], np.cumsum((self.kinds != SPACE) & (self.kinds != MARK))])
        full = said[ends] > said[starts]
        return Spans(starts[full], ends[full], self.text_of[starts[full]])

    def string(self, start: int, end: int) -> str:
        """Return the plain characters between two places of `codes`."""
        return self._string[start:end]

    def strings(self, spans: Spans) -> list[str]:
        """Return the plain characters of parts."""
        whole = self._string
        return [whole[start:end] for start, end in zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)]

    def places(self, texts: Places, starts: Places) -> Places:
        """Return where characters of texts as given stand in `codes`; those that were dropped, where the next one does.

        Parameters
        ----------
        texts : number of the text of each
        starts : its place in that text
        """
        at: Places = self._begins[texts] + starts
        return at if self._kept is None else np.searchsorted(self._kept, at)

    def origin(self, text: int, start: int, end: int) -> tuple[int, int]:
        """Return where a part of a text stands in the text as given.

        Parameters
        ----------
        text : its number
        start, end : places in `codes`, not empty
        """
        starts, ends = self.origins(np.array([text]), np.array([start]), np.array([end]))
        return int(starts[0]), int(ends[0])

    def origins(self, texts: Places, starts: Places, ends: Places) -> tuple[Places, Places]:
        """Return where parts of texts begin and end in the texts as given; see `origin`."""
        first, last = (starts, ends - 1) if self._kept is None else (self._kept[starts], self._kept[ends - 1])
        begins = self._begins[texts]
        return first - begins, last + 1 - begins


def plain_text(text: str) -> str:
    """Return a text in its plain form, as a corpus holds it."""
    corpus = Corpus([text])
    return corpus.string(int(corpus.starts[0]), int(corpus.ends[0]))


def _blank(joined: str, codes: Codes) -> None:
    """Take tags out, leaving a blank each, blank masked personal data, and put the character of an entity in its place."""
    if "[" in joined:
        for match in PLACEHOLDER.finditer(joined):
            codes[match.start() : match.end()] = _BLANK
    if "<" in joined:
        for match in _TAG.finditer(joined):
            codes[match.start()] = _BLANK
            codes[match.start() + 1 : match.end()] = DROPPED
    if "&" in joined:
        for match in _ENTITY.finditer(joined):
            character = html.unescape(match[0])
            if len(character) == 1:
                codes[match.start()] = plain(np.array([ord(character)], np.uint32))[0]
                codes[match.start() + 1 : match.end()] = DROPPED


@functools.lru_cache(4)
def _own(lexicon: tuple[str, ...]) -> tuple[Trie, Codes]:
    """Return a workspace's words, ready to be found, and the characters that they are made of, in order."""
    words = sorted({text for word in lexicon if (text := plain_text(word).strip())})
    letters = np.unique(np.array([ord(letter) for word in words for letter in word], np.uint32))
    units = [(np.searchsorted(letters, [ord(letter) for letter in word]) + 1).tolist() for word in words]
    return Trie(units, len(letters)), letters


def _reads(language: str, tongue: int) -> bool:
    """Tell whether a text said to be in a language may be read in the tongue that its script suggests."""
    base = language.split("-", maxsplit=1)[0]
    # English words in a text said to be Chinese are English all the same; other languages share the scripts, not the words.
    return base in {"zh", "en", "und"} or (tongue == ZH and base in {"yue", "wuu", "lzh"})
