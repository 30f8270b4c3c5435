"""The linear models that a classifier blends.

Source
------
NB-SVM: Wang and Manning, "Baselines and Bigrams" (ACL 2012).  Support vector
machine and logistic regression: liblinear, by coordinate descent on the dual.
Logistic regression over all classes at once: by limited-memory BFGS.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.understand.features import Matrix

Floats = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.int64]

SMOOTHING = 1.0
"""Added to the counts of naive Bayes."""

INTERPOLATION = 0.25
"""Share of the support vector machine in NB-SVM; the rest is naive Bayes."""


@dataclass(frozen=True)
class Fitted:
    """A linear model: decision = features @ weights + bias, a column per class (one for two classes)."""

    weights: Floats
    bias: Floats

    def decide(self, features: Matrix | Floats) -> Floats:
        """Return the decisions: (texts, columns of weights)."""
        result: Floats = features @ self.weights + self.bias
        return result


def support_vectors(features: Matrix, labels: Labels, cost: float, importance: Floats | None = None) -> Fitted:
    """Fit a linear support vector machine, one class against the rest."""
    from sklearn.svm import LinearSVC

    return _fitted(LinearSVC(C=cost, dual=True, random_state=0, max_iter=300), features, labels, importance)


def logistic(features: Matrix, labels: Labels, cost: float, importance: Floats | None = None) -> Fitted:
    """Fit a logistic regression, one class against the rest."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=cost, solver="liblinear", dual=True, random_state=0, max_iter=300)
    if labels.max() < 2:
        return _fitted(model, features, labels, importance)
    parts = [_fitted(model, features, (labels == label).astype(np.int64), importance) for label in range(int(labels.max()) + 1)]
    return Fitted(np.hstack([part.weights for part in parts]), np.hstack([part.bias for part in parts]))


def joint_logistic(features: Floats, labels: Labels, cost: float, importance: Floats | None = None) -> Fitted:
    """Fit a logistic regression over all classes at once: for features that are few and not sparse."""
    from sklearn.linear_model import LogisticRegression

    return _fitted(LogisticRegression(C=cost, max_iter=100), features, labels, importance)


def bayes_vectors(features: Matrix, labels: Labels, cost: float, importance: Floats | None = None) -> Fitted:
    """Fit an NB-SVM on presence: a support vector machine on log-count ratios, drawn towards naive Bayes."""
    from scipy import sparse
    from sklearn.svm import LinearSVC

    count = int(labels.max()) + 1
    weights, bias = [], []
    for label in range(count) if count > 2 else (1,):
        mine = labels == label
        ratio = _log_ratio(features, mine, importance)
        scaled = sparse.csr_matrix((features.data * ratio[features.indices], features.indices, features.indptr), shape=features.shape)
        model = _fitted(LinearSVC(C=cost, dual=True, random_state=0, max_iter=300), scaled, mine, importance)
        weights.append(ratio[:, None] * ((1 - INTERPOLATION) * np.abs(model.weights).mean() + INTERPOLATION * model.weights))
        bias.append(model.bias * INTERPOLATION)
    return Fitted(np.hstack(weights), np.hstack(bias))


def _log_ratio(features: Matrix, mine: npt.NDArray[np.bool_], importance: Floats | None) -> Floats:
    weight = np.ones(len(mine)) if importance is None else importance
    p = features.T @ (weight * mine) + SMOOTHING
    q = features.T @ (weight * ~mine) + SMOOTHING
    ratio: Floats = (np.log(p / p.sum()) - np.log(q / q.sum())).astype(np.float32)
    return ratio


def _fitted(model: Any, features: Matrix | Floats, labels: npt.NDArray[Any], importance: Floats | None) -> Fitted:
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # A model that is a little short of its optimum is no worse on new texts.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(features, labels, importance)
    return Fitted(model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))


MEMBERS: dict[str, Callable[[Any, Labels, float, Floats | None], Fitted]] = {
    "svm": support_vectors,
    "logistic": logistic,
    "nbsvm": bayes_vectors,
    "meaning": joint_logistic,
}
