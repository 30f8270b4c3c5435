"""The first forecast beside its peers, on fixed splits.

    MOUSHI_DATA=... python -m benchmarks.forecast_first [TASK ...]

Every method sees the same rows and is scored by the same code.  Seconds are CPU
seconds of one process.  No choice of method or constant was made on these test
windows: those were made on windows that end before the first origin.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.forecast_tasks import LEVELS, TASKS, Task, measure

INTERVALS = (50, 80, 90)
COLUMNS = ("MASE", "WAPE", "MASE50", "MSPL", "cov80", "cov90")


def ours(task: Task) -> pd.DataFrame:
    """Forecast a task with `moushi.Forecaster`."""
    import moushi

    parts = []
    for origin, known, _ in task.splits():
        rows = pa.table({"series_id": known.unique_id, "at": pa.array(known.ds).cast(pa.timestamp("us")), "value": known.y})
        made = moushi.Forecaster(task.horizon, task.ours, quantiles=LEVELS).fit(rows).predict().to_pandas()
        made = made.rename(columns={"series_id": "unique_id", "at": "ds"})
        parts.append(made.assign(origin=origin, ds=made.ds.astype("datetime64[ns]")))
    return pd.concat(parts)


def peer(task: Task, name: str) -> pd.DataFrame:
    """Forecast a task with one statsforecast model; intervals are its own, or conformal where it has none."""
    from statsforecast import StatsForecast
    from statsforecast import models as available
    from statsforecast.utils import ConformalIntervals

    parts = []
    for origin, known, _ in task.splits():
        rows = known[["unique_id", "ds", "y"]]
        if task.newest and name != "SeasonalNaive":
            rows = rows.groupby("unique_id", sort=False).tail(task.newest)
        model = getattr(available, name)() if name == "CrostonSBA" else getattr(available, name)(season_length=task.season)
        if name == "CrostonSBA":
            windows = max(2, min(3, int((rows.groupby("unique_id").size().min() - 2) // task.horizon)))
            model.prediction_intervals = ConformalIntervals(h=task.horizon, n_windows=windows)
        fallback = available.SeasonalNaive(season_length=task.season)
        made = StatsForecast(models=[model], freq=task.frequency, n_jobs=1, fallback_model=fallback).forecast(
            df=rows, h=task.horizon, level=list(INTERVALS)
        )
        parts.append(_tidy(made, repr(model), origin))
    return pd.concat(parts)


def _tidy(made: pd.DataFrame, column: str, origin: int) -> pd.DataFrame:
    rows = made[["unique_id", "ds"]].assign(origin=origin, mean=made[column])
    rows["q0.5"] = made[column]
    for interval in INTERVALS:
        low = (100 - interval) / 200
        rows[f"q{low:g}"], rows[f"q{1 - low:g}"] = made[f"{column}-lo-{interval}"], made[f"{column}-hi-{interval}"]
    return rows


def report(task: Task) -> str:
    """Return the Markdown table of a task."""
    found = {}
    for name in ("Moushi", *task.peers):
        begun = time.process_time()
        made = ours(task) if name == "Moushi" else peer(task, name)
        seconds = time.process_time() - begun
        found[name] = {**measure(task, made), "CPU s": seconds}
    naive = found["SeasonalNaive"]["MSPL"]
    lines = [f"### {task.name}", "", f"| method | {' | '.join(COLUMNS)} | skill | CPU s |", "|---" * (len(COLUMNS) + 3) + "|"]
    for name, row in sorted(found.items(), key=lambda item: item[1]["MSPL"]):
        values = " | ".join(f"{row[column]:.3f}" for column in COLUMNS)
        lines.append(f"| {name} | {values} | {1 - row['MSPL'] / naive:+.3f} | {row['CPU s']:.1f} |")
    return "\n".join(lines)


def table(names: Sequence[str] = tuple(TASKS)) -> str:
    """Return the Markdown tables of the named tasks; needs MOUSHI_DATA."""
    data = os.environ.get("MOUSHI_DATA")
    if not data:
        return "Not run: MOUSHI_DATA does not name the folder of the data sets.\n"
    np.random.seed(0)  # the peers' conformal intervals draw from it
    head = f"statsforecast {version('statsforecast')}, numpy {version('numpy')}, Python {sys.version.split()[0]}"
    return "\n\n".join([head, *(report(TASKS[name](Path(data))) for name in names)]) + "\n"


if __name__ == "__main__":
    for chosen in sys.argv[1:] or list(TASKS):
        print(table([chosen]), flush=True)
