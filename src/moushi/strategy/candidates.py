"""A decision before it is ranked, and the rows it becomes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from moushi.columns import Decisions, DecisionUnits
from moushi.ledger.facts import FactSheet
from moushi.strategy.demand import Array

Kind = Literal["reorder", "win_back", "investigate"]

PREFIXES: dict[Kind, str] = {"reorder": "RO", "win_back": "WB", "investigate": "IN"}
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that people do not mistake for each other."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Unit:
    """A unit of a decision, its arm, and what treating it is expected to gain."""

    unit_id: str
    arm: str
    value: float


@dataclass
class Candidate:
    """A decision that could be proposed; money in the workspace's currency."""

    kind: Kind
    subject: str
    decision_id: str
    as_of: date
    facts: FactSheet
    value: float
    low: float
    high: float
    cost: float
    judged_by: str
    judged_on: date
    model: str
    holdout_share: float = 0.0
    units: list[Unit] = field(default_factory=list)


def decision_id(kind: Kind, subject: str, as_of: date) -> str:
    """Return the identifier of a decision: readable, and the same for the same kind, subject and day."""
    digest = hashlib.blake2b(f"{kind}\x1f{subject}\x1f{as_of.isoformat()}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(8):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return f"{PREFIXES[kind]}-{''.join(letters)}"


def interval(gains: Array) -> tuple[float, float, float]:
    """Return mean, 5 % and 95 % quantile of sampled gains, the interval widened to hold the mean.

    A rare large gain can lift the mean above the 95 % quantile; an interval
    without its own expected value would only puzzle.
    """
    import numpy as np

    mean = float(gains.mean())
    low, high = (float(value) for value in np.quantile(gains, [0.05, 0.95]))
    return mean, min(low, mean), max(high, mean)


def chosen(candidates: Sequence[Candidate], *, per_kind: int) -> list[Candidate]:
    """Return the decisions to propose, best first.

    Kept are, of each kind, the `per_kind` with the highest expected value; all
    are ranked by expected value, ties by identifier.  Each says how many of
    its kind were worth money and how many of them are not listed.  What has
    long stood so is counted apart from what changed of late, which it would
    crowd out: it is worth what it costs in a year.
    """
    ranked = sorted(candidates, key=lambda one: (-one.value, one.decision_id))
    totals = Counter((one.kind, one.judged_by) for one in ranked)
    taken: Counter[tuple[Kind, str]] = Counter()
    kept: list[Candidate] = []
    for candidate in ranked:
        group = candidate.kind, candidate.judged_by
        taken[group] += 1
        if taken[group] > per_kind:
            continue
        if totals[group] > per_kind:
            candidate.facts.add("not_listed", totals[group] - per_kind, "count", "looked")
        kept.append(candidate)
    return kept


def decision_rows(ranked: Sequence[Candidate], issue_id: str) -> pa.Table:
    """Return rows of the table `decisions`; the rank is the order given."""
    rows: list[dict[str, Any]] = [
        {
            Decisions.decision_id: one.decision_id,
            Decisions.issue_id: issue_id,
            Decisions.as_of: one.as_of,
            Decisions.rank: rank,
            Decisions.kind_of_decision: one.kind,
            Decisions.subject: one.subject,
            Decisions.facts: one.facts.dump(),
            Decisions.expected_value_home: amount(one.value),
            Decisions.low_home: amount(min(one.low, one.value)),
            Decisions.high_home: amount(max(one.high, one.value)),
            Decisions.cost_home: amount(max(one.cost, 0.0)),
            Decisions.judged_by: one.judged_by,
            Decisions.judged_on: one.judged_on,
            Decisions.holdout_share: one.holdout_share,
            Decisions.model: one.model,
        }
        for rank, one in enumerate(ranked, start=1)
    ]
    return pa.Table.from_pylist(rows, schema=Decisions.schema())


def unit_rows(ranked: Sequence[Candidate], issue_id: str) -> pa.Table:
    """Return rows of the table `decision_units`."""
    rows: list[dict[str, Any]] = [
        {
            DecisionUnits.decision_id: one.decision_id,
            DecisionUnits.unit_id: unit.unit_id,
            DecisionUnits.issue_id: issue_id,
            DecisionUnits.arm: unit.arm,
            DecisionUnits.expected_value_home: amount(unit.value),
        }
        for one in ranked
        for unit in one.units
    ]
    return pa.Table.from_pylist(rows, schema=DecisionUnits.schema())


def amount(value: float) -> Decimal:
    """Return money as it is stored, to the cent."""
    return Decimal(repr(float(value))).quantize(CENT)
