"""Stock: what is on the shelf, what is on its way, and the shop's own simple way of reordering."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.twin.catalogue import Catalogue
from moushi.twin.records import SALE, Rows
from moushi.twin.streams import Floats, Integers, Purpose, Streams

_FAR_DAYS = 140
_LOOK_BACK_WEEKS = 6
_SAFETY_WEEKS = 1.5
_COVER_WEEKS = 4.5


@dataclass
class Stock:
    """Stock per product and market.

    Attributes
    ----------
    on_hand : units on the shelf
    coming : units that arrive, per day from the next Monday on
    """

    on_hand: Integers
    coming: Integers

    @classmethod
    def starting(cls, catalogue: Catalogue, expected: Floats) -> Stock:
        """Return a first stock that covers the lead time and some weeks, for what is on sale at the start."""
        weeks = catalogue.lead_days[:, None] / 7 + _COVER_WEEKS
        units = packed(catalogue, np.ceil(expected * weeks) + 1) * (catalogue.launch <= 0)[:, None]
        return cls(units, np.zeros((_FAR_DAYS, *expected.shape), dtype=np.int64))

    @property
    def position(self) -> Integers:
        """Units on hand and on order."""
        return np.asarray(self.on_hand + self.coming.sum(axis=0))

    def order(self, units: Integers, lead_days: Integers) -> None:
        """Order units per product and market; they arrive after their days, one at least."""
        product, market = np.nonzero(units)
        day = np.clip(lead_days[product, market], 1, _FAR_DAYS - 1)
        np.add.at(self.coming, (day, product, market), units[product, market])

    def give_back(self, product: Integers, market: Integers, units: Integers, day: Integers) -> None:
        """Put returned units on the shelf, `day` counted from this Monday; next week at the earliest."""
        np.add.at(self.coming, (np.clip(day, 7, _FAR_DAYS - 1), product, market), units)

    def advance(self) -> None:
        """Move on by a week."""
        self.coming = np.concatenate([self.coming[7:], np.zeros_like(self.coming[:7])])

    def copy(self) -> Stock:
        """Return stock whose changes do not reach this."""
        return Stock(self.on_hand.copy(), self.coming.copy())


def packed(catalogue: Catalogue, units: Floats | Integers) -> Integers:
    """Round units up to whole packs, and to the minimum where anything is ordered."""
    pack = catalogue.pack[:, None]
    whole = np.ceil(np.asarray(units) / pack).astype(np.int64) * pack
    return np.where(whole > 0, np.maximum(whole, catalogue.minimum[:, None]), 0)


def own_orders(catalogue: Catalogue, stock: Stock, sold: list[npt.NDArray[np.int32]], week: int) -> Integers:
    """Return what the shop orders by itself: mean sales of the last weeks over lead time and some cover.

    Notes
    -----
    It knows sales, not demand, and no calendar: so it runs out before festivals
    and after weeks without stock, as simple rules do.
    """
    recent = sold[-_LOOK_BACK_WEEKS:]
    mean = np.mean(recent, axis=0) if recent else np.zeros(stock.on_hand.shape)
    lead_weeks = catalogue.lead_days[:, None] / 7
    # Something new, or long out of stock, has no sales to go by: a pack at least.
    point = mean * (lead_weeks + _SAFETY_WEEKS) + 1
    aim = mean * (lead_weeks + _COVER_WEEKS) + 2
    lacking = np.where(stock.position <= point, aim - stock.position, 0)
    on_sale = (catalogue.launch <= week + np.ceil(catalogue.lead_days / 7))[:, None]
    return packed(catalogue, np.maximum(lacking, 0) * on_sale)


def lead_times(catalogue: Catalogue, streams: Streams, week: int) -> Integers:
    """Draw the days that an order of this week takes, per product and market: seldom early, sometimes late."""
    rng = streams.of(Purpose.SUPPLY, week)
    days = np.broadcast_to(catalogue.lead_days[:, None], catalogue.price.shape)
    return days + rng.poisson(days * 0.12)


@dataclass(frozen=True)
class Filled:
    """What became of a week's lines.

    Attributes
    ----------
    quantity : units handed over per line, the rest was not in stock
    wanted, sold : units per product and market
    on_hand, on_order : units at the end of each day
    """

    quantity: Integers
    wanted: npt.NDArray[np.int32]
    sold: npt.NDArray[np.int32]
    on_hand: npt.NDArray[np.int32]
    on_order: npt.NDArray[np.int32]


def fulfil(stock: Stock, lines: Rows, monday: int) -> Filled:
    """Hand over what is in stock, first come first served; lines must be in time order.

    Parameters
    ----------
    monday : seconds since 1970 at which the week begins

    Notes
    -----
    The last units go to the line they suffice for in part.  Cancelled lines
    take nothing and count as no demand.
    """
    shape = stock.on_hand.shape
    real = lines["kind"] == SALE
    day = (lines["at"].astype(np.int64) - monday) // 86_400
    cell = lines["product"].astype(np.int64) * shape[1] + lines["market"]
    units = np.where(real, lines["quantity"], 0).astype(np.int64)
    slot = day * stock.on_hand.size + cell
    wanted = np.bincount(slot, weights=units, minlength=7 * stock.on_hand.size).astype(np.int64).reshape(7, *shape)
    begin, on_hand = _through_the_week(stock, wanted)
    quantity = np.where(real, np.clip(begin.reshape(-1)[slot] - _before(slot, units), 0, units), lines["quantity"])
    sold = np.minimum(wanted, begin).sum(axis=0)
    arrived = np.cumsum(stock.coming[:7], axis=0)
    on_order = stock.coming.sum(axis=0) - arrived
    stock.on_hand = on_hand[-1]
    return Filled(quantity, wanted.sum(axis=0).astype(np.int32), sold.astype(np.int32), on_hand.astype(np.int32), on_order.astype(np.int32))


def _through_the_week(stock: Stock, wanted: Integers) -> tuple[Integers, Integers]:
    """Return the units that each day begins with, deliveries included, and ends with."""
    begin, end = np.zeros_like(wanted), np.zeros_like(wanted)
    left = stock.on_hand
    for day in range(7):
        begin[day] = left + stock.coming[day]
        left = np.maximum(begin[day] - wanted[day], 0)
        end[day] = left
    return begin, end


def _before(slot: Integers, units: Integers) -> Integers:
    """Return per line the units that earlier lines of the same day and product asked for."""
    order = np.argsort(slot, kind="stable")
    running = np.cumsum(units[order]) - units[order]
    sorted_slot = slot[order]
    starts = np.flatnonzero(np.append(True, sorted_slot[1:] != sorted_slot[:-1])) if len(slot) else np.zeros(0, dtype=np.int64)
    base = np.repeat(running[starts], np.diff(np.append(starts, len(slot))))
    result = np.empty_like(units)
    result[order] = running - base
    return result
