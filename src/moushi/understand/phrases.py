"""The phrases of texts that may be keywords: runs of words that say something, and what is seen of each.

Source
------
Candidates as in Rose et al., "Automatic keyword extraction from individual
documents" (2010), cut by function words; we take all parts of a run.  That a
word's neighbours tell its class stands for a tagger: nouns follow determiners,
verbs follow auxiliaries and pronouns.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.understand.characters import DIGIT, HAN, LATIN, NEWLINE
from moushi.understand.corpus import ELSE, Corpus, Places, Spans, plain_text
from moushi.understand.features import Hashes, distinct, mixed, word_hashes
from moushi.understand.remembered import Remembered

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LONGEST = 5
"""Words of the longest phrase."""

MOST_CHARACTERS = (14, 60, 60)
"""Characters of the longest phrase, by tongue."""

_HYPHEN = ord("-")
# Traits of a word that its characters alone tell.
_SHAPES = {
    "ed": re.compile(".{2}ed$"),
    "ly": re.compile(".{2}ly$"),
    "adjective": re.compile("..(?:al|ic|ive|ous|ble|ar|ary|less|ful|ent|ant)$"),
    "noun": re.compile("..(?:tion|sion|ment|ity|ness|sis|ics|ção|dade|mento|ism|or|er|ance|ence|ure|gy|phy|s)$"),
    "term": re.compile("[性法率度器量体学论制化型剂力层式]$"),
    "hyphen": re.compile("-"),
    "digit": re.compile(r"\d"),
}
_LISTED = ("determiner", "auxiliary")
_TONGUES = ("zh", "en", "")
_NAMES = (*_SHAPES, *_LISTED, "mark", "stop", "content")


@functools.cache
def _book() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("keywords.toml").read_text("utf-8"))


@functools.cache
def _list(language: str, name: str) -> frozenset[str]:
    return frozenset(_book().get(language, {}).get(name, "").split())


def weights(language: str) -> dict[str, float]:
    """Return how much each trait of a phrase says for it to be a keyword, per language: zh, en or else."""
    found: dict[str, float] = _book()["weights"][language]
    return found


@dataclass(frozen=True)
class Words:
    """The distinct words of a corpus, each in one language.

    Attributes
    ----------
    hashes : numbers that tell words apart, the same in every process
    content : may stand in a keyword
    traits : by name, whether a word has the trait
    lengths : in characters
    """

    hashes: Hashes
    content: Flags
    traits: dict[str, Flags]
    lengths: Places


@dataclass(frozen=True)
class Units:
    """The words of a corpus in their order, parts of compounds with a hyphen and of codes ("usb-c", "x200") glued.

    Attributes
    ----------
    spans : where they stand
    numbers : which of `words` each is
    runs : equal for neighbours that nothing parts
    upper : begins with a capital although no sentence begins there
    capitals : has no small letter
    """

    spans: Spans
    words: Words
    numbers: Places
    runs: Places
    upper: Flags
    capitals: Flags

    @property
    def content(self) -> Flags:
        """Whether each may stand in a keyword."""
        return self.words.content[self.numbers]

    def trait(self, name: str) -> Flags:
        """Whether each has a trait."""
        return self.words.traits[name][self.numbers]


def units(corpus: Corpus) -> Units:
    """Return the words of a corpus with what their characters tell."""
    return corpus.once(_units)


def _units(corpus: Corpus) -> Units:
    spans = _glued(corpus)
    groups, languages = _groups(corpus)
    plain = word_hashes(corpus, spans)
    told = np.array([_number(language) for language in languages], np.uint64)
    hashes = mixed(plain ^ mixed(told[groups])[spans.texts], 7)
    first, numbers = distinct(hashes)
    hashes = hashes[first]
    where = Spans(spans.starts[first], spans.ends[first], spans.texts[first])
    words = _words(corpus, hashes, where, [languages[group] for group in groups[where.texts].tolist()])
    if corpus.lexicon:
        brand = np.isin(plain[first], _own_hashes(corpus.lexicon))
        words = Words(hashes, words.content | brand, words.traits | {"brand": brand}, words.lengths)
    raw = corpus.given
    begins = np.ones(len(spans), np.bool_)
    begins[1:] = (np.diff(spans.texts) > 0) | words.traits["stop"][numbers[:-1]]
    big = (raw != corpus.codes) & (corpus.kinds == LATIN)
    small = np.concatenate([[0], np.cumsum((raw == corpus.codes) & (corpus.kinds == LATIN))])
    upper = big[spans.starts]
    capitals = upper & (small[spans.ends] == small[spans.starts]) & (spans.ends - spans.starts > 1)
    return Units(spans, words, numbers, _runs(corpus, spans, words.content[numbers]), upper & ~begins, capitals)


def _glued(corpus: Corpus) -> Spans:
    words, kind, codes = corpus.words, corpus.kinds, corpus.codes
    if len(words) < 2:
        return words
    head, tail = kind[words.starts], kind[words.ends - 1]
    plain, plain_tail = (head == LATIN) | (head == DIGIT), (tail == LATIN) | (tail == DIGIT)
    near = words.ends[:-1] == words.starts[1:]
    hyphen = (codes[words.starts] == _HYPHEN) & (words.ends - words.starts == 1)
    bound = np.zeros(len(words), np.bool_)
    bound[1:] = near & plain_tail[:-1] & plain[1:]
    inside = np.flatnonzero(hyphen[1:-1] & near[:-1] & near[1:] & plain_tail[:-2] & plain[2:]) + 1
    bound[inside] = bound[inside + 1] = True
    first = np.flatnonzero(~bound)
    return Spans(words.starts[first], words.ends[np.append(first[1:], len(words)) - 1], words.texts[first])


def _groups(corpus: Corpus) -> tuple[Places, list[str]]:
    """Return per text the number of the language whose function words it has, and the languages' names."""
    named = corpus.languages or [None] * len(corpus)
    languages = [*_TONGUES, *sorted({language.split("-")[0] for language in named if language} - {"zh", "en"})]
    places = {language: place for place, language in enumerate(languages)}
    other = [places[language.split("-")[0]] if language else ELSE for language in named]
    return np.where(corpus.tongues == ELSE, np.array(other, np.int64), corpus.tongues), languages


def _number(language: str) -> int:
    """Return a number for a language, the same in every batch."""
    if language in _TONGUES:
        return _TONGUES.index(language)
    return int.from_bytes(hashlib.blake2b(language.encode("utf-8", "replace"), digest_size=8).digest(), "little")


@functools.lru_cache(4)
def _own_hashes(lexicon: tuple[str, ...]) -> Hashes:
    own = Corpus(plain_text(word).strip() for word in lexicon)
    return word_hashes(own, Spans(own.starts, own.ends, np.arange(len(own))))


_met = Remembered()


def _words(corpus: Corpus, hashes: Hashes, spans: Spans, languages: list[str]) -> Words:
    """Return the traits of distinct words."""

    def made(new: Places) -> Flags:
        texts = corpus.strings(Spans(spans.starts[new], spans.ends[new], spans.texts[new]))
        rows = [_traits(text, languages[place]) for text, place in zip(texts, new.tolist(), strict=True)]
        return np.array(rows, np.bool_).reshape(-1, len(_NAMES))

    traits = dict(zip(_NAMES, np.ascontiguousarray(_met.rows(hashes, made).T), strict=True))
    content = traits.pop("content")
    return Words(hashes, content, traits | {"brand": np.zeros(len(hashes), np.bool_)}, spans.ends - spans.starts)


def _traits(text: str, language: str) -> tuple[bool, ...]:
    """Return the traits of a word in the order of `_NAMES`."""
    mark = not any(character.isalnum() for character in text)
    function = text in _list(language, "function")
    content = not (mark or function or not text.strip("0123456789.,-") or (len(text) == 1 and language != "zh"))
    shapes = [shape.search(text) is not None for shape in _SHAPES.values()]
    return (*shapes, *(text in _list(language, name) for name in _LISTED), mark, text[0] in ".!?。…", content)


def _runs(corpus: Corpus, spans: Spans, content: Flags) -> Places:
    """Number the runs of content words between which there is no other word, line break or blank in Chinese."""
    parted = ~content
    if len(spans) > 1:
        lines = np.concatenate([[0], np.cumsum(corpus.codes == NEWLINE)])
        line = lines[spans.starts[1:]] > lines[spans.ends[:-1]]
        han = (corpus.kinds[spans.ends[:-1] - 1] == HAN) & (corpus.kinds[spans.starts[1:]] == HAN)
        parted[1:] |= line | (han & (spans.starts[1:] > spans.ends[:-1])) | (np.diff(spans.texts) > 0)
    return np.cumsum(parted)
