"""The strategy stage: proposes decisions, ranked by expected value.

Decisions are ranked by their expected gain in the workspace's currency after
cost; ties by identifier.  Every kind is costed against doing nothing, so that
they stand in one list.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import (
    Approvals,
    Backtests,
    Customers,
    Decisions,
    DecisionUnits,
    Forecasts,
    Moves,
    OrderLines,
    Prices,
    Products,
    Profiles,
    Settlements,
    Sources,
    Stock,
    Supply,
    TextMoves,
    Texts,
    Themes,
)
from moushi.ledger.observed import observed_days, text_day
from moushi.schema import Table
from moushi.stages import Context
from moushi.strategy.candidates import Candidate, chosen, decision_rows, unit_rows
from moushi.strategy.economics import read_economics
from moushi.strategy.investigate import investigate_candidates
from moushi.strategy.moves import move_rows, sales_moves
from moushi.strategy.reorder import reorder_candidates
from moushi.strategy.spoken import spoken_moves
from moushi.strategy.standing import standing_candidates
from moushi.strategy.win_back import win_back_candidates

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.strategy.moves import Move


class StrategyStage:
    """Proposes what to reorder, whom to win back and what to look into."""

    name: ClassVar[str] = "strategy"
    version: ClassVar[int] = 3
    triggers: ClassVar[tuple[type[Table], ...]] = (
        Forecasts,
        Backtests,
        Profiles,
        Customers,
        Products,
        Stock,
        Supply,
        Prices,
        OrderLines,
        Texts,
        TextMoves,
        Themes,
        Settlements,
    )
    # What it wrote itself, and what people said to that, is no reason to run again.
    reads: ClassVar[tuple[type[Table], ...]] = (*triggers, Approvals, Decisions, DecisionUnits, Sources)
    writes: ClassVar[tuple[type[Table], ...]] = (Moves, Decisions, DecisionUnits)

    def run(self, context: Context) -> None:
        """Write the moves, decisions and units of this issue."""
        observed = observed_days(context)
        as_of = observed.last if observed is not None else text_day(context)
        moves: list[Move] = sales_moves(context, observed.whole_until) if observed is not None else []
        ranked: list[Candidate] = []
        if as_of is not None:
            moves += spoken_moves(context, as_of)
            ranked = self._candidates(context, as_of, moves)
        mine = {Decisions.issue_id: context.issue_id}
        context.write(Moves, move_rows(moves, context.issue_id), replace=mine)
        units, decisions = unit_rows(ranked, context.issue_id), decision_rows(ranked, context.issue_id)
        earlier = _of_this_day(context, as_of)
        if earlier.num_rows:
            _take_over(context, earlier, decisions, units)
        else:
            context.write(DecisionUnits, units, replace=mine)
            context.write(Decisions, decisions, replace=mine)

    def _candidates(self, context: Context, as_of: date, moves: list[Move]) -> list[Candidate]:
        economics = read_economics(context, as_of)
        with context.progress.task("decisions.progress.kinds", 3) as advance:
            found = reorder_candidates(context, as_of, economics, _forecast_issue(context))
            advance()
            found += win_back_candidates(context, as_of, economics)
            advance()
            found += investigate_candidates(context, as_of, economics, moves)
            found += standing_candidates(context, as_of, economics, moves)
            advance()
        return chosen(found, per_kind=context.settings.count("decisions_per_kind"))


def _forecast_issue(context: Context) -> str | None:
    """Return the issue of the newest forecasts: this run's, if it made any."""
    forecasts = context.read(Forecasts)
    rows = context.engine.to_arrow(forecasts.select(Forecasts.issue_id, Forecasts.as_of).distinct()).to_pylist()
    ranked = sorted((row[Forecasts.as_of], row[Forecasts.issue_id] == context.issue_id, row[Forecasts.issue_id]) for row in rows)
    return ranked[-1][2] if ranked else None


def _of_this_day(context: Context, as_of: date | None) -> pa.Table:
    """Return decisions that earlier issues proposed on data of the same day, or of a later one.

    A later one is the day on which texts without dates were added: once orders
    come, decisions are of the last day of these, which may lie before it.
    """
    decisions = context.read(Decisions)
    same = decisions.filter((decisions[Decisions.as_of] >= as_of) & (decisions[Decisions.issue_id] != context.issue_id))
    return context.engine.to_arrow(same.order_by(Decisions.decision_id))


def _take_over(context: Context, earlier: pa.Table, decisions: pa.Table, units: pa.Table) -> None:
    """Write decisions in place of those that earlier issues proposed, so that none stands twice.

    What a person decided meanwhile stays as it was decided, in the new issue;
    what nobody decided gives way.
    """
    approvals, old, old_units = context.read(Approvals), context.read(Decisions), context.read(DecisionUnits)
    decided = context.engine.to_arrow(approvals.select(Approvals.decision_id))[Approvals.decision_id]
    carried = earlier.filter(pc.is_in(earlier[Decisions.decision_id], value_set=decided)).cast(Decisions.schema())
    issues = [*set(earlier[Decisions.issue_id].to_pylist()), context.issue_id]
    gone = old.filter(old[Decisions.issue_id].isin(issues) & (old[Decisions.as_of] >= pc.min(earlier[Decisions.as_of]).as_py()))
    names = carried[Decisions.decision_id].to_pylist() or [""]

    def rows(expression: ir.Table, table: type[Table]) -> pa.Table:
        return context.engine.to_arrow(expression).cast(table.schema())

    kept = rows(old.anti_join(gone, Decisions.decision_id), Decisions)
    kept_units = rows(old_units.anti_join(gone, DecisionUnits.decision_id), DecisionUnits)
    carried_units = rows(old_units.filter(old_units[DecisionUnits.decision_id].isin(names)), DecisionUnits)
    mine = pa.concat_tables([_of_issue(carried, context.issue_id), _without(decisions, carried)])
    mine_units = pa.concat_tables([_of_issue(carried_units, context.issue_id), _without(units, carried)])
    context.write(DecisionUnits, pa.concat_tables([kept_units, mine_units]), replace=True)
    context.write(Decisions, pa.concat_tables([kept, _ranked(mine)]), replace=True)


def _of_issue(rows: pa.Table, issue_id: str) -> pa.Table:
    place = rows.column_names.index(Decisions.issue_id)
    return rows.set_column(place, rows.schema.field(place), pa.array([issue_id] * rows.num_rows, pa.string()))


def _without(rows: pa.Table, decided: pa.Table) -> pa.Table:
    return rows.filter(pc.invert(pc.is_in(rows[Decisions.decision_id], value_set=decided[Decisions.decision_id])))


def _ranked(rows: pa.Table) -> pa.Table:
    rows = rows.sort_by([(Decisions.expected_value_home, "descending"), (Decisions.decision_id, "ascending")])
    place = rows.column_names.index(Decisions.rank)
    return rows.set_column(place, rows.schema.field(place), pa.array(range(1, rows.num_rows + 1), pa.int64()))
