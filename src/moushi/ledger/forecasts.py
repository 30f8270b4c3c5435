"""Settlement of forecasts: what was said against what came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from moushi.columns import Forecasts, Settlements
from moushi.engine.days import number_of
from moushi.ledger.observed import Observed, open_periods, outcomes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from moushi.stages import Context


def settle_forecasts(context: Context, observed: Observed) -> pa.Table:
    """Return settlements of every forecast claim with a period that has passed and that is not yet settled to its end.

    Periods in which stock was out are not counted: what was sold then is not
    what was wanted.
    """
    periods = open_periods(context, observed)
    claims = list(_claims(outcomes(context, periods, observed), observed.whole_until)) if periods.num_rows else []
    return pa.Table.from_pylist(claims, schema=Settlements.schema())


def _claims(rows: pa.Table, settled_on: date) -> Iterator[dict[str, Any]]:
    names = rows["claim_id"].to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.r_[True, names[1:] != names[:-1]])
    ends = np.r_[starts[1:], len(names)]
    numbers = {name: rows[name].to_numpy(zero_copy_only=False) for name in _NUMBERS}
    known = ~rows["censored"].to_numpy(zero_copy_only=False).astype(bool)
    for low, high in zip(starts, ends, strict=True):
        part = slice(int(low), int(high))
        kept = {name: values[part][known[part]] for name, values in numbers.items()}
        row = rows.slice(low, 1).to_pylist()[0]
        full = row["end"] <= number_of(settled_on)
        yield {
            Settlements.claim_id: row["claim_id"],
            Settlements.claim: "forecast",
            Settlements.issue_id: row[Forecasts.issue_id],
            Settlements.kind_of_claim: row[Forecasts.target],
            Settlements.settled_on: settled_on,
            Settlements.status: "issued",
            Settlements.note: "forecast_full" if full else "forecast_partial",
            **_measures(kept),
        }


_NUMBERS = (Forecasts.mean, Forecasts.q05, Forecasts.q10, Forecasts.q50, Forecasts.q90, Forecasts.q95, "actual", "naive")


def _measures(values: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    """Return the measures of one claim over its known periods."""
    actual, naive = values["actual"], values["naive"].astype(float)
    counted = len(actual)
    measured = counted > 0 and not np.isnan(naive).any()
    return {
        Settlements.expected: float(values[Forecasts.mean].sum()),
        Settlements.low: float(values[Forecasts.q05].sum()),
        Settlements.high: float(values[Forecasts.q95].sum()),
        Settlements.actual: float(actual.sum()) if counted else None,
        Settlements.counted: counted,
        Settlements.inside: int(((actual >= values[Forecasts.q05]) & (actual <= values[Forecasts.q95])).sum()),
        Settlements.inside_80: int(((actual >= values[Forecasts.q10]) & (actual <= values[Forecasts.q90])).sum()),
        Settlements.absolute_error: float(np.abs(values[Forecasts.q50] - actual).sum()) if counted else None,
        Settlements.naive_absolute_error: float(np.abs(naive - actual).sum()) if measured else None,
    }
