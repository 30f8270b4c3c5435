from datetime import UTC, date, datetime

import numpy as np
import pytest

from moushi.twin.records import CANCELLED, LINE, SALE
from moushi.twin.shape import Shape
from moushi.twin.stock import Stock, fulfil, own_orders, packed
from moushi.twin.week import World

MONDAY = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def lines(*rows):
    """Make lines from (day, product, quantity, kind), in time order."""
    made = np.zeros(len(rows), dtype=LINE)
    for place, (day, product, quantity, kind) in enumerate(rows):
        made[place]["at"] = MONDAY + day * 86_400 + place
        made[place]["product"], made[place]["quantity"], made[place]["kind"] = product, quantity, kind
    return made


def stock(*on_hand):
    return Stock(np.array(on_hand)[:, None], np.zeros((140, len(on_hand), 1), dtype=np.int64))


def test_first_come_first_served_until_nothing_is_left():
    filled = fulfil(stock(5), lines((0, 0, 2, SALE), (0, 0, 2, SALE), (0, 0, 2, SALE), (1, 0, 1, SALE)), MONDAY)
    assert filled.quantity.tolist() == [2, 2, 1, 0]
    assert (filled.wanted[0, 0], filled.sold[0, 0]) == (7, 5)
    assert filled.on_hand[:, 0, 0].tolist() == [0] * 7


def test_deliveries_are_sold_from_their_day_on():
    shelf = stock(1)
    shelf.coming[2, 0, 0] = 3
    filled = fulfil(shelf, lines((0, 0, 2, SALE), (2, 0, 2, SALE)), MONDAY)
    assert filled.quantity.tolist() == [1, 2]
    assert filled.on_hand[:, 0, 0].tolist() == [0, 0, 1, 1, 1, 1, 1]
    assert filled.on_order[:, 0, 0].tolist() == [3, 3, 0, 0, 0, 0, 0]


def test_cancelled_lines_take_nothing_and_are_no_demand():
    filled = fulfil(stock(2), lines((0, 0, 2, CANCELLED), (0, 0, 2, SALE)), MONDAY)
    assert filled.quantity.tolist() == [2, 2]
    assert filled.wanted[0, 0] == filled.sold[0, 0] == 2


def test_products_do_not_share_stock():
    filled = fulfil(stock(1, 9), lines((0, 1, 4, SALE), (0, 0, 4, SALE), (0, 1, 4, SALE)), MONDAY)
    assert filled.quantity.tolist() == [4, 1, 4]


def test_a_week_without_lines_keeps_the_stock():
    filled = fulfil(stock(3), lines(), MONDAY)
    assert filled.on_hand[:, 0, 0].tolist() == [3] * 7


def test_orders_arrive_after_their_days_over_the_turn_of_the_week():
    shelf = stock(0)
    shelf.order(np.array([[4]]), np.array([[9]]))
    shelf.advance()
    assert shelf.coming[2, 0, 0] == 4
    assert shelf.position[0, 0] == 4


@pytest.fixture(scope="module")
def catalogue():
    world = World.of(Shape(products=12, start=date(2024, 1, 1)))
    return world.catalogue


def test_orders_are_whole_packs_of_at_least_the_minimum(catalogue):
    units = packed(catalogue, np.full(catalogue.price.shape, 1))
    assert (units % catalogue.pack[:, None] == 0).all()
    assert (units >= catalogue.minimum[:, None]).all()
    assert (packed(catalogue, np.zeros(catalogue.price.shape)) == 0).all()


def test_the_shop_reorders_what_runs_low_and_nothing_else(catalogue):
    shape = catalogue.price.shape
    sold = [np.full(shape, 10, dtype=np.int32)] * 6
    low, full = (Stock(np.full(shape, level), np.zeros((140, *shape), dtype=np.int64)) for level in (5, 10_000))
    on_sale = catalogue.launch <= 50
    assert (own_orders(catalogue, low, sold, 50)[on_sale] > 0).all()
    assert (own_orders(catalogue, full, sold, 50) == 0).all()
