"""Prices: the shop's own changes, and the prices that decisions set in their place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from moushi.twin.catalogue import Catalogue, shop_price
from moushi.twin.streams import Floats, Integers, Purpose, Streams

_CHANGES_PER_WEEK = 1 / 15
_REACH = 0.20


@dataclass(frozen=True)
class PriceChange:
    """Prices that hold from a week on.

    Attributes
    ----------
    week : first week
    product, market : which prices, index arrays of one length
    cents : the new prices, in the market's currency
    """

    week: int
    product: Integers
    market: Integers
    cents: Integers


@dataclass
class Prices:
    """Prices per product and market.

    Attributes
    ----------
    own : what the shop's own way of pricing says, cents
    decided : what a decision says, cents; 0 where none was made
    history : every change that customers saw
    """

    own: Integers
    decided: Integers
    history: list[PriceChange] = field(default_factory=list)

    @classmethod
    def starting(cls, catalogue: Catalogue) -> Prices:
        """Return the usual prices."""
        return cls(own=catalogue.price.copy(), decided=np.zeros_like(catalogue.price))

    @property
    def shown(self) -> Integers:
        """Prices that customers see."""
        return np.where(self.decided > 0, self.decided, self.own)

    def ratio(self) -> Floats:
        """Return shown over own price; 1 where nothing was decided."""
        return self.shown / self.own

    def advance(self, week: int, catalogue: Catalogue, streams: Streams) -> None:
        """Make the shop's own changes of a week, at random around the usual price."""
        rng = streams.of(Purpose.PRICES, week)
        changed = rng.random(self.own.shape) < _CHANGES_PER_WEEK
        drawn = shop_price(catalogue.price / 100 * np.exp(rng.uniform(-_REACH, _REACH, self.own.shape)))
        before = self.shown
        self.own = np.where(changed & (week > 0), drawn, self.own)
        if week == 0:
            self._note(0, np.ones(self.own.shape, dtype=np.bool_))
        else:
            self._note(week, self.shown != before)

    def decide(self, week: int, product: int, market: int, cents: int) -> None:
        """Set one price by decision; it holds until the next decision."""
        self.decided[product, market] = cents
        self._note(week, self._only(product, market))

    def _only(self, product: int, market: int) -> npt.NDArray[np.bool_]:
        mask = np.zeros(self.own.shape, dtype=np.bool_)
        mask[product, market] = True
        return mask

    def _note(self, week: int, mask: npt.NDArray[np.bool_]) -> None:
        if mask.any():
            product, market = np.nonzero(mask)
            self.history.append(PriceChange(week, product, market, self.shown[product, market]))

    def copy(self) -> Prices:
        """Return prices whose changes do not reach these."""
        return Prices(self.own.copy(), self.decided.copy(), list(self.history))
