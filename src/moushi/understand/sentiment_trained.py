"""Sentiment learned from many labels: linear models on n-grams, and above them a line or small networks on traits.

Source
------
Stacking: Wolpert (1992).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.understand.classifier import folds_of
from moushi.understand.corpus import Corpus
from moushi.understand.features import KeptGrams
from moushi.understand.members import Fitted
from moushi.understand.network import Network, fit_line, fit_network
from moushi.understand.self_training import Floats, Shown, arrays_of, fit, members_of
from moushi.understand.sentiment_lexicon import Judged
from moushi.understand.sentiment_traits import Subjects, clause_traits, find_subjects, traits

ENOUGH = 8000
"""Labelled texts from which networks learn from their traits; a line from fewer."""

FOLDS = 4
"""Parts of the labelled texts; the traits of each come from members that were fitted on the others."""


@dataclass(frozen=True)
class Trained:
    """What was learned.

    Attributes
    ----------
    fitted : the members
    network : from traits to log odds
    subjects : what texts are about, None where a line was fitted
    """

    fitted: dict[str, Fitted]
    network: Network
    subjects: Subjects | None

    def odds(self, corpus: Corpus, found: KeptGrams, shown: Shown, judged: Judged) -> Floats:
        """Return the log odds that each text is pleased."""
        decided: Floats = np.column_stack([model.decide(shown[name])[:, 0] for name, model in self.fitted.items()])
        clauses = clause_traits(corpus, found, self.fitted["nbsvm"])
        return self.network.odds(traits(corpus, decided, clauses, judged, _subjects(self.subjects, shown)))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it all as named arrays."""
        named = arrays_of(self.fitted, "trained") | self.network.arrays()
        if self.subjects is not None:
            named |= {"subjects.columns": self.subjects.columns, "subjects.axes": self.subjects.axes}
        return named

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Trained:
        """Return what `arrays` named."""
        subjects = Subjects(arrays["subjects.columns"], arrays["subjects.axes"]) if "subjects.axes" in arrays else None
        return cls(members_of(arrays, "trained"), Network.of(arrays), subjects)


def train(
    corpus: Corpus, found: KeptGrams, shown: Shown, judged: Judged, y: Floats, fitted: dict[str, Fitted], seed: int
) -> Trained | None:
    """Learn from the traits of labelled texts, as seen by members that were fitted on the others.

    Parameters
    ----------
    corpus, shown, judged, y : the labelled texts, what each member sees of them, what words say, and 1 or 0 for each
    found : their n-grams that the members know
    fitted : the members that will read
    seed : for the parts, the subjects and the starting points of networks

    Returns
    -------
    None where there are too few of one kind
    """
    # Every fold needs both kinds.
    if min(np.bincount(y.astype(np.int64), minlength=2)) < 2 * FOLDS:
        return None
    subjects = find_subjects(shown["svm"], seed) if len(y) >= ENOUGH else None
    fold = folds_of(y.astype(np.int64), FOLDS, seed)
    decided: Floats = np.zeros((len(y), len(shown)))
    clauses: Floats = np.zeros((len(y), 7))
    for part in range(FOLDS):
        held = fold == part
        others = fit(shown, np.where(held, np.nan, y))
        decided[held] = np.column_stack([model.decide(shown[name][held])[:, 0] for name, model in others.items()])
        clauses[held] = clause_traits(corpus, found, others["nbsvm"])[held]
    seen = traits(corpus, decided, clauses, judged, _subjects(subjects, shown))
    return Trained(fitted, fit_line(seen, y) if subjects is None else fit_network(seen, y, seed), subjects)


def _subjects(subjects: Subjects | None, shown: Shown) -> Floats:
    return np.zeros((shown["svm"].shape[0], 0)) if subjects is None else subjects.of(shown["svm"])
