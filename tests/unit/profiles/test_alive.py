from __future__ import annotations

import csv
import os
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from moushi.profiles.alive import BetaGeometric, fit, fit_form, log_likelihood, p_active

PUBLISHED = BetaGeometric(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4)
CALIBRATION_END = date(1997, 9, 30)


def test_p_active_is_the_closed_form_by_hand():
    # x=2, t_x=30.43, T=38.86: the paper's customer 0001.
    # 1 / (1 + 0.793/(2.426+1) * ((4.414+38.86)/(4.414+30.43)) ** 2.243) = 0.7266
    values = p_active(PUBLISHED, np.array([2.0, 0.0]), np.array([30.43, 0.0]), np.array([38.86, 38.86]))
    assert values[0] == pytest.approx(0.7266, abs=1e-4)
    assert values[1] == 1.0


def test_in_the_modified_form_the_first_order_may_be_the_last():
    modified = BetaGeometric(r=0.5, alpha=6.0, a=0.9, b=1.6, log_likelihood=0.0, first=True)
    # 1 / (1 + 0.9/1.6 * ((6+30)/6) ** 0.5)
    value = p_active(modified, np.array([0.0]), np.array([0.0]), np.array([30.0]))
    assert value[0] == pytest.approx(1 / (1 + 0.5625 * 6**0.5))


def test_likelihood_by_hand_for_a_customer_of_one_order():
    # Without repeats only the waiting counts: (alpha / (alpha + T)) ** r.
    value = log_likelihood(np.array([0.5, 4.0, 1.0, 2.0]), np.array([0.0]), np.array([0.0]), np.array([12.0]))
    assert value[0] == pytest.approx(0.5 * np.log(4 / 16))


def test_likelihood_by_hand_for_a_customer_of_two_orders():
    # x=1, r=1: A1 = 1*4, staying B(1,3)/B(1,2) = 2/3; stayed (4+12)^-2, left a/b (4+6)^-2.
    value = log_likelihood(np.array([1.0, 4.0, 1.0, 2.0]), np.array([1.0]), np.array([6.0]), np.array([12.0]))
    assert np.exp(value[0]) == pytest.approx(4 * 2 / 3 * (1 / 256 + 0.5 / 100))


def test_a_shop_without_repeats_or_customers_gets_usable_numbers():
    none = np.zeros(0)
    assert p_active(fit(none, none, none), none, none, none).shape == (0,)
    one = fit(np.array([0.0]), np.array([0.0]), np.array([20.0]))
    assert 0 < p_active(one, np.array([1.0]), np.array([2.0]), np.array([20.0]))[0] < 1


def test_extreme_customers_do_not_overflow():
    value = p_active(PUBLISHED, np.array([5000.0]), np.array([10.0]), np.array([500.0]))
    assert 0 <= value[0] < 1e-300


@pytest.mark.skipif("MOUSHI_DATA" not in os.environ, reason="MOUSHI_DATA is not set")
def test_cdnow_gives_the_published_estimates():
    path = Path(os.environ["MOUSHI_DATA"]) / "cdnow" / "cdnow_transactions.csv"
    days: dict[str, set[date]] = defaultdict(set)
    with path.open() as file:
        for row in csv.DictReader(file):
            day = datetime.strptime(row["date"], "%Y%m%d").date()
            if day <= CALIBRATION_END:
                days[row["id"]].add(day)
    repeats = np.array([len(seen) - 1.0 for seen in days.values()])
    last = np.array([(max(seen) - min(seen)).days / 7 for seen in days.values()])
    age = np.array([(CALIBRATION_END - min(seen)).days / 7 for seen in days.values()])
    model = fit_form(repeats, last, age, first=False)
    assert len(repeats) == 2357
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=6e-4)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)
