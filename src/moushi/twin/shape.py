"""How large a twin is and how its markets are: everything a person may set."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from moushi.errors import InvalidSetting

ASPECTS = ("quality", "value", "delivery", "size", "service", "packaging", "appearance")
QUALITY, VALUE, DELIVERY, SIZE, SERVICE, PACKAGING, APPEARANCE = range(len(ASPECTS))

# How strongly three kinds of customer feel prices; the mean over customers is 1,
# so that a product's elasticity is the market's elasticity at its usual price.
SENSITIVITIES = np.array([0.5, 1.0, 1.5])
SENSITIVITY_SHARES = np.array([0.25, 0.5, 0.25])
TASTES = 64

# Years that the lunar table covers, see calendar.py.
FIRST_YEAR, LAST_YEAR = 2015, 2035


@dataclass(frozen=True)
class Market:
    """A country the shop sells to.

    Attributes
    ----------
    code : ISO 3166 alpha-2
    language : of its customers and of its exports, "zh" or "en"
    currency : ISO 4217
    worth : CNY for one unit of the currency, at the start
    weight : size against the other markets
    names : the country's name in zh and en exports
    postage : charged below `postage_free`, in cents
    """

    code: str
    language: str
    currency: str
    worth: float
    weight: float
    names: tuple[str, str]
    postage: int
    postage_free: int
    weekday: tuple[float, ...]
    hours: tuple[float, ...]


_EVENING = (1.2, 0.7, 0.4, 0.2, 0.15, 0.2, 0.5, 1, 1.8, 2.6, 3.2, 3, 3.2, 2.8, 2.6, 2.7, 2.8, 2.7, 2.6, 3.3, 4.6, 5.2, 4.6, 2.6)
_DAYTIME = (0.6, 0.3, 0.15, 0.1, 0.1, 0.2, 0.8, 1.8, 2.6, 3.2, 3.6, 3.6, 3.8, 3.4, 3.2, 3.1, 3.2, 3.5, 3.9, 4.6, 5, 4.4, 3, 1.4)
_MONDAYS = (1.08, 1.0, 0.97, 0.95, 0.9, 0.95, 1.15)
_WEEKENDS = (0.95, 0.93, 0.94, 0.97, 1.0, 1.12, 1.09)

MARKETS = MappingProxyType(
    {
        market.code: market
        for market in (
            Market("CN", "zh", "CNY", 1.0, 0.65, ("中国", "China"), 1000, 5900, _WEEKENDS, _EVENING),
            Market("DE", "en", "EUR", 7.8, 0.35, ("德国", "Germany"), 495, 2900, _MONDAYS, _DAYTIME),
            Market("GB", "en", "GBP", 9.1, 0.30, ("英国", "United Kingdom"), 399, 2500, _MONDAYS, _DAYTIME),
            Market("US", "en", "USD", 7.1, 0.60, ("美国", "United States"), 599, 3500, _MONDAYS, _DAYTIME),
        )
    }
)


@dataclass(frozen=True)
class Shape:
    """Size and character of a twin; same shape, same shop.

    Parameters
    ----------
    seed : of everything random, >= 0
    customers : accounts opened before the end of the first `weeks`, >= 1
    products : items sold, >= 1
    weeks : weeks of past, >= 1
    start : first day; the Monday of its week is used
    countries : markets by code, the first one's currency is the shop's own
    orders_per_week : mean orders of a living customer per week, > 0
    lines_per_order : mean lines of an order, >= 1
    review_share : share of sold lines that get a review, 0 to 1
    cancelled_share : share of orders cancelled at once, 0 to 1
    win_back_response : mean share of lapsed customers whom a contact brings back, 0 to 1
    contact_cost : cost of one contact, shop's currency
    holding_cost_year : yearly cost of stock, as a share of its cost
    incidents : whether something goes wrong near the end: a product's quality, deliveries at home, a country's demand

    Raises
    ------
    InvalidSetting : if a value is outside its range
    """

    seed: int = 0
    customers: int = 20_000
    products: int = 300
    weeks: int = 104
    start: date = date(2024, 1, 1)
    countries: tuple[str, ...] = ("CN", "DE")
    orders_per_week: float = 0.11
    lines_per_order: float = 1.75
    review_share: float = 0.10
    cancelled_share: float = 0.015
    win_back_response: float = 0.06
    contact_cost: float = 0.5
    holding_cost_year: float = 0.25
    incidents: bool = True
    markets: tuple[Market, ...] = field(init=False)

    def __post_init__(self) -> None:
        self._check()
        object.__setattr__(self, "start", self.start - timedelta(days=self.start.weekday()))
        object.__setattr__(self, "countries", tuple(self.countries))
        object.__setattr__(self, "markets", tuple(MARKETS[code] for code in self.countries))

    def _check(self) -> None:
        counts = ("customers", "products", "weeks")
        wrong = [(name, "a whole number of at least 1") for name in counts if getattr(self, name) < 1]
        shares = ("review_share", "cancelled_share", "win_back_response")
        wrong += [(name, "a share from 0 to 1") for name in shares if not 0 <= getattr(self, name) <= 1]
        if self.seed < 0:
            wrong.append(("seed", "a whole number of at least 0"))
        if not self.countries or len(set(self.countries)) < len(self.countries) or not set(self.countries) <= set(MARKETS):
            wrong.append(("countries", f"a choice of {', '.join(MARKETS)}, each once"))
        if not FIRST_YEAR <= self.start.year <= LAST_YEAR - self.weeks // 52 - 1:
            wrong.append(("start", f"a day whose history ends before {LAST_YEAR}, from {FIRST_YEAR} on"))
        if wrong:
            name, expected = wrong[0]
            raise InvalidSetting(name=name, value=getattr(self, name), where="Twin", expected=expected)

    def monday(self, week: int) -> date:
        """Return the first day of a week, counted from 0."""
        return self.start + timedelta(weeks=week)

    @property
    def home(self) -> Market:
        """The market whose currency is the shop's own."""
        return self.markets[0]


@functools.cache
def words(name: str) -> dict[str, Any]:
    """Return one of the word files: catalogue, people, zh, en."""
    return tomllib.loads(resources.files("moushi.twin").joinpath("words", f"{name}.toml").read_text("utf-8"))
