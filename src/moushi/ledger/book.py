"""The ledger as people and surfaces use it: list, approve, reject, and see how it has done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import Decisions, DecisionUnits, Profiles, Settlements, Stock, Supply, Texts
from moushi.engine.base import Engine
from moushi.errors import DecisionClosed, DecisionNotFound, ReasonMissing
from moushi.ledger.calibration import calibration_of
from moushi.schema import Table

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import sqlalchemy

Status = Literal["proposed", "approved", "rejected"]

STATUS = "status"
DECIDED_BY = "decided_by"
REASON = "reason"
"""Columns that `decisions` adds to those of the table."""


class Ledger:
    """The decisions of a workspace, what people decided about them, and their outcomes.

    Parameters
    ----------
    engine : reads the lake
    database : the application database, which keeps approvals
    """

    def __init__(self, engine: Engine, database: sqlalchemy.Engine) -> None:
        self._engine = engine
        self._database = database

    def decisions(self, issue: str | None = None, *, status: Status | None = None, limit: int | None = None) -> pa.Table:
        """Return the decisions of an issue, best first.

        Parameters
        ----------
        issue : issue_id; None for the newest, by the last day of its data
        status : keep only those proposed (not decided yet), approved or rejected
        limit : most rows; None for all

        Returns
        -------
        Table : columns of `decisions`, then `status`, `decided_by` and `reason`
        """
        table = self._engine.read(Decisions)
        if issue is None:
            issue = self._newest_issue()
        rows = self._engine.to_arrow(table.filter(table[Decisions.issue_id] == (issue or "")))
        rows = self._with_status(rows.sort_by([(Decisions.rank, "ascending"), (Decisions.decision_id, "ascending")]))
        if status is not None:
            rows = rows.filter(pc.equal(rows[STATUS], status))
        return rows if limit is None else rows.slice(0, limit)

    def get(self, decision_id: str) -> dict[str, Any]:
        """Return one decision, of any issue, as a row of `decisions`.

        Parameters
        ----------
        decision_id : or the beginning of it, if no other begins so; capitals do not matter

        Raises
        ------
        DecisionNotFound : if none or several begin so
        """
        wanted = decision_id.strip().upper()
        table = self._engine.read(Decisions)
        begins = table[Decisions.decision_id].startswith(wanted)
        rows = self._engine.to_arrow(table.filter(begins)) if wanted else table.schema().to_pyarrow().empty_table()
        exact = rows.filter(pc.equal(rows[Decisions.decision_id], wanted))
        found = exact if exact.num_rows else rows
        if found.num_rows != 1:
            raise DecisionNotFound(decision_id=decision_id)
        row: dict[str, Any] = self._with_status(found).to_pylist()[0]
        return row

    def units(self, decision_id: str) -> pa.Table:
        """Return for whom a decision is, by unit: rows of `decision_units`, empty where it has none.

        Raises
        ------
        DecisionNotFound : as for `get`
        """
        units = self._engine.read(DecisionUnits)
        wanted = self.get(decision_id)[Decisions.decision_id]
        return self._engine.to_arrow(units.filter(units[DecisionUnits.decision_id] == wanted).order_by(DecisionUnits.unit_id))

    def approve(self, decision_id: str, by: str, *, reason: str | None = None) -> dict[str, Any]:
        """Approve a decision and return it; approved is taken as carried out.

        Raises
        ------
        DecisionNotFound : as for `get`
        DecisionClosed : if it was approved, rejected or settled before
        """
        return self._decide(decision_id, "approved", by, reason)

    def reject(self, decision_id: str, by: str, *, reason: str) -> dict[str, Any]:
        """Reject a decision and return it.

        Parameters
        ----------
        reason : why, in a few words; must not be blank

        Raises
        ------
        DecisionNotFound : as for `get`
        DecisionClosed : if it was approved, rejected or settled before
        ReasonMissing : if the reason is blank
        """
        if not reason.strip():
            raise ReasonMissing(decision_id=decision_id)
        return self._decide(decision_id, "rejected", by, reason)

    def settlements(self) -> pa.Table:
        """Return what became of forecasts and decisions, newest first."""
        rows = self._engine.to_arrow(self._engine.read(Settlements))
        return rows.sort_by([(Settlements.settled_on, "descending"), (Settlements.claim_id, "ascending")])

    def calibration(self) -> pa.Table:
        """Return how forecasts and decisions have done, one row per target or kind; see `CALIBRATION`."""
        return calibration_of(self._engine, self._statuses())

    def gaps(self) -> list[str]:
        """Return what is not known and keeps kinds of decisions from being made, as codes for `gap_words`."""
        gaps = []
        if not self._has(Stock):
            gaps.append("no_stock")
        elif not self._has(Supply):
            gaps.append("no_supply")
        if not self._has(Profiles):
            gaps.append("no_customers")
        texts = self._engine.read(Texts)
        if self._has(Texts) and not self._any(texts.filter(texts[Texts.written_at].notnull())):
            gaps.append("no_text_dates")
        return gaps

    def _decide(self, decision_id: str, status: Status, by: str, reason: str | None) -> dict[str, Any]:
        import sqlalchemy as sa

        from moushi.database.tables import approvals

        row = self.get(decision_id)
        wanted = row[Decisions.decision_id]
        settled = self._engine.read(Settlements)
        if self._any(settled.filter(settled[Settlements.claim_id] == wanted)):
            raise DecisionClosed(decision_id=wanted, status="settled")
        values = {"decision_id": wanted, "status": status, "decided_at": datetime.now(UTC), "decided_by": by, "reason": reason}
        try:
            with self._database.begin() as connection:
                connection.execute(sa.insert(approvals).values(**values))
        except sa.exc.IntegrityError:
            # The key is the decision: whoever came first has decided it.
            raise DecisionClosed(decision_id=wanted, status=self._statuses()[wanted][0]) from None
        return self.get(wanted)

    def _statuses(self) -> dict[str, tuple[str, str, str | None]]:
        """Return status, by whom and why, by decision, as they stand now."""
        import sqlalchemy as sa

        from moushi.database.tables import approvals

        columns = approvals.c
        with self._database.connect() as connection:
            rows = connection.execute(sa.select(columns.decision_id, columns.status, columns.decided_by, columns.reason)).all()
        return {row[0]: (row[1], row[2], row[3]) for row in rows}

    def _with_status(self, rows: pa.Table) -> pa.Table:
        known = self._statuses()
        found = [known.get(key, ("proposed", None, None)) for key in rows[Decisions.decision_id].to_pylist()]
        for place, name in enumerate((STATUS, DECIDED_BY, REASON)):
            rows = rows.append_column(name, pa.array([one[place] for one in found], pa.string()))
        return rows

    def _newest_issue(self) -> str | None:
        table = self._engine.read(Decisions)
        rows = self._engine.to_arrow(table.select(Decisions.as_of, Decisions.issue_id).distinct())
        listed = sorted(zip(rows[Decisions.as_of].to_pylist(), rows[Decisions.issue_id].to_pylist(), strict=True))
        return listed[-1][1] if listed else None

    def _has(self, table: type[Table]) -> bool:
        return self._any(self._engine.read(table))

    def _any(self, expression: ir.Table) -> bool:
        return bool(self._engine.to_arrow(expression.limit(1)).num_rows)
