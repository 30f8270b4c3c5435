from __future__ import annotations

import doctest

import numpy as np
import pytest

from moushi.profiles import gaps as module
from moushi.profiles import scores
from moushi.profiles.gaps import GapPrior, expected_gap, fit_gap_prior, lapsing, late_after

PRIOR = GapPrior(shape=3.0, days=60.0)


def test_own_gaps_are_shrunk_to_the_populations_mean():
    # (60 + 120) / (3 + 4 - 1): between its own 30 and the population's 30.
    assert expected_gap(PRIOR, np.array([4.0]), np.array([120.0])).tolist() == [30.0]
    # (60 + 400) / 6: own mean 100, pulled towards 30.
    assert expected_gap(PRIOR, np.array([4.0]), np.array([400.0]))[0] == pytest.approx(76.667, abs=1e-3)
    assert expected_gap(PRIOR, np.array([0.0]), np.array([0.0])).tolist() == [PRIOR.mean_days]


def test_nine_in_ten_orders_come_before_the_late_quantile():
    # 60 * (0.1 ** (-1/3) - 1) = 69.27
    assert late_after(PRIOR, np.array([0.0]), np.array([0.0]))[0] == pytest.approx(69.266, abs=1e-3)
    random = np.random.default_rng(1)
    waits = random.exponential(1 / random.gamma(3.0, 1 / 60.0, 200_000))
    assert (waits <= late_after(PRIOR, np.array([0.0]), np.array([0.0]))[0]).mean() == pytest.approx(0.9, abs=0.005)


def test_the_prior_is_recovered_from_customers_drawn_from_it():
    random = np.random.default_rng(2)
    rates = random.gamma(3.0, 1 / 60.0, 20_000)
    gaps = random.integers(0, 8, 20_000).astype(float)
    days = np.where(gaps > 0, random.gamma(np.maximum(gaps, 1), 1 / rates), 0.0)
    prior = fit_gap_prior(gaps, days)
    assert prior.shape == pytest.approx(3.0, rel=0.1)
    assert prior.mean_days == pytest.approx(30.0, rel=0.03)


def test_a_small_shop_leans_on_what_is_usual():
    assert fit_gap_prior(np.zeros(3), np.zeros(3)).mean_days == pytest.approx(45.0)
    # (5 * 45 + 60) / (5 + 5) days
    assert fit_gap_prior(np.array([5.0, 0.0]), np.array([60.0, 0.0])).mean_days == pytest.approx(28.5)
    assert fit_gap_prior(np.zeros(0), np.zeros(0)).mean_days == pytest.approx(45.0)


def test_customers_all_alike_do_not_break_the_fit():
    prior = fit_gap_prior(np.full(500, 5.0), np.full(500, 150.0))
    assert expected_gap(prior, np.array([5.0]), np.array([150.0]))[0] == pytest.approx(30.0, rel=0.05)


def test_lapsing_is_late_but_not_long_gone():
    recency = np.array([50.0, 71.0, 159.0, 161.0, 100.0])
    gaps = np.array([3.0, 3.0, 3.0, 3.0, 0.0])
    expected, late = np.full(5, 30.0), np.full(5, 70.0)
    assert lapsing(recency, gaps, expected, late).tolist() == [False, True, True, False, False]


def test_examples_in_docstrings_hold():
    assert doctest.testmod(module, extraglobs={"np": np}).failed == 0
    assert doctest.testmod(scores, extraglobs={"np": np}).failed == 0
