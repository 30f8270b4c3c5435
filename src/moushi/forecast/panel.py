"""From a table of histories to regular series: one value per period, unknown where nothing is known."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moushi.errors import InvalidRows, MissingColumns, NotEnoughData, Words
from moushi.forecast.periods import FREQUENCIES, Floats, Frequency, Whole, infer, to_days, to_index
from moushi.forecast.scores import SMALLEST

SERIES_ID, AT, VALUE = "series_id", "at", "value"
WHERE = "forecast.fit"
# Above it a value is no quantity or money, and sums of squares leave the range of floats.
LARGEST = 1e15


@dataclass(frozen=True)
class Panel:
    """Series on one calendar.

    Attributes
    ----------
    ids : names of the series, sorted
    values : per series one value per period from its first to its last row;
        NaN where demand is not known
    ends : number of each series' last period
    frequency, anchor : length of a period, and where weeks begin
    """

    ids: tuple[str, ...]
    values: tuple[Floats, ...]
    ends: Whole
    frequency: Frequency
    anchor: int = 0

    def future_days(self, horizon: int) -> Whole:
        """Return the first days of the `horizon` periods after each series' end, one row per series."""
        ahead = self.ends[:, None] + np.arange(1, horizon + 1)
        return to_days(ahead, self.frequency, self.anchor)

    def last_days(self) -> Whole:
        """Return the first day of each series' last period."""
        return to_days(self.ends, self.frequency, self.anchor)

    def cut(self, periods: int) -> Panel:
        """Return the panel as it was `periods` periods before each series' end; series not yet begun are left out."""
        kept = [i for i, values in enumerate(self.values) if len(values) > periods]
        values = tuple(self.values[i][: len(self.values[i]) - periods] for i in kept)
        return Panel(tuple(self.ids[i] for i in kept), values, self.ends[kept] - periods, self.frequency, self.anchor)


def read_panel(rows: pa.Table, frequency: str | None) -> Panel:
    """Return the panel of a history.

    Parameters
    ----------
    rows : columns `series_id` (text), `at` (date or timestamp, first moment of the period) and `value`
        (number from 0 to 1e15, below 1e-9 read as 0; null where demand is not
        known).  A period without a row between a series' first and last row is
        unknown too.
    frequency : day, week or month; the commonest step of the data if None

    Raises
    ------
    MissingColumns : if one of the three columns is absent
    NotEnoughData : if no value is known
    InvalidRows : if a value is negative or above 1e15, `series_id` or `at` is
        null, or two rows fall in one period of a series
    """
    _check(rows)
    ids, codes, days, values = _columns(rows)
    if not np.isfinite(values).any():
        raise NotEnoughData(where=WHERE, found=0, unit=Words("known values", "个已知数值"), needed=1)
    order = np.lexsort((days, codes))
    codes, days, values = codes[order], days[order], values[order]
    chosen = FREQUENCIES[frequency] if frequency else infer(codes, days)
    anchor = int(days.max() % 7) if chosen.name == "week" else 0
    index = to_index(days, chosen, anchor)
    repeated = int(((np.diff(index) == 0) & (np.diff(codes) == 0)).sum())
    if repeated:
        raise _invalid(f"{SERIES_ID}+{AT}: two rows in one {chosen.name} ({repeated} rows)")
    return _regular(ids, codes, index, values, chosen, anchor)


def _regular(ids: Sequence[str], codes: Whole, index: Whole, values: Floats, frequency: Frequency, anchor: int) -> Panel:
    bounds = np.searchsorted(codes, np.arange(len(ids) + 1))
    series: list[Floats] = []
    for low, high in itertools.pairwise(bounds):
        regular = np.full(int(index[high - 1] - index[low]) + 1, np.nan)
        regular[index[low:high] - index[low]] = values[low:high]
        series.append(regular)
    return Panel(tuple(ids), tuple(series), index[bounds[1:] - 1], frequency, anchor)


def _check(rows: pa.Table) -> None:
    missing = [name for name in (SERIES_ID, AT, VALUE) if name not in rows.column_names]
    if missing:
        raise MissingColumns(where=WHERE, table="history", missing=missing, present=rows.column_names)
    if not rows.num_rows:
        raise NotEnoughData(where=WHERE, found=0, unit=Words("rows", "行"), needed=1)


def _columns(rows: pa.Table) -> tuple[list[str], Whole, Whole, Floats]:
    nulls = [f"{name}: is null ({rows[name].null_count} rows)" for name in (SERIES_ID, AT) if rows[name].null_count]
    if nulls:
        raise _invalid("; ".join(nulls))
    try:
        days = rows[AT].cast(pa.timestamp("us")).cast(pa.date32(), safe=False).cast(pa.int32()).to_numpy().astype(np.int64)
        values = pc.fill_null(rows[VALUE].cast(pa.float64()), float("nan")).to_numpy().astype(np.float64)
        names = rows[SERIES_ID].cast(pa.string()).combine_chunks()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise _invalid(f"{SERIES_ID}, {AT}, {VALUE}: not text, date and number") from None
    faulty = int((values < 0).sum() + (values > LARGEST).sum())
    if faulty:
        raise _invalid(f"{VALUE}: is negative or above {LARGEST:g} ({faulty} rows)")
    values = np.where(values < SMALLEST, 0.0, values)
    ids = sorted(pc.unique(names).to_pylist())
    codes = pc.index_in(names, value_set=pa.array(ids, pa.string())).to_numpy().astype(np.int64)
    return ids, codes, days, values


def _invalid(faults: str) -> InvalidRows:
    return InvalidRows(where=WHERE, table="history", faults=faults)
