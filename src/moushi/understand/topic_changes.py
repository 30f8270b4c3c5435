"""Follows topics from one run to the next: which are the same, and what became of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from moushi.understand.corpus import Places
from moushi.understand.phrases import Floats

SAME = 0.3
"""Texts in both by texts in either (Jaccard) from which a topic is the same as before."""
MOSTLY = 0.5
"""Share of a topic's texts that says where they came from or went."""


@dataclass(frozen=True)
class Change:
    """What became of a topic.

    Attributes
    ----------
    topic_id : a topic of now, or of before if it died or was merged
    kind : kept; born of nothing known; split from another; died; merged into another
    other : the topic it was split from or merged into
    texts : texts of the sample that are in it, and of them those that were not in it before
    """

    topic_id: str
    kind: Literal["kept", "born", "split", "died", "merged"]
    other: str | None
    texts: int
    moved: int


def followed(fresh: Sequence[str], now: Places, known: Sequence[str], before: Places | None) -> tuple[list[str], list[Change]]:
    """Give topics the identifiers of those before that they are the same as.

    Parameters
    ----------
    fresh : identifiers for the topics of now that are new
    now, before : number of the topic of each text, now and by the topics before
    known : identifiers of the topics before

    Returns
    -------
    identifiers of the topics of now; and the changes, those of now first

    Source
    ------
    The best one-to-one matching: Kuhn, "The Hungarian method" (1955).
    """
    if before is None:
        return _distinct(fresh, set()), []
    shared = np.zeros((len(known), len(fresh)))
    np.add.at(shared, (before, now), 1)
    pairs = _matched(shared)
    identifiers = _distinct([known[pairs[new]] if new in pairs else name for new, name in enumerate(fresh)], set(known), set(pairs))
    changes = [_of_now(new, identifiers, known, shared, pairs) for new in range(len(fresh))]
    return identifiers, changes + [_of_before(old, identifiers, known, shared) for old in range(len(known)) if old not in pairs.values()]


def _matched(shared: Floats) -> dict[int, int]:
    """Return the number before of each topic of now that is the same."""
    from scipy.optimize import linear_sum_assignment

    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    alike = shared / np.maximum(either, 1)
    old, new = linear_sum_assignment(-alike)
    return {int(n): int(o) for o, n in zip(old, new, strict=True) if alike[o, n] >= SAME}


def _distinct(names: Sequence[str], taken: set[str], same: set[int] | None = None) -> list[str]:
    """Return names none of which is there twice; a new topic never takes the name of one that was there."""
    used, result = set(taken), []
    for place, name in enumerate(names):
        own, number = name, 1
        if same is None or place not in same:
            while own in used:
                number += 1
                own = f"{name}-{number}"
        used.add(own)
        result.append(own)
    return result


def _of_now(new: int, identifiers: Sequence[str], known: Sequence[str], shared: Floats, pairs: dict[int, int]) -> Change:
    total = int(shared[:, new].sum())
    if new in pairs:
        return Change(identifiers[new], "kept", None, total, total - int(shared[pairs[new], new]))
    source = int(shared[:, new].argmax())
    if total and shared[source, new] >= MOSTLY * total:
        return Change(identifiers[new], "split", known[source], total, total)
    return Change(identifiers[new], "born", None, total, total)


def _of_before(old: int, identifiers: Sequence[str], known: Sequence[str], shared: Floats) -> Change:
    total = int(shared[old].sum())
    target = int(shared[old].argmax())
    if total and shared[old, target] >= MOSTLY * total:
        return Change(known[old], "merged", identifiers[target], 0, total)
    return Change(known[old], "died", None, 0, total)
