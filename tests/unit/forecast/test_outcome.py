import numpy as np
import pytest

from moushi.forecast.contest import hold, plan_for
from moushi.forecast.judge import JUDGED, compare, judge, verdict
from moushi.forecast.outcome import conclude, conclude_naive
from moushi.forecast.panel import Panel
from moushi.forecast.periods import FREQUENCIES


def panel(count=12, weeks=60, seed=0, name="week"):
    random = np.random.default_rng(seed)
    values = tuple(random.poisson(3 + 4 * i, weeks).astype(float) for i in range(count))
    return Panel(tuple(f"s{i:02}" for i in range(count)), values, np.full(count, 2800), FREQUENCIES[name])


def held(one, horizon=4):
    return hold(one, plan_for(one, horizon, JUDGED))


def test_an_earlier_origin_knows_nothing_of_what_came_after_it():
    before = panel()
    contest = held(before)
    offset = contest.plan.offsets[2]
    changed = Panel(before.ids, tuple(values.copy() for values in before.values), before.ends, before.frequency)
    for values in changed.values:
        values[len(values) - offset :] = 1e6
    for say in (conclude, conclude_naive):
        first, second = say(contest, 2), say(held(changed), 2)
        np.testing.assert_array_equal(first.mean, second.mean)
        np.testing.assert_array_equal(first.quantiles, second.quantiles)


def test_a_series_that_repeats_last_season_is_left_to_models_that_see_it():
    one = Panel(("s",), (np.tile([1.0, 2, 3, 4, 5, 6, 7], 20),), np.array([20_000]), FREQUENCIES["day"])
    outcome = conclude(held(one, 7))
    assert outcome.mean[0] == pytest.approx([1, 2, 3, 4, 5, 6, 7], rel=1e-3)


def test_the_verdict_by_hand():
    contest = held(panel(count=1))
    compared = compare(contest)
    found = judge(contest, conclude(contest))[0]
    known = np.isfinite(compared.actual) & compared.due
    gap = np.abs(compared.actual - compared.quantiles[:, :, 3])[known]
    assert found.points == known.sum() == 2 + 4 + 4
    assert found.mean_absolute_error == pytest.approx(gap.mean())
    inside = (compared.actual >= compared.quantiles[:, :, 1]) & (compared.actual <= compared.quantiles[:, :, 5])
    assert found.coverage_80 == pytest.approx(inside[known].mean())
    assert sum(found.weights.values()) == pytest.approx(1, abs=0.001)


def test_unknown_demand_is_counted_and_left_out_of_errors():
    one = panel(count=2)
    one.values[0][-3] = np.nan
    contest = held(one)
    verdicts = judge(contest, conclude(contest))
    assert verdicts[0].unknown == 2
    assert verdicts[0].points == verdicts[1].points - 2
    assert verdicts[2].points == verdicts[0].points + verdicts[1].points


def test_a_stock_out_does_not_pull_the_forecast_down():
    sold, unknown = np.full(40, 10.0), np.full(40, 10.0)
    sold[-4:], unknown[-4:] = 0.0, np.nan
    one = Panel(("sold", "unknown"), (sold, unknown), np.array([2800, 2800]), FREQUENCIES["week"])
    outcome = conclude(held(one))
    assert outcome.mean[1] == pytest.approx([10.0] * 4)
    assert outcome.mean[0].max() < 8


def test_nothing_compared_is_said_and_not_made_up():
    contest = held(panel(count=1, weeks=5))
    found = judge(contest, conclude(contest))[0]
    assert (found.origins, found.points, found.skill, found.coverage_80) == (0, 0, None, None)
    assert verdict("x", {"a": 1.0}, compare(contest)).mean_absolute_error is None


def test_coverage_of_noise_is_near_nominal():
    contest = held(panel(count=80, weeks=80, seed=3), 4)
    pool = judge(contest, conclude(contest))[-1]
    assert pool.coverage_80 == pytest.approx(0.8, abs=0.06)
    assert pool.coverage_90 == pytest.approx(0.9, abs=0.05)
    assert pool.skill > 0.1


def test_a_yearly_season_of_all_series_is_learnt_from_all():
    random = np.random.default_rng(5)
    season = np.exp(0.8 * np.sin(2 * np.pi * np.arange(160) / (365.25 / 7)))
    values = tuple(random.poisson(20 * season).astype(float) for _ in range(15))
    one = Panel(tuple(f"s{i:02}" for i in range(15)), values, np.full(15, 2800), FREQUENCIES["week"])
    contest = held(one, 8)
    outcome = conclude(contest)
    future = np.exp(0.8 * np.sin(2 * np.pi * np.arange(160, 168) / (365.25 / 7))) * 20
    assert outcome.yearly
    assert np.abs(outcome.mean.mean(axis=0) / future - 1).max() < 0.15


def test_without_a_yearly_season_none_is_used():
    contest = held(panel(count=10, weeks=130))
    assert not conclude(contest).yearly
