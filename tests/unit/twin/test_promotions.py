from dataclasses import replace

import numpy as np
import pytest

from moushi.twin.promotions import Promotion, depths, factors, plan
from moushi.twin.shape import Shape
from moushi.twin.week import World


@pytest.fixture(scope="module")
def catalogue():
    """Three products of one leaf and a fourth of another, with round numbers."""
    made = World.of(Shape(products=4)).catalogue
    return replace(
        made,
        leaf=np.array([0, 0, 0, 1]),
        elasticity=np.full(4, -2.0),
        display=np.full(4, 1.25),
        popularity=np.array([[1.0, 1.0], [1.0, 1.0], [3.0, 1.0], [1.0, 1.0]]),
    )


def promotion(weeks=1):
    return Promotion(
        name="P1",
        market=0,
        first_week=10,
        weeks=weeks,
        depth=0.2,
        mechanic="discount",
        products=np.array([0]),
        lift=np.array([0.8**-2 * 1.25]),
        pull_forward=np.array([0.2]),
        cannibalisation=np.array([0.1]),
    )


def test_a_promotion_lifts_by_price_and_display(catalogue):
    # 0.8 ** -2 * 1.25 = 1.953125 for the customer of mean sensitivity.
    assert factors([promotion()], catalogue, 10)[0, 0, 1] == pytest.approx(1.953125)
    assert factors([promotion()], catalogue, 10)[0, 1, 1] == 1


def test_those_who_feel_prices_more_answer_more(catalogue):
    weak, mean, strong = factors([promotion()], catalogue, 10)[0, 0]
    assert weak == pytest.approx(0.8**-1 * 1.25)
    assert strong == pytest.approx(0.8**-3 * 1.25)
    assert weak < mean < strong


@pytest.mark.parametrize("weeks", [1, 2])
def test_the_weeks_after_lose_the_share_pulled_forward(catalogue, weeks):
    after = [factors([promotion(weeks)], catalogue, 10 + weeks + i)[0, 0, 1] for i in range(4)]
    assert sum(1 - factor for factor in after) == pytest.approx(0.2 * 0.953125 * weeks)
    assert after[0] < after[1] < after[2] < after[3] == 1


def test_sisters_lose_the_share_taken_from_them(catalogue):
    now = factors([promotion()], catalogue, 10)[:, 0, 1]
    # 0.1 * 0.953125 of one unit, from sisters who usually sell four.
    lost = (1 - now[1]) * 1 + (1 - now[2]) * 3
    assert lost == pytest.approx(0.0953125)
    assert now[3] == 1


def test_the_discount_holds_while_the_promotion_runs():
    found = [depths([promotion(2)], (4, 2), week)[0, 0] for week in (9, 10, 11, 12)]
    assert found == [0, 0.2, 0.2, 0]


def test_plans_name_each_product_once_per_country_and_leave_out_the_busy():
    world = World.of(Shape(products=120))
    running = []
    for week in range(30):
        running += plan(world.shape, world.catalogue, world.streams, week, running)
    for week in range(30):
        for market in range(2):
            active = [p for one in running if one.market == market and one.first_week <= week < one.end for p in one.products.tolist()]
            assert len(active) == len(set(active))
    assert len({one.name for one in running}) == len(running)


def test_no_week_after_loses_more_than_it_has():
    world = World.of(Shape(products=120))
    planned = [one for week in range(40) for one in plan(world.shape, world.catalogue, world.streams, week, [])]
    for one in planned:
        assert (factors([one], world.catalogue, one.end) > 0.39).all()
        assert (factors([one], world.catalogue, one.first_week) > 0.45).all()
