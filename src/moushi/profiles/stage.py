"""The stage that makes customer profiles."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.columns import Customers, OrderLines, Products, Profiles
from moushi.profiles.alive import fit, p_active
from moushi.profiles.features import customer_features
from moushi.profiles.gaps import expected_gap, fit_gap_prior, lapsing, late_after
from moushi.profiles.scores import quintiles, segments
from moushi.schema import NUMBER, Table
from moushi.stages import Context, last_day

DAYS_PER_WEEK = 7.0


class ProfilesStage:
    """Describes every customer who ordered, as of the last day of the data.

    Customers are those that preparation resolved; guests have none.  Small
    shops get profiles too: what a customer's own history does not tell comes
    from the population, and what the population does not tell from priors.
    """

    name: ClassVar[str] = "profiles"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[type[Table], ...]] = (OrderLines, Customers, Products)
    writes: ClassVar[tuple[type[Table], ...]] = (Profiles,)

    def run(self, context: Context) -> None:
        """Write `Profiles`; empty where no customer is known by an identifier."""
        lines = context.read(OrderLines)
        trade = lines.filter(lines[OrderLines.kind_of_line].isin(("sale", "return")))
        as_of = last_day(context.engine, trade, context.settings)
        with context.progress.task("profiles.progress", 2) as advance:
            features = customer_features(context)
            advance()
            profiles = Profiles.empty() if as_of is None else complete(features, as_of)
            context.write(Profiles, profiles)
            advance()


def complete(features: pa.Table, as_of: date) -> pa.Table:
    """Add scores, segments, gaps and activity to customers' features.

    Parameters
    ----------
    features : see `customer_features`
    as_of : last day of the data

    Returns
    -------
    Table : Profiles
    """
    tenure = _days_before(features[Profiles.first_order_on], as_of)
    recency = _days_before(features[Profiles.last_order_on], as_of)
    orders = features[Profiles.orders].to_numpy().astype(np.int64)
    columns: dict[str, Any] = {name: features[name] for name in features.column_names}
    columns |= {
        Profiles.as_of: pa.array([as_of] * features.num_rows, pa.date32()),
        Profiles.tenure_days: pa.array(tenure),
        Profiles.recency_days: pa.array(recency),
    }
    columns |= _scored(recency, orders, features[Profiles.revenue_home].cast(NUMBER).to_numpy())
    columns |= _timed(recency, tenure, orders)
    return Profiles.cast(pa.table(columns), where="profiles")


def _days_before(days: pa.ChunkedArray, as_of: date) -> npt.NDArray[np.int64]:
    back = np.datetime64(as_of, "D") - days.to_numpy().astype("datetime64[D]")
    result: npt.NDArray[np.int64] = back.astype(np.int64)
    return result


def _scored(recency: npt.NDArray[np.int64], orders: npt.NDArray[np.int64], money: npt.NDArray[np.float64]) -> dict[str, pa.Array]:
    scores = quintiles(-recency.astype(np.float64)), quintiles(orders.astype(np.float64)), quintiles(money)
    return {
        Profiles.recency_score: pa.array(scores[0]),
        Profiles.frequency_score: pa.array(scores[1]),
        Profiles.money_score: pa.array(scores[2]),
        Profiles.segment: pa.array(segments(*scores, orders).astype(object), pa.string()),
    }


def _timed(recency: npt.NDArray[np.int64], tenure: npt.NDArray[np.int64], orders: npt.NDArray[np.int64]) -> dict[str, pa.Array]:
    waited, age = recency.astype(np.float64), tenure.astype(np.float64)
    gaps, spanned = orders.astype(np.float64) - 1, age - waited
    prior = fit_gap_prior(gaps, spanned)
    expected = expected_gap(prior, gaps, spanned)
    late = late_after(prior, gaps, spanned)
    weeks = (gaps, spanned / DAYS_PER_WEEK, age / DAYS_PER_WEEK)
    return {
        Profiles.expected_gap_days: pa.array(expected),
        Profiles.gap_ratio: pa.array(waited / expected),
        Profiles.p_active: pa.array(p_active(fit(*weeks), *weeks)),
        Profiles.lapsing: pa.array(lapsing(waited, gaps, expected, late)),
    }
