"""Tells one of two kinds from a few dozen numbers: by a line, or with many examples by small networks."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STARTS = 3
"""Networks from different starting points, whose log odds are averaged."""

HIDDEN = 256

_BLOCK = 256

Layers = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True)
class Network:
    """Networks of one hidden layer; a network without one is a line.

    Attributes
    ----------
    middle, spread : mean and standard deviation of each number, taken out first
    layers : per network: weights and shifts of the hidden layer, weights and shift of the output;
        of a line, only the latter
    """

    middle: Floats
    spread: Floats
    layers: list[Layers]

    def odds(self, numbers: Floats) -> Floats:
        """Return the log odds of the second kind for each row of (rows, numbers)."""
        # Blocks of one size: the sums of a product round in an order that its size decides.
        blocks = range(0, len(numbers), _BLOCK)
        return np.concatenate([np.zeros(0), *(self._odds(numbers[start : start + _BLOCK]) for start in blocks)])

    def _odds(self, numbers: Floats) -> Floats:
        scaled = np.zeros((_BLOCK, numbers.shape[1]), np.float32)
        scaled[: len(numbers)] = (numbers - self.middle) / self.spread
        total = np.zeros(_BLOCK)
        for *hidden, last, shift in self.layers:
            inner = np.maximum(scaled @ hidden[0] + hidden[1], 0) if hidden else scaled
            total += inner @ last[:, 0] + shift[0]
        result: Floats = total[: len(numbers)] / len(self.layers)
        return result

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the network as named arrays."""
        named = {f"network.{place}.{part}": array for place, layer in enumerate(self.layers) for part, array in enumerate(layer)}
        return {"network.middle": self.middle, "network.spread": self.spread, **named}

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Network:
        """Return the network that `arrays` named."""
        layers: list[Layers] = []
        while f"network.{len(layers)}.0" in arrays:
            names = (f"network.{len(layers)}.{part}" for part in range(4))
            layers.append(tuple(arrays[name] for name in names if name in arrays))
        return cls(arrays["network.middle"], arrays["network.spread"], layers)


def fit_line(numbers: Floats, y: Floats) -> Network:
    """Fit a logistic regression."""
    from sklearn.linear_model import LogisticRegression

    middle, spread, scaled = _scaled(numbers)
    model = LogisticRegression(C=0.1, max_iter=500).fit(scaled, y.astype(np.int64))
    return Network(middle, spread, [(model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))])


def fit_network(numbers: Floats, y: Floats, seed: int) -> Network:
    """Fit networks, each stopped when a tenth of the rows that is held back is told worse."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    middle, spread, scaled = _scaled(numbers)
    layers: list[Layers] = []
    for start in range(STARTS):
        model = MLPClassifier(
            (HIDDEN,), alpha=0.3, batch_size=min(500, len(y)), early_stopping=True, max_iter=30, random_state=seed + start
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(scaled, y.astype(np.int64))
        (hidden, last), (shifts, shift) = model.coefs_, model.intercepts_
        layers.append(tuple(array.astype(np.float32) for array in (hidden, shifts, last, shift)))
    return Network(middle, spread, layers)


def _scaled(numbers: Floats) -> tuple[Floats, Floats, npt.NDArray[np.float32]]:
    middle, spread = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-9)
    return middle, spread, ((numbers - middle) / spread).astype(np.float32)
