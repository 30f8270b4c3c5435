"""The public forecaster: histories in, means and quantiles out, with what it was worth beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa

from moushi.errors import InvalidSetting, NotEnoughData, NotFitted, NotSupported, Words
from moushi.forecast.closures import closure_probability, with_closures
from moushi.forecast.contest import Contest, hold, plan_for
from moushi.forecast.judge import Verdict, judge, judging_levels
from moushi.forecast.outcome import Outcome, conclude, conclude_naive
from moushi.forecast.panel import AT, SERIES_ID, VALUE, Panel, read_panel
from moushi.forecast.periods import FREQUENCIES, Floats, Whole
from moushi.forecast.scores import significant

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
MEAN, ORIGIN = "mean", "origin"


class Forecaster:
    """Forecasts many series at once, with quantiles whose coverage is measured.

    Parameters
    ----------
    horizon : int, periods ahead, >= 1
    frequency : day, week or month; read from the data if None
    quantiles : levels to return, each between 0 and 1
    seed : kept for the interface; the method draws nothing at random

    Attributes
    ----------
    contest_ : what every model said at every rolling origin
    outcome_ : the forecast at the end of the data
    verdicts_ : one per series and one for the pool, from the rolling origins

    Notes
    -----
    Simple statistical models and a seasonal naive compete at rolling origins;
    weights per series follow their errors, drawn towards the pool's.  Quantiles
    are the series' own recent distribution around the forecast, corrected per
    period ahead and scale class by what earlier origins missed, pooled over
    series.  Weekdays on which nothing is ever sold, and shutdowns on the same
    dates a year ago, are learnt.  Unknown values (null, or no row between a
    series' first and last) are filled for the models and left out of errors.
    Results are rounded to six significant digits.

    Examples
    --------
    >>> import datetime, pyarrow as pa
    >>> days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(70)]
    >>> sales = pa.table({"series_id": ["shop"] * 70, "at": days, "value": [10.0, 12, 11, 13, 20, 25, 0] * 10})
    >>> Forecaster(horizon=7).fit(sales).predict()["mean"].to_pylist()
    [10.0, 12.0, 11.0, 13.0, 20.0, 25.0, 0.0]
    """

    def __init__(self, horizon: int, frequency: str | None = None, *, quantiles: Sequence[float] = QUANTILES, seed: int = 0) -> None:
        self.horizon = horizon
        self.frequency = frequency
        self.quantiles = quantiles
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values."""
        return {"horizon": self.horizon, "frequency": self.frequency, "quantiles": list(self.quantiles), "seed": self.seed}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return a forecaster, not fitted, from what `get_config` returned."""
        return cls(**config)

    def fit(self, history: Any, known: Any = None, static: Any = None) -> Self:
        """Learn from histories.

        Parameters
        ----------
        history : anything with the Arrow C stream, one row per series and
            period: `series_id` text, `at` date or timestamp, `value` >= 0 or
            null where demand is not known (out of stock); in any order
        known, static : not used yet; anything but None is refused

        Raises
        ------
        InvalidSetting : if an argument of the constructor cannot be used
        NotSupported : if `known` or `static` is given
        MissingColumns, InvalidRows, NotEnoughData : if `history` does not fit
        """
        self._check(known=known, static=static)
        rows = history if isinstance(history, pa.Table) else pa.table(history)
        return self._fit(read_panel(rows, self.frequency), _at_type(rows))

    def _fit(self, panel: Panel, at_type: pa.DataType) -> Self:
        levels = judging_levels(self.quantiles)
        self.contest_: Contest = hold(panel, plan_for(panel, self.horizon, levels))
        self.outcome_: Outcome = conclude(self.contest_)
        self.verdicts_: list[Verdict] = judge(self.contest_, self.outcome_)
        self.at_type_: pa.DataType = at_type
        return self

    def predict(self, known: Any = None) -> pa.Table:
        """Return the forecast of the `horizon` periods after each series' last row.

        Returns
        -------
        series_id, at (as in the history), mean, then one column per quantile
        (`q0.05` ...); by series and period; quantiles >= 0 and rising

        Raises
        ------
        NotFitted : before `fit`
        NotSupported : if `known` is given
        """
        self._fitted()
        self._check(known=known)
        panel = self.contest_.panel
        mean, quantiles = expected(self.contest_, self.outcome_)
        names = pa.array(np.repeat(np.array(panel.ids, dtype=object), self.horizon), pa.string())
        at = _at(panel.future_days(self.horizon).ravel(), self.at_type_)
        columns: dict[str, Any] = {SERIES_ID: names, AT: at, MEAN: mean.ravel()}
        chosen = [self.contest_.plan.levels.index(float(level)) for level in sorted(set(self.quantiles))]
        for number in chosen:
            columns[f"q{self.contest_.plan.levels[number]:g}"] = quantiles[:, :, number].ravel()
        return pa.table(columns)

    def backtest(self, origins: int) -> pa.Table:
        """Return what would have been forecast at earlier origins, each from the data before it alone.

        Parameters
        ----------
        origins : how many, one horizon apart, the last one horizon before the end

        Returns
        -------
        series_id, origin (first day of the last period known), at, value (what
        came, null where not known), mean, quantiles, naive (the seasonal
        naive's point forecast); by origin, series and period

        Raises
        ------
        NotFitted : before `fit`
        NotEnoughData : if no series reaches back so far
        """
        self._fitted()
        parts = [self._backtest(number) for number in range(origins, 0, -1)]
        if not parts:
            raise InvalidSetting(
                name="origins", value=origins, where="forecast.backtest", expected=Words("a whole number of at least 1", "不小于 1 的整数")
            )
        return pa.concat_tables(parts)

    def _backtest(self, number: int) -> pa.Table:
        panel = self.contest_.panel
        offset = number * self.horizon
        past = panel.cut(offset)
        if not any(np.isfinite(values).any() for values in past.values):
            longest = max(len(values) for values in panel.values)
            raise NotEnoughData(where="forecast.backtest", found=longest, unit=Words("periods", "个周期"), needed=offset + 1)
        earlier = type(self)(**{**self.get_config(), "frequency": panel.frequency.name})
        earlier._fit(past, self.at_type_)
        table = earlier.predict()
        came = {name: values[len(values) - offset :][: self.horizon] for name, values in zip(panel.ids, panel.values, strict=True)}
        values = np.concatenate([came[name] for name in past.ids])
        naive = conclude_naive(earlier.contest_).mean.ravel()
        table = table.add_column(1, ORIGIN, _at(np.repeat(past.last_days(), self.horizon), self.at_type_))
        table = table.add_column(3, VALUE, pa.array(values, pa.float64(), from_pandas=True))
        return table.append_column("naive", pa.array(significant(naive)))

    def explain(self) -> pa.Table:
        """Return what the forecast rests on, per series and, last, for their pool (`series_id` null).

        Returns
        -------
        series_id, models (JSON: model to weight), yearly (freed of a yearly
        season learnt from all series), origins, points, unknown (periods
        compared; left out), mean_absolute_error, naive_absolute_error, skill
        (on the quantile loss), bias, coverage_80, coverage_90; nulls where
        nothing could be compared

        Raises
        ------
        NotFitted : before `fit`
        """
        self._fitted()
        rows = [
            {
                SERIES_ID: series_id,
                "models": json.dumps(verdict.weights, sort_keys=True),
                "yearly": self.outcome_.yearly,
                "origins": verdict.origins,
                "points": verdict.points,
                "unknown": verdict.unknown,
                **verdict.measures(),
            }
            for series_id, verdict in zip([*self.contest_.panel.ids, None], self.verdicts_, strict=True)
        ]
        return pa.Table.from_pylist(rows, schema=_EXPLAINED)

    def _fitted(self) -> None:
        if not hasattr(self, "outcome_"):
            raise NotFitted(where="forecast.predict", model="Forecaster")

    def _check(self, **unused: Any) -> None:
        faults = [name for name, value in unused.items() if value is not None]
        if faults:
            raise NotSupported(where="forecast.Forecaster", what=", ".join(faults))
        if not isinstance(self.horizon, int) or not 1 <= self.horizon <= 1000:
            raise self._invalid("horizon", Words("a whole number from 1 to 1000", "1 到 1000 的整数"))
        if self.frequency is not None and self.frequency not in FREQUENCIES:
            raise self._invalid("frequency", Words("one of " + ", ".join(FREQUENCIES), "以下之一：" + "、".join(FREQUENCIES)))
        if not self.quantiles or not all(0 < level < 1 for level in self.quantiles):
            raise self._invalid("quantiles", Words("one or more numbers between 0 and 1", "一个或多个 0 与 1 之间的数"))

    def _invalid(self, name: str, words: Words) -> InvalidSetting:
        return InvalidSetting(name=name, value=getattr(self, name), where="Forecaster", expected=words)


_EXPLAINED = pa.schema(
    [
        (SERIES_ID, pa.string()),
        ("models", pa.string()),
        ("yearly", pa.bool_()),
        ("origins", pa.int64()),
        ("points", pa.int64()),
        ("unknown", pa.int64()),
        *((name, pa.float64()) for name in Verdict.measured()),
    ]
)


def expected(contest: Contest, outcome: Outcome) -> tuple[Floats, Floats]:
    """Return mean (series, period) and quantiles (series, period, level) with shutdowns mixed in, rounded."""
    days = contest.panel.future_days(contest.plan.horizon)
    shut = closure_probability(contest.panel, days)
    mean, quantiles = with_closures(outcome.mean, outcome.quantiles, np.array(contest.plan.levels), shut)
    return significant(mean), significant(quantiles)


def _at(days: Whole, kind: pa.DataType) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32()).cast(kind)


def _at_type(rows: pa.Table) -> pa.DataType:
    kind = rows.schema.field(AT).type
    return kind if pa.types.is_timestamp(kind) else pa.date32()
