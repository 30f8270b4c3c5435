"""A small network that tells one of two kinds from a few dozen numbers."""

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

HIDDEN = 64


@dataclass(frozen=True)
class Network:
    """Networks of one hidden layer.

    Attributes
    ----------
    middle, spread : mean and standard deviation of each number, taken out first
    layers : per network: weights and shifts of the hidden layer, weights and shift of the output
    """

    middle: Floats
    spread: Floats
    layers: list[tuple[Floats, Floats, Floats, Floats]]

    def odds(self, numbers: Floats) -> Floats:
        """Return the log odds of the second kind for each row of (rows, numbers)."""
        scaled = ((numbers - self.middle) / self.spread).astype(np.float32)
        total = np.zeros(len(scaled))
        for weights, shifts, last, shift in self.layers:
            total += np.maximum(scaled @ weights + shifts, 0) @ last[:, 0] + shift[0]
        result: Floats = total / len(self.layers)
        return result

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the network as named arrays."""
        named = {f"network.{place}.{part}": array for place, layer in enumerate(self.layers) for part, array in enumerate(layer)}
        return {"network.middle": self.middle, "network.spread": self.spread, **named}

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Network:
        """Return the network that `arrays` named."""
        layers: list[tuple[Floats, Floats, Floats, Floats]] = []
        while f"network.{len(layers)}.0" in arrays:
            first, second, third, fourth = (arrays[f"network.{len(layers)}.{part}"] for part in range(4))
            layers.append((first, second, third, fourth))
        return cls(arrays["network.middle"], arrays["network.spread"], layers)


def fit_network(numbers: Floats, y: Floats, seed: int) -> Network:
    """Fit networks, each stopped when a tenth of the rows that is held back is told worse."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    middle, spread = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-9)
    scaled = ((numbers - middle) / spread).astype(np.float32)
    layers = []
    for start in range(STARTS):
        model = MLPClassifier((HIDDEN,), alpha=0.01, early_stopping=True, max_iter=30, random_state=seed + start)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(scaled, y.astype(np.int64))
        (hidden, last), (shifts, shift) = model.coefs_, model.intercepts_
        layers.append((hidden.astype(np.float32), shifts.astype(np.float32), last.astype(np.float32), shift.astype(np.float32)))
    return Network(middle, spread, layers)
