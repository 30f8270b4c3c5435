"""What texts say by the words they use, before anything is learned from the workspace.

Source
------
Judging by words, with negation, degree and contrast, after Taboada et al.,
"Lexicon-Based Methods for Sentiment Analysis" (Computational Linguistics 2011).
The words of the lists and their weights are our own; the words near them were
found by regression on word vectors (decision 0011).
"""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.understand.corpus import Corpus, Places
from moushi.understand.lexicon import TONGUES, Tongue, lexicon
from moushi.understand.lookup import Hits, Phrases

Floats = npt.NDArray[np.float64]

_LISTS = {"nothing": 0.0, "strong_good": 2.0, "strong_bad": -2.0, "good": 1.0, "bad": -1.0, "weak_good": 0.25, "weak_bad": -0.25}
_NEAR = {"near_good": 0.4, "near_bad": -0.4}
"""Judgement of the words that lie near those of the lists in meaning; they were found by a program, and count less."""

_CUES = ("negators", "degrees", "doubts", "contrasts", "concessions")
_REACH = {"zh": 3, "en": 12}
"""Characters that may stand between a negator and what it turns."""

_TURNED_BAD = 0.25
"""What negation leaves of a bad word: "not bad" is faint praise."""

_RAISED, _DOUBTED, _AFTER, _CONCEDED = 1.5, 0.5, 1.2, 0.5
"""What a degree word, a doubt, a contrast and a concession make of a judgement."""


class Wording(NamedTuple):
    """A language's words of judgement, and what each is.

    Attributes
    ----------
    phrases : all of them
    weight : judgement per phrase, -2 to 2
    cues : which phrases are cues, by kind
    reach : characters between a negator and what it turns, at most
    """

    phrases: Phrases
    weight: Floats
    cues: dict[str, npt.NDArray[np.bool_]]
    reach: int


@functools.cache
def wording(tongue: Tongue) -> Wording:
    """Return the words of a language, "zh" or "en", read from the package once."""
    content, near = _content(f"sentiment_{tongue}.toml"), _content(f"sentiment_near_{tongue}.toml")
    weights: dict[str, float] = {}
    for name, weight in _LISTS.items():
        for word in content[name].split():
            weights.setdefault(word.replace("-", " "), weight)
    cues = {name: {word.replace("-", " ") for word in content[name].split()} for name in _CUES}
    known = {**weights, **{word: 0.0 for listed in cues.values() for word in listed}}
    weights |= {word: weight for word, weight in _of_aspects(tongue, weights).items() if word not in known}
    weights = {word: weight for name, weight in _NEAR.items() for word in near[name].split() if word not in known} | weights
    words = list(dict.fromkeys([*weights, *(word for name in _CUES for word in sorted(cues[name]))]))
    marked = {name: np.array([word in cues[name] for word in words]) for name in _CUES}
    weight_of = np.array([weights.get(word, 0.0) for word in words])
    weight_of[marked["negators"]] = 0.0
    return Wording(Phrases(words), weight_of, marked, _REACH[tongue])


def _of_aspects(tongue: Tongue, weights: dict[str, float]) -> dict[str, float]:
    """Return the words that judge an aspect: whoever says that the battery is dead is not pleased either.

    Those that hold words of `weights` which say as much are left out: they may say it more strongly.
    """
    book = lexicon(tongue)
    judging = [
        (word, float(np.sign(sum(entry.implied.values()))) or entry.general)
        for word, entry in zip(book.words, book.entries, strict=True)
        if entry.judges and not (entry.terms or entry.negates or entry.breaks or entry.joins)
    ]
    corpus = Corpus([word for word, _ in judging])
    hits = Phrases(weights).find(corpus)
    held = np.bincount(corpus.text_of[hits.starts], np.fromiter(weights.values(), float)[hits.phrases], len(corpus))
    return {word: weight for (word, weight), other in zip(judging, held.tolist(), strict=True) if weight and weight * other < weight**2}


def _content(name: str) -> dict[str, str]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


class Judged(NamedTuple):
    """What words say about each text of a corpus: arrays as long as the corpus.

    Attributes
    ----------
    score : sum of the judgements over the root of their number, so that long texts are no surer; 0 for none
    last, worst, best : the same of the last clause that judges, and of the worst and best clause
    """

    score: Floats
    last: Floats
    worst: Floats
    best: Floats


def judge(corpus: Corpus) -> Judged:
    """Judge texts by their words, in Chinese and in English; a text in both by both."""
    starts, values = judgements(corpus)
    texts = corpus.text_of[starts]
    count = len(corpus)
    total, weight = np.bincount(texts, values, count), np.bincount(texts, np.abs(values), count)
    clauses = np.searchsorted(corpus.clauses.starts, starts, side="right")
    first = np.flatnonzero(np.append(True, clauses[1:] != clauses[:-1])) if len(clauses) else np.zeros(0, np.int64)
    sums = np.add.reduceat(values, first) if len(first) else np.zeros(0)
    last, worst, best = np.zeros(count), np.zeros(count), np.zeros(count)
    last[texts[first]] = sums
    np.minimum.at(worst, texts[first], sums)
    np.maximum.at(best, texts[first], sums)
    return Judged(total / np.sqrt(weight + 1), last, worst, best)


def judgements(corpus: Corpus) -> tuple[Places, Floats]:
    """Return where words of judgement stand in a corpus, in their order, and what each is meant to say, about -3 to 3."""
    parts = [_values(wording(tongue), corpus) for tongue in TONGUES]
    starts, values = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(starts, kind="stable")
    return starts[order], values[order]


def _values(words: Wording, corpus: Corpus) -> tuple[Places, Floats]:
    """Return where judgements stand, and each as it is meant."""
    hits = words.phrases.find(corpus)
    clauses = np.searchsorted(corpus.clauses.starts, hits.starts, side="right")
    value = words.weight[hits.phrases]
    is_cue = {name: cue[hits.phrases] for name, cue in words.cues.items()}
    negated = np.zeros(len(value), np.bool_)
    for back in (1, 2):
        negated ^= _before(hits, clauses, is_cue["negators"], back, words.reach)
    value = np.where(negated, np.where(value > 0, -value, -value * _TURNED_BAD), value)
    value = np.where(_before(hits, clauses, is_cue["degrees"], 1, 1), value * _RAISED, value)
    for name, factor in (("doubts", _DOUBTED), ("contrasts", _AFTER), ("concessions", _CONCEDED)):
        value = np.where(_led(clauses, is_cue[name]), value * factor, value)
    said = value != 0
    return hits.starts[said], value[said]


def _before(hits: Hits, clauses: Places, cue: npt.NDArray[np.bool_], back: int, reach: int) -> npt.NDArray[np.bool_]:
    """Tell for each hit whether the hit so many before it is a cue in its clause and within reach."""
    result = np.zeros(len(clauses), np.bool_)
    if len(clauses) > back:
        near = (clauses[back:] == clauses[:-back]) & (hits.starts[back:] - hits.ends[:-back] <= reach)
        result[back:] = cue[:-back] & near
    return result


def _led(clauses: Places, cue: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell for each hit whether a cue stands before it in its clause."""
    if not len(clauses):
        return cue
    total = np.cumsum(cue)
    opening = np.flatnonzero(np.append(True, clauses[1:] != clauses[:-1]))
    base: npt.NDArray[np.int64] = (total - cue)[opening]
    result: npt.NDArray[np.bool_] = total - cue > np.repeat(base, np.diff(np.append(opening, len(clauses))))
    return result
