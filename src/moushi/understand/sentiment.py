"""How pleased a text is: a score whose certainty can be trusted, in any workspace, with labels or without.

Three layers, each used as far as the workspace bears it:

- the words of judgement that ship with the package (Chinese and English);
- linear models on n-grams, learned from labelled texts, from stars, and from
  unlabelled texts that the layer before is sure of (self-training);
- with some labels a line, with many small networks, on the traits of texts,
  learned on texts that the linear models had not seen.

Source
------
Self-training: Yarowsky (ACL 1995); from a lexicon: Qiu et al., "SELC" (CIKM 2009).
Stacking: Wolpert (1992).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.errors import NotFitted
from moushi.understand.classifier import folds_of
from moushi.understand.corpus import Corpus
from moushi.understand.features import CHARACTERS, WORDS, Matrix, View, kept_grams, side_by_side
from moushi.understand.members import MEMBERS, Fitted
from moushi.understand.network import Network, fit_line, fit_network
from moushi.understand.sentiment_lexicon import Judged, judge
from moushi.understand.sentiment_traits import Subjects, clause_traits, find_subjects, traits

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

ENOUGH = 8000
"""Labelled texts from which networks learn from their traits."""

SOME = 300
"""Labelled texts from which a line learns from their traits, and linear models before any unlabelled text is used."""

LEAST = 30
"""Texts below which only the words of judgement speak."""

MOST_UNLABELLED = 30_000
MOST_LABELLED = 80_000
"""Texts that are learned from at most, taken evenly."""

_SHARES = (0.5, 0.7, 0.85)
"""Shares of the unlabelled texts taken as sure, round by round."""

_COSTS = {"nbsvm": 0.005, "svm": 0.25}
_LEXICON_SHARE = 0.7
_FEW_IMPORTANCE = 5.0
_SPREAD = 3.6
_WORD_SPREAD, _WORD_SHIFT = 2.0, 0.1
"""How sure a decision of spread 1, and a judgement by words, makes: log odds per unit; and the log odds of no judgement."""

_SHIFT_WITHIN = 0.06
_WORD_SHARE_BIAS = 0.02
"""How far the share of good texts may stray from that by words, which is a little too low."""

VERSION = 1
"""Of the words, the features and the file of a saved model."""

_FOLDS = 4
_GRAMS = (WORDS, CHARACTERS)
_NAMES = ("words", "characters")
_FILE = "sentiment.npz"


class Reading(NamedTuple):
    """What is read from a batch: arrays as long as the corpus.

    Attributes
    ----------
    scores : -1 (displeased) to 1 (pleased): twice the probability of being pleased, minus 1
    confidences : probability that the sign of the score is right, 0.5 to 1
    """

    scores: Floats
    confidences: Floats


class SentimentModel:
    """Tells how pleased texts are.

    Parameters
    ----------
    seed : for parts and starting points

    Attributes
    ----------
    tier_ : what it learned from: "words", "self-trained" or "trained"

    Examples
    --------
    >>> model = SentimentModel().fit(Corpus([]))
    >>> model.read(Corpus(["质量很好，很喜欢", "not good, broke after a week"])).scores.round(1).tolist()
    [0.9, -0.9]
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def fit(
        self, corpus: Corpus, stars: Sequence[float | None] | None = None, labels: Sequence[float | None] | None = None
    ) -> SentimentModel:
        """Learn from a workspace's texts.

        Parameters
        ----------
        corpus : the texts
        stars : 1 to 5 per text, None where not given; more than 3 is pleased, less displeased
        labels : above 0 is pleased, below displeased, None where not known; they go before stars
        """
        known = _known(len(corpus), stars, labels)
        judged = judge(corpus)
        labelled = _evenly(np.flatnonzero(~np.isnan(known)), MOST_LABELLED)
        speaks = (corpus.tongues < 2) & np.isnan(known)
        unlabelled = _evenly(np.flatnonzero(speaks), MOST_UNLABELLED)
        classes = {*known[labelled].tolist()}
        self.tier_ = "words"
        self.spread_, self.shift_ = _WORD_SPREAD, _WORD_SHIFT
        if len(classes) < 2:
            labelled = labelled[:0]
        if len(labelled) + len(unlabelled) >= LEAST and (len(labelled) >= 2 or np.ptp(judged.score[unlabelled]) > 0):
            self._learn(corpus, known, judged, labelled, unlabelled)
        return self

    def read(self, corpus: Corpus) -> Reading:
        """Return how pleased each text of a corpus is.

        Texts without letters, and texts in other languages than those it can
        read, score near 0 with little confidence.
        """
        if not hasattr(self, "tier_"):
            raise NotFitted(where="SentimentModel.read", model="SentimentModel")
        judged = judge(corpus)
        odds = self.spread_ * judged.score + self.shift_ if self.tier_ == "words" else self._odds(corpus, judged)
        empty = np.bincount(corpus.words.texts, minlength=len(corpus)) == 0
        # Nothing is said, or nothing that the words know.
        odds = np.where(empty | ((self.tier_ == "words") & (judged.score == 0)), 0.0, odds)
        p = 1 / (1 + np.exp(-np.clip(odds, -12, 12)))
        return Reading(2 * p - 1, np.maximum(p, 1 - p))

    def _learn(self, corpus: Corpus, known: Floats, judged: Judged, labelled: Rows, unlabelled: Rows) -> None:
        rows = np.concatenate([labelled, unlabelled])
        counts = [grams.counts(corpus)[rows] for grams in _GRAMS]
        self.views_ = [View(grams, 2 if len(rows) > 500 else 1).fit(count) for grams, count in zip(_GRAMS, counts, strict=True)]
        shown = self._shown(counts)
        y = known[rows]
        adapt = len(unlabelled) >= max(LEAST, len(labelled) / 10)
        pseudo = self._self_train(shown, y, judged.score[rows]) if adapt else y
        if not _two(pseudo):
            return
        self.fitted_ = _fit(shown, pseudo, _importance(y, pseudo))
        self.tier_ = "trained" if len(labelled) >= SOME else "self-trained"
        self.network_: Network | None = None
        self.subjects_: Subjects | None = None
        # Every fold needs both kinds.
        if len(labelled) >= SOME and min(np.bincount(known[labelled].astype(np.int64))) >= 2 * _FOLDS:
            self._fit_network(corpus, shown, known, judged, labelled)
        else:
            self._scale(shown, y, pseudo, judged.score[rows])

    def _shown(self, counts: list[Matrix]) -> dict[str, Matrix]:
        """Return the features of texts as each member wants them."""
        from scipy import sparse

        pairs = list(zip(self.views_, counts, strict=True))
        return {
            "nbsvm": sparse.hstack([view.present(count) for view, count in pairs]).tocsr(),
            "svm": sparse.hstack([view.weighted(count) for view, count in pairs]).tocsr(),
        }

    def _self_train(self, shown: dict[str, Matrix], y: Floats, words: Floats) -> Floats:
        """Return labels for all texts whose kind is known or surely guessed, NaN for the others."""
        known = ~np.isnan(y)
        sure = words / max(float(np.std(words)), 1e-9)
        if known.sum() >= SOME:
            sure = _LEXICON_SHARE * sure + _decided(shown, _fit(shown, y, _importance(y, y)))
        pseudo = y
        for share in _SHARES:
            pseudo = _guessed(y, sure, share)
            if len(set(pseudo[~np.isnan(pseudo)].tolist())) < 2:
                return pseudo
            fitted = _fit(shown, pseudo, _importance(y, pseudo))
            sure = _decided(shown, fitted) + _LEXICON_SHARE * words / max(float(np.std(words)), 1e-9)
        return _guessed(y, sure, _SHARES[-1])

    def _scale(self, shown: dict[str, Matrix], y: Floats, pseudo: Floats, words: Floats) -> None:
        """Learn how decisions become probabilities: from few labels, or from what words say of the share of good texts."""
        self.scales_ = _scales(shown, self.fitted_)
        self.word_scale_ = max(float(np.std(words)), 1e-9)
        self.spread_, self.shift_ = _SPREAD, 0.0
        known = ~np.isnan(y)
        unseen = self.fitted_
        if known.any() and (~known).any():
            # What the labels say is judged by models that have not seen them.
            unseen = _fit(shown, np.where(known, np.nan, pseudo), _importance(y, pseudo)) if _two(pseudo[~known]) else self.fitted_
        decided = self._together(shown, unseen, words)
        if (~known).any():
            self.shift_ = -self.spread_ * _threshold(decided[~known], words[~known])
        if known.any():
            self.spread_, self.shift_ = _calibrated(decided[known], y[known], self.spread_, self.shift_)

    def _together(self, shown: dict[str, Matrix], fitted: dict[str, Fitted], words: Floats) -> Floats:
        parts = [model.decide(shown[name])[:, 0] / self.scales_[name] for name, model in fitted.items()]
        result: Floats = (np.sum(parts, axis=0) + _LEXICON_SHARE * words / self.word_scale_) / (len(parts) + _LEXICON_SHARE)
        return result

    def _fit_network(self, corpus: Corpus, shown: dict[str, Matrix], known: Floats, judged: Judged, labelled: Rows) -> None:
        """Learn from the traits of labelled texts, as seen by linear models that were fitted on the others."""
        y = known[labelled]
        mine = {name: matrix[: len(labelled)] for name, matrix in shown.items()}
        if len(labelled) >= ENOUGH:
            self.subjects_ = find_subjects(shown["svm"], self.seed)
        # The n-grams of the labelled texts alone, for their clauses.
        own = corpus if len(labelled) == len(corpus) else Corpus([corpus.texts[row] for row in labelled], None, corpus.lexicon)
        found = kept_grams(self.views_, own)
        fold = folds_of(y.astype(np.int64), _FOLDS, self.seed)
        decided: Floats = np.zeros((len(y), len(self.fitted_)))
        clauses: Floats = np.zeros((len(y), 7))
        for part in range(_FOLDS):
            held = fold == part
            fitted = _fit(mine, np.where(held, np.nan, y), np.ones(len(y)))
            decided[held] = np.column_stack([model.decide(mine[name][held])[:, 0] for name, model in fitted.items()])
            clauses[held] = clause_traits(own, found, fitted["nbsvm"])[held]
        seen = traits(own, decided, clauses, Judged(*(value[labelled] for value in judged)), self._subjects(mine))
        self.network_ = fit_line(seen, y) if self.subjects_ is None else fit_network(seen, y, self.seed)

    def _subjects(self, shown: dict[str, Matrix]) -> Floats:
        return np.zeros((shown["svm"].shape[0], 0)) if self.subjects_ is None else self.subjects_.of(shown["svm"])

    def _odds(self, corpus: Corpus, judged: Judged) -> Floats:
        found = kept_grams(self.views_, corpus)
        shown = dict(zip(("nbsvm", "svm"), side_by_side(self.views_, found, corpus), strict=True))
        if self.network_ is None:
            return self.spread_ * self._together(shown, self.fitted_, judged.score) + self.shift_
        decided: Floats = np.column_stack([model.decide(shown[name])[:, 0] for name, model in self.fitted_.items()])
        clauses = clause_traits(corpus, found, self.fitted_["nbsvm"])
        return self.network_.odds(traits(corpus, decided, clauses, judged, self._subjects(shown)))

    def save(self, folder: Path) -> None:
        """Write the model to a folder, as one file of plain arrays; the folder is made where there is none."""
        if not hasattr(self, "tier_"):
            raise NotFitted(where="SentimentModel.save", model="SentimentModel")
        folder.mkdir(parents=True, exist_ok=True)
        about: dict[str, Any] = {"version": VERSION, "tier": self.tier_, "spread": self.spread_, "shift": self.shift_}
        arrays: dict[str, npt.NDArray[Any]] = {}
        if self.tier_ != "words":
            for name, view in zip(_NAMES, self.views_, strict=True):
                arrays |= {f"{name}.columns": view.columns_, f"{name}.rarity": view.rarity_}
            for name, model in self.fitted_.items():
                arrays |= {f"{name}.weights": model.weights, f"{name}.bias": model.bias}
            if self.network_ is None:
                about |= {"scales": self.scales_, "word_scale": self.word_scale_}
            else:
                arrays |= self.network_.arrays()
            if self.subjects_ is not None:
                arrays |= {"subjects.columns": self.subjects_.columns, "subjects.axes": self.subjects_.axes}
        with (folder / _FILE).open("wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, folder: Path) -> SentimentModel:
        """Read a model that `save` wrote; it reads texts as the one that was saved did."""
        model = cls()
        with np.load(folder / _FILE, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            model.tier_, model.spread_, model.shift_ = about["tier"], about["spread"], about["shift"]
            if model.tier_ == "words":
                return model
            model.views_ = [View(grams) for grams in _GRAMS]
            for name, view in zip(_NAMES, model.views_, strict=True):
                view.columns_, view.rarity_ = arrays[f"{name}.columns"], arrays[f"{name}.rarity"]
            model.fitted_ = {name: Fitted(arrays[f"{name}.weights"], arrays[f"{name}.bias"]) for name in _COSTS}
            model.network_ = None if "scales" in about else Network.of(arrays)
            model.scales_, model.word_scale_ = about.get("scales", {}), about.get("word_scale", 1.0)
            model.subjects_ = Subjects(arrays["subjects.columns"], arrays["subjects.axes"]) if "subjects.axes" in arrays else None
        return model


def _known(count: int, stars: Sequence[float | None] | None, labels: Sequence[float | None] | None) -> Floats:
    """Return 1 for pleased, 0 for displeased, NaN for not known."""
    result = np.full(count, np.nan)
    for values, middle in ((stars, 3.0), (labels, 0.0)):
        if values is not None:
            given = np.array([np.nan if value is None else value for value in values], float) - middle
            result = np.where(given > 0, 1.0, np.where(given < 0, 0.0, result))
    return result


def _evenly(rows: Rows, most: int) -> Rows:
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def _two(labels: Floats) -> bool:
    return len({*labels[~np.isnan(labels)].tolist()}) > 1


def _importance(y: Floats, pseudo: Floats) -> Floats:
    """Return how much each text counts: a few labels are worth more than as many guesses."""
    known = ~np.isnan(y)
    few = known.sum() < SOME and (~known & ~np.isnan(pseudo)).any()
    return np.where(known & few, _FEW_IMPORTANCE, 1.0)


def _fit(shown: dict[str, Matrix], y: Floats, importance: Floats) -> dict[str, Fitted]:
    rows = np.flatnonzero(~np.isnan(y))
    labels = y[rows].astype(np.int64)
    return {name: MEMBERS[name](matrix[rows], labels, _COSTS[name], importance[rows]) for name, matrix in shown.items()}


def _decided(shown: dict[str, Matrix], fitted: dict[str, Fitted]) -> Floats:
    scales = _scales(shown, fitted)
    result: Floats = np.sum([model.decide(shown[name])[:, 0] / scales[name] for name, model in fitted.items()], axis=0)
    return result


def _scales(shown: dict[str, Matrix], fitted: dict[str, Fitted]) -> dict[str, float]:
    return {name: max(float(np.std(model.decide(shown[name]))), 1e-9) for name, model in fitted.items()}


def _guessed(y: Floats, sure: Floats, share: float) -> Floats:
    """Return the known labels and, for the surest share of the others, the sign of what is decided."""
    open_ = np.isnan(y)
    limit = np.quantile(np.abs(sure[open_]), 1 - share)
    taken = open_ & (np.abs(sure) >= max(float(limit), 1e-9))
    return np.where(taken, (sure > 0).astype(float), y)


def _threshold(decided: Floats, words: Floats) -> float:
    """Return the decision from which a text is good, where the share of good texts strays too far from that by words."""
    said = words != 0
    if said.sum() < LEAST:
        return 0.0
    expected = float((words[said] > 0).mean()) + _WORD_SHARE_BIAS
    share = float((decided[said] > 0).mean())
    aim = min(max(share, expected - _SHIFT_WITHIN), expected + _SHIFT_WITHIN)
    return 0.0 if aim == share else float(np.quantile(decided[said], 1 - min(max(aim, 0.0), 1.0)))


def _calibrated(decided: Floats, y: Floats, spread: float, shift: float) -> tuple[float, float]:
    """Return the slope and shift of the log odds that fit the labels, drawn to those given as if by ten labels."""
    from scipy.optimize import minimize

    def loss(parameters: Floats) -> float:
        odds = parameters[0] * decided + parameters[1]
        pull = 2.0 * (np.log(max(parameters[0], 1e-6) / spread)) ** 2 + 0.5 * (parameters[1] - shift) ** 2
        return float(np.logaddexp(0, np.where(y > 0.5, -odds, odds)).sum() + pull)

    found = minimize(loss, np.array([spread, shift]), method="Nelder-Mead").x
    return float(found[0]), float(found[1])
