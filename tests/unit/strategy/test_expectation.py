from __future__ import annotations

import numpy as np
import pytest

from moushi.chance.discovery import discoveries
from moushi.strategy.expectation import expect


def noise(seed: int, series: int = 200, weeks: int = 80, mean: float = 15) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (series, weeks)).astype(float)


def test_a_steady_series_expects_itself():
    found = expect(np.full((1, 30), 100.0), np.array([100.0]), counts=False)[0]
    assert found is not None
    assert found.expected == pytest.approx(100)
    assert found.p_value == pytest.approx(1)


def test_too_short_a_series_is_not_judged():
    history = np.full((1, 30), np.nan)
    history[0, -10:] = 5
    assert expect(history, np.array([0.0]), counts=True) == [None]
    assert expect(np.zeros((0, 30)), np.zeros(0), counts=True) == []


def test_nine_in_ten_fall_inside_the_interval():
    inside = total = 0
    for seed in range(10):
        values = noise(seed)
        for now, found in zip(values[:, -1], expect(values[:, :-1], values[:, -1], counts=True), strict=True):
            assert found is not None
            inside += found.low <= now <= found.high
            total += 1
    assert 0.88 < inside / total < 0.96


def test_pure_noise_is_rarely_reported():
    reported = []
    for seed in range(40):
        values = noise(seed)
        found = expect(values[:, :-1], values[:, -1], counts=True)
        reported.append(any(discoveries([one.p_value for one in found if one], 0.1)))
    # Under noise alone one run in ten may report anything; 8 of 40 would be the 97 % quantile.
    assert sum(reported) <= 8


def test_overdispersed_noise_is_rarely_reported():
    reported = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        values = random.poisson(random.gamma(3, 5, (150, 80))).astype(float)
        found = expect(values[:, :-1], values[:, -1], counts=True)
        reported.append(any(discoveries([one.p_value for one in found if one], 0.1)))
    assert sum(reported) <= 6


def test_a_planted_drop_is_found_among_noise():
    values = noise(5)
    values[17, -1] = 0
    found = expect(values[:, :-1], values[:, -1], counts=True)
    believed = discoveries([one.p_value for one in found if one], 0.1)
    assert believed[17]
    assert sum(believed) <= 2


def test_a_yearly_peak_is_expected_where_it_was_a_year_ago():
    weeks = np.arange(130)
    season = np.where(weeks % 52 == 25, 400.0, 100.0) + np.random.default_rng(0).normal(0, 3, (20, 130))
    last = int(np.flatnonzero(weeks % 52 == 25)[-1])
    found = expect(season[:, :last], season[:, last], counts=False)
    flat = expect(season[:, last - 40 : last], season[:, last], counts=False)
    assert found[0] is not None
    assert flat[0] is not None
    assert found[0].method == "year"
    assert found[0].expected > 1.4 * flat[0].expected
    assert found[0].p_value > flat[0].p_value
