"""The review exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moushi.twin.columnar import joined, pick, text, times
from moushi.twin.identities import identities
from moushi.twin.records import Rows
from moushi.twin.reviews import Said, say
from moushi.twin.week import State, World

_WEEKS = 13


def text_ids(world: World, week: int, count: int) -> pa.Array:
    """Return the identifiers of a week's reviews, in the order they are kept."""
    numbers = pc.utf8_lpad(text(np.arange(count)), 6, "0")
    return joined(f"R{world.shape.monday(week):%y%m%d}", numbers)


def reviews(world: World, state: State, market: int) -> Iterator[pa.Table]:
    """Yield a market's reviews with the headers of its language, a quarter of a year at a time."""
    for first in range(0, len(state.weeks), _WEEKS):
        parts = [_week(world, state, market, week) for week in range(first, min(first + _WEEKS, len(state.weeks)))]
        rows = np.concatenate([part.rows for part in parts])
        if len(rows):
            ids = pa.concat_arrays([part.ids for part in parts])
            said = [(title, body) for part in parts for title, body in zip(part.said.titles, part.said.bodies, strict=True)]
            yield _table(world, state, market, (rows, ids, said))


@dataclass(frozen=True)
class _Written:
    rows: Rows
    ids: pa.Array
    said: Said


def _week(world: World, state: State, market: int, week: int) -> _Written:
    rows = state.weeks[week].reviews
    own = np.flatnonzero(rows["market"] == market)
    said = say(world, rows, state.customers.person[rows["customer"]], week, market=market)
    return _Written(rows[own], text_ids(world, week, len(rows)).take(pa.array(own)), said)


def _table(world: World, state: State, market: int, written: tuple[Rows, pa.Array, list[tuple[str | None, str]]]) -> pa.Table:
    rows, ids, said = written
    place = world.shape.markets[market]
    who = identities(world.shape.seed, place, rows["customer"], state.customers.person[rows["customer"]])
    titles, bodies = pa.array([title for title, _ in said], pa.string()), pa.array([body for _, body in said], pa.string())
    orders, products = text(rows["order"]), pick(list(world.catalogue.ids), rows["product"])
    stars, at = pa.array(rows["stars"]), times(rows["at"])
    if place.language == "zh":
        values = [ids, orders, who.account, products, stars, bodies, at]
        return pa.table(values, names=["评价编号", "订单编号", "买家会员名", "商品编码", "评分", "评价内容", "评价时间"])
    values = [ids, joined(f"{place.code}-", orders), who.account, products, stars, titles, bodies, at]
    return pa.table(values, names=["Review ID", "Order ID", "Customer ID", "SKU", "Stars", "Title", "Review", "Review date"])
