import numpy as np
import pytest

from moushi.forecast.scores import covered, pinball, significant, skill

LEVELS = np.array([0.1, 0.5, 0.9])


def test_the_loss_of_the_median_alone_is_the_absolute_error():
    assert pinball(np.array([7.0]), np.array([[4.0]]), np.array([0.5])).tolist() == [3.0]


def test_pinball_by_hand():
    # 2 * (0.1 * (10 - 6) + 0.5 * (10 - 9) + (0.9 - 1) * (10 - 14)) / 3 = 2 * (0.4 + 0.5 + 0.4) / 3
    assert pinball(np.array([10.0]), np.array([[6.0, 9.0, 14.0]]), LEVELS)[0] == pytest.approx(2 * 1.3 / 3)


def test_an_unknown_actual_has_no_loss():
    assert np.isnan(pinball(np.array([np.nan]), np.array([[6.0, 9.0, 14.0]]), LEVELS)).all()


def test_skill_is_one_less_the_share_of_the_naive_loss():
    assert skill(3.0, 4.0) == 0.25
    assert skill(5.0, 4.0) == -0.25
    assert skill(0.0, 0.0) is None


def test_coverage_counts_known_actuals_and_the_ends_are_inside():
    actual = np.array([1.0, 2.0, 3.0, np.nan])
    assert covered(actual, np.array([1.0, 3.0, 0.0, 0.0]), np.array([1.0, 4.0, 9.0, 9.0])) == pytest.approx(2 / 3)
    assert covered(np.array([np.nan]), np.zeros(1), np.ones(1)) is None


def test_results_keep_six_digits():
    assert significant(np.array([1e-310, -1e-10, 1e-9])).tolist() == [0.0, 0.0, 1e-9]
    assert significant(np.array([123456.7, 0.00012345678, -1.23456789, 0.0])).tolist() == [123457.0, 0.000123457, -1.23457, 0.0]
