from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from moushi.twin.calendar import LUNAR_NEW_YEAR, day_factors, event_day, event_factor, in_event, year_factor
from moushi.twin.shape import FIRST_YEAR, LAST_YEAR, MARKETS

CN, DE = MARKETS["CN"], MARKETS["DE"]


def test_lunar_new_year_is_known_for_every_year_between_late_january_and_late_february():
    assert sorted(LUNAR_NEW_YEAR) == list(range(FIRST_YEAR, LAST_YEAR + 1))
    assert all(date(year, 1, 21) <= day <= date(year, 2, 20) for year, day in LUNAR_NEW_YEAR.items())


def test_lunar_years_last_whole_moons():
    days = [LUNAR_NEW_YEAR[year] for year in sorted(LUNAR_NEW_YEAR)]
    lengths = {(later - earlier).days for earlier, later in pairwise(days)}
    assert lengths <= {353, 354, 355, 383, 384, 385}


@pytest.mark.parametrize(("year", "day"), [(2023, 24), (2024, 29), (2025, 28), (2026, 27)])
def test_black_friday_is_the_day_after_the_fourth_thursday(year, day):
    assert event_day("black_friday", year) == date(year, 11, day)


def test_each_country_has_its_own_festivals():
    assert event_factor(CN, date(2024, 11, 11)) == pytest.approx(2.8)
    assert event_factor(DE, date(2024, 11, 11)) == 1
    assert event_factor(DE, date(2024, 11, 29)) == pytest.approx(2.4)
    assert event_factor(CN, date(2024, 2, 10)) == pytest.approx(0.4)


def test_the_pre_heat_of_lunar_new_year_begins_in_the_year_before_where_it_is_early():
    # 2031 begins on 23 January: 24 days before is 30 December 2030.
    assert event_factor(CN, date(2030, 12, 30)) == pytest.approx(1.3)


def test_an_ordinary_week_has_mean_one():
    assert day_factors(CN, date(2024, 4, 8)).mean() == pytest.approx(1)


def test_the_yearly_wave_is_highest_at_its_peak_and_has_mean_one():
    mondays = [date(2024, 1, 1) + timedelta(weeks=week) for week in range(52)]
    wave = np.array([float(year_factor(0.5, 26.0, monday)) for monday in mondays])
    assert int(wave.argmax()) == 26
    assert wave.mean() == pytest.approx(1, abs=0.01)
    assert wave.max() == pytest.approx(1.5, abs=0.01)


def test_weeks_with_an_event_that_sells_are_known():
    assert in_event(CN, date(2024, 11, 11))
    assert not in_event(CN, date(2024, 2, 5))
    assert not in_event(DE, date(2024, 11, 11))
