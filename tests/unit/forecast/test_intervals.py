import numpy as np
import pytest

from moushi.forecast import intervals
from moushi.forecast.intervals import base_quantiles, corrections, naive_quantiles, relative_shape, scale_classes, widened

LEVELS = np.array([0.1, 0.5, 0.9])


def test_a_series_shape_is_drawn_towards_the_pool_by_its_length():
    # The first two describe the pool (1, 1, 1) and (0, 1, 2); the third has eight known values: half its own.
    quantiles = np.array([[2.0, 2.0, 2.0], [0.0, 5.0, 10.0], [0.0, 0.0, 8.0]])
    shape = relative_shape(quantiles, np.array([2.0, 5.0, 2.0]), np.array([20.0, 20.0, 8.0]), LEVELS)
    assert shape[2] == pytest.approx((np.array([0.0, 0.0, 4.0]) + np.array([0.5, 1.0, 1.5])) / 2)


def test_of_an_unknown_kind_of_demand_an_exponential_is_assumed():
    shape = relative_shape(np.zeros((1, 3)), np.zeros(1), np.zeros(1), LEVELS)
    assert shape[0] == pytest.approx([0.10536, 0.69315, 2.30259], abs=1e-5)


def test_quantiles_follow_the_forecast_only_partly():
    found = base_quantiles(np.array([[0.5, 1.0, 2.0]]), np.array([[16.0]]), np.array([[4.0]]))
    assert found[0, 0] == pytest.approx(4 * 4**intervals.PULL * np.array([0.5, 1.0, 2.0]))


def test_a_closed_day_has_no_spread():
    assert base_quantiles(np.array([[0.5, 1.0, 2.0]]), np.array([[0.0]]), np.array([[0.0]])).tolist() == [[[0.0, 0.0, 0.0]]]


def test_a_correction_is_the_quantile_of_what_was_missed_drawn_to_zero():
    missed = np.linspace(0, 1, 201)
    residuals = np.repeat(missed[None, :, None, None], 3, axis=3)
    found = corrections(residuals, np.zeros(201, dtype=np.int64), LEVELS)
    assert found[0, 0] == pytest.approx(np.array([0.1, 0.5, 0.9]) * 201 / (201 + intervals.PRIOR_RESIDUALS))


def test_corrected_quantiles_are_passed_as_often_as_they_say():
    random = np.random.default_rng(1)
    residuals = np.repeat(random.gamma(2, 1, (5, 2000, 2, 1)), 3, axis=3)
    delta = corrections(residuals, np.zeros(2000, dtype=np.int64), LEVELS)[0]
    assert (residuals[..., 0] < delta[None, None, :, 2]).mean() == pytest.approx(0.9, abs=0.02)


def test_without_residuals_nothing_is_corrected():
    assert not corrections(np.full((2, 3, 4, 3), np.nan), np.zeros(3, dtype=np.int64), LEVELS).any()


def test_neighbouring_periods_are_pooled_only_as_far_as_needed():
    residuals = np.zeros((1, 200, 5, 3))
    residuals[:, :, 4] = 100.0
    found = corrections(residuals, np.zeros(200, dtype=np.int64), LEVELS)
    assert not found[0, :3].any()
    assert found[0, 4, 2] > 0


def test_classes_are_thirds_by_level_once_there_are_enough_series():
    assert set(scale_classes(np.arange(449.0))) == {0, 1}
    classes = scale_classes(np.arange(450.0)[::-1])
    assert np.bincount(classes).tolist() == [150, 150, 150]
    assert classes[0] == 2
    assert set(scale_classes(np.arange(5.0))) == {0}


def test_the_naive_has_normal_quantiles_that_widen_with_each_season():
    found = naive_quantiles(np.full((1, 8), 10.0), np.array([2.0]), 7, LEVELS)
    deviation = 2 * np.sqrt(np.pi / 2)
    assert found[0, 0] == pytest.approx([10 - 1.28155 * deviation, 10, 10 + 1.28155 * deviation], abs=1e-4)
    assert found[0, 7, 2] - 10 == pytest.approx((found[0, 6, 2] - 10) * np.sqrt(2))
    assert naive_quantiles(np.zeros((1, 1)), np.array([2.0]), 1, LEVELS)[0, 0].tolist()[:2] == [0.0, 0.0]


def test_a_small_pool_is_widened_around_its_median():
    quantiles = np.array([[[1.0, 2.0, 4.0]]])
    assert widened(quantiles, LEVELS)[0, 0] == pytest.approx([0.9, 2.0, 4.2])
    many = np.repeat(quantiles, 1000, axis=0)
    assert widened(many, LEVELS)[0, 0] == pytest.approx([0.99, 2.0, 4.02])
