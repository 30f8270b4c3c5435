"""What the shop sells: the category tree, names, costs, and the truth about each product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.twin.shape import APPEARANCE, ASPECTS, DELIVERY, PACKAGING, QUALITY, SERVICE, SIZE, VALUE, Shape, words
from moushi.twin.streams import Floats, Integers, Purpose, Streams

POSTAGE, TEST = -1, -2
_LETTERS = "HECSBTPF"
_MARGIN = 0.45


@dataclass(frozen=True)
class Leaf:
    """The lowest level of the category tree, and what its goods are like."""

    department: int
    path: tuple[str, str]
    noun: tuple[str, str]
    group: str
    fit: str
    coloured: bool
    entry: dict[str, Any]


@dataclass(frozen=True)
class Catalogue:
    """Products in department order, one array element (or row) each.

    Attributes
    ----------
    ids : stock keeping units
    names : (zh, en)
    leaf, department : index into `leaves` and department number
    first : first product of each department
    cost : of a unit, cents of the shop's currency
    price : usual price per product and market, cents of the market's currency
    popularity : relative demand at the usual price, per product and market
    elasticity : true own-price elasticity, below 0
    display : demand factor of being on promotion at all, besides the price
    pull_forward : share of a promotion's extra units taken from the weeks after
    cannibalisation : share of a promotion's extra units taken from sisters in the leaf
    season, peak : yearly amplitude and week of the year of the peak
    growth : yearly growth of demand, as a log
    launch : week of launch, from 0; negative for before the start
    more : mean units per line, less one
    lead_days, pack, minimum, supplier : how it is bought
    return_rate : share of sold lines that come back at usual quality
    satisfaction : per product and aspect, about -1 to 1
    relevant : whether the aspect means anything for the product
    """

    leaves: tuple[Leaf, ...]
    ids: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    brands: tuple[tuple[str, str], ...]
    leaf: Integers
    department: Integers
    first: Integers
    cost: Integers
    price: Integers
    popularity: Floats
    elasticity: Floats
    display: Floats
    pull_forward: Floats
    cannibalisation: Floats
    season: Floats
    peak: Floats
    growth: Floats
    launch: Integers
    more: Floats
    lead_days: Integers
    pack: Integers
    minimum: Integers
    supplier: Integers
    return_rate: Floats
    satisfaction: Floats
    relevant: npt.NDArray[np.bool_]


def make_catalogue(shape: Shape, streams: Streams) -> Catalogue:
    """Draw the catalogue of a twin."""
    rng = streams.of(Purpose.CATALOGUE)
    leaves = _leaves()
    leaf = _spread(leaves, shape.products)
    numbers = np.array([leaves[i].department for i in leaf])
    departments, department = np.unique(numbers, return_inverse=True)
    titles = _titles(rng, leaves, leaf)
    price_cny = _price_cny(rng, leaves, leaf)
    return Catalogue(
        leaves=leaves,
        ids=tuple(f"{_LETTERS[numbers[i]]}{10001 + i}" for i in range(shape.products)),
        names=tuple(name for name, _ in titles),
        brands=tuple(brand for _, brand in titles),
        leaf=leaf,
        department=department.astype(np.int64),
        first=np.searchsorted(department, np.arange(len(departments))).astype(np.int64),
        **_trade(rng, shape, leaves, leaf, price_cny),
        **_response(rng, shape.products),
        **_feeling(rng, leaves, leaf),
    )


def _leaves() -> tuple[Leaf, ...]:
    found = []
    for number, department in enumerate(words("catalogue")["departments"]):
        for entry in department["leaves"]:
            middle = entry["middle"]
            found.append(
                Leaf(
                    department=number,
                    path=(f"{department['zh']} > {middle[0]} > {entry['zh']}", f"{department['en']} > {middle[1]} > {entry['en']}"),
                    noun=(entry["noun"][0], entry["noun"][1]),
                    group=entry.get("group", department["group"]),
                    fit=entry.get("fit", ""),
                    coloured=department.get("coloured", False),
                    entry=entry,
                )
            )
    return tuple(found)


def _spread(leaves: tuple[Leaf, ...], products: int) -> Integers:
    """Give each product a leaf: across departments first, so that small catalogues are mixed too."""
    rank = [sum(other.department == leaf.department for other in leaves[:i]) for i, leaf in enumerate(leaves)]
    order = sorted(range(len(leaves)), key=lambda i: (rank[i], i))
    return np.sort(np.array([order[i % len(order)] for i in range(products)]))


def _titles(rng: np.random.Generator, leaves: tuple[Leaf, ...], leaf: Integers) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    """Name each product: brand, series, noun, variant, colour; no name twice."""
    parts = words("catalogue")
    taken: set[str] = set()
    titles = []
    for place in leaf:
        for attempt in range(1_000):
            name, brand = _title(rng, parts, leaves[place])
            if attempt >= 50:
                name = (f"{name[0]} {attempt}", f"{name[1]} {attempt}")
            if name[0] not in taken:
                break
        taken.add(name[0])
        titles.append((name, brand))
    return titles


def _title(rng: np.random.Generator, parts: dict[str, Any], leaf: Leaf) -> tuple[tuple[str, str], tuple[str, str]]:
    brand, series, variant = (_pick(rng, parts["brands"]), _pick(rng, parts["series"]), _pick(rng, leaf.entry["variants"]))
    zh, en = f"{brand[0]} {series[0]}{leaf.noun[0]} {variant[0]}", f"{brand[1]} {series[1]} {leaf.noun[1]}, {variant[1]}"
    if leaf.coloured:
        colour = _pick(rng, parts["colours"])
        zh, en = f"{zh} {colour[0]}", f"{en}, {colour[1]}"
    return (zh, en), (brand[0], brand[1])


def _pick(rng: np.random.Generator, pairs: list[list[str]]) -> list[str]:
    return pairs[int(rng.integers(len(pairs)))]


def _price_cny(rng: np.random.Generator, leaves: tuple[Leaf, ...], leaf: Integers) -> Floats:
    low = np.array([leaves[i].entry["price"][0] for i in leaf], dtype=np.float64)
    high = np.array([leaves[i].entry["price"][1] for i in leaf], dtype=np.float64)
    return low * (high / low) ** rng.beta(1.6, 2.2, len(leaf))


def _trade(rng: np.random.Generator, shape: Shape, leaves: tuple[Leaf, ...], leaf: Integers, price_cny: Floats) -> dict[str, Any]:
    count = len(leaf)
    markets = [price_cny / market.worth * (1.0 if market.code == "CN" else 1.12) for market in shape.markets]
    margin = np.clip(rng.normal(_MARGIN, 0.07, count), 0.25, 0.7)
    local_taste = np.exp(rng.normal(0, 0.5, (count, len(markets))))
    late = rng.random(count) < 0.12
    return {
        "cost": np.maximum(np.rint(price_cny / shape.home.worth * (1 - margin) * 100), 1).astype(np.int64),
        "price": np.stack([shop_price(price) for price in markets], axis=1),
        "popularity": np.exp(rng.normal(0, 0.9, count))[:, None] * local_taste / np.sqrt(price_cny)[:, None],
        "season": np.array([leaves[i].entry["season"] for i in leaf]) * rng.uniform(0.8, 1.2, count),
        "peak": np.array([leaves[i].entry["peak"] for i in leaf]) + rng.normal(0, 1, count),
        "growth": rng.normal(0.04, 0.15, count),
        "launch": np.where(late, rng.integers(1, max(2, int(shape.weeks * 0.8)), count), -52).astype(np.int64),
        "more": np.array([leaves[i].entry["more"] for i in leaf], dtype=np.float64),
        **_supply(rng, count, price_cny),
    }


def _supply(rng: np.random.Generator, count: int, price_cny: Floats) -> dict[str, Any]:
    pack = rng.choice([1, 2, 4, 6, 12], count, p=[0.2, 0.2, 0.25, 0.2, 0.15])
    pack = np.where(price_cny > 300, np.minimum(pack, 2), pack)
    return {
        "lead_days": rng.choice([7, 10, 14, 21, 28, 35, 45], count, p=[0.15, 0.15, 0.25, 0.2, 0.1, 0.1, 0.05]),
        "pack": pack,
        "minimum": pack * rng.integers(1, 4, count),
        "supplier": rng.integers(1, 19, count),
    }


def shop_price(amounts: Floats) -> Integers:
    """Round amounts to prices as shops write them, in cents: 9.90, 39.00, 128.00."""
    small = np.maximum(np.rint(amounts) * 100 - 10, 90)
    large = np.rint(amounts) * 100
    return np.where(amounts < 30, small, large).astype(np.int64)


def _response(rng: np.random.Generator, count: int) -> dict[str, Any]:
    return {
        "elasticity": -np.clip(rng.gamma(9.0, 0.2, count), 0.4, 3.5),
        "display": rng.uniform(1.1, 1.6, count),
        "pull_forward": rng.uniform(0.1, 0.4, count),
        "cannibalisation": rng.uniform(0.05, 0.25, count),
    }


def _feeling(rng: np.random.Generator, leaves: tuple[Leaf, ...], leaf: Integers) -> dict[str, Any]:
    groups = np.array([leaves[i].group for i in leaf])
    fit = np.array([leaves[i].fit != "" for i in leaf])
    relevant = np.ones((len(leaf), len(ASPECTS)), dtype=np.bool_)
    relevant[:, SIZE] = fit
    relevant[:, APPEARANCE] = np.isin(groups, ["durable", "wear"])
    usual = np.zeros(len(ASPECTS))
    usual[[QUALITY, VALUE, DELIVERY, SIZE, SERVICE, PACKAGING, APPEARANCE]] = [0.5, 0.45, 0.5, 0.35, 0.45, 0.5, 0.5]
    satisfaction = np.clip(rng.normal(usual, 0.3, (len(leaf), len(ASPECTS))), -1, 1)
    unhappy = np.maximum(0, 0.3 - satisfaction[:, QUALITY]) + fit * np.maximum(0, 0.3 - satisfaction[:, SIZE])
    return {
        "return_rate": np.clip(0.015 + 0.04 * fit + 0.05 * unhappy, 0, 0.3),
        "satisfaction": satisfaction,
        "relevant": relevant,
    }
