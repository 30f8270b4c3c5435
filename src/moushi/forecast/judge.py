"""What the forecast was worth: rolling origins, judged beside the seasonal naive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from moushi.forecast.contest import Contest
from moushi.forecast.outcome import Outcome, conclude, conclude_naive, evaluated
from moushi.forecast.periods import Floats
from moushi.forecast.scores import covered, pinball, significant, skill

POOL = "all"
JUDGED = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantile levels that the loss averages over."""

SHOWN = 4
"""Digits of weights and shares."""


def judging_levels(wanted: Sequence[float]) -> tuple[float, ...]:
    """Return the levels to compute: those wanted and those that judging needs."""
    return tuple(sorted({*map(float, wanted), *JUDGED}))


@dataclass(frozen=True)
class Verdict:
    """How a series' forecasts did; the same facts as a row of `Backtests`.

    Attributes
    ----------
    series_id : series, or "all" for the pool
    weights : model to weight in the forecast made now, without zeros
    origins, points : rolling origins and periods compared
    unknown : periods left out because demand was not known
    """

    series_id: str
    weights: dict[str, float]
    origins: int
    points: int
    unknown: int
    mean_absolute_error: float | None = None
    naive_absolute_error: float | None = None
    skill: float | None = None
    bias: float | None = None
    coverage_80: float | None = None
    coverage_90: float | None = None

    @staticmethod
    def measured() -> tuple[str, ...]:
        """Return the names of the measures."""
        return ("mean_absolute_error", "naive_absolute_error", "skill", "bias", "coverage_80", "coverage_90")

    def measures(self) -> dict[str, float | None]:
        """Return the measures, rounded to six significant digits; None where nothing was compared."""
        found = {name: getattr(self, name) for name in self.measured()}
        return {name: None if value is None else float(significant(np.array(value))) for name, value in found.items()}


@dataclass(frozen=True)
class Compared:
    """Forecasts at the judged origins beside what came; first axis series, second origins and periods.

    Attributes
    ----------
    actual : NaN where not known
    mean : expected values
    quantiles, naive_quantiles : last axis `JUDGED`; the naive's median is its
        point forecast
    due : whether the period is already over at the end of the data
    origin : number of the origin, per column
    """

    actual: Floats
    mean: Floats
    quantiles: Floats
    naive_quantiles: Floats
    due: Any
    origin: Any

    def only(self, chosen: Any) -> Compared:
        """Return the comparison of some series."""
        return Compared(
            actual=self.actual[chosen],
            mean=self.mean[chosen],
            quantiles=self.quantiles[chosen],
            naive_quantiles=self.naive_quantiles[chosen],
            due=self.due[chosen],
            origin=self.origin,
        )


def compare(contest: Contest) -> Compared:
    """Return every judged origin's forecast, made from what was known there, beside what came."""
    levels = [contest.plan.levels.index(level) for level in JUDGED]
    origins = evaluated(contest)
    outcomes = [conclude(contest, origin) for origin in origins]
    naives = [conclude_naive(contest, origin) for origin in origins]
    horizon = contest.plan.horizon
    offsets = np.repeat([contest.plan.offsets[origin] for origin in origins], horizon)
    ahead = np.tile(np.arange(1, horizon + 1), len(origins))
    lengths = np.array([len(values) for values in contest.panel.values])
    reaches = np.isfinite(np.hstack([outcome.mean for outcome in outcomes]))
    return Compared(
        actual=np.where(reaches, np.hstack([contest.actuals[origin] for origin in origins]), np.nan),
        mean=np.hstack([outcome.mean for outcome in outcomes]),
        quantiles=np.hstack([outcome.quantiles[:, :, levels] for outcome in outcomes]),
        naive_quantiles=np.hstack([naive.quantiles[:, :, levels] for naive in naives]),
        due=(ahead <= offsets)[None, :] & (lengths[:, None] > offsets[None, :]) & reaches,
        origin=np.repeat(origins, horizon),
    )


def judge(contest: Contest, outcome: Outcome) -> list[Verdict]:
    """Return the verdict on each series, in their order, and on the pool last."""
    compared = compare(contest)
    names = [candidate.name for candidate in contest.plan.candidates]
    verdicts = []
    for number, series_id in enumerate(contest.panel.ids):
        weights = dict(zip(names, outcome.weights[number].tolist(), strict=True))
        verdicts.append(verdict(series_id, weights, compared.only([number])))
    pooled = dict(zip(names, outcome.weights.mean(axis=0).tolist(), strict=True))
    return [*verdicts, verdict(POOL, pooled, compared)]


def verdict(series_id: str, weights: dict[str, float], compared: Compared) -> Verdict:
    """Return the verdict on the series of a comparison, all together.

    Notes
    -----
    Errors are means over periods in the series' own unit; skill compares sums
    of quantile losses, so that in a pool the large series count for most.
    """
    shown = {name: round(weight, SHOWN) for name, weight in weights.items() if round(weight, SHOWN) > 0}
    known = np.isfinite(compared.actual) & compared.due
    unknown = int((compared.due & ~known).sum())
    origins = len(set(np.broadcast_to(compared.origin, known.shape)[known].tolist()))
    if not origins:
        return Verdict(series_id, shown, 0, 0, unknown)
    actual, quantiles, naive = compared.actual[known], compared.quantiles[known], compared.naive_quantiles[known]
    levels = np.array(JUDGED)
    middle = JUDGED.index(0.5)
    total = float(actual.sum())
    return Verdict(
        series_id=series_id,
        weights=shown,
        origins=origins,
        points=int(known.sum()),
        unknown=unknown,
        mean_absolute_error=float(np.abs(actual - quantiles[:, middle]).mean()),
        naive_absolute_error=float(np.abs(actual - naive[:, middle]).mean()),
        skill=skill(float(pinball(actual, quantiles, levels).sum()), float(pinball(actual, naive, levels).sum())),
        bias=float((compared.mean[known].sum() - total) / total) if total > 0 else None,
        coverage_80=covered(actual, quantiles[:, JUDGED.index(0.1)], quantiles[:, JUDGED.index(0.9)]),
        coverage_90=covered(actual, quantiles[:, JUDGED.index(0.05)], quantiles[:, JUDGED.index(0.95)]),
    )
