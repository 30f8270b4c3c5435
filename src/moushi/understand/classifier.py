"""Tells what kind of text a text is, with a probability that can be trusted.

A blend of linear models on n-grams of words and characters, and on what the
words mean.  How much each counts, and how its decision becomes a probability,
is learned on texts that it was not fitted on; so is how far a text may be from
all classes before it belongs to none.

Source
------
Stacking: Wolpert, "Stacked generalization" (1992).  Probabilities from
decisions: Platt (1999), here over all members and classes at once.  How unlike
the texts of its classes a text is, as a share of them: Vovk, Gammerman and
Shafer, "Algorithmic Learning in a Random World" (2005).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from moushi.errors import NotEnoughData, NotFitted, Words
from moushi.understand.corpus import Corpus
from moushi.understand.features import CHARACTERS, WORDS, Grams, View
from moushi.understand.members import MEMBERS, Fitted, Floats, Labels
from moushi.understand.vectors import Vectors

COSTS = {"svm": 0.25, "logistic": 8.0, "nbsvm": 0.01, "meaning": 30.0}
"""How closely each member fits its texts: liblinear's C."""

# What members read that do not read weighted counts.
_READS = {"nbsvm": "presence", "meaning": "meaning"}
_MARKS = 1000
_RIDGE = 1e-3


class Classifier:
    """A classifier of texts.

    Parameters
    ----------
    grams : the n-grams it reads
    members : the models it blends; keys of `COSTS`
    costs : liblinear's C per member; by default those of `COSTS`
    folds : parts for learning the blend; fewer where a class has fewer texts
    most : columns per kind of n-gram, at most
    seed : for which part a text falls into

    Attributes
    ----------
    classes_ : the labels, in order

    Examples
    --------
    >>> texts = ["good phone", "very good", "good", "bad phone", "very bad", "bad"]
    >>> model = Classifier(folds=3).fit(texts, ["+", "+", "+", "-", "-", "-"])
    >>> model.decide(["a good one", "so bad"])
    ['+', '-']
    """

    def __init__(
        self,
        grams: Sequence[Grams] = (WORDS, CHARACTERS),
        members: Sequence[str] = ("logistic", "nbsvm", "meaning"),
        costs: dict[str, float] | None = None,
        folds: int = 4,
        most: int = 1 << 19,
        seed: int = 0,
    ) -> None:
        self.grams = grams
        self.members = members
        self.costs = costs
        self.folds = folds
        self.most = most
        self.seed = seed

    def fit(self, texts: Corpus | Sequence[str], labels: Sequence[Any], importance: Floats | None = None) -> Classifier:
        """Learn from labelled texts.

        Parameters
        ----------
        texts : the texts
        labels : one per text
        importance : how much each text counts, 1 by default

        Raises
        ------
        NotEnoughData : if there are fewer than two classes
        """
        self.classes_ = sorted(set(labels), key=str)
        if len(self.classes_) < 2:
            raise NotEnoughData(
                where="Classifier.fit", found=len(self.classes_), unit=Words("classes among the labels", "个类别"), needed=2
            )
        number = {label: place for place, label in enumerate(self.classes_)}
        y = np.array([number[label] for label in labels], np.int64)
        corpus = texts if isinstance(texts, Corpus) else Corpus(texts)
        self.views_ = [View(grams, min(2, 1 + len(y) // 100), self.most).fit(grams.counts(corpus)) for grams in self.grams]
        features = self._features(corpus)
        self.fitted_ = self._fit(features, y, importance)
        self._fit_blend(features, y, importance)
        return self

    def belonging(self, texts: Corpus | Sequence[str]) -> Floats:
        """Return for each text the share of the texts learned from that are less like any class, 0 to 1.

        What belongs to no class has a small one: below 0.05, it is less like
        any class than all but one in twenty of the texts that have one.
        """
        result: Floats = np.interp(self._likeness(self.decisions(texts)), self.marks_, np.linspace(0, 1, len(self.marks_)))
        return result

    def probabilities(self, texts: Corpus | Sequence[str]) -> Floats:
        """Return the probability of each class for each text: (texts, classes), rows sum to 1."""
        return _softmax(self._blended(self.decisions(texts)))

    def decide(self, texts: Corpus | Sequence[str]) -> list[Any]:
        """Return the most probable class of each text; the first of equals."""
        return [self.classes_[place] for place in self.probabilities(texts).argmax(axis=1)]

    def decisions(self, texts: Corpus | Sequence[str]) -> Floats:
        """Return what each member decides: (members, texts, classes; one column for two classes)."""
        if not hasattr(self, "classes_"):
            raise NotFitted(where="Classifier.decisions", model="Classifier")
        return self._decided(self._features(texts if isinstance(texts, Corpus) else Corpus(texts)), self.fitted_)

    def _fit(self, features: dict[str, Any], y: Labels, importance: Floats | None) -> list[Fitted]:
        costs = COSTS | (self.costs or {})
        return [MEMBERS[name](features[_READS.get(name, "counts")], y, costs[name], importance) for name in self.members]

    def _features(self, corpus: Corpus) -> dict[str, Any]:
        """Return what members read of texts, by name."""
        return {kind: self._feature(kind, corpus) for kind in sorted({_READS.get(name, "counts") for name in self.members})}

    def _feature(self, kind: str, corpus: Corpus) -> Any:
        from scipy import sparse

        if kind == "meaning":
            return Vectors.load().mean(corpus)
        make = View.present if kind == "presence" else View.weighted
        return sparse.hstack([make(view, grams.counts(corpus)) for view, grams in zip(self.views_, self.grams, strict=True)]).tocsr()

    def _decided(self, features: dict[str, Any], fitted: list[Fitted]) -> Floats:
        pairs = zip(self.members, fitted, strict=True)
        return np.stack([model.decide(features[_READS.get(name, "counts")]) for name, model in pairs])

    def _fit_blend(self, features: dict[str, Any], y: Labels, importance: Floats | None) -> None:
        """Learn how the members blend from what they decide about texts they were not fitted on."""
        folds = min(self.folds, int(np.bincount(y).min()))
        columns = self.fitted_[0].weights.shape[1]
        self.shares_: Floats = np.ones(len(self.members))
        self.shift_: Floats = np.zeros(columns)
        decided = self._decided(features, self.fitted_)
        if folds >= 2:
            fold = folds_of(y, folds, self.seed)
            for part in range(folds):
                rest, held = fold != part, fold == part
                weight = None if importance is None else importance[rest]
                fitted = self._fit({kind: matrix[rest] for kind, matrix in features.items()}, y[rest], weight)
                decided[:, held] = self._decided({kind: matrix[held] for kind, matrix in features.items()}, fitted)
            self.shares_, self.shift_ = blend(decided, y, importance)
        self.marks_: Floats = np.quantile(self._likeness(decided), np.linspace(0, 1, min(_MARKS, len(y)) + 1))

    def _likeness(self, decided: Floats) -> Floats:
        """Return how much a text is like the class that it is most like; unlike a probability, no other class takes from it."""
        result: Floats = self._blended(decided).max(axis=1)
        return result

    def _blended(self, decided: Floats) -> Floats:
        return _columns(np.tensordot(self.shares_, decided, 1) + self.shift_)

    def save(self, path: Path) -> None:
        """Write the model to one file of plain arrays."""
        about = {
            "grams": [[grams.kind, grams.low, grams.high, grams.bits] for grams in self.grams],
            "members": list(self.members),
            "classes": self.classes_,
        }
        arrays: dict[str, Any] = {"about": np.array(json.dumps(about, ensure_ascii=False)), "shares": self.shares_, "shift": self.shift_}
        arrays["marks"] = self.marks_
        for place, view in enumerate(self.views_):
            arrays |= {f"columns{place}": view.columns_, f"rarity{place}": view.rarity_}
        for place, model in enumerate(self.fitted_):
            arrays |= {f"weights{place}": model.weights, f"bias{place}": model.bias}
        with path.open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> Classifier:
        """Read a model that `save` wrote; it can tell, not learn on."""
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            model = cls(tuple(Grams(*grams) for grams in about["grams"]), tuple(about["members"]))
            model.classes_ = about["classes"]
            model.shares_, model.shift_, model.marks_ = arrays["shares"], arrays["shift"], arrays["marks"]
            model.views_ = [View(grams) for grams in model.grams]
            for place, view in enumerate(model.views_):
                view.columns_, view.rarity_ = arrays[f"columns{place}"], arrays[f"rarity{place}"]
            model.fitted_ = [Fitted(arrays[f"weights{place}"], arrays[f"bias{place}"]) for place in range(len(model.members))]
        return model


def folds_of(labels: Labels, folds: int, seed: int) -> Labels:
    """Return for each text the part it falls into: each class is dealt out evenly."""
    order = np.random.default_rng(seed).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    result = np.empty(len(labels), np.int64)
    result[order] = np.arange(len(labels)) % folds
    return result


def blend(decided: Floats, y: Labels, importance: Floats | None = None) -> tuple[Floats, Floats]:
    """Return how much each member counts, and what is added per column, so that the log loss is least.

    Parameters
    ----------
    decided : (members, texts, columns), on texts that the members were not fitted on
    y : class per text
    importance : how much each text counts
    """
    from scipy.optimize import minimize

    members, rows, columns = decided.shape
    weight = np.full(rows, 1.0 / rows) if importance is None else importance / importance.sum()
    rightly = np.eye(max(columns, 2))[y]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        shares, shift = parameters[:members], parameters[members:]
        p = _softmax(_columns(np.tensordot(shares, decided, 1) + shift))
        value = -float(weight @ np.log(np.maximum(p[np.arange(rows), y], 1e-12))) + _RIDGE * float(shares @ shares + shift @ shift)
        slope = ((p - rightly) * weight[:, None])[:, -columns:]
        return value, np.concatenate([np.tensordot(decided, slope, 2), slope.sum(axis=0)]) + 2 * _RIDGE * parameters

    start = np.concatenate([np.ones(members), np.zeros(columns)])
    bounds = [(0.0, None)] * members + [(None, None)] * columns
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    return found[:members], found[members:]


def _columns(decided: Floats) -> Floats:
    """Return a column per class: for two classes, what is decided is for the second."""
    return decided if decided.shape[1] > 1 else np.hstack([np.zeros_like(decided), decided])


def _softmax(decided: Floats) -> Floats:
    raised = np.exp(decided - decided.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result
