"""Which files a shop exports, and how they are written when all is tidy."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from moushi.errors import DiskFull
from moushi.stages import Progress
from moushi.twin import masters
from moushi.twin.orders import Period, order_lines, quarters
from moushi.twin.texts import reviews
from moushi.twin.week import State, World

_NAMES = {
    "orders": ("订单明细", "orders"),
    "products": ("商品资料", "products"),
    "category_names": ("类目对照", "category_names"),
    "customers": ("会员资料", "customers"),
    "stock": ("库存", "stock"),
    "supply": ("采购信息", "supply"),
    "prices": ("价格", "prices"),
    "promotions": ("促销活动", "promotions"),
    "reviews": ("商品评价", "reviews"),
    "rates": ("汇率", "exchange_rates"),
}


@dataclass(frozen=True)
class Export:
    """A file to write.

    Attributes
    ----------
    kind : what it holds, a key of the names above
    stem : file name without extension
    language : of its headers
    tables : makes its rows, in tables of one schema
    market, period : of order lines
    """

    kind: str
    stem: str
    language: str
    tables: Callable[[], Iterator[pa.Table]]
    market: int | None = None
    period: Period | None = None


def exports(world: World, state: State) -> list[Export]:
    """Return all exports until today."""
    last = world.shape.monday(len(state.weeks)) - timedelta(days=1)
    periods = quarters(world.shape.start, last)
    found = [_of_period(world, state, market, period) for market in range(len(world.shape.markets)) for period in periods]
    for market in range(len(world.shape.markets)):
        found.append(_of_market("customers", masters.customers, world, state, market))
        found.append(_of_market("reviews", reviews, world, state, market))
    language = world.shape.home.language
    found += [
        Export("stock", f"{_name('stock', language)}_{year}", language, partial(masters.stock, world, state, year))
        for year in range(world.shape.start.year, last.year + 1)
    ]
    single = {
        "products": masters.products,
        "category_names": masters.category_names,
        "supply": masters.supply,
        "prices": masters.prices,
        "promotions": masters.promotions,
        "rates": masters.rates,
    }
    return found + [Export(kind, _name(kind, language), language, partial(make, world, state)) for kind, make in single.items()]


def _name(kind: str, language: str) -> str:
    return _NAMES[kind][0 if language == "zh" else 1]


def _of_period(world: World, state: State, market: int, period: Period) -> Export:
    place = world.shape.markets[market]
    stem = f"{_name('orders', place.language)}_{place.code}_{period.name}"
    return Export("orders", stem, place.language, partial(order_lines, world, state, market, period), market, period)


def _of_market(kind: str, make: Callable[[World, State, int], Iterator[pa.Table]], world: World, state: State, market: int) -> Export:
    place = world.shape.markets[market]
    return Export(kind, f"{_name(kind, place.language)}_{place.code}", place.language, partial(make, world, state, market), market)


def write_clean(world: World, state: State, folder: Path, progress: Progress) -> list[Path]:
    """Write every export as UTF-8 CSV; exports without rows are left out."""
    wanted = exports(world, state)
    written = []
    with progress.task("twin.progress.write", len(wanted)) as advance:
        for export in wanted:
            path = write_csv(folder / f"{export.stem}.csv", export.tables())
            written += [path] if path else []
            advance()
    return written


def write_csv(path: Path, tables: Iterator[pa.Table]) -> Path | None:
    """Write tables one after the other as one CSV file; None where there is no row.

    Raises
    ------
    DiskFull : if there is no room
    """
    options = pacsv.WriteOptions(quoting_style="needed")
    writer = None
    with disk(path):
        try:
            for table in tables:
                if table.num_rows:
                    writer = writer or pacsv.CSVWriter(str(path), table.schema, write_options=options)
                    writer.write_table(table)
        finally:
            if writer is not None:
                writer.close()
    return path if writer is not None else None


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Make the folder of a file that is written inside; say so where the disk is full.

    Raises
    ------
    DiskFull : if there is no room
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            raise DiskFull(where=path.name) from fault
        raise
