"""What is common to the settlement of every kind of decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from moushi.columns import Decisions, Settlements
from moushi.ledger.facts import FactSheet


@dataclass(frozen=True)
class Due:
    """A decision whose outcome can be read: its row, facts and status ("proposed", "approved" or "rejected")."""

    row: Mapping[str, Any]
    status: str

    @property
    def facts(self) -> FactSheet:
        """The facts that it was decided on."""
        return FactSheet.load(self.row[Decisions.facts])

    @property
    def as_of(self) -> date:
        """Last day known when it was proposed; its outcome begins the day after."""
        day: date = self.row[Decisions.as_of]
        return day

    @property
    def judged_on(self) -> date:
        """Last day of its outcome."""
        day: date = self.row[Decisions.judged_on]
        return day

    @property
    def identifier(self) -> str:
        """Its decision_id."""
        return str(self.row[Decisions.decision_id])

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.row[Decisions.subject])


@dataclass(frozen=True)
class Verdict:
    """What became of a decision.

    Parameters
    ----------
    note : code that says how it was judged; words in `ledger.note.<note>`
    actual : money it realised, workspace currency; None where that cannot be known
    inside : whether the outcome was inside the interval; None where it cannot be known
    facts : what was measured
    """

    note: str
    actual: float | None = None
    inside: bool | None = None
    facts: FactSheet = field(default_factory=FactSheet)


def settlement(due: Due, verdict: Verdict, settled_on: date) -> dict[str, Any]:
    """Return the settlement row of a decision; expected, low and high are its money."""
    return {
        Settlements.claim_id: due.identifier,
        Settlements.claim: "decision",
        Settlements.issue_id: due.row[Decisions.issue_id],
        Settlements.kind_of_claim: due.row[Decisions.kind_of_decision],
        Settlements.settled_on: settled_on,
        Settlements.status: due.status,
        Settlements.expected: float(due.row[Decisions.expected_value_home]),
        Settlements.low: float(due.row[Decisions.low_home]),
        Settlements.high: float(due.row[Decisions.high_home]),
        Settlements.actual: None if verdict.actual is None else round(verdict.actual, 2),
        Settlements.inside: int(bool(verdict.inside)),
        Settlements.counted: int(verdict.inside is not None),
        Settlements.note: verdict.note,
        Settlements.facts: verdict.facts.dump(),
    }
