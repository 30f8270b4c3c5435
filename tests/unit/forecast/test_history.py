import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.forecast.history import closed_phases, fill, phases, shape, weighted_quantiles, without_holidays
from moushi.forecast.periods import FREQUENCIES

NAN = float("nan")


def test_an_unknown_value_is_the_mean_of_its_known_neighbours_in_phase():
    assert fill(np.array([1.0, 2.0, NAN, 4.0, 5.0]), 1)[2] == 3.0
    weeks = np.array([10.0, 1.0, 20.0, NAN, 30.0, 3.0])
    assert fill(weeks, 2)[3] == 2.0


def test_what_is_known_stays_and_nothing_known_gives_zeros():
    assert fill(np.array([NAN, NAN]), 1).tolist() == [0.0, 0.0]
    values = np.array([1.0, NAN, 3.0])
    fill(values, 1)
    assert np.isnan(values[1])


def test_a_weekday_that_is_always_zero_is_closed():
    weeks = np.tile([5.0, 6, 7, 8, 9, 0, 3], 6)
    assert closed_phases(weeks, 7).tolist() == [False] * 5 + [True, False]
    weeks[5 + 7 * 4] = 1.0
    assert not closed_phases(weeks, 7).any()


def test_a_series_that_ended_is_not_closed():
    assert not closed_phases(np.zeros(70), 7).any()


def test_a_rare_zero_on_an_open_day_is_a_holiday():
    weeks = np.tile([5.0, 6, 7, 8, 9, 0, 3], 8)
    weeks[14] = 0.0
    cleaned = without_holidays(weeks, closed_phases(weeks, 7))
    assert np.flatnonzero(np.isnan(cleaned)).tolist() == [14]


def test_frequent_zeros_are_demand():
    weeks = np.tile([5.0, 0, 7, 0, 9, 0, 3], 8)
    weeks[1] = 1.0
    weeks[-4] = 2.0
    assert without_holidays(weeks, np.zeros(7, dtype=bool)).tolist() == weeks.tolist()


def test_phases_are_relative_to_their_mean():
    assert phases(np.tile([0.0, 1, 2, 3, 4, 5, 6], 3), FREQUENCIES["day"]) == pytest.approx(np.arange(7) / 3)


def test_phases_keep_their_place_when_the_window_starts_in_the_middle():
    values = np.tile([0.0, 1, 2, 3, 4, 5, 6], 20)[: 7 * 19 + 3]
    assert phases(values, FREQUENCIES["day"])[0] == 0.0


def test_the_shape_knows_only_what_is_known():
    found = shape(np.array([NAN, 2.0, NAN, 4.0]), np.ones(1), FREQUENCIES["week"], np.array([0.5]))
    newer = 0.95**0
    older = 0.95**2
    assert found.known == 2
    assert found.mean == pytest.approx((2 * older + 4 * newer) / (older + newer))


def test_weighted_quantiles_by_hand():
    # Middles of the weights: 0.125, 0.5, 0.875.
    found = weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0]), np.array([0.125, 0.5, 0.875, 0.99]))
    assert found == pytest.approx([1.0, 2.0, 3.0, 3.0])


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=60), st.sampled_from([1, 7]))
def test_filled_values_lie_within_what_is_known(values, cycle):
    given_values = np.array([NAN if value is None else value for value in values])
    known = given_values[~np.isnan(given_values)]
    filled = fill(given_values, cycle)
    assert np.isfinite(filled).all()
    if len(known):
        assert filled.min() >= known.min() * (1 - 1e-12)
        assert filled.max() <= known.max() * (1 + 1e-12)
