"""One week of the shop's life: prices, orders, stock, returns, reviews, money."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from moushi.twin import demand, feelings
from moushi.twin.catalogue import POSTAGE, TEST, Catalogue, make_catalogue
from moushi.twin.customers import Customers, first_customers, new_customers, tastes
from moushi.twin.prices import Prices
from moushi.twin.promotions import PLANNED_WEEKS, Promotion, depths, factors, plan
from moushi.twin.records import FEE, LINE, RETURN, SALE, TRIAL, Rows, Week, amount, no_lines, no_reviews
from moushi.twin.shape import SENSITIVITIES, Shape
from moushi.twin.stock import Filled, Stock, fulfil, lead_times, own_orders, packed
from moushi.twin.streams import Floats, Integers, Purpose, Streams, fraction

_SALT_CONTACT, _SALT_POSTAGE = 31, 32
_RATE_MOVE = 0.004


@dataclass(frozen=True)
class World:
    """What never changes in a twin."""

    shape: Shape
    streams: Streams
    catalogue: Catalogue
    tastes: Floats

    @classmethod
    def of(cls, shape: Shape) -> World:
        """Draw a twin's world."""
        streams = Streams(shape.seed)
        catalogue = make_catalogue(shape, streams)
        return cls(shape, streams, catalogue, tastes(streams, len(catalogue.first)))


@dataclass(frozen=True)
class Actions:
    """Decisions for a week, by index.

    Attributes
    ----------
    reorders : (product, market) to units; replaces what the shop would order itself
    prices : (product, market) to the new price in cents of the market's currency
    contacts : accounts to contact
    """

    reorders: dict[tuple[int, int], int] = field(default_factory=dict)
    prices: dict[tuple[int, int], int] = field(default_factory=dict)
    contacts: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass
class State:
    """What changes from week to week; `weeks` and `worths` hold the past."""

    customers: Customers
    prices: Prices
    stock: Stock
    promotions: list[Promotion] = field(default_factory=list)
    weeks: list[Week] = field(default_factory=list)
    worths: list[Floats] = field(default_factory=list)
    returns_due: Rows = field(default_factory=no_lines)
    reviews_due: Rows = field(default_factory=no_reviews)

    @classmethod
    def starting(cls, world: World) -> State:
        """Return the shop on its first morning."""
        customers = first_customers(world.shape, world.streams)
        first = demand.pull(world.shape, world.catalogue, world.catalogue.price, np.ones((*world.catalogue.price.shape, 3)), 0)
        mass = demand.mass(customers, 0, len(world.shape.markets))
        expected = demand.expected_units(world.shape, world.catalogue, world.tastes, mass, first)
        return cls(customers, Prices.starting(world.catalogue), Stock.starting(world.catalogue, expected))

    def copy(self) -> State:
        """Return a state whose changes do not reach this one; the past is shared."""
        other = copy.copy(self)
        other.customers, other.prices, other.stock = self.customers.copy(), self.prices.copy(), self.stock.copy()
        other.promotions, other.weeks, other.worths = list(self.promotions), list(self.weeks), list(self.worths)
        return other


def live(world: World, state: State, actions: Actions) -> Week:
    """Advance the state by one week and return what happened."""
    week = len(state.weeks)
    _begin(world, state, actions, week)
    promotion = factors(state.promotions, world.catalogue, week)
    lines = _orders(world, state, actions, week, promotion)
    _price(world, state, lines, week)
    monday = int(datetime.combine(world.shape.monday(week), datetime.min.time(), tzinfo=UTC).timestamp())
    filled = fulfil(state.stock, lines, monday)
    lines["discount"] = np.rint(lines["discount"] * (filled.quantity / lines["quantity"]))
    lines["quantity"] = filled.quantity
    lines = lines[lines["quantity"] > 0]
    returned, told = _afterwards(world, state, lines, week, monday)
    record = Week(
        lines=_in_time_order([lines, _extras(world, lines, week, monday), returned]),
        reviews=told,
        demand=filled.wanted,
        expected=_expected(world, state, week, promotion),
        sold=filled.sold,
        on_hand=filled.on_hand,
        on_order=filled.on_order,
        money=_money(world, state, np.concatenate([lines, returned]), filled, len(actions.contacts)),
    )
    state.weeks.append(record)
    state.stock.advance()
    return record


def _begin(world: World, state: State, actions: Actions, week: int) -> None:
    """Monday morning: new accounts, prices, exchange rates, plans, orders to suppliers."""
    shape = world.shape
    if week >= shape.weeks:
        state.customers = state.customers.joined(new_customers(shape, world.streams, week, len(state.customers)))
    state.prices.advance(week, world.catalogue, world.streams)
    for (product, market), cents in actions.prices.items():
        state.prices.decide(week, product, market, cents)
    state.worths.append(_worth(world, state, week))
    for start in range(PLANNED_WEEKS + 1) if week == 0 else [week + PLANNED_WEEKS]:
        state.promotions += plan(shape, world.catalogue, world.streams, start, state.promotions[-400:])
    units = own_orders(world.catalogue, state.stock, [past.sold for past in state.weeks[-6:]], week)
    for (product, market), quantity in actions.reorders.items():
        units[product, market] = packed(world.catalogue, np.full(units.shape, quantity))[product, market]
    state.stock.order(units, lead_times(world.catalogue, world.streams, week))


def _worth(world: World, state: State, week: int) -> Floats:
    """Return CNY for one unit of each market's currency: a slow random walk."""
    if week == 0:
        return np.array([market.worth for market in world.shape.markets])
    moves = world.streams.of(Purpose.RATES, week).normal(0, _RATE_MOVE, len(world.shape.markets))
    foreign = np.array([market.currency != "CNY" for market in world.shape.markets])
    return np.asarray(np.round(state.worths[-1] * np.exp(moves * foreign), 6))


def to_home(worth: Floats) -> Floats:
    """Return units of the shop's currency for one unit of each market's."""
    return np.asarray(np.round(worth / worth[0], 6))


def _orders(world: World, state: State, actions: Actions, week: int, promotion: Floats) -> Rows:
    """Return what customers order: by themselves, for decided prices, and because they were contacted."""
    shape, catalogue = world.shape, world.catalogue
    drawing = (shape, catalogue, world.tastes)
    customers = state.customers
    own = demand.pull(shape, catalogue, state.prices.own, promotion, week)
    activity = own.activity(world.tastes)
    weights = customers.rate * customers.living(week) * activity[customers.cell]
    rng = world.streams.of(Purpose.ORDERS, week)
    lines = demand.make_lines(rng, drawing, customers, demand.draw_buyers(rng, weights), own, week)
    parts = [lines]
    if (state.prices.decided > 0).any():
        parts = _respond(world, state, lines, week)
    won = _won_back(world, state, actions, activity, week)
    if len(won):
        parts.append(demand.make_lines(world.streams.of(Purpose.WIN_BACK, week, 1), drawing, customers, won, own, week))
    return _numbered(shape, parts, week)


def _respond(world: World, state: State, lines: Rows, week: int) -> list[Rows]:
    """Thin out lines whose price was raised by decision, repeat lines whose price was lowered.

    The lines themselves are those of the world without the decision, so that
    two policies differ by the decision's effect only.
    """
    rng = world.streams.of(Purpose.PRICE_DECISIONS, week)
    strength = world.catalogue.elasticity[lines["product"]] * SENSITIVITIES[state.customers.sensitivity[lines["customer"]]]
    wish = state.prices.ratio()[lines["product"], lines["market"]] ** strength
    times = np.floor(wish + rng.random(len(lines))).astype(np.int64)
    kept = lines[times > 0]
    again = np.repeat(lines, np.maximum(times - 1, 0))
    again["order"] = np.arange(len(again))
    again["line"] = 1
    return [kept, again]


def _won_back(world: World, state: State, actions: Actions, activity: Floats, week: int) -> Integers:
    """Return who orders because of contacts, now or earlier; those who had left come back for a while."""
    customers = state.customers
    back = (customers.died <= week) & (customers.revived > week)
    rng = world.streams.of(Purpose.WIN_BACK, week, 0)
    returning = demand.draw_buyers(rng, customers.rate * back * activity[customers.cell]) if back.any() else np.zeros(0, dtype=np.int64)
    contacted = np.unique(actions.contacts)
    if not len(contacted):
        return returning
    chance = contact_chance(customers, week)[contacted]
    luck = fraction(contacted * 4096 + week, 1000 * world.shape.seed + _SALT_CONTACT)
    answering = contacted[luck < chance]
    gone = answering[customers.died[answering] <= week]
    stay = 4 + (fraction(gone, 1000 * world.shape.seed + _SALT_CONTACT + 1) * 36).astype(np.int32)
    state.customers.revived[gone] = week + stay
    return np.concatenate([answering, returning])


def contact_chance(customers: Customers, week: int) -> Floats:
    """Return per account the chance that a contact now brings an order that would not have come by itself."""
    away = np.maximum(week - customers.died.astype(np.float64), 0)
    chance = customers.response * np.where(away > 0, np.exp(-away / 52), 0.5)
    return np.asarray(np.where(customers.born <= week, chance, 0.0), dtype=np.float64)


def _numbered(shape: Shape, parts: list[Rows], week: int) -> Rows:
    """Number orders over all parts, so that the first part's numbers do not depend on the others."""
    before = 0
    for part in parts:
        part["order"] += before
        before = int(part["order"].max()) + 1 if len(part) else before
    lines = _in_time_order(parts)
    monday = shape.monday(week)
    epoch = int(datetime.combine(monday, datetime.min.time(), tzinfo=UTC).timestamp())
    dates = np.array([int(f"{monday + timedelta(days=i):%Y%m%d}") for i in range(7)], dtype=np.int64)
    lines["order"] += 1 + dates[(lines["at"].astype(np.int64) - epoch) // 86_400] * 10**8
    return lines


def _in_time_order(parts: list[Rows]) -> Rows:
    lines = np.concatenate(parts)
    return lines[np.lexsort((lines["line"], lines["order"], lines["at"]))]


def _price(world: World, state: State, lines: Rows, week: int) -> None:
    """Write prices and discounts on lines."""
    place = (lines["product"], lines["market"])
    depth = depths(state.promotions[-400:], world.catalogue.price.shape, week)
    lines["unit"] = state.prices.shown[place]
    lines["discount"] = np.rint(lines["unit"] * depth[place] / 10).astype(np.int64) * 10 * lines["quantity"]


def _afterwards(world: World, state: State, lines: Rows, week: int, monday: int) -> tuple[Rows, Rows]:
    """Let buyers send back and speak; return what of it falls in this week."""
    sales = lines[lines["kind"] == SALE]
    back = feelings.returns(world.shape, world.catalogue, sales, week)
    days = (back["at"].astype(np.int64) - monday) // 86_400
    state.stock.give_back(back["product"], back["market"], -back["quantity"], days)
    sensitivity = SENSITIVITIES[state.customers.sensitivity[sales["customer"]]]
    usual = world.catalogue.price[sales["product"], sales["market"]].astype(np.float64)
    said = feelings.reviews((world.shape, world.catalogue, world.streams), sales, sensitivity, usual, week)
    end = monday + 7 * 86_400
    returned, state.returns_due = _due(np.concatenate([state.returns_due, back]), end)
    told, state.reviews_due = _due(np.concatenate([state.reviews_due, said]), end)
    return returned, told


def _due(rows: Rows, end: int) -> tuple[Rows, Rows]:
    now = rows["at"] < end
    due = rows[now]
    return due[np.lexsort((due["product"], due["order"], due["at"]))], rows[~now]


def _extras(world: World, lines: Rows, week: int, monday: int) -> Rows:
    """Return postage lines, and now and then somebody trying out the shop."""
    orders, first, row = np.unique(lines["order"], return_index=True, return_inverse=True)
    totals = np.bincount(row, weights=amount(lines), minlength=len(orders))
    market = lines["market"][first]
    limit = np.array([m.postage_free for m in world.shape.markets])[market]
    share = np.array([0.15 if m.language == "zh" else 0.7 for m in world.shape.markets])[market]
    paying = (totals < limit) & (fraction(orders, 1000 * world.shape.seed + _SALT_POSTAGE) < share)
    fees = lines[first[paying]].copy()
    fees["kind"] = np.where(fees["kind"] == SALE, FEE, fees["kind"])
    fees["line"], fees["product"], fees["quantity"], fees["discount"] = 99, POSTAGE, 1, 0
    fees["unit"] = np.array([m.postage for m in world.shape.markets])[market[paying]]
    return np.concatenate([fees, _trials(world, week, monday)])


def _trials(world: World, week: int, monday: int) -> Rows:
    rng = world.streams.of(Purpose.FEES, week)
    if rng.random() > 0.15:
        return no_lines()
    trial = np.zeros(1, dtype=LINE)
    day = world.shape.monday(week)
    trial["order"] = int(f"{day:%Y%m%d}") * 10**8 + 99_999_999
    trial["line"], trial["kind"], trial["customer"], trial["product"] = 1, TRIAL, -1, TEST
    trial["quantity"], trial["unit"], trial["at"] = 1, 1, monday + int(rng.integers(9 * 3600, 18 * 3600))
    trial["market"] = int(rng.integers(len(world.shape.markets)))
    return trial


def _expected(world: World, state: State, week: int, promotion: Floats) -> Floats:
    now = demand.pull(world.shape, world.catalogue, state.prices.shown, promotion, week)
    mass = demand.mass(state.customers, week, len(world.shape.markets))
    return demand.expected_units(world.shape, world.catalogue, world.tastes, mass, now)


def _money(world: World, state: State, lines: Rows, filled: Filled, contacts: int) -> dict[str, float]:
    """Return the week's money in the shop's currency: sales less returns, goods, holding and contacts."""
    cost = world.catalogue.cost / 100
    rate = to_home(state.worths[-1])[lines["market"]] / 100
    sold, back = lines["kind"] == SALE, lines["kind"] == RETURN
    paid = amount(lines) * rate
    goods = lines["quantity"] * cost[lines["product"]]
    held = float((filled.on_hand.sum(axis=(0, 2)) * cost).sum())
    return {
        "revenue": float(paid[sold].sum()),
        "refunds": float(paid[back].sum()),
        "goods": -float(goods[sold].sum()) - float(goods[back].sum()),
        "holding": -held * world.shape.holding_cost_year / 365,
        "contacts": -contacts * world.shape.contact_cost,
    }
