"""Who buys: latent rate, lifetime, taste and price sensitivity of every account."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from moushi.twin.shape import SENSITIVITIES, SENSITIVITY_SHARES, TASTES, Shape
from moushi.twin.streams import Floats, Purpose, Streams

NEVER = np.iinfo(np.int32).max
_SECOND_ACCOUNTS = 0.015
_EARLIER = 0.4


@dataclass
class Customers:
    """Accounts, one array element each, in the order they were opened.

    Attributes
    ----------
    country : index of the market
    taste : index of the taste, see `tastes`
    sensitivity : index into SENSITIVITIES
    rate : orders per week while living, at usual prices and season
    born : first week; negative for before the start
    died : first week without orders
    response : chance that a contact brings an order
    person : number of the person behind the account; mostly the account's own
    revived : first week in which the effect of a contact has ended; 0 for none
    """

    country: npt.NDArray[np.int8]
    taste: npt.NDArray[np.int8]
    sensitivity: npt.NDArray[np.int8]
    rate: npt.NDArray[np.float32]
    born: npt.NDArray[np.int32]
    died: npt.NDArray[np.int32]
    response: npt.NDArray[np.float32]
    person: npt.NDArray[np.int32]
    revived: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rate)

    @property
    def cell(self) -> npt.NDArray[np.int32]:
        """Index of (country, sensitivity, taste), flat."""
        classes = self.country.astype(np.int32) * len(SENSITIVITIES) + self.sensitivity
        return np.asarray(classes * TASTES + self.taste, dtype=np.int32)

    def living(self, week: int) -> npt.NDArray[np.bool_]:
        """Tell who can order in a week by themselves, without any contact."""
        return (self.born <= week) & (week < self.died)

    def joined(self, others: Customers) -> Customers:
        """Return these accounts followed by others."""
        return Customers(**{f.name: np.concatenate([getattr(self, f.name), getattr(others, f.name)]) for f in fields(self)})

    def copy(self) -> Customers:
        """Return accounts whose changes do not reach these; only `died` and `revived` ever change."""
        same = {f.name: getattr(self, f.name) for f in fields(self)}
        return Customers(**{**same, "died": self.died.copy(), "revived": self.revived.copy()})


def tastes(streams: Streams, departments: int) -> Floats:
    """Draw the tastes: per taste the weight of each department, mean 1 over departments."""
    rng = streams.of(Purpose.CUSTOMERS, 0)
    return rng.dirichlet(np.full(departments, 0.7), TASTES) * departments


def first_customers(shape: Shape, streams: Streams) -> Customers:
    """Draw all accounts opened until the end of the first `weeks`."""
    rng = streams.of(Purpose.CUSTOMERS, 1)
    earlier = int(shape.customers * _EARLIER)
    born = np.concatenate([-rng.integers(1, 105, earlier), _arrivals(rng, shape, shape.customers - earlier)])
    return _draw(rng, shape, np.sort(born).astype(np.int32), before=0)


def new_customers(shape: Shape, streams: Streams, week: int, before: int) -> Customers:
    """Draw the accounts opened in a week after the first `weeks`; `before` accounts exist."""
    rng = streams.of(Purpose.CUSTOMERS, 2, week)
    mean = shape.customers * (1 - _EARLIER) / shape.weeks
    return _draw(rng, shape, np.full(rng.poisson(mean), week, dtype=np.int32), before=before)


def _arrivals(rng: np.random.Generator, shape: Shape, count: int) -> npt.NDArray[np.int64]:
    growing = np.exp(0.1 * np.arange(shape.weeks) / 52)
    return rng.choice(shape.weeks, count, p=growing / growing.sum())


def _draw(rng: np.random.Generator, shape: Shape, born: npt.NDArray[np.int32], before: int) -> Customers:
    count = len(born)
    weights = np.array([market.weight for market in shape.markets])
    # Lifetimes from the first week: who opened an account earlier is one who still lives then.
    lasting = rng.exponential(1, count) * np.exp(rng.normal(np.log(46), 0.5, count))
    died = np.minimum(np.maximum(born, 0) + 1 + lasting, NEVER).astype(np.int32)
    country = rng.choice(len(weights), count, p=weights / weights.sum()).astype(np.int8)
    return Customers(
        country=country,
        taste=rng.integers(0, TASTES, count).astype(np.int8),
        sensitivity=rng.choice(len(SENSITIVITIES), count, p=SENSITIVITY_SHARES).astype(np.int8),
        rate=(rng.gamma(1.3, 1 / 1.3, count) * shape.orders_per_week).astype(np.float32),
        born=born,
        died=died,
        response=_responses(rng, shape, count),
        person=_people(rng, country, before),
        revived=np.zeros(count, dtype=np.int32),
    )


def _responses(rng: np.random.Generator, shape: Shape, count: int) -> npt.NDArray[np.float32]:
    mean = shape.win_back_response
    if mean in (0, 1):
        return np.full(count, mean, dtype=np.float32)
    return rng.beta(1.2, 1.2 / mean - 1.2, count).astype(np.float32)


def _people(rng: np.random.Generator, country: npt.NDArray[np.int8], before: int) -> npt.NDArray[np.int32]:
    """Give some accounts the person of an earlier one of the same country; the others a person of their own."""
    count = len(country)
    second = rng.random(count) < _SECOND_ACCOUNTS
    other = (rng.random(count) * np.arange(count)).astype(np.int64)
    second &= ~second[other] & (country == country[other])
    return (before + np.where(second, other, np.arange(count))).astype(np.int32)
