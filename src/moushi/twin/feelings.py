"""What buyers feel about what they got, who says so in a review, and who sends it back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from moushi.twin.catalogue import Catalogue
from moushi.twin.demand import INCIDENT_WEEKS
from moushi.twin.records import FELT_UNIT, RETURN, REVIEW, Rows
from moushi.twin.shape import ASPECTS, DELIVERY, PACKAGING, QUALITY, SERVICE, VALUE, Shape
from moushi.twin.streams import Floats, Purpose, Streams, fraction

QUALITY_DROP_WEEKS = 10
QUALITY_DROP = 1.3
DELIVERY_TROUBLE_WEEKS = 4
DELIVERY_TROUBLE = 0.35
_WEIGHTS = np.array([0.36, 0.16, 0.12, 0.14, 0.08, 0.05, 0.09])
_STARS = np.array([-0.36, -0.20, -0.03, 0.18])
_SALT_RETURN, _SALT_REVIEW, _SALT_LATE = 21, 22, 23
_DAY = 86_400


def worsened(shape: Shape, catalogue: Catalogue) -> int | None:
    """Return the product whose quality falls near the end of the past: the best seller at home; None without incidents."""
    if not shape.incidents or shape.weeks < INCIDENT_WEEKS:
        return None
    return int(np.argmax(catalogue.popularity[:, 0] * (catalogue.launch <= 0)))


def satisfaction(shape: Shape, catalogue: Catalogue, week: int) -> Floats:
    """Return the mean feeling per product and aspect in a week."""
    product = worsened(shape, catalogue)
    if product is None or week < shape.weeks - QUALITY_DROP_WEEKS:
        return catalogue.satisfaction
    changed = catalogue.satisfaction.copy()
    changed[product, QUALITY] -= QUALITY_DROP
    return changed


def _line_number(lines: Rows) -> npt.NDArray[np.int64]:
    return np.asarray(lines["order"] * 128 + lines["line"])


def late(shape: Shape, told: Rows, busy: float, week: int) -> npt.NDArray[np.bool_]:
    """Tell which orders are delivered late; `busy` is the week's activity over an ordinary one's."""
    chance = min(0.05 * max(busy, 0.5) ** 2, 0.4) + delivery_trouble(shape, week) * (told["market"] == 0)
    return np.asarray(fraction(told["order"], 1000 * shape.seed + _SALT_LATE) < chance)


def delivery_trouble(shape: Shape, week: int) -> float:
    """Return the incident in the home market's deliveries: how many more are late in a week, as a share."""
    hit = shape.incidents and shape.weeks >= INCIDENT_WEEKS and week >= shape.weeks - DELIVERY_TROUBLE_WEEKS
    return DELIVERY_TROUBLE if hit else 0.0


def returns(shape: Shape, catalogue: Catalogue, sales: Rows, week: int) -> Rows:
    """Return the lines that send goods of `sales` back, dated 5 to 25 days later."""
    felt = satisfaction(shape, catalogue, week)
    chance = catalogue.return_rate + 0.05 * np.maximum(0, -felt[:, QUALITY])
    luck = fraction(_line_number(sales), 1000 * shape.seed + _SALT_RETURN)
    limit = chance[sales["product"]]
    back: Rows = sales[luck < limit].copy()
    # The same number again, spread over 0 to 1: when it happens.
    delay = 5 + 20 * (luck / limit)[luck < limit]
    back["at"] = back["at"] + (delay * _DAY).astype(np.uint32)
    back["kind"], back["quantity"], back["discount"] = RETURN, -back["quantity"], -back["discount"]
    return back


def reviews(world: tuple[Shape, Catalogue, Streams], sales: Rows, sensitivity: Floats, usual: Floats, week: int) -> Rows:
    """Return the reviews that buyers of `sales` will write.

    Parameters
    ----------
    sensitivity : of each line's customer to prices
    usual : usual price of each line's product, cents
    """
    shape, catalogue, streams = world
    rng = streams.of(Purpose.FEELINGS, week)
    chosen = fraction(_line_number(sales), 1000 * shape.seed + _SALT_REVIEW) < shape.review_share
    told = sales[chosen]
    paid = np.maximum(told["unit"] - told["discount"] / told["quantity"], 1)
    felt = satisfaction(shape, catalogue, week)[told["product"]] + rng.normal(0, 0.42, (len(told), len(ASPECTS)))
    # A lucky or unlucky day colours everything; one piece in twenty has a fault.
    felt += rng.normal(0, 0.15, (len(told), 1))
    felt[:, QUALITY] -= 1.3 * (rng.random(len(told)) < 0.05)
    felt[:, VALUE] -= sensitivity[chosen] * np.log(paid / usual[chosen])
    felt[:, SERVICE] -= 1.1 * (rng.random(len(told)) < 0.05)
    felt[:, PACKAGING] -= 1.2 * (rng.random(len(told)) < 0.04)
    felt[:, DELIVERY] -= 1.4 * late(shape, told, len(sales) / max(_ordinary(shape), 1), week)
    felt = np.where(catalogue.relevant[told["product"]], felt, 0)
    return _written(rng, told, felt, stars(felt, catalogue.relevant[told["product"]]))


def _ordinary(shape: Shape) -> float:
    """Sales of an ordinary week, roughly: enough to know a festival by."""
    return shape.customers * 0.5 * shape.orders_per_week * shape.lines_per_order


def stars(felt: Floats, relevant: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    """Give 1 to 5 stars: the weighted mean of what was felt, pulled down by what was worst."""
    weights = _WEIGHTS * relevant
    mean = (felt * weights).sum(axis=1) / weights.sum(axis=1)
    worst = np.where(relevant, felt * (_WEIGHTS / _WEIGHTS.max()) ** 0.3, 1).min(axis=1)
    return np.asarray(1 + np.searchsorted(_STARS, 0.6 * mean + 0.4 * worst), dtype=np.int8)


def _written(rng: np.random.Generator, told: Rows, felt: Floats, given: npt.NDArray[np.int8]) -> Rows:
    """Leave out some of the lukewarm, who seldom write, and date the rest."""
    kept = rng.random(len(told)) < np.array([1.0, 0.9, 0.6, 0.65, 0.9])[given - 1]
    days = rng.uniform(2, 7, len(told)) + rng.exponential(5, len(told))
    result = np.zeros(int(kept.sum()), dtype=REVIEW)
    for name in ("order", "market", "customer", "product"):
        result[name] = told[name][kept]
    result["at"] = told["at"][kept] + (days[kept] * _DAY).astype(np.uint32)
    result["stars"] = given[kept]
    result["felt"] = np.clip(np.rint(felt[kept] * FELT_UNIT), -127, 127)
    return result
