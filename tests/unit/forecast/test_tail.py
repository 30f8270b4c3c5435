import numpy as np
import pytest

from moushi.forecast import tail
from moushi.forecast.judge import JUDGED
from moushi.forecast.tail import count_quantiles, dealt, forecast_tail, rates, shares

NAN = float("nan")


def test_a_rate_weighs_newer_weeks_more_and_starts_from_the_mean_product():
    decay, prior = tail.DECAY, tail.PRIOR_WEEKS
    history = np.array([[0.0, 4.0], [NAN, 6.0]])
    overall = (4 + 6) / (2 + decay)
    expected = [(4 + prior * decay**2 * overall) / (1 + decay + prior * decay**2), (6 + prior * decay * overall) / (1 + prior * decay)]
    assert rates(history) == pytest.approx(expected)


def test_a_product_that_ended_long_ago_is_expected_near_zero():
    history = np.full((2, 52), 10.0)
    history[0, 12:] = 0.0
    assert rates(history)[0] < 0.05


def test_shares_add_up_and_are_equal_where_nothing_is_known():
    assert shares(np.array([[1.0, 2.0], [3.0, NAN]])).sum() == pytest.approx(1)
    assert shares(np.full((4, 3), NAN)).tolist() == [0.25] * 4
    assert shares(np.empty((0, 3))).tolist() == []


def test_the_pool_is_half_its_own_forecast_and_half_the_sum_of_rates():
    history = np.array([[1.0], [3.0]])
    assert rates(history).sum() == pytest.approx(4)
    assert dealt(history, np.array([4.0, 8.0])).sum(axis=0) == pytest.approx([4, 6])


def test_quantiles_are_those_of_the_negative_binomial():
    # Mean 1, dispersion 1: geometric, P(0) = 1/2, P(<= 1) = 3/4, P(<= 3) = 15/16.
    found = dict(zip(JUDGED, count_quantiles(np.array([1.02]), 1.0)[0], strict=True))
    assert found[0.25] == 0
    assert found[0.9] == pytest.approx(3, abs=0.2)
    assert count_quantiles(np.array([0.0]), 1.0)[0, -1] == 0


def test_the_pool_is_dealt_out_and_judged_beside_the_naive():
    random = np.random.default_rng(0)
    history = random.poisson(np.repeat([[2.0], [6.0]], 52, axis=1)).astype(float)
    made = forecast_tail(history, np.array([8.0, 8.0]), [(1, 2, np.array([8.0, 8.0])), (2, 4, np.array([8.0, 8.0]))])
    assert made.mean.sum(axis=0) == pytest.approx([8, 8], rel=0.2)
    assert made.mean[1, 0] > 2 * made.mean[0, 0]
    assert made.quantiles.shape == (2, 2, 7)
    assert np.array_equal(made.compared.actual, history[:, [50, 51, 48, 49]])


def test_origins_before_the_history_compare_nothing():
    made = forecast_tail(np.ones((3, 2)), np.ones(4), [(1, 2, np.full(4, NAN)), (2, 4, np.full(4, NAN))])
    assert not made.compared.due.any()
    assert np.isnan(made.compared.actual).all()
