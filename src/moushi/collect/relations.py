"""How the columns of order lines relate: quantity times price, discounts, line numbers, totals that repeat."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
import numpy.typing as npt

from moushi.collect.evidence import Floats, Sample

AGREED = 0.9
_ROWS = 5_000
_MOST_COLUMNS = 8
_FEW_PAIRS, _MANY_PAIRS = 2, 20


@dataclass(frozen=True)
class Discount:
    """What a discount column holds: a share of the price or money; `share` of the rows bear it out."""

    rate: bool
    share: float


def agreement(first: Floats, second: Floats) -> float:
    """Return the share of rows on which two amounts are equal but for rounding; 0 where no row has both."""
    both = np.isfinite(first) & np.isfinite(second)
    if not both.any():
        return 0.0
    first, second = first[both], second[both]
    return float((np.abs(first - second) <= 0.011 + 0.002 * np.abs(second)).mean())


def product_share(sample: Sample, quantity: str, price: str, amount: str) -> float:
    """Return on what share of rows quantity times price is the amount."""
    facts = sample.facts
    return agreement(facts[quantity].numbers * facts[price].numbers, facts[amount].numbers)


def find_product(sample: Sample) -> tuple[str, str, str] | None:
    """Find quantity, price and amount by their values alone: whole numbers times money gives the third.

    Returns
    -------
    three column names, None if no three columns agree on nine rows of ten
    """
    columns = [name for name, facts in sample.facts.items() if facts.filled > 0.8 and facts.numeric > 0.95 and len(facts.distinct) > 1]
    if len(columns) > 3 * _MOST_COLUMNS:
        return None
    small = {name: sample.facts[name].numbers[:_ROWS] for name in columns}
    wholes = [name for name in columns if _whole(small[name]) and np.nanmax(np.abs(small[name])) < 1e6]
    for quantity, price, amount in permutations(columns, 3):
        if quantity not in wholes or agreement(small[price], small[amount]) > 0.5:
            continue
        telling = np.abs(small[quantity]) > 1
        if telling.mean() > 0.05 and agreement((small[quantity] * small[price])[telling], small[amount][telling]) >= 0.98:
            return quantity, price, amount
    return None


def _whole(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return bool(len(known) and (known == np.round(known)).all())


def discount_kind(sample: Sample, discount: str, *, quantity: str | None, price: str | None, amount: str | None) -> Discount:
    """Decide from the values whether a discount is a share of the price or money."""
    values = sample.facts[discount].numbers
    gross = net = None
    if quantity and price and amount:
        gross = sample.facts[quantity].numbers * sample.facts[price].numbers
        net = sample.facts[amount].numbers
        cut = np.isfinite(values) & (values != 0)
        if cut.any():
            money = agreement((gross - np.abs(values))[cut], net[cut])
            rate = agreement((gross * (1 - np.abs(values)))[cut], net[cut])
            if max(money, rate) >= 0.5:
                return Discount(rate > money, max(money, rate))
    known = np.abs(values[np.isfinite(values)])
    fractions = known[(known > 0) & (known != 1)]
    rate_like = bool(len(fractions) and known.max() <= 1 and len(np.unique(fractions)) <= 101)
    return Discount(rate_like, 0.5)


def money_role(sample: Sample, product: str, quantity: str, money: str) -> Literal["unit", "line"] | None:
    """Decide whether money beside a quantity is per unit or for the line.

    Rows of one product with different quantities tell: a price per unit stays,
    a line's money grows with the quantity.  None where too few rows tell.
    """
    facts = sample.facts
    codes, units, value = facts[product].codes, facts[quantity].numbers, facts[money].numbers
    usable = (codes >= 0) & (units > 0) & (value > 0)
    order = np.lexsort((units[usable], codes[usable]))
    codes, units, value = codes[usable][order], units[usable][order], value[usable][order]
    pairs = (codes[1:] == codes[:-1]) & (units[1:] != units[:-1])
    if pairs.sum() < _FEW_PAIRS:
        return None
    grown = np.log(units[1:][pairs] / units[:-1][pairs])
    moved = np.log(value[1:][pairs] / value[:-1][pairs])
    exact = np.allclose(moved, grown, atol=0.01) or np.allclose(moved, 0, atol=0.01)
    if not exact and pairs.sum() < _MANY_PAIRS:
        return None
    slope = float((grown * moved).sum() / (grown**2).sum())
    if slope > 0.6:
        return "line"
    return "unit" if slope < 0.3 else None


def numbers_lines(sample: Sample, order: str, line: str) -> bool:
    """Tell whether a column names the lines within an order: no two rows of an order share it."""
    return sample.distinct_share([order, line]) >= 0.99


def find_line_number(sample: Sample, order: str, free: list[str]) -> str | None:
    """Find a column that counts 1, 2, 3 within each order, by its values alone."""
    codes = sample.facts[order].codes
    if len(np.unique(codes)) > 0.95 * max(len(codes), 1):
        return None
    for name in free:
        values = sample.facts[name].numbers
        if sample.facts[name].numeric > 0.99 and _whole(values) and _counts(codes, values):
            return name
    return None


def _counts(codes: npt.NDArray[np.int64], values: Floats) -> bool:
    order = np.lexsort((values, codes))
    codes, values = codes[order], values[order]
    first = np.concatenate([[True], codes[1:] != codes[:-1]])
    follows = np.concatenate([[True], values[1:] == values[:-1] + 1])
    # The last order of a sample may be cut short at its end, never at its start.
    return bool((values[first] == 1).all() and (follows | first).all())


def repeats_per_order(sample: Sample, order: str, amount: str, product: str | None) -> bool:
    """Tell whether an amount is the order's total, repeated on each of its lines."""
    return product is not None and sample.depends(order, amount) > 0.95 and sample.depends(order, product) < 0.7
