"""The contest: every model on every series at every rolling origin, in processes where it is worth it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from moushi.forecast.models import candidates
from moushi.forecast.panel import Panel
from moushi.forecast.periods import Floats
from moushi.forecast.study import Plan, naive_season, study
from moushi.forecast.yearly import yearly_profile

ORIGINS = 5
"""Rolling origins, half a horizon apart."""

SHARDS = 16
"""Groups that the series are dealt into; the results do not depend on it."""

Mapper = Callable[[pa.Table, Sequence[str], Callable[[pa.Table], pa.Table], pa.Schema], pa.Table]

RESULT = pa.schema([pa.field("series", pa.int32()), pa.field("vector", pa.list_(pa.float64()))])


@dataclass(frozen=True)
class Contest:
    """Everything the models said, and what came.

    Attributes
    ----------
    plan, panel : what was asked, of which series
    forecasts : (variant, model, origin, series, period); origin 0 is the end
    factors : (variant, origin, series, period), level of a period relative to the series'
    quantiles : (variant, origin, series, quantile level) of the series' level
    means, spreads, known : (variant, origin, series)
    actuals : (origin, series, period); NaN where not known
    """

    plan: Plan
    panel: Panel
    forecasts: Floats
    factors: Floats
    quantiles: Floats
    means: Floats
    spreads: Floats
    known: Floats
    actuals: Floats


def plan_for(panel: Panel, horizon: int, levels: Sequence[float]) -> Plan:
    """Return what to ask of `panel`: models, origins and the season of the naive."""
    step = max(1, horizon // 2)
    offsets = (0, *(step * (i + 1) for i in range(ORIGINS)))
    longest = max(len(values) for values in panel.values)
    return Plan(
        frequency=panel.frequency,
        horizon=horizon,
        candidates=candidates(panel.frequency.cycle, len(panel.ids)),
        naive_season=naive_season(panel.frequency, longest),
        levels=tuple(levels),
        offsets=offsets,
        yearly=tuple(yearly_profile(panel, offset, horizon) for offset in offsets),
    )


def hold(panel: Panel, plan: Plan, mapper: Mapper | None = None) -> Contest:
    """Ask every model about every series at every origin.

    Parameters
    ----------
    mapper : `Engine.map_groups`; in this process where None
    """
    rows = _rows(panel)
    function = functools.partial(study_shard, plan=plan)
    answers = function(rows) if mapper is None else mapper(rows, ["shard"], function, RESULT)
    answers = answers.sort_by("series")
    vectors = answers["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    return _unpack(vectors.reshape(len(panel.ids), len(plan.offsets), plan.variants, plan.width), panel, plan)


def study_shard(rows: pa.Table, plan: Plan) -> pa.Table:
    """Study the series of one shard: columns shard, series, period, value, in the order of series and period."""
    rows = rows.sort_by([("series", "ascending"), ("period", "ascending")])
    series, periods = rows["series"].to_numpy(), rows["period"].to_numpy()
    values = rows["value"].to_numpy()
    found, starts = np.unique(series, return_index=True)
    vectors = []
    for part, last in zip(np.split(values, starts[1:]), periods[np.append(starts[1:], len(rows)) - 1], strict=True):
        vectors.append(np.concatenate([study(part, int(last), plan, i) for i in range(len(plan.offsets))]))
    width = len(plan.offsets) * plan.variants * plan.width
    offsets = pa.array(np.arange(len(found) + 1) * width, pa.int32())
    lists = pa.ListArray.from_arrays(offsets, pa.array(np.concatenate(vectors), pa.float64()))
    return pa.table([pa.array(found, pa.int32()), lists], schema=RESULT)


def _rows(panel: Panel) -> pa.Table:
    lengths = np.array([len(values) for values in panel.values])
    series = np.repeat(np.arange(len(panel.ids)), lengths)
    first = panel.ends - lengths + 1
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return pa.table(
        {
            "shard": pa.array(series % SHARDS, pa.int32()),
            "series": pa.array(series, pa.int32()),
            "period": pa.array(within + np.repeat(first, lengths), pa.int64()),
            "value": pa.array(np.concatenate(panel.values), pa.float64()),
        }
    )


def _unpack(vectors: Floats, panel: Panel, plan: Plan) -> Contest:
    """Cut the vectors, (series, origin, variant, width), into their parts."""
    models, horizon, levels = len(plan.candidates), plan.horizon, len(plan.levels)
    ordered = vectors.transpose(2, 1, 0, 3)
    cuts = np.cumsum([models * horizon, horizon, levels, 1, 1])
    forecasts, factors, quantiles, means, spreads, known = np.split(ordered, cuts, axis=3)
    shaped = forecasts.reshape(*forecasts.shape[:3], models, horizon)
    return Contest(
        plan=plan,
        panel=panel,
        forecasts=np.moveaxis(shaped, 3, 1),
        factors=factors,
        quantiles=quantiles,
        means=means[..., 0],
        spreads=spreads[..., 0],
        known=known[..., 0],
        actuals=_actuals(panel, plan),
    )


def _actuals(panel: Panel, plan: Plan) -> Floats:
    actuals = np.full((len(plan.offsets), len(panel.ids), plan.horizon), np.nan)
    for number, values in enumerate(panel.values):
        for position, offset in enumerate(plan.offsets[1:], start=1):
            if offset <= len(values):
                came = values[len(values) - offset :][: plan.horizon]
                actuals[position, number, : len(came)] = came
    return actuals
