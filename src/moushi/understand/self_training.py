"""Linear models of sentiment that learn from texts without labels, beginning with what other evidence says of them.

The texts of which the evidence is surest teach the models; the models judge
the texts that they were not taught, and so on.  Each text is judged by models
that it did not teach: otherwise a first mistake would confirm itself.

Source
------
Self-training: Yarowsky (ACL 1995); from a lexicon: Qiu et al., "SELC" (CIKM 2009).
Judging by models that have not seen a text: co-training, Blum and Mitchell (COLT 1998), here by halves of the texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.understand.features import Matrix
from moushi.understand.members import MEMBERS, Fitted

Floats = npt.NDArray[np.float64]
Shown = dict[str, Matrix]
"""The features of texts as each member wants them."""

LEAST = 30
"""Texts below which only the words of judgement speak."""

SOME = 300
"""Labelled texts from which linear models learn before any text without a label is used."""

COSTS = {"nbsvm": 0.005, "svm": 0.25, "meaning": 3.0}
"""How closely each member fits its texts: liblinear's C."""

_WEIGHS = {"nbsvm": 1.0, "svm": 1.0, "meaning": 0.5}
"""How much each member counts: what words mean in general gives way to how they are used here."""

_SHARES = (0.5, 0.7, 0.85)
"""Shares of the unlabelled texts taken as sure, round by round."""

_HALVES = 2
_FEW_IMPORTANCE = 5.0
_SPREAD = 3.6
"""How sure a decision of spread 1 makes: log odds per unit."""

_SHIFT_WITHIN = 0.04
_WORD_SHARE_BIAS = 0.02
"""How far the share of good texts may stray from that by words, which is a little too low."""


@dataclass
class SelfTrained:
    """What was learned: members, and how they and the evidence become log odds.

    Attributes
    ----------
    fitted : the members
    scales : the spread of what each decides
    weight : how much the evidence counts, in members on n-grams
    spread, shift : log odds per unit, and those of a decision of 0
    """

    fitted: dict[str, Fitted]
    scales: dict[str, float]
    weight: float
    spread: float = _SPREAD
    shift: float = 0.0

    def odds(self, shown: Shown, evidence: Floats) -> Floats:
        """Return the log odds that each text is pleased; evidence as in `self_train`."""
        return self.spread * self.decided(shown, evidence) + self.shift

    def decided(self, shown: Shown, evidence: Floats) -> Floats:
        """Return what members and evidence decide together."""
        whole = sum(_WEIGHS[name] for name in self.fitted)
        decided = _summed({name: model.decide(shown[name])[:, 0] / self.scales[name] for name, model in self.fitted.items()})
        result: Floats = (decided + self.weight * evidence) / (whole + self.weight)
        return result

    def figures(self) -> dict[str, Any]:
        """Return all but the members, as plain values."""
        return {"scales": self.scales, "weight": self.weight, "spread": self.spread, "shift": self.shift}

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the members as named arrays."""
        return arrays_of(self.fitted, "adapted")

    @classmethod
    def of(cls, figures: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> SelfTrained:
        """Return what `figures` and `arrays` told."""
        return cls(members_of(arrays, "adapted"), **figures)


def self_train(shown: Shown, y: Floats, evidence: Floats, words: Floats, weight: float, seed: int) -> SelfTrained | None:
    """Learn from texts, most of them without a label.

    Parameters
    ----------
    shown : their features
    y : 1 for pleased, 0 for displeased, NaN where not known
    evidence : what else says that they are pleased: above 0 if so, about 1 in size
    words : what words say, by which the share of good texts is kept in bounds
    weight : how much the evidence counts, in members on n-grams
    seed : for the halves

    Returns
    -------
    None where only one kind of text is found
    """
    open_ = np.isnan(y)
    sure = weight * evidence
    if (~open_).sum() >= SOME:
        # The labels say more than rounds could add.
        sure = sure + _decided(shown, fit(shown, y)) if open_.any() else sure
    else:
        for number, share in enumerate(_SHARES):
            half = np.random.default_rng(seed + number).permutation(len(y)) % _HALVES
            judged = _judged(shown, y, _guessed(y, sure, words, share), half)
            if judged is None:
                return None
            sure = judged + weight * evidence
    pseudo = _guessed(y, sure, words, _SHARES[-1])
    if not two(pseudo):
        return None
    result = _trained(shown, y, pseudo, weight)
    unseen = result
    if (~open_).any() and two(pseudo[open_]):
        # What the labels say is judged by models that have not seen them.
        unseen = _trained(shown, y, np.where(open_, pseudo, np.nan), weight)
    decided = unseen.decided(shown, evidence)
    if open_.any():
        result.shift = -result.spread * _threshold(decided[open_], words[open_])
    if (~open_).any():
        result.spread, result.shift = _calibrated(decided[~open_], y[~open_], result.spread, result.shift)
    return result


def fit(shown: Shown, y: Floats, importance: Floats | None = None) -> dict[str, Fitted]:
    """Fit the members on the texts whose kind is known."""
    rows = np.flatnonzero(~np.isnan(y))
    labels = y[rows].astype(np.int64)
    counts = np.ones(len(rows)) if importance is None else importance[rows]
    return {name: MEMBERS[name](matrix[rows], labels, COSTS[name], counts) for name, matrix in shown.items()}


def arrays_of(fitted: dict[str, Fitted], prefix: str) -> dict[str, npt.NDArray[Any]]:
    """Return members as named arrays."""
    named: dict[str, npt.NDArray[Any]] = {}
    for name, model in fitted.items():
        named |= {f"{prefix}.{name}.weights": model.weights, f"{prefix}.{name}.bias": model.bias}
    return named


def members_of(arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> dict[str, Fitted]:
    """Return the members that `arrays_of` named."""
    return {name: Fitted(arrays[f"{prefix}.{name}.weights"], arrays[f"{prefix}.{name}.bias"]) for name in COSTS}


def two(labels: Floats) -> bool:
    """Tell whether there are both kinds among labels."""
    return len({*labels[~np.isnan(labels)].tolist()}) > 1


def spread_of(values: npt.NDArray[np.floating[Any]]) -> float:
    """Return the standard deviation, never 0."""
    return max(float(np.std(values)), 1e-9)


def _trained(shown: Shown, y: Floats, pseudo: Floats, weight: float) -> SelfTrained:
    fitted = fit(shown, pseudo, _importance(y, pseudo))
    return SelfTrained(fitted, {name: spread_of(model.decide(shown[name])) for name, model in fitted.items()}, weight)


def _judged(shown: Shown, y: Floats, pseudo: Floats, half: npt.NDArray[np.int64]) -> Floats | None:
    """Return what members decide on each text that were not taught by it, unless it has a label."""
    result = np.zeros(len(y))
    for part in range(_HALVES):
        held = half == part
        taught = np.where(held & np.isnan(y), np.nan, pseudo)
        if not two(taught):
            return None
        result[held] = _decided({name: matrix[held] for name, matrix in shown.items()}, fit(shown, taught, _importance(y, taught)))
    return result


def _importance(y: Floats, pseudo: Floats) -> Floats:
    """Return how much each text counts: a few labels are worth more than as many guesses."""
    known = ~np.isnan(y)
    few = known.sum() < SOME and (~known & ~np.isnan(pseudo)).any()
    return np.where(known & few, _FEW_IMPORTANCE, 1.0)


def _decided(shown: Shown, fitted: dict[str, Fitted]) -> Floats:
    """Return the sum of what the members decide, each of spread 1."""
    parts = {name: model.decide(shown[name])[:, 0] for name, model in fitted.items()}
    return _summed({name: part / spread_of(part) for name, part in parts.items()})


def _summed(parts: dict[str, npt.NDArray[Any]]) -> Floats:
    """Return what members decide, each as much as it counts."""
    result: Floats = np.sum([_WEIGHS[name] * part for name, part in parts.items()], axis=0)
    return result


def _guessed(y: Floats, sure: Floats, words: Floats, share: float) -> Floats:
    """Return the known labels and, for the surest share of each kind of the others, the kind."""
    open_ = np.isnan(y)
    if not open_.any():
        return y
    sure = sure - _threshold(sure[open_], words[open_])
    result = y.copy()
    for label, sign in ((1.0, 1), (0.0, -1)):
        rows = np.flatnonzero(open_ & (sign * sure > 0))
        if len(rows):
            limit = np.quantile(sign * sure[rows], 1 - share)
            result[rows[sign * sure[rows] >= limit]] = label
    return result


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
