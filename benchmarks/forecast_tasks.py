"""The forecasting tasks: series, fixed splits and metrics, the same as in the reference protocol.

A task holds one long table of series; an origin is the number of trailing
observations of every series that are hidden, and the test window is the first
`horizon` of them.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
SAMPLE_SEED = 7


@dataclass
class Task:
    """A set of series (`unique_id`, `ds`, `y`), its splits and the season of its metrics."""

    name: str
    series: pd.DataFrame
    frequency: str
    ours: str
    horizon: int
    season: int
    origins: tuple[int, ...]
    peers: tuple[str, ...]
    newest: int | None = None

    def splits(self) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame]]:
        """Yield each origin with what is known before it and what comes in its window."""
        hidden = self.series.groupby("unique_id", sort=False).cumcount(ascending=False).to_numpy()
        for origin in self.origins:
            known = self.series[hidden >= origin].reset_index(drop=True)
            window = self.series[(hidden < origin) & (hidden >= origin - self.horizon)].reset_index(drop=True)
            yield origin, known, window


def retail_sales(data: Path) -> pd.DataFrame:
    """Return the product sales of online-retail: no services, credit notes, corrections or same-day cancellations."""
    files = sorted((data / "online-retail" / "by-day").glob("*.csv"))
    lines = pd.concat([pd.read_csv(file, dtype={"InvoiceNo": str, "StockCode": str}) for file in files], ignore_index=True)
    lines["StockCode"] = lines.StockCode.str.strip().str.upper()
    lines["day"] = pd.to_datetime(lines.InvoiceDate).dt.normalize()
    lines = lines[lines.StockCode.str.match(r"^\d{5}[A-Z]*$")]
    lines["size"] = lines.Quantity.abs()
    keys = ["CustomerID", "StockCode", "day", "size"]
    lines["nth"] = lines.groupby([*keys, lines.Quantity < 0], dropna=False).cumcount()
    cancelled = lines[lines.InvoiceNo.str.startswith("C") & (lines.Quantity < 0)][[*keys, "nth"]].drop_duplicates().assign(cancelled=True)
    sales = lines[~lines.InvoiceNo.str[0].isin(["C", "A"]) & (lines.Quantity > 0) & (lines.UnitPrice > 0)]
    sales = sales.merge(cancelled, on=[*keys, "nth"], how="left")
    return sales[sales.cancelled.isna()]


def retail_weekly(data: Path) -> Task:
    """Weekly units per product with at least 20 active weeks before the first origin, from its first sale on."""
    sales = retail_sales(data)
    sales["ds"] = sales.day.dt.to_period("W-SUN").dt.end_time.dt.normalize()
    last = pd.Timestamp("2011-12-04")
    units = sales[sales.ds <= last].groupby(["StockCode", "ds"]).Quantity.sum().rename("y").reset_index()
    weeks = pd.date_range(units.ds.min(), last, freq="W-SUN")
    origins = (16, 12, 8)
    active = units[units.ds <= weeks[-origins[0] - 1]].groupby("StockCode").size()
    wide = units[units.StockCode.isin(active.index[active >= 20])].pivot(index="StockCode", columns="ds", values="y").reindex(columns=weeks)
    long = wide.stack(future_stack=True).rename("y").reset_index().set_axis(["unique_id", "ds", "y"], axis=1)
    begun = long.y.notna().groupby(long.unique_id).cummax()
    long = long[begun].fillna({"y": 0.0}).reset_index(drop=True)
    return Task("retail_weekly", long, "W-SUN", "week", 8, 1, origins, ("SeasonalNaive", "AutoETS", "DynamicOptimizedTheta", "CrostonSBA"))


def retail_revenue(data: Path) -> Task:
    """Daily revenue of the whole shop; Saturdays and holidays are true zeros."""
    sales = retail_sales(data)
    daily = (sales.Quantity * sales.UnitPrice).groupby(sales.day).sum()
    daily = daily.reindex(pd.date_range("2010-12-01", "2011-12-08"), fill_value=0.0)
    series = pd.DataFrame({"unique_id": "revenue", "ds": daily.index, "y": daily.to_numpy()})
    peers = ("SeasonalNaive", "AutoETS", "DynamicOptimizedTheta", "AutoARIMA", "CrostonSBA")
    return Task("retail_revenue", series, "D", "day", 28, 7, (98, 84, 70, 56, 42, 28), peers)


def olist_weekly(data: Path) -> Task:
    """Orders per category and week of the 10,000-order subset of 2017."""
    folder = data / "olist" / "subset10k"
    orders = pd.read_csv(folder / "orders.csv", parse_dates=["order_purchase_timestamp"])
    items = pd.read_csv(folder / "order_items.csv").merge(
        pd.read_csv(folder / "products.csv")[["product_id", "product_category_name"]], on="product_id", how="left"
    )
    items = items.dropna(subset=["product_category_name"]).drop_duplicates(["order_id", "product_category_name"])
    items = items.merge(orders[["order_id", "order_purchase_timestamp"]], on="order_id")
    items["ds"] = items.order_purchase_timestamp.dt.to_period("W-SUN").dt.end_time.dt.normalize()
    weeks = pd.date_range("2017-01-15", "2017-12-31", freq="W-SUN")
    wide = items.groupby(["product_category_name", "ds"]).size().unstack(fill_value=0).reindex(columns=weeks, fill_value=0)
    origins = (16, 12, 8)
    wide = wide[(wide.iloc[:, : -origins[0]] > 0).sum(axis=1) >= 20]
    long = wide.stack().rename("y").reset_index().set_axis(["unique_id", "ds", "y"], axis=1).astype({"y": float})
    peers = ("SeasonalNaive", "AutoETS", "DynamicOptimizedTheta", "AutoARIMA", "CrostonSBA")
    return Task("olist_weekly", long, "W-SUN", "week", 8, 1, origins, peers)


def store_item(data: Path, sample: int | None = 50) -> Task:
    """Daily units per store and item, five years; a fixed sample of the 500 series."""
    archive = zipfile.ZipFile(next((data / "store-item-demand").glob("*.zip")))
    rows = pd.read_csv(archive.open("train.csv"), parse_dates=["date"])
    rows["unique_id"] = "s" + rows.store.astype(str) + "_i" + rows.item.astype(str)
    rows = rows.rename(columns={"date": "ds", "sales": "y"}).astype({"y": float}).sort_values(["unique_id", "ds"])
    if sample:
        names = sorted(rows.unique_id.unique())
        rows = rows[rows.unique_id.isin(np.random.default_rng(SAMPLE_SEED).choice(names, sample, replace=False))]
    series = rows[["unique_id", "ds", "y"]].reset_index(drop=True)
    # Local models of the peers see the last year only, as in the reference.
    return Task("store_item", series, "D", "day", 90, 7, (270, 180, 90), ("SeasonalNaive", "AutoETS", "DynamicOptimizedTheta"), newest=365)


TASKS = {"retail_revenue": retail_revenue, "retail_weekly": retail_weekly, "olist_weekly": olist_weekly, "store_item": store_item}


def scales(task: Task) -> pd.DataFrame:
    """Return per series and origin the in-sample error of the seasonal naive (of the naive where that is zero)."""
    rows = []
    for origin, known, _ in task.splits():
        for name, group in known.groupby("unique_id", sort=False).y:
            values = group.to_numpy()
            seasonal = np.abs(values[task.season :] - values[: -task.season]).mean() if len(values) > task.season else 0.0
            scale = seasonal if seasonal > 0 else (np.abs(np.diff(values)).mean() if len(values) > 1 else 0.0)
            rows.append((name, origin, scale if scale > 0 else np.nan))
    return pd.DataFrame(rows, columns=["unique_id", "origin", "scale"])


def measure(task: Task, forecasts: pd.DataFrame) -> dict[str, float]:
    """Return the metrics of forecasts (unique_id, ds, origin, mean, q0.05 ... q0.95).

    MASE, MASE50 (of the median) and MSPL are means over series and origins,
    WAPE is pooled; MSPL is the mean over the levels of twice the quantile loss,
    scaled as MASE is.
    """
    actual = pd.concat([window.assign(origin=origin) for origin, _, window in task.splits()])
    rows = actual.merge(forecasts, on=["unique_id", "ds", "origin"], how="left").merge(scales(task), on=["unique_id", "origin"])
    names = [f"q{level:g}" for level in LEVELS]
    assert not rows[["mean", *names]].isna().any().any(), f"{task.name}: forecasts are missing"
    mean, y, scale = np.maximum(rows["mean"].to_numpy(), 0), rows.y.to_numpy(), rows.scale.to_numpy()
    quantiles = np.sort(np.maximum(rows[names].to_numpy(), 0), axis=1)
    gap = y[:, None] - quantiles
    loss = 2 * np.maximum(np.array(LEVELS) * gap, (np.array(LEVELS) - 1) * gap).mean(axis=1)

    def scaled(errors: np.ndarray) -> float:
        return float(pd.Series(errors / scale).groupby([rows.unique_id, rows.origin]).mean().mean())

    return {
        "MASE": scaled(np.abs(y - mean)),
        "WAPE": float(np.abs(y - mean).sum() / np.abs(y).sum()),
        "MASE50": scaled(np.abs(y - quantiles[:, 3])),
        "MSPL": scaled(loss),
        "cov80": float(((y >= quantiles[:, 1]) & (y <= quantiles[:, 5])).mean()),
        "cov90": float(((y >= quantiles[:, 0]) & (y <= quantiles[:, 6])).mean()),
    }
