"""Whether a workspace's texts are read alike in each of its languages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

AGREEMENT, SURE, GAP = "language_agreement", "language_sure", "language_gap"
"""Measures of `TextQuality`, with a language as their subject, as shares: of texts that agree with their label,
of texts that are read surely, and of the scale by which scores at like labels differ from other languages."""

LEAST = 50
"""Labelled texts from which a language is measured."""
CONFIDENT = 0.75


def by_language(
    languages: Sequence[str | None], labels: Sequence[float | None], scores: Sequence[float], confidences: Sequence[float]
) -> list[tuple[str, str, float, int]]:
    """Measure how texts are read per language; nothing where they are not in two languages at least.

    Parameters
    ----------
    languages : BCP 47, null where not known; regions and scripts make no difference
    labels : 1 good, -1 bad, 0 between, None not known; the reader must not have learnt from them
    scores : -1 to 1
    confidences : that the score's sign is right, 0.5 to 1

    Returns
    -------
    measure, subject, value and rows, by language, then measure

    Examples
    --------
    >>> rows = by_language(["zh"] * 50 + ["en"] * 50, [1.0] * 100, [0.8] * 50 + [0.6] * 50, [0.9] * 100)
    >>> [(measure, value) for measure, subject, value, _ in rows if subject == "zh"]
    [('language_agreement', 1.0), ('language_gap', 0.1), ('language_sure', 1.0)]
    """
    known = [row for row, label in enumerate(labels) if label is not None and languages[row]]
    tongues = np.array([str(languages[row]).partition("-")[0] for row in known], object)
    gold, score, sure = (np.array([values[row] for row in known], float) for values in (labels, scores, confidences))
    measured = [tongue for tongue in sorted({*tongues.tolist()}) if ((tongues == tongue) & (gold != 0)).sum() >= LEAST]
    if len(measured) < 2:
        return []
    rows: list[tuple[str, str, float, int]] = []
    for tongue in measured:
        own = tongues == tongue
        judged = own & (gold != 0)
        others = np.isin(tongues, measured) & ~own
        found = {
            AGREEMENT: (float((np.sign(score) == gold)[judged].mean()), judged),
            GAP: (_gap(gold, score, own, others), own),
            SURE: (float((sure >= CONFIDENT)[own].mean()), own),
        }
        rows += [(measure, tongue, round(value, 4), int(which.sum())) for measure, (value, which) in found.items()]
    return rows


def _gap(gold: npt.NDArray[np.float64], score: npt.NDArray[np.float64], own: npt.NDArray[np.bool_], others: npt.NDArray[np.bool_]) -> float:
    """Return by how much of the scale mean scores differ at like labels, weighed by how often both have the label."""
    parts = [(score[own & (gold == label)], score[others & (gold == label)]) for label in (-1.0, 0.0, 1.0)]
    shared = [(min(len(one), len(other)), abs(float(one.mean() - other.mean())) / 2) for one, other in parts if len(one) and len(other)]
    total = sum(weight for weight, _ in shared)
    return sum(weight * gap for weight, gap in shared) / total if total else 0.0
