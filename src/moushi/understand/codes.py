"""Learns from labels to tell a text's code (its intent, its emotion) better than cues do alone.

Cues know what they know from the first text on; labels, from people's
corrections or from a language model, teach the words of this workspace.  Both
speak, as far as each proved right on labelled texts that it had not seen: with
few labels the cues stay as they are.

Source
------
Stacking: Wolpert, "Stacked generalization" (1992).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from moushi.understand import emotion, intent
from moushi.understand.classifier import Classifier
from moushi.understand.corpus import Corpus

Floats = npt.NDArray[np.float64]

CODES = {"intent": intent.INTENTS, "emotion": emotion.EMOTIONS}
"""Codes of whole texts that labels teach: by the name of the field."""

LEAST = 40
"""Labelled texts below which cues are left alone."""

_FOLDS = 4
_COUNTS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""How much a sure cue may count beside what was learnt, in log odds."""
_UNSEEN = 1e-3
"""Probability of a code of which there was no label."""
_CLEARLY = 1.0
"""By how many standard errors learning must be better than cues before it is used."""
_FILE, _CLASSIFIER = "codes.json", "codes.npz"


def found_by_cues(name: str, corpus: Corpus) -> tuple[list[str], Floats]:
    """Return the code that cues find in each text, and how sure they are; `name` is a key of `CODES`."""
    found = intent.leading(intent.read(corpus), len(corpus)) if name == "intent" else emotion.read(corpus)
    return found[name].to_pylist(), found["confidence"].to_numpy().astype(np.float64)


class CodeLearner:
    """Corrects the codes that cues found by what labels teach.

    Parameters
    ----------
    codes : all that a text can have, in order of precedence
    seed : for which part a text falls into

    Attributes
    ----------
    counts_ : how much a sure cue counts beside what was learnt; None while cues are left alone
    agreement_ : share of labels that cues and learning together told right, of texts kept aside; None without enough labels
    rows_ : labels that it is measured by
    """

    def __init__(self, codes: Sequence[str], seed: int = 0) -> None:
        self.codes = tuple(codes)
        self.seed = seed
        self.counts_: float | None = None
        self.agreement_: float | None = None
        self.rows_ = 0

    def fit(self, corpus: Corpus, found: Sequence[str], sure: Floats, labels: Sequence[str]) -> CodeLearner:
        """Learn from labelled texts.

        Parameters
        ----------
        corpus : the texts
        found : the code that cues found in each
        sure : how sure the cues are, 0 to 1
        labels : the right code of each
        """
        self.counts_ = self.agreement_ = None
        if len(labels) < LEAST or len(set(labels)) < 2:
            return self
        right = np.array([self.codes.index(label) for label in labels])
        learnt = self._held_out(corpus, labels)
        cues = np.array([self.codes.index(code) for code in found])
        alone = cues == right
        together = [(_decided(learnt, cues, sure, count) == right) for count in _COUNTS]
        best = int(np.argmax([each.mean() for each in together]))
        gain = together[best].astype(float) - alone
        self.rows_ = len(labels)
        self.agreement_ = round(float(max(together[best].mean(), alone.mean())), 4)
        if gain.mean() > _CLEARLY * gain.std() / np.sqrt(len(gain)):
            self.counts_ = _COUNTS[best]
            self._classifier = self._made().fit(corpus, list(labels))
        return self

    def read(self, corpus: Corpus, found: Sequence[str], sure: Floats) -> list[str]:
        """Return the code of each text, of what cues found and what was learnt."""
        if self.counts_ is None:
            return list(found)
        cues = np.array([self.codes.index(code) for code in found], np.int64)
        best = _decided(self._all(self._classifier, corpus), cues, sure, self.counts_)
        return [self.codes[place] for place in best]

    def _made(self) -> Classifier:
        return Classifier(members=("logistic",), seed=self.seed)

    def _held_out(self, corpus: Corpus, labels: Sequence[str]) -> Floats:
        """Return the probability of each code for each text, by classifiers that had not seen it."""
        found = np.zeros((len(labels), len(self.codes)))
        part = np.random.default_rng(self.seed).permutation(len(labels)) % _FOLDS
        for number in range(_FOLDS):
            held, shown = np.flatnonzero(part == number), np.flatnonzero(part != number)
            if len({labels[row] for row in shown.tolist()}) < 2:
                found[held] = _UNSEEN
                continue
            model = self._made().fit(_taken(corpus, shown), [labels[row] for row in shown.tolist()])
            found[held] = self._all(model, _taken(corpus, held))
        return found

    def _all(self, model: Classifier, corpus: Corpus) -> Floats:
        """Return the probability of each of all codes."""
        found = np.full((len(corpus), len(self.codes)), _UNSEEN)
        found[:, [self.codes.index(code) for code in model.classes_]] = model.probabilities(corpus)
        return found

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {"codes": self.codes, "seed": self.seed, "counts": self.counts_, "agreement": self.agreement_, "rows": self.rows_}
        (folder / _FILE).write_text(json.dumps(content), "utf-8")
        if self.counts_ is not None:
            self._classifier.save(folder / _CLASSIFIER)

    @classmethod
    def load(cls, folder: Path) -> CodeLearner:
        """Return what `save` wrote."""
        content = json.loads((folder / _FILE).read_text("utf-8"))
        learner = cls(content["codes"], content["seed"])
        learner.counts_, learner.agreement_, learner.rows_ = content["counts"], content["agreement"], content["rows"]
        if learner.counts_ is not None:
            learner._classifier = Classifier.load(folder / _CLASSIFIER)
        return learner


def _decided(learnt: Floats, cues: npt.NDArray[np.int64], sure: Floats, count: float) -> npt.NDArray[np.int64]:
    """Return the best code of each text; the first of equals."""
    odds = np.log(np.maximum(learnt, _UNSEEN))
    odds[np.arange(len(cues)), cues] += count * sure
    best: npt.NDArray[np.int64] = odds.argmax(axis=1)
    return best


def _taken(corpus: Corpus, rows: npt.NDArray[np.int64]) -> Corpus:
    languages = None if corpus.languages is None else [corpus.languages[row] for row in rows]
    return Corpus([corpus.texts[row] for row in rows], languages, corpus.lexicon)
