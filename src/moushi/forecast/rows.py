"""Forecasts and verdicts as rows of the canonical tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from moushi.columns import Backtests, Forecasts
from moushi.forecast.judge import JUDGED, Verdict
from moushi.forecast.periods import Floats, Whole
from moushi.forecast.scores import significant
from moushi.forecast.series import Key

QUANTILES = (Forecasts.q05, Forecasts.q10, Forecasts.q25, Forecasts.q50, Forecasts.q75, Forecasts.q90, Forecasts.q95)
"""Columns of the levels in `JUDGED`."""


@dataclass(frozen=True)
class Issue:
    """What all rows of an issue share: its identifier, and the last day it knew."""

    issue_id: str
    as_of: date


def forecast_rows(issue: Issue, keys: Sequence[Key], days: Whole, mean: Floats, quantiles: Floats) -> pa.Table:
    """Return rows of `Forecasts`.

    Parameters
    ----------
    days : (period,) first day of each period, since 1970-01-01
    mean : (series, period)
    quantiles : (series, period, level of `JUDGED`)
    """
    periods = len(days)
    columns: dict[str, Any] = {
        Forecasts.series_id: _repeated([key.name for key in keys], periods),
        Forecasts.at: pa.array(np.tile(days, len(keys)).astype(np.int32), pa.int32()).cast(pa.date32()),
        Forecasts.target: _repeated([key.target for key in keys], periods),
        Forecasts.frequency: _repeated(["day" if key.target == "revenue" else "week" for key in keys], periods),
        Forecasts.product_id: _repeated([key.product or None for key in keys], periods),
        Forecasts.country: _repeated([key.country or None for key in keys], periods),
        Forecasts.horizon: np.tile(np.arange(1, periods + 1), len(keys)),
        Forecasts.mean: significant(mean).ravel(),
    }
    for number, name in enumerate(QUANTILES):
        columns[name] = significant(quantiles[:, :, number]).ravel()
    count = len(keys) * periods
    columns[Forecasts.issue_id] = pa.array([issue.issue_id] * count, pa.string())
    columns[Forecasts.as_of] = pa.array([issue.as_of] * count, pa.date32())
    return Forecasts.cast(pa.table(columns), where="forecast")


def backtest_row(issue: Issue, key: Key | None, target: str, verdict: Verdict) -> dict[str, Any]:
    """Return a row of `Backtests`; without a key, that of the target's pool."""
    measures = verdict.measures()
    return {
        Backtests.issue_id: issue.issue_id,
        Backtests.series_id: key.name if key else f"all:{target}",
        Backtests.target: target,
        Backtests.product_id: (key.product or None) if key else None,
        Backtests.country: (key.country or None) if key else None,
        Backtests.origins: verdict.origins,
        Backtests.points: verdict.points,
        Backtests.censored: verdict.unknown,
        Backtests.weights: json.dumps(verdict.weights, sort_keys=True),
        Backtests.mean_absolute_error: measures["mean_absolute_error"],
        Backtests.naive_absolute_error: measures["naive_absolute_error"],
        Backtests.skill: measures["skill"],
        Backtests.bias: measures["bias"],
        Backtests.coverage_80: measures["coverage_80"],
        Backtests.coverage_90: measures["coverage_90"],
    }


def backtest_rows(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows of `Backtests`, in the order of its key."""
    ordered = sorted(rows, key=lambda row: str(row[Backtests.series_id]))
    return Backtests.cast(pa.Table.from_pylist(ordered, schema=Backtests.schema()), where="forecast")


def _repeated(values: Sequence[str | None], times: int) -> pa.Array:
    return pa.array(np.repeat(np.array(values, dtype=object), times), pa.string(), from_pandas=True)


assert len(QUANTILES) == len(JUDGED)
