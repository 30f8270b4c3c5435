from __future__ import annotations

import numpy as np
import pytest

from moushi.ledger.facts import FactSheet, Witness
from moushi.strategy.response import PRIOR_CUSTOMERS, Measured, learn, measured
from moushi.strategy.win_back import sample_gains


def test_without_results_the_assumption_stands():
    response = learn(0.05, [])
    assert (response.mean, response.customers, response.measured) == (0.05, PRIOR_CUSTOMERS, 0)


def test_results_pull_the_assumption_by_their_precision():
    # 20 of 100 against 10 of 100: difference 0.1, variance (20.5 * 80.5 + 10.5 * 90.5) / 101 ** 3.
    result = Measured(100, 20, 100, 10)
    variance = (20.5 * 80.5 + 10.5 * 90.5) / 101**3
    assert result.variance == pytest.approx(variance)
    prior = 41 / (0.05 * 0.95)
    expected = (prior * 0.05 + 0.1 / variance) / (prior + 1 / variance)
    assert learn(0.05, [result]).mean == pytest.approx(expected)
    assert 0.05 < expected < 0.1


def test_many_results_win_over_the_assumption():
    response = learn(0.05, [Measured(100_000, 12_000, 100_000, 10_000)])
    assert response.mean == pytest.approx(0.02, abs=0.002)
    assert response.customers > 1_000


def test_harm_is_not_turned_into_gain():
    assert learn(0.05, [Measured(10_000, 500, 10_000, 1_500)]).mean == pytest.approx(1e-4)


def test_only_facts_with_both_arms_are_measured():
    sheet = FactSheet()
    sheet.witness("arms", Witness("customers_who_ordered"))
    for name, value in (("treated", 90), ("treated_ordered", 9), ("holdout", 10), ("holdout_ordered", 0)):
        sheet.add(name, value, "count", "arms")
    assert measured([sheet.dump(), FactSheet().dump()]) == [Measured(90, 9, 10, 0)]


def test_gains_average_to_response_times_margin_less_contacts():
    margins = np.full(500, 30.0)
    gains = sample_gains(margins, learn(0.05, []), 0.5, np.random.default_rng(0))
    assert gains.mean() == pytest.approx(500 * (0.05 * 30 - 0.5), rel=0.06)
    assert np.quantile(gains, 0.05) < 0 < np.quantile(gains, 0.95)
