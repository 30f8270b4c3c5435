from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.strategy.candidates import interval
from moushi.strategy.demand import Demand, generator, sample_periods
from moushi.strategy.newsvendor import HIGHEST_LEVEL, Terms, critical_ratio, order_gain, order_quantity, plan_order

# A price of 10, a cost of 6 and a holding cost so high that a unit left over the 10 days costs exactly 1.
TERMS = Terms(
    on_hand=20,
    on_order=13,
    lead_time_days=0,
    lead_time_spread=0,
    review_days=10,
    pack_size=0,
    minimum_quantity=0,
    price=10,
    cost=6,
    holding_cost_year=365 / 60,
)


def uniform_demand(units: float = 100, samples: int = 1001) -> Demand:
    """Demand over ten days, evenly spread between 0 and `units`."""
    return Demand(np.linspace(0, units, samples)[:, None] / 10, np.array([0.0]), np.array([10.0]))


def plan(terms: Terms, demand: Demand | None = None):
    return plan_order(terms, demand or uniform_demand(), np.random.default_rng(0))


def test_newsvendor_by_hand():
    # Ratio 4 / (4 + 1) = 0.8; of a demand even on 0..100 that is 80; 33 are there or coming.
    found = plan(TERMS)
    assert found.ratio == pytest.approx(0.8)
    assert found.level == pytest.approx(80)
    assert found.quantity == 47
    assert found.stockout == pytest.approx(0.67, abs=0.002)
    assert found.days_cover == pytest.approx(33 / 5)


def test_gain_by_hand():
    # 33 there, 47 ordered, 60 wanted: 27 more sold at 4, holding of 47 - 27 / 2 units at 1.
    gain = order_gain(TERMS, 47, np.array([0.0]), np.array([60.0]))
    assert gain[0] == pytest.approx(27 * 4 - (47 - 13.5))


def test_demand_before_the_order_arrives_uses_up_the_stock():
    # 40 wanted before it arrives leave nothing of 33; of 10 wanted later all are sold thanks to the order.
    gain = order_gain(TERMS, 20, np.array([40.0]), np.array([50.0]))
    assert gain[0] == pytest.approx(10 * 4 - (20 - 5))


def test_ordering_nothing_gains_nothing():
    demand = uniform_demand()
    assert not order_gain(TERMS, 0, demand.until(5.0), demand.until(10.0)).any()


def test_the_ratio_stays_within_what_forecasts_state():
    assert critical_ratio(100, 0.0001) == HIGHEST_LEVEL
    assert critical_ratio(-1, 1) == 0


@pytest.mark.parametrize(
    ("level", "position", "pack", "minimum", "expected"),
    [(80, 33, 0, 0, 47), (80, 33, 12, 0, 48), (80, 33, 12, 60, 60), (80, 79.5, 0, 50, 50), (80, 80, 12, 50, 0), (80.2, 33, 0, 0, 48)],
)
def test_quantity_in_packs_and_minimum(level, position, pack, minimum, expected):
    assert order_quantity(level, position, pack, minimum) == expected


@settings(max_examples=60, deadline=None)
@given(
    stock=st.floats(0, 150),
    more=st.floats(0, 100),
    pack=st.sampled_from([0, 6, 25]),
    minimum=st.sampled_from([0, 40]),
    lead=st.floats(0, 40),
)
def test_more_stock_never_orders_more(stock, more, pack, minimum, lead):
    terms = replace(TERMS, on_hand=stock, pack_size=pack, minimum_quantity=minimum, lead_time_days=lead, lead_time_spread=0.3)
    assert plan(replace(terms, on_hand=stock + more)).quantity <= plan(terms).quantity


@settings(max_examples=60, deadline=None)
@given(gains=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_the_interval_holds_its_mean(gains):
    mean, low, high = interval(np.array(gains))
    assert low <= mean <= high


QUANTILES = np.array([[10.0, 12, 15, 20, 25, 28, 30]])


def test_samples_have_the_quantiles_they_were_drawn_from():
    drawn = sample_periods(QUANTILES, np.random.default_rng(3), samples=20_000)[:, 0]
    assert np.quantile(drawn, [0.05, 0.5, 0.95]) == pytest.approx([10, 20, 30], abs=0.4)
    assert drawn.min() >= 0


def test_periods_move_together_but_not_as_one():
    drawn = sample_periods(np.repeat(QUANTILES, 2, axis=0), np.random.default_rng(3), samples=20_000)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(0.5, abs=0.05)


def test_demand_until_a_day_within_a_period():
    demand = Demand(np.array([[2.0, 5.0]]), np.array([0.0, 7.0]), np.array([7.0, 14.0]))
    assert demand.until(3.5)[0] == 7
    assert demand.until(9.0)[0] == 24
    # After the forecast's end its last period goes on.
    assert demand.until(16.0)[0] == 14 + 45


def test_a_period_that_began_before_counts_from_now():
    demand = Demand(np.array([[2.0]]), np.array([-3.0]), np.array([4.0]))
    assert demand.until(4.0)[0] == 8


def test_generators_depend_on_seed_and_subject_alone():
    assert generator(1, "a").random() == generator(1, "a").random()
    assert generator(1, "a").random() != generator(1, "b").random()
    assert generator(1, "a").random() != generator(2, "a").random()
