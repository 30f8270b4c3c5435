"""Learns from labelled texts which aspects the lexicon misses or only seems to find, and how they are spoken of.

The lexicon goes first.  What people set right, or a model read, teaches for
each aspect whether a text speaks of it, and for all of them together how;
texts without labels speak for the lexicon, as much as a few dozen labels would.
Each part is used only if it does better than the lexicon on texts that it was
not shown.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.columns import TextAspects
from moushi.understand.aspect_models import Judge, Lesson, Presence, Reading, placed
from moushi.understand.aspects import ROW, SCHEMA
from moushi.understand.clause_grams import ClauseGrams
from moushi.understand.corpus import Corpus, Places
from moushi.understand.said import SILENT, UNKNOWN, VALUES, AspectLabel, Floats, Said, Signs

LEAST = 10
"""Labelled texts that speak of an aspect, or seem to, from which its presence is learned; mentions, for polarity."""

_ANCHORED, _MOST_ANCHORS = 50.0, 600
"""What texts without labels count together, in labelled texts; and how many of them are used."""

_RIGHT = 0.3
"""How many findings of the lexicon are taken to be right for each that was set right, where few were said to be right."""

_THRESHOLDS = (-1.5, -1.0, -0.5, 0.0)
_FOLDS = 3

HIT = 0.62
"""What it is worth to find an aspect that is there; the rest to 1 is what it is worth to find none that is not.

F1 gains by what is right more often than half of F1, which is seldom above 0.75."""

Flags = npt.NDArray[np.bool_]


class Gain(NamedTuple):
    """What learning gains on texts that it was not shown: F1 of aspects with their sign.

    Attributes
    ----------
    aspect : its code; empty for all
    before, after : of the lexicon, and of the learner
    rows : labels that it is measured by
    """

    aspect: str
    before: float
    after: float
    rows: int


class AspectLearner:
    """A reader of aspects that learns from labels; until it has, it says what the lexicon says.

    Parameters
    ----------
    seed : for which part a text falls into when parts are compared

    Attributes
    ----------
    measures_ : what it gains on texts that it was not shown, over all aspects and for each

    Examples
    --------
    >>> from moushi.understand.aspects import read
    >>> corpus = Corpus(["物流很快", "质量差"])
    >>> learner = AspectLearner().fit(corpus, read(corpus), [AspectLabel(0, "delivery", "positive")])
    >>> learner.aspects_, learner.judges_
    ((), False)
    >>> learner.read(corpus, read(corpus))["aspect"].to_pylist()
    ['delivery', 'quality']
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.measures_: tuple[Gain, ...] = ()
        self._grams = ClauseGrams.none()
        self._presence = Presence.none()
        self._judge = Judge.none()
        self._open = 0.0

    @property
    def aspects_(self) -> tuple[str, ...]:
        """Aspects whose presence it has learned; others are there where the lexicon finds them."""
        return self._presence.aspects

    @property
    def judges_(self) -> bool:
        """Whether it has learned how aspects are spoken of."""
        return bool(self._judge.signs)

    def fit(self, corpus: Corpus, found: pa.Table, labels: Sequence[AspectLabel], whole: Sequence[int] = ()) -> AspectLearner:
        """Learn from labels; from fewer than `LEAST` texts nothing is.

        Parameters
        ----------
        corpus : texts with labels, and others of the same sort without
        found : what the lexicon finds in them (`aspects.read`)
        labels : what is right; of several about the same, the last
        whole : texts whose labels say everything: of other aspects they do not speak
        """
        self._presence, self._judge, self.measures_ = Presence.none(), Judge.none(), ()
        said = Said.of(corpus, found, {each.aspect for each in labels})
        truth = said.truth(labels, whole)
        told = np.flatnonzero((truth != UNKNOWN).any(axis=1))
        if len(told) < LEAST:
            return self
        anchors = np.setdiff1d(np.arange(len(corpus)), told)
        anchors = anchors[np.linspace(0, len(anchors) - 1, min(len(anchors), _MOST_ANCHORS)).astype(np.int64)]
        # Of aspects that it does not know the lexicon has nothing to say, if labels tell texts that do not speak of them.
        is_free = ~said.is_found.any(axis=0) & (truth == SILENT).any(axis=0)
        truth[anchors] = np.where(is_free, UNKNOWN, said.signs[anchors])
        weight = np.ones(len(corpus))
        weight[anchors] = _anchored(said, labels, whole) / max(len(anchors), 1)
        rows = np.sort(np.append(told, anchors))
        self._grams = ClauseGrams.chosen(corpus, rows)
        marks = said.marks(corpus, labels, anchors)
        self._learn(Lesson(Reading(corpus, said, self._grams), truth, marks, weight), rows, told)
        return self

    def _learn(self, lesson: Lesson, rows: Places, told: Places) -> None:
        """Compare each part with the lexicon on texts that it was not shown, and learn those that are better from all."""
        said, truth = lesson.reading.said, lesson.truth
        wanted = _wanted(said, truth, told)
        odds, judged = self._held_out(lesson, rows, wanted)
        columns = said.columns(wanted)
        known = np.zeros(truth.shape, np.bool_)
        known[rows] = truth[rows] != UNKNOWN
        there, worth = truth > SILENT, known * lesson.weight[:, None]
        self._open = _best_threshold(odds, there[:, columns], worth[:, columns])
        speaks = said.is_found
        speaks[:, columns] = odds > self._open
        worth_finding = worth * np.where(there, HIT, 1 - HIT)
        better = [
            column
            for column in columns
            if _is_better((said.is_found == there)[:, column], (speaks == there)[:, column], worth_finding[:, column])
        ]
        present = said.is_found
        present[:, better] = speaks[:, better]
        plain = np.sign(said.filled()).astype(np.int8)
        mentions = known & there & present
        judges = mentions[told].sum() >= LEAST and _is_better(plain == truth, judged == truth, mentions * worth)
        self._presence = Presence.fit(lesson, rows, [said.names[column] for column in better])
        if judges:
            self._judge = Judge.fit(lesson, rows, self._presence)
        self.measures_ = tuple(_gains(said, truth, np.where(present, judged if judges else plain, SILENT), told))

    def _held_out(self, lesson: Lesson, rows: Places, aspects: Sequence[str]) -> tuple[Floats, Signs]:
        """Return the odds that texts speak of aspects, and how they speak, told by models that were fitted on other texts."""
        reading = lesson.reading
        names = {text: number for number, text in enumerate(dict.fromkeys(reading.corpus.texts[row] for row in rows))}
        part = np.random.default_rng(self.seed).permutation(len(names)) % _FOLDS
        fold = part[[names[reading.corpus.texts[row]] for row in rows]]
        odds, signs = np.full((len(reading.corpus), len(aspects)), -np.inf), np.full(lesson.truth.shape, UNKNOWN, np.int8)
        for number in range(_FOLDS):
            rest, held = rows[fold != number], rows[fold == number]
            presence = Presence.fit(lesson, rest, aspects)
            judge = Judge.fit(lesson, rest, presence)
            odds[held] = presence.find(reading, held)[0]
            row, columns = np.nonzero(lesson.truth[held] > SILENT)
            texts = held[row]
            if judge.signs and len(texts):
                clauses = placed(reading, presence, texts, columns, reading.said.clause[texts, columns])
                signs[texts, columns] = np.array(judge.signs)[judge.probabilities(reading, texts, columns, clauses).argmax(axis=1)]
        return odds, signs

    def read(self, corpus: Corpus, found: pa.Table) -> pa.Table:
        """Return what texts speak about.

        Parameters
        ----------
        corpus : the texts
        found : what the lexicon finds in them (`aspects.read`)

        Returns
        -------
        Table : like `found`; a mention that the lexicon did not find has the words of a clause
        """
        if not self.aspects_ and not self.judges_:
            return found
        reading = Reading(corpus, Said.of(corpus, found, self.aspects_), self._grams)
        speaks, clause = reading.said.is_found, reading.said.clause.copy()
        learned = reading.said.columns(self.aspects_)
        odds, best = self._presence.find(reading, np.arange(len(corpus)))
        speaks[:, learned] = odds > self._open
        clause[:, learned] = np.where(clause[:, learned] < 0, best, clause[:, learned])
        texts, columns = np.nonzero(speaks)
        clauses = clause[texts, columns]
        at = reading.said.at[texts, columns]

        def given(name: str, otherwise: Any) -> npt.NDArray[Any]:
            return np.append(found[name].to_numpy(), otherwise)[at]

        starts, ends = given(TextAspects.start, 0), given(TextAspects.end, 0)
        for pair in np.flatnonzero(at < 0).tolist():
            starts[pair], ends[pair] = _words_of(corpus, int(texts[pair]), int(clauses[pair]))
        polarity, confidence = reading.said.filled()[texts, columns], given(TextAspects.confidence, np.nan)
        if self.judges_:
            polarity, confidence = _judged(self._judge.probabilities(reading, texts, columns, clauses), self._judge.signs)
        values = {
            ROW: texts,
            TextAspects.aspect: [reading.said.names[column] for column in columns],
            TextAspects.polarity: np.round(polarity, 4),
            TextAspects.start: starts,
            TextAspects.end: ends,
            TextAspects.confidence: pa.array(np.round(confidence, 3), mask=np.isnan(confidence)),
            # What the lexicon does not find, it does not know by name.
            TextAspects.implicit: given(TextAspects.implicit, True),
        }
        return pa.table([pa.array(values[field.name]).cast(field.type) for field in SCHEMA], schema=SCHEMA)

    def save(self, path: Path) -> None:
        """Write it to one file of plain arrays."""
        about = {
            "aspects": self._presence.aspects,
            "known": self._judge.aspects,
            "signs": self._judge.signs,
            "open": self._open,
            "measures": self.measures_,
        }
        arrays: dict[str, Any] = {f"columns{number}": columns for number, columns in enumerate(self._grams.columns)}
        arrays |= {"about": np.array(json.dumps(about, ensure_ascii=False)), "rarity": self._grams.rarity}
        for name, part in (("presence", self._presence), ("judge", self._judge)):
            arrays |= {f"{name}.weights": part.weights, f"{name}.bias": part.bias}
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> AspectLearner:
        """Return what `save` wrote."""
        learner = cls()
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            columns = tuple(arrays[f"columns{number}"] for number in range(len(learner._grams.columns)))
            learner._grams = ClauseGrams(columns, arrays["rarity"])
            learner._presence = Presence(tuple(about["aspects"]), arrays["presence.weights"], arrays["presence.bias"])
            learner._judge = Judge(tuple(about["signs"]), tuple(about["known"]), arrays["judge.weights"], arrays["judge.bias"])
        learner._open = about["open"]
        learner.measures_ = tuple(Gain(*row) for row in about["measures"])
        return learner


def _words_of(corpus: Corpus, text: int, clause: int) -> tuple[int, int]:
    """Return where a clause's words stand in a text as given; all of the text where the clause is not known."""
    if clause < 0:
        return 0, len(corpus.texts[text])
    start, end = int(corpus.clauses.starts[clause]), int(corpus.clauses.ends[clause])
    words = corpus.string(start, end)
    return corpus.origin(text, start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))


def _judged(likely: Floats, signs: Sequence[int]) -> tuple[Floats, Floats]:
    """Return polarity and confidence; of what is neutral, 0 and none."""
    best = np.array(signs)[likely.argmax(axis=1)] if len(likely) else np.zeros(0)
    polarity = np.where(best == 0, 0.0, likely @ np.array(signs, np.float64))
    return polarity, np.where(best == 0, np.nan, likely.max(axis=1, initial=0.0))


def _anchored(said: Said, labels: Sequence[AspectLabel], whole: Sequence[int]) -> float:
    """Return what texts without labels count together, in labelled texts.

    Who only sets right what is wrong says nothing of all that was right: texts without labels stand for it.
    """
    signs, known = said.signs, set(whole)
    single = [
        (each, column) for each, column in zip(labels, said.columns(each.aspect for each in labels), strict=True) if each.row not in known
    ]
    right = [bool(signs[each.row, column] == VALUES[each.value]) for each, column in single]
    return max(_ANCHORED, _RIGHT * right.count(False) - right.count(True))


def _wanted(said: Said, truth: Signs, told: Places) -> list[str]:
    """Return the aspects of which enough labelled texts speak, or seem to."""
    met = (truth[told] > SILENT) | (said.is_found[told] & (truth[told] == SILENT))
    return [name for name, count in zip(said.names, met.sum(axis=0).tolist(), strict=True) if count >= LEAST]


def _best_threshold(odds: Floats, there: Flags, worth: Floats) -> float:
    """Return the log odds from which texts speak of aspects so that F1 over all is best; of equals the middle one."""
    scores = []
    for threshold in _THRESHOLDS:
        speaks = odds > threshold
        hits, all_found, all_there = (float((worth * each).sum()) for each in (speaks & there, speaks, there))
        scores.append((2 * hits / max(all_found + all_there, 1e-9), -abs(threshold - _THRESHOLDS[1]), threshold))
    return max(scores)[2]


def _is_better(before: Flags, after: Flags, worth: Floats) -> bool:
    """Tell whether more of what is worth something is right after than before, by more than chance is likely to make it."""
    change = (after.astype(np.float64) - before) * worth
    return float(change.sum()) > float(np.sqrt((change**2).sum()))


def _gains(said: Said, truth: Signs, after: Signs, told: Places) -> list[Gain]:
    """Return F1 over all aspects and of each that labels speak of."""
    right, before, after = truth[told], said.signs[told], after[told]
    known = right != UNKNOWN
    everything = np.ones(len(said.names), np.bool_)
    named = [("", everything), *((name, np.array(said.names) == name) for name in said.names)]
    gains = []
    for name, columns in named:
        cases = known & columns
        if (cases & (right != SILENT)).any():
            lexicon, learner = (round(_f1(right[cases], each[cases]), 4) for each in (before, after))
            gains.append(Gain(name, lexicon, learner, int(cases.sum())))
    return gains


def _f1(right: Signs, found: Signs) -> float:
    hits = ((right == found) & (right != SILENT)).sum()
    return float(2 * hits / max(1, (right != SILENT).sum() + (found != SILENT).sum()))
