"""The settle stage: past forecasts and decisions get their outcome when newer data have come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import Approvals, Decisions, DecisionUnits, Forecasts, OrderLines, Settlements, Sources, Stock
from moushi.ledger.forecasts import settle_forecasts
from moushi.ledger.judge import Due, Verdict, settlement
from moushi.ledger.looked_into import judge_move
from moushi.ledger.mentions import READS
from moushi.ledger.observed import observed_days, text_day
from moushi.ledger.reordered import judge_reorder
from moushi.ledger.won_back import judge_win_back
from moushi.schema import Table
from moushi.stages import Context

JUDGES: Mapping[str, Callable[[Context, Due], Verdict]] = {
    "reorder": judge_reorder,
    "win_back": judge_win_back,
    "investigate": judge_move,
}


class SettleStage:
    """Attaches what happened to forecasts and decisions whose time has come.

    A forecast is settled period by period as its horizon passes, and stays as
    it is once the whole of it has; a decision is settled once, when its
    judging day has come.
    """

    name: ClassVar[str] = "settle"
    version: ClassVar[int] = 2
    triggers: ClassVar[tuple[type[Table], ...]] = (OrderLines, Stock)
    # Forecasts and decisions of this very run have no outcome yet; they are no reason to run.
    reads: ClassVar[tuple[type[Table], ...]] = (
        *triggers,
        *(table for table in READS if table is not OrderLines),
        Forecasts,
        Decisions,
        DecisionUnits,
        Approvals,
        Settlements,
        Sources,
    )
    writes: ClassVar[tuple[type[Table], ...]] = (Settlements,)

    def run(self, context: Context) -> None:
        """Write the settlements, old and new; a claim that was settled again replaces its earlier row."""
        observed = observed_days(context)
        kept = context.engine.to_arrow(context.read(Settlements))
        # Without orders it is texts that tell what became of decisions.
        until = observed.whole_until if observed is not None else text_day(context)
        fresh = _settle_decisions(context, until) if until is not None else Settlements.empty()
        if observed is not None:
            fresh = pa.concat_tables([settle_forecasts(context, observed), fresh])
        again = pc.is_in(kept[Settlements.claim_id], value_set=fresh[Settlements.claim_id])
        rows = pa.concat_tables([kept.filter(pc.invert(again)).cast(Settlements.schema()), fresh])
        context.write(Settlements, rows, replace=True)


def _settle_decisions(context: Context, until: date) -> pa.Table:
    due = _due(context, until)
    rows: list[dict[str, Any]] = []
    with context.progress.task("ledger.progress.decisions", len(due)) as advance:
        for one in due:
            verdict = JUDGES[one.row[Decisions.kind_of_decision]](context, one)
            rows.append(settlement(one, verdict, until))
            advance()
    return pa.Table.from_pylist(rows, schema=Settlements.schema())


def _due(context: Context, until: date) -> list[Due]:
    """Return decisions past their judging day that are not yet settled."""
    decisions, approvals, settled = context.read(Decisions), context.read(Approvals), context.read(Settlements)
    past = decisions.filter((decisions[Decisions.judged_on] <= until) & (decisions[Decisions.as_of] < until))
    past = past.anti_join(settled, past[Decisions.decision_id] == settled[Settlements.claim_id])
    said = approvals.select(Approvals.decision_id, Approvals.status)
    joined = past.left_join(said, Decisions.decision_id).select(*past.columns, Approvals.status)
    rows = context.engine.to_arrow(joined.order_by(Decisions.decision_id)).to_pylist()
    return [Due({name: row[name] for name in past.columns}, row[Approvals.status] or "proposed") for row in rows]
