"""Promotions: what is planned, and what a promotion does to demand before, while and after it runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moushi.twin.calendar import in_event
from moushi.twin.catalogue import Catalogue
from moushi.twin.shape import SENSITIVITIES, Shape
from moushi.twin.streams import Floats, Integers, Purpose, Streams

PLANNED_WEEKS = 4
_DIP = (0.5, 0.3, 0.2)
_PER_WEEK, _PER_EVENT_WEEK = 2.5, 6.0
_DEPTHS = (0.1, 0.15, 0.2, 0.25, 0.3)


@dataclass(frozen=True)
class Promotion:
    """A promotion of some products in one market, over whole weeks.

    Attributes
    ----------
    name : identifier
    lift : demand while it runs over demand without it, per product
    pull_forward : extra units taken from the three weeks after, as a share
    cannibalisation : extra units taken from sisters meanwhile, as a share
    """

    name: str
    market: int
    first_week: int
    weeks: int
    depth: float
    mechanic: str
    products: Integers
    lift: Floats
    pull_forward: Floats
    cannibalisation: Floats

    @property
    def end(self) -> int:
        """First week after it."""
        return self.first_week + self.weeks


def plan(shape: Shape, catalogue: Catalogue, streams: Streams, week: int, running: list[Promotion]) -> list[Promotion]:
    """Draw the promotions that start in a week; products still on another are left out."""
    rng = streams.of(Purpose.PROMOTIONS, week)
    planned: list[Promotion] = []
    for number, market in enumerate(shape.markets):
        mean = _PER_EVENT_WEEK if in_event(market, shape.monday(week)) else _PER_WEEK
        for _ in range(rng.poisson(mean)):
            busy = {int(p) for other in running + planned if other.market == number and other.end > week for p in other.products}
            name = f"P{shape.monday(week):%y%m%d}{market.code}{len(planned) + 1:02d}"
            promotion = _draw(rng, catalogue, (name, number, week), busy)
            if len(promotion.products):
                planned.append(promotion)
    return planned


def _draw(rng: np.random.Generator, catalogue: Catalogue, place: tuple[str, int, int], busy: set[int]) -> Promotion:
    count = max(1, len(catalogue.ids) // 50)
    products = _products(rng, catalogue, count, place[2], busy)
    depth, weeks = float(rng.choice(_DEPTHS)), int(rng.choice([1, 2], p=[0.65, 0.35]))
    lift = (1 - depth) ** catalogue.elasticity[products] * catalogue.display[products]
    extra = np.maximum(lift - 1, 1e-9)
    # No week after may lose more than 60 % of its demand.
    pull = np.minimum(catalogue.pull_forward[products], 0.6 / (max(_DIP) * extra * weeks))
    taken = np.minimum(catalogue.cannibalisation[products], 0.5 / extra)
    mechanic = str(rng.choice(["discount", "coupon"], p=[0.7, 0.3]))
    return Promotion(place[0], place[1], place[2], weeks, depth, mechanic, products, lift, pull, taken)


def _products(rng: np.random.Generator, catalogue: Catalogue, count: int, week: int, busy: set[int]) -> Integers:
    """Choose products of different leaves, so that no two of a promotion take from each other."""
    leaves: set[int] = set()
    chosen: list[int] = []
    for candidate in rng.permutation(len(catalogue.ids)):
        product, leaf = int(candidate), int(catalogue.leaf[candidate])
        if product in busy or leaf in leaves or catalogue.launch[product] > week:
            continue
        leaves.add(leaf)
        chosen.append(product)
        if len(chosen) == count:
            break
    return np.array(sorted(chosen), dtype=np.int64)


def depths(promotions: list[Promotion], shape: tuple[int, int], week: int) -> Floats:
    """Return the discount of each product and market in a week, 0 where there is none."""
    result = np.zeros(shape)
    for promotion in promotions:
        if promotion.first_week <= week < promotion.end:
            result[promotion.products, promotion.market] = promotion.depth
    return result


def factors(promotions: list[Promotion], catalogue: Catalogue, week: int) -> Floats:
    """Return by how much promotions multiply demand in a week, per product, market and sensitivity.

    Returns
    -------
    array (products, markets, sensitivities) : lift while a promotion runs, dips
    in the weeks after it, and what sisters lose meanwhile
    """
    result = np.ones((*catalogue.price.shape, len(SENSITIVITIES)))
    for promotion in promotions:
        if promotion.first_week <= week < promotion.end:
            price = (1 - promotion.depth) ** (catalogue.elasticity[promotion.products, None] * SENSITIVITIES)
            result[promotion.products, promotion.market] *= price * catalogue.display[promotion.products, None]
            _cannibalise(result, promotion, catalogue)
        elif promotion.end <= week < promotion.end + len(_DIP):
            kernel = _DIP[week - promotion.end]
            taken = promotion.pull_forward * (promotion.lift - 1) * promotion.weeks * kernel
            result[promotion.products, promotion.market] *= (1 - taken)[:, None]
    return result


def _cannibalise(result: Floats, promotion: Promotion, catalogue: Catalogue) -> None:
    """Take what sisters lose: the extra units' share, spread over them by their usual demand."""
    for product, lift, share in zip(promotion.products, promotion.lift, promotion.cannibalisation, strict=True):
        usual = catalogue.popularity[:, promotion.market]
        sisters = (catalogue.leaf == catalogue.leaf[product]) & (np.arange(len(usual)) != product)
        if sisters.any():
            lost = share * (lift - 1) * usual[product] / usual[sisters].sum()
            result[sisters, promotion.market] *= 1 - min(lost, 0.5)
