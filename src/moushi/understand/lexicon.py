"""The words by which aspects and opinions are known, per language."""

from __future__ import annotations

import functools
import itertools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from typing import Literal

import numpy as np
import numpy.typing as npt

from moushi.understand.characters import CLAUSE, DIGIT, HAN, SENTENCE, SPACE
from moushi.understand.corpus import ELSE, EN, ZH, Corpus, Places, plain_text
from moushi.understand.features import word_hashes
from moushi.understand.meanings import Meanings, meanings
from moushi.understand.trie import Trie

Tongue = Literal["zh", "en"]
TONGUES: tuple[Tongue, ...] = ("zh", "en")

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
    holds : aspects whose term is a part of it ("物流慢")
    joins : what stands right before and after it shares an opinion
    """

    terms: list[str] = field(default_factory=list)
    implied: dict[str, float] = field(default_factory=dict)
    here: dict[str, float] = field(default_factory=dict)
    general: float = 0.0
    negates: bool = False
    fixed: bool = False
    breaks: bool = False
    joins: bool = False
    holds: frozenset[str] = frozenset()

    @functools.cached_property
    def judges(self) -> bool:
        """Whether it is an opinion."""
        return bool(self.implied or self.here or self.general)

    @functools.cached_property
    def speaks(self) -> bool:
        """Whether it says anything; words that are only there to be passed over do not."""
        return bool(self.terms or self.negates or self.judges or self.joins)


@dataclass(frozen=True)
class Own:
    """Words that a workspace adds to an aspect, which may be new.

    Attributes
    ----------
    aspect : its code
    terms, good, bad, good_here, bad_here : words, as in the files of the lexicon
    """

    aspect: str
    terms: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()
    good_here: tuple[str, ...] = ()
    bad_here: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hits:
    """The words of a lexicon found in a batch, in their order.

    Units are characters in Chinese and words in English, counted through the batch.

    Attributes
    ----------
    words : number of each in the lexicon
    firsts, lasts : its first unit, and the one after its last
    starts, ends : where it begins and ends in `Corpus.codes`
    texts : number of its text
    clauses : which of them begin a clause, and how many there are
    """

    words: Places
    firsts: Places
    lasts: Places
    starts: Places
    ends: Places
    texts: Places
    clauses: Places


@dataclass(frozen=True)
class Lexicon:
    """A language's words.

    Attributes
    ----------
    entries : what its words say, in the order of `words`
    words : the words
    reach : how many units may stand between a negator and what it negates
    """

    tongue: Tongue
    entries: list[Entry]
    words: list[str]
    reach: int

    def find(self, corpus: Corpus) -> Hits:
        """Return the words found in the texts of the corpus that are in this language; the longest from the left."""
        units, starts, ends = self._units(corpus)
        firsts, lasts, which = self._trie.find(units)
        heard = self._heard[which]
        firsts, lasts, which = firsts[heard], lasts[heard], which[heard]
        begins = starts[firsts] if starts is not None else firsts
        stops = ends[lasts - 1] if ends is not None else lasts
        new = np.diff(_clauses(corpus)[begins], prepend=-1) != 0
        new |= self._breaks[which]
        clauses = _short(np.append(np.flatnonzero(new), len(which)))
        return Hits(which, firsts, lasts, begins, stops, corpus.text_of[begins], clauses)

    @functools.cached_property
    def meanings(self) -> Meanings:
        """What its words say, as arrays."""
        return meanings(self.entries, OVERALL, WEAK)

    @functools.cached_property
    def _breaks(self) -> npt.NDArray[np.bool_]:
        return np.array([entry.breaks for entry in self.entries])

    @functools.cached_property
    def _heard(self) -> npt.NDArray[np.bool_]:
        """Which words are not only there to be passed over."""
        return np.array([entry.speaks or entry.breaks for entry in self.entries])

    def _units(self, corpus: Corpus) -> tuple[npt.NDArray[np.int64], Places | None, Places | None]:
        """Return each unit's number in the trie's alphabet, and where units begin and end if they are words."""
        if self.tongue == "zh":
            units = self._alphabet.take(corpus.codes, mode="clip")
            units[np.append(corpus.tongues, ELSE)[corpus.text_of] != ZH] = 0
            return units, None, None
        words, known = corpus.words, self._known
        units = np.zeros(len(words), np.int64)
        mine = np.flatnonzero(corpus.tongues[words.texts] == EN)
        hashes = word_hashes(corpus, words)[mine]
        at = np.searchsorted(known, hashes)
        at[at == len(known)] = 0
        units[mine] = np.where(known[at] == hashes, at + 1, 0)
        return units, words.starts, words.ends

    @functools.cached_property
    def _trie(self) -> Trie:
        corpus = self._listed
        if self.tongue == "zh":
            units = [self._alphabet[corpus.codes[start:end]].tolist() for start, end in zip(corpus.starts, corpus.ends, strict=True)]
            return Trie(units, int(self._alphabet.max()))
        numbers = np.searchsorted(self._known, word_hashes(corpus, corpus.words)) + 1
        bounds = corpus.words.of(len(corpus)).tolist()
        return Trie([numbers[low:high].tolist() for low, high in itertools.pairwise(bounds)], len(self._known))

    @functools.cached_property
    def _listed(self) -> Corpus:
        return Corpus(self.words)

    @functools.cached_property
    def _alphabet(self) -> npt.NDArray[np.int64]:
        """The number of each character of the basic plane; traditional forms count as the simplified ones."""
        table = np.zeros(_BASIC + 1, np.int64)
        characters = np.unique(self._listed.codes)
        table[characters] = np.where(characters == _NEWLINE, 0, np.arange(1, len(characters) + 1))
        for simple, traditional in traditional_forms():
            if not table[traditional]:
                table[traditional] = table[simple]
        return table

    @functools.cached_property
    def _known(self) -> npt.NDArray[np.uint64]:
        return np.unique(word_hashes(self._listed, self._listed.words))


# Work on a clause grows with the square of its words.
_MOST_HITS = 40
_GRAMMAR = {"negators": "negates", "fixed": "fixed", "breaks": "breaks", "joins": "joins"}
_BASIC = 0x10000
_NEWLINE, _DOT = map(ord, "\n.")
_STOPS = np.array(sorted(map(ord, ",;:~()!?…")), np.uint32)


def _short(bounds: Places) -> Places:
    """Return bounds with more between those that are far from each other: where nobody puts a stop, the reader does."""
    far = np.flatnonzero(np.diff(bounds) > _MOST_HITS)
    more = [np.arange(bounds[place], bounds[place + 1], _MOST_HITS) for place in far]
    return np.unique(np.concatenate([bounds, *more]))


def _clauses(corpus: Corpus) -> Places:
    """Return for each place the number of its clause: stops end one, and in Chinese a blank too."""
    kind, codes = corpus.kinds, corpus.codes
    stops = kind == SENTENCE
    inside = np.flatnonzero(kind == CLAUSE)
    stops[inside[np.isin(codes[inside], _STOPS)]] = True
    inner = slice(1, -1)
    before, after = kind[:-2], kind[2:]
    stops[inner] |= (codes[inner] == _DOT) & ~((before == DIGIT) & (after == DIGIT))
    stops[inner] |= (kind[inner] == SPACE) & (before == HAN)
    return np.cumsum(stops)


@functools.cache
def traditional_forms() -> list[tuple[int, int]]:
    """Return code points of simplified characters with those of a traditional form."""
    pairs = _file("traditional.txt").split()
    return [(ord(pair[0]), ord(pair[1])) for pair in pairs]


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


@functools.cache
def lexicon(tongue: Tongue, own: tuple[Own, ...] = (), *, broad: bool = False) -> Lexicon:
    """Return the lexicon of a language, read from the package once.

    Parameters
    ----------
    own : words of the workspace, which mean what it says where the lexicon says otherwise
    broad : with words that judge only what is known to be meant
    """
    content = tomllib.loads(_file(f"{tongue}.toml"))
    words: dict[str, Entry] = {}

    def at(word: str) -> Entry:
        return words.setdefault(word, Entry())

    for aspect, lists in content["aspects"].items():
        _add_aspect(at, aspect, lists, plurals=tongue == "en")
    opinions = content["opinions"]
    judgements = [(opinions, "weak_good", WEAK), (opinions, "weak_bad", -WEAK), (opinions, "good", 1.0), (opinions, "bad", -1.0)]
    judgements += [(content["beside"], "good", 1.0), (content["beside"], "bad", -1.0)] if broad else []
    for lists, name, judgement in judgements:
        for word in lists[name]:
            at(word).general = judgement
    _hold(words, content["aspects"], apart=tongue == "en")
    for list_name, attribute in _GRAMMAR.items():
        for word in content["grammar"][list_name]:
            setattr(at(word), attribute, True)
    words.update({word: Entry() for word in content["grammar"]["ignore"]})
    for each in own:
        _add_own(words, each)
    return Lexicon(tongue, list(words.values()), list(words), reach=5 if tongue == "zh" else 3)


def _hold(words: dict[str, Entry], aspects: dict[str, dict[str, list[str]]], *, apart: bool) -> None:
    """Mark the words that hold a term of the aspect which they imply; in English as words of their own."""
    for word, entry in words.items():
        padded = f" {word} " if apart else word
        entry.holds = frozenset(
            aspect
            for aspect in entry.implied
            if any((f" {term} " if apart else term) in padded for term in aspects.get(aspect, {"terms": []})["terms"])
        )


def _add_own(words: dict[str, Entry], own: Own) -> None:
    lists = {name: [plain_text(word) for word in getattr(own, name)] for name in ("terms", "good", "bad", "good_here", "bad_here")}
    for word in {word for each in lists.values() for word in each}:
        words[word] = Entry()
    _add_aspect(words.__getitem__, own.aspect, lists, plurals=False)


def _add_aspect(at: Callable[[str], Entry], aspect: str, lists: dict[str, list[str]], *, plurals: bool) -> None:
    for word in lists["terms"]:
        for form in (word, f"{word}s") if plurals else (word,):
            at(form).terms.append(aspect)
    for name, judgement in (("good", 1.0), ("bad", -1.0)):
        for word in lists[name]:
            at(word).implied[aspect] = judgement
        for word in lists[f"{name}_here"]:
            at(word).here[aspect] = judgement
