"""The forecast stage: daily revenue, and weekly units per product and country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa

from moushi.columns import Backtests, Forecasts, OrderLines, Stock
from moushi.engine.days import number_of
from moushi.schema import Table

if TYPE_CHECKING:
    from moushi.forecast.contest import Contest
    from moushi.forecast.judge import Compared
    from moushi.forecast.rows import Issue
    from moushi.forecast.sales import Span
    from moushi.forecast.series import Choice, Key, Weekly
    from moushi.forecast.tail import Tail
    from moushi.stages import Context

Results = tuple[list[pa.Table], list[dict[str, Any]]]


class ForecastStage:
    """Reads sales and stock; writes what to expect and what such forecasts have been worth."""

    name: ClassVar[str] = "forecast"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[type[Table], ...]] = (OrderLines, Stock)
    writes: ClassVar[tuple[type[Table], ...]] = (Forecasts, Backtests)

    def run(self, context: Context) -> None:
        """Forecast from the sales as they are now; earlier issues stay as they were."""
        from moushi.forecast.rows import Issue, backtest_rows
        from moushi.forecast.sales import span

        covered = span(context)
        forecasts, backtests = [Forecasts.empty()], []
        if covered is not None:
            issue = Issue(context.issue_id, covered.last)
            for part in (_revenue, _units):
                made, judged = part(context, covered, issue)
                forecasts += made
                backtests += judged
        order = [(name, "ascending") for name in Forecasts.key()]
        replaced = {Forecasts.issue_id: context.issue_id}
        context.write(Forecasts, pa.concat_tables(forecasts).sort_by(order), replace=replaced)
        context.write(Backtests, backtest_rows(backtests), replace=replaced)


def _revenue(context: Context, covered: Span, issue: Issue) -> Results:
    from moushi.forecast.contest import hold, plan_for
    from moushi.forecast.forecaster import expected
    from moushi.forecast.judge import JUDGED, judge
    from moushi.forecast.outcome import conclude
    from moushi.forecast.rows import backtest_row, forecast_rows
    from moushi.forecast.sales import daily_revenue
    from moushi.forecast.series import revenue_panel

    with context.progress.task("forecast.progress.revenue"):
        panel, keys = revenue_panel(daily_revenue(context, covered), covered)
        contest = hold(panel, plan_for(panel, context.settings.count("horizon_days"), JUDGED), context.engine.map_groups)
        outcome = conclude(contest)
        mean, quantiles = expected(contest, outcome)
        *singly, pool = judge(contest, outcome)
        days = panel.future_days(contest.plan.horizon)[0]
        rows = [backtest_row(issue, key, "revenue", verdict) for key, verdict in zip(keys, singly, strict=True)]
        return [forecast_rows(issue, keys, days, mean, quantiles)], [*rows, backtest_row(issue, None, "revenue", pool)]


def _units(context: Context, covered: Span, issue: Issue) -> Results:
    from moushi.forecast.sales import weekly_activity, weekly_units, weeks_out
    from moushi.forecast.series import Weekly, choose

    first, last = covered.weeks
    if last < first:
        return [], []
    with context.progress.task("forecast.progress.units"):
        choice = choose(weekly_activity(context, covered), covered, context.settings.count("forecast_series"))
        if not choice.singly and not choice.pooled:
            return [], []
        weekly = Weekly(weekly_units(context, covered), covered, weeks_out(context, covered))
        return _weekly(context, covered, issue, choice, weekly)


def _weekly(context: Context, covered: Span, issue: Issue, choice: Choice, weekly: Weekly) -> Results:
    from moushi.forecast.contest import hold, plan_for
    from moushi.forecast.judge import JUDGED, POOL, compare, verdict
    from moushi.forecast.outcome import conclude
    from moushi.forecast.rows import backtest_row, forecast_rows
    from moushi.forecast.series import units_panel
    from moushi.forecast.tail import MODEL

    matrix = weekly.matrix(choice.pooled)
    panel = units_panel(weekly, choice, np.nansum(matrix, axis=0) if choice.pooled else None)
    days = panel.future_days(context.settings.count("horizon_weeks") + 1)[0]
    # A week already begun belongs to neither past nor future: it is forecast, and left out.
    begun = int(days[0] <= number_of(covered.last))
    contest = hold(panel, plan_for(panel, context.settings.count("horizon_weeks") + begun, JUDGED), context.engine.map_groups)
    outcome, compared = conclude(contest), compare(contest)
    count = len(choice.singly)
    written = slice(begun, contest.plan.horizon)
    made = [forecast_rows(issue, choice.singly, days[written], outcome.mean[:count, written], outcome.quantiles[:count, written])]
    rows = [
        backtest_row(issue, key, "units", verdict(key.name, _weights(contest, outcome.weights[number]), compared.only([number])))
        for number, key in enumerate(choice.singly)
    ]
    whole = [number for number, key in enumerate(choice.singly) if not key.country]
    pools = [compared.only(whole)]
    if choice.pooled:
        tail = _tail(contest, matrix, outcome.mean[-1])
        keys = _pooled_keys(choice)
        made.append(forecast_rows(issue, keys, days[written], tail.mean[:, written], tail.quantiles[:, written]))
        rows += [
            backtest_row(issue, key, "units", verdict(key.name, {MODEL: 1.0}, tail.compared.only([number])))
            for number, key in enumerate(keys)
        ]
        pools.append(tail.compared)
    weights = outcome.weights[whole].mean(axis=0) if whole else outcome.weights[-1]
    pool = verdict(POOL, _weights(contest, weights), _together(pools))
    return made, [*rows, backtest_row(issue, None, "units", pool)]


def _weights(contest: Contest, weights: Any) -> dict[str, float]:
    return {candidate.name: float(weight) for candidate, weight in zip(contest.plan.candidates, weights, strict=True)}


def _tail(contest: Contest, matrix: Any, pool: Any) -> Tail:
    from moushi.forecast.outcome import conclude, evaluated
    from moushi.forecast.tail import forecast_tail

    earlier = [(origin, contest.plan.offsets[origin], conclude(contest, origin).mean[-1]) for origin in evaluated(contest)]
    return forecast_tail(matrix, pool, earlier)


def _pooled_keys(choice: Choice) -> list[Key]:
    from moushi.forecast.series import Key

    return [Key("units", product, "") for product in choice.pooled]


def _together(parts: list[Compared]) -> Compared:
    """Put comparisons with the same origins under each other; those without any origin add nothing."""
    from moushi.forecast.judge import Compared

    usable = [part for part in parts if part.actual.shape[1]] or parts[:1]
    names = ("actual", "mean", "quantiles", "naive_quantiles", "due")
    columns = {name: np.concatenate([getattr(part, name) for part in usable]) for name in names}
    return Compared(**columns, origin=usable[0].origin)
