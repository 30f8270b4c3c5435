"""How pleased a text is: a score whose certainty can be trusted, in any workspace, with labels or without.

Four layers, each used as far as the workspace bears it:

- the words of judgement that ship with the package (Chinese and English);
- linear models, on n-grams and on what words mean, that learn from unlabelled
  texts, beginning with those that the words are sure of, and from a few labels;
- with some labels a line, with many small networks, on the traits of texts,
  learned on texts that the linear models had not seen;
- where the unlabelled texts are of another kind than the labelled ones, linear
  models that learn from them, beginning with what the layer before says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.errors import ModelOutdated, NotFitted
from moushi.understand.corpus import EN, Corpus
from moushi.understand.features import CHARACTERS, WORDS, Matrix, View, kept_grams, side_by_side
from moushi.understand.members import Fitted
from moushi.understand.self_training import LEAST, SOME, SelfTrained, Shown, self_train, spread_of, two
from moushi.understand.sentiment_lexicon import Judged, judge
from moushi.understand.sentiment_trained import Trained, train
from moushi.understand.strangers import Strangers, find_strangers
from moushi.understand.vectors import Vectors

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

MOST_UNLABELLED = 30_000
MOST_LABELLED = 80_000
"""Texts that are learned from at most, taken evenly."""

VERSION = 3
"""Of the words, the features and the file of a saved model."""

_WORD_SPREAD, _WORD_SHIFT = 2.0, 0.1
"""How sure a judgement by words makes: log odds per unit; and the log odds of no judgement."""

_WORDS_WEIGH, _HOME_WEIGHS = 1.0, 2.5
"""How much words, and what was learned elsewhere, count beside members that learned from texts without labels."""

_FEW_WEIGH = 1000.0
"""Texts with which members that learned from them have earned the weight of one."""

_HOME_SPREAD = 5.0
"""Log odds, learned from labels, that count as one."""

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
        if not two(known[labelled]):
            labelled = labelled[:0]
        self.tier_ = "words"
        self.trained_: Trained | None = None
        self.adapted_: SelfTrained | None = None
        self.strangers_: Strangers | None = None
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
        odds = _WORD_SPREAD * judged.score + _WORD_SHIFT if self.tier_ == "words" else self._odds(corpus, judged)
        empty = np.bincount(corpus.words.texts, minlength=len(corpus)) == 0
        # Nothing is said, or nothing that the words know.
        odds = np.where(empty | ((self.tier_ == "words") & (judged.score == 0)), 0.0, odds)
        p = 1 / (1 + np.exp(-np.clip(odds, -12, 12)))
        return Reading(2 * p - 1, np.maximum(p, 1 - p))

    def _learn(self, corpus: Corpus, known: Floats, judged: Judged, labelled: Rows, unlabelled: Rows) -> None:
        rows = np.concatenate([labelled, unlabelled])
        counts = [grams.counts(corpus)[rows] for grams in _GRAMS]
        self.views_ = [View(grams, 2 if len(rows) > 500 else 1).fit(count) for grams, count in zip(_GRAMS, counts, strict=True)]
        shown = self._shown(counts, _meaning(corpus)[rows])
        words, y = judged.score[rows], known[rows]
        self.word_spread_ = spread_of(words)
        mine, others = np.arange(len(labelled)), np.arange(len(labelled), len(rows))
        learned = len(rows)
        if len(labelled) >= SOME:
            adapts = len(unlabelled) >= max(LEAST, len(labelled) / 10)
            self.strangers_ = find_strangers(shown["svm"], mine, others, self.seed) if adapts else None
            if self.strangers_ is not None or not adapts:
                learned = len(labelled)
        near = {name: matrix[:learned] for name, matrix in shown.items()}
        weight = _WORDS_WEIGH + _FEW_WEIGH / learned
        self.adapted_ = self_train(near, y[:learned], words[:learned] / self.word_spread_, words[:learned], weight, self.seed)
        if self.adapted_ is None:
            self.strangers_ = None
            return
        self.tier_ = "self-trained"
        if len(labelled) >= SOME:
            self.tier_ = "trained"
            self._train(corpus, shown, known, judged, labelled, unlabelled)

    def _train(self, corpus: Corpus, shown: Shown, known: Floats, judged: Judged, labelled: Rows, unlabelled: Rows) -> None:
        """Learn from the traits of labelled texts; where those without labels are strangers, then from these."""
        assert self.adapted_ is not None
        own, others = (
            {name: matrix[part] for name, matrix in shown.items()} for part in (slice(len(labelled)), slice(len(labelled), None))
        )
        texts, mine = _part(corpus, judged, labelled)
        self.trained_ = train(texts, kept_grams(self.views_, texts), own, mine, known[labelled], self.adapted_.fitted, self.seed)
        if self.trained_ is None:
            self.strangers_ = None
        elif self.strangers_ is not None:
            texts, theirs = _part(corpus, judged, unlabelled)
            home = self.trained_.odds(texts, kept_grams(self.views_, texts), others, theirs) / _HOME_SPREAD
            weight = _HOME_WEIGHS + _FEW_WEIGH / len(home)
            abroad = self_train(others, np.full(len(home), np.nan), home, theirs.score, weight, self.seed)
            self.adapted_, self.strangers_ = abroad, None if abroad is None else self.strangers_

    def _shown(self, counts: list[Matrix], meaning: Matrix) -> Shown:
        """Return the features of texts as each member wants them."""
        from scipy import sparse

        pairs = list(zip(self.views_, counts, strict=True))
        return {
            "nbsvm": sparse.hstack([view.present(count) for view, count in pairs]).tocsr(),
            "svm": sparse.hstack([view.weighted(count) for view, count in pairs]).tocsr(),
            "meaning": meaning,
        }

    def _odds(self, corpus: Corpus, judged: Judged) -> Floats:
        found = kept_grams(self.views_, corpus)
        present, weighted = side_by_side(self.views_, found, corpus)
        shown = {"nbsvm": present, "svm": weighted, "meaning": _meaning(corpus)}
        if self.trained_ is None:
            assert self.adapted_ is not None
            return self.adapted_.odds(shown, judged.score / self.word_spread_)
        home = self.trained_.odds(corpus, found, shown, judged)
        if self.strangers_ is None or self.adapted_ is None:
            return home
        share = self.strangers_.share(shown["svm"])
        return (1 - share) * home + share * self.adapted_.odds(shown, home / _HOME_SPREAD)

    def save(self, folder: Path) -> None:
        """Write the model to a folder, as one file of plain arrays; the folder is made where there is none."""
        if not hasattr(self, "tier_"):
            raise NotFitted(where="SentimentModel.save", model="SentimentModel")
        folder.mkdir(parents=True, exist_ok=True)
        about: dict[str, Any] = {"learned_with": _learned_with(), "tier": self.tier_}
        arrays: dict[str, npt.NDArray[Any]] = {}
        if self.tier_ != "words":
            about["word_spread"] = self.word_spread_
            for name, view in zip(_NAMES, self.views_, strict=True):
                arrays |= {f"{name}.columns": view.columns_, f"{name}.rarity": view.rarity_}
        if self.trained_ is not None:
            arrays |= self.trained_.arrays()
        if self.adapted_ is not None and (self.trained_ is None or self.strangers_ is not None):
            about["adapted"] = self.adapted_.figures()
            arrays |= self.adapted_.arrays()
        if self.strangers_ is not None:
            arrays |= {"strangers.weights": self.strangers_.fitted.weights, "strangers.bias": self.strangers_.fitted.bias}
        with (folder / _FILE).open("wb") as file:
            np.savez(file, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, folder: Path) -> SentimentModel:
        """Read a model that `save` wrote; it reads texts as the one that was saved did.

        Raises
        ------
        ModelOutdated : if another version wrote it, or one with other word vectors
        """
        model = cls()
        with np.load(folder / _FILE, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            _check(folder, about)
            model.tier_, model.trained_, model.adapted_, model.strangers_ = about["tier"], None, None, None
            if model.tier_ == "words":
                return model
            model.word_spread_ = about["word_spread"]
            model.views_ = [View(grams) for grams in _GRAMS]
            for name, view in zip(_NAMES, model.views_, strict=True):
                view.columns_, view.rarity_ = arrays[f"{name}.columns"], arrays[f"{name}.rarity"]
            if "network.middle" in arrays:
                model.trained_ = Trained.of(arrays)
            if "adapted" in about:
                model.adapted_ = SelfTrained.of(about["adapted"], arrays)
            if "strangers.weights" in arrays:
                model.strangers_ = Strangers(Fitted(arrays["strangers.weights"], arrays["strangers.bias"]))
        return model


def _learned_with() -> dict[str, Any]:
    """Return what a model must have been learned with to be read."""
    return {"version": VERSION, "vectors": Vectors.load().digest}


def _check(folder: Path, about: dict[str, Any]) -> None:
    # Version 2 and before named themselves alone.
    found, expected = about.get("learned_with", {"version": about.get("version")}), _learned_with()
    if found != expected:
        raise ModelOutdated(where="SentimentModel.load", path=str(folder / _FILE), found=found, expected=expected)


def _meaning(corpus: Corpus) -> Matrix:
    """Return where texts lie among words: (texts, numbers), each language on axes of its own, for they do not compare.

    Sparse, because a dense product rounds by the size of the batch.
    """
    from scipy import sparse

    mean = Vectors.load().mean(corpus)
    count, axes = mean.shape
    columns = np.arange(axes, dtype=np.int32) + axes * (corpus.tongues == EN).astype(np.int32)[:, None]
    ends = np.arange(0, mean.size + 1, axes, dtype=np.int32)
    return sparse.csr_matrix((mean.ravel(), columns.ravel(), ends), shape=(count, 2 * axes))


def _part(corpus: Corpus, judged: Judged, rows: Rows) -> tuple[Corpus, Judged]:
    """Return some texts of a corpus as a corpus of their own, for their clauses, and what words say about them."""
    if len(rows) == len(corpus):
        return corpus, judged
    return Corpus([corpus.texts[row] for row in rows], None, corpus.lexicon), Judged(*(values[rows] for values in judged))


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
