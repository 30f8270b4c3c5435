"""Tells how a text speaks of the aspects that it names, learned from labelled aspects.

Source
------
Linear models on what stands around the aspect (`surroundings`), blended and
made into probabilities on texts that they were not fitted on (`classifier`).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.errors import NotEnoughData, NotFitted, Words
from moushi.understand.classifier import blend
from moushi.understand.corpus import Corpus
from moushi.understand.members import MEMBERS, Fitted, Floats
from moushi.understand.surroundings import DENSE, Features, features, sentences

COSTS = {"svm": 0.03, "logistic": 0.3}
"""How closely each model fits: liblinear's C."""

# Groups that count more or less than the others; 1 by default.
WEIGHTS = {"d": 1.5, "s": 1.5, "c": 1.5, "e": 1.5}
_FOLDS = 4


class Place(NamedTuple):
    """A named aspect: its text, and where its words stand in it."""

    text: str
    start: int
    end: int


class AspectPolarity:
    """A judge of named aspects.

    Parameters
    ----------
    costs : liblinear's C per model; by default `COSTS`
    seed : for which part a text falls into

    Attributes
    ----------
    classes_ : the labels, in order

    Examples
    --------
    >>> good, bad = Place("good food", 5, 9), Place("bad food", 4, 8)
    >>> AspectPolarity().fit([good, bad] * 4, ["+", "-"] * 4).decide([Place("a good meal", 7, 11)])
    ['+']
    """

    def __init__(self, costs: dict[str, float] | None = None, seed: int = 0) -> None:
        self.costs = costs
        self.seed = seed

    def fit(self, places: Sequence[Place], labels: Sequence[Any]) -> AspectPolarity:
        """Learn from labelled aspects.

        Raises
        ------
        NotEnoughData : if there are fewer than two classes
        """
        self.classes_ = sorted(set(labels), key=str)
        if len(self.classes_) < 2:
            raise NotEnoughData(
                where="AspectPolarity.fit", found=len(self.classes_), unit=Words("classes among the labels", "个类别"), needed=2
            )
        number = {label: place for place, label in enumerate(self.classes_)}
        y = np.array([number[label] for label in labels], np.int64)
        seen = surroundings_of(places)
        self._name(seen)
        matrix = self._matrix(seen)
        self.fitted_ = self._members(matrix, y)
        self._fit_blend(matrix, y, places)
        return self

    def probabilities(self, places: Sequence[Place]) -> Floats:
        """Return the probability of each class for each place: (places, classes)."""
        if not hasattr(self, "fitted_"):
            raise NotFitted(where="AspectPolarity.probabilities", model="AspectPolarity")
        decided = self._decided(self.fitted_, self._matrix(surroundings_of(places)))
        return _probable(decided, self.shares_, self.shift_)

    def decide(self, places: Sequence[Place]) -> list[Any]:
        """Return the most probable class of each place; the first of equals."""
        return [self.classes_[best] for best in self.probabilities(places).argmax(axis=1)]

    def _name(self, seen: list[Features]) -> None:
        """Choose the features: measures, and words that are met more than once."""
        met = Counter(name for each in seen for name in each)
        self.names_ = sorted(name for name, count in met.items() if count > 1 or name.startswith(DENSE))
        self.rarity_ = np.array([1.0 if name.startswith(DENSE) else np.log(1 + len(seen) / met[name]) for name in self.names_])

    def _matrix(self, seen: list[Features]) -> Any:
        """Return features by place and name, in CSR; each group of words of one length."""
        from scipy import sparse

        columns = {name: place for place, name in enumerate(self.names_)}
        groups = {name: _group(name) for name in self.names_}
        data: list[float] = []
        indices: list[int] = []
        ends = [0]
        for each in seen:
            kept = [(columns[name], groups[name], value) for name, value in each.items() if name in columns]
            values = [value * self.rarity_[column] for column, _, value in kept]
            lengths: dict[str, float] = defaultdict(float)
            for (_, group, _), value in zip(kept, values, strict=True):
                lengths[group] += value * value
            data += [_scaled(value, group, lengths[group]) for (_, group, _), value in zip(kept, values, strict=True)]
            indices += [column for column, _, _ in kept]
            ends.append(len(data))
        return sparse.csr_matrix(
            (np.array(data), np.array(indices, np.int32), np.array(ends, np.int32)), shape=(len(seen), len(self.names_))
        )

    def _members(self, matrix: Any, y: npt.NDArray[np.int64]) -> list[Fitted]:
        costs = COSTS | (self.costs or {})
        return [MEMBERS[name](matrix, y, cost, None) for name, cost in costs.items()]

    def _decided(self, fitted: list[Fitted], matrix: Any) -> Floats:
        return np.stack([each.decide(matrix) for each in fitted])

    def _fit_blend(self, matrix: Any, y: npt.NDArray[np.int64], places: Sequence[Place]) -> None:
        columns = self.fitted_[0].weights.shape[1]
        self.shares_: Floats = np.ones(len(self.fitted_))
        self.shift_: Floats = np.zeros(columns)
        # Aspects of one text are alike: they fall into the same part.
        texts = {text: number for number, text in enumerate(dict.fromkeys(place.text for place in places))}
        part = np.random.default_rng(self.seed).permutation(len(texts))[[texts[place.text] for place in places]] % _FOLDS
        whole = [len(np.unique(y[part != number])) == len(self.classes_) for number in range(_FOLDS)]
        if not all(whole):
            return
        decided = np.zeros((len(self.fitted_), len(y), columns))
        for number in range(_FOLDS):
            held = part == number
            decided[:, held] = self._decided(self._members(matrix[~held], y[~held]), matrix[held])
        self.shares_, self.shift_ = blend(decided, y)

    def save(self, path: Path) -> None:
        """Write the model to one file of plain arrays."""
        about = {"classes": self.classes_, "names": self.names_}
        arrays: dict[str, Any] = {"about": np.array(json.dumps(about, ensure_ascii=False)), "rarity": self.rarity_}
        arrays |= {"shares": self.shares_, "shift": self.shift_}
        for number, model in enumerate(self.fitted_):
            arrays |= {f"weights{number}": model.weights, f"bias{number}": model.bias}
        with path.open("wb") as file:
            np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, path: Path) -> AspectPolarity:
        """Read a model that `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            model = cls()
            model.classes_, model.names_, model.rarity_ = about["classes"], about["names"], arrays["rarity"]
            model.shares_, model.shift_ = arrays["shares"], arrays["shift"]
            model.fitted_ = [Fitted(arrays[f"weights{number}"], arrays[f"bias{number}"]) for number in range(len(model.shares_))]
        return model


def surroundings_of(places: Sequence[Place]) -> list[Features]:
    """Return the features of places; places in the same text know of each other."""
    texts = {text: number for number, text in enumerate(dict.fromkeys(place.text for place in places))}
    read = sentences(Corpus(list(texts)))
    spans = [read[texts[place.text]].between(place.start, place.end) for place in places]
    firsts: dict[str, set[int]] = defaultdict(set)
    for place, (first, _) in zip(places, spans, strict=True):
        firsts[place.text].add(first)
    return [
        features(read[texts[place.text]], span, sorted(firsts[place.text] - {span[0]})) for place, span in zip(places, spans, strict=True)
    ]


def _group(name: str) -> str:
    return DENSE if name.startswith(DENSE) else name.partition(":")[0]


def _scaled(value: float, group: str, squares: float) -> float:
    return value if group == DENSE else value * WEIGHTS.get(group, 1.0) / float(np.sqrt(squares))


def _probable(decided: Floats, shares: Floats, shift: Floats) -> Floats:
    blended = np.tensordot(shares, decided, 1) + shift
    # For two classes, what is decided is for the second.
    wide = blended if blended.shape[1] > 1 else np.hstack([np.zeros_like(blended), blended])
    raised = np.exp(wide - wide.max(axis=1, keepdims=True))
    result: Floats = raised / raised.sum(axis=1, keepdims=True)
    return result
