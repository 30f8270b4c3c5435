import datetime

import numpy as np

from moushi.forecast.closures import closure_probability, with_closures
from moushi.forecast.panel import Panel
from moushi.forecast.periods import FREQUENCIES

FIRST = (datetime.date(2022, 11, 1) - datetime.date(1970, 1, 1)).days


def day(text):
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def shop(days=400, shut=("2022-12-25", "2022-12-28")):
    values = np.full(days, 10.0)
    values[day(shut[0]) - FIRST : day(shut[1]) - FIRST + 1] = 0.0
    return Panel(("shop",), (values,), np.array([FIRST + days - 1]), FREQUENCIES["day"])


def test_a_shutdown_a_year_ago_is_expected_again_by_the_rule_of_succession():
    days = np.array([[day("2023-12-24"), day("2023-12-25"), day("2023-12-28"), day("2023-12-29")]])
    assert closure_probability(shop(), days).tolist() == [[0.0, 2 / 3, 2 / 3, 0.0]]


def test_a_second_year_that_agrees_makes_it_surer():
    panel = shop(800)
    panel.values[0][day("2023-12-25") - FIRST : day("2023-12-28") - FIRST + 1] = 0.0
    assert closure_probability(panel, np.array([[day("2024-12-26")]])).tolist() == [[3 / 4]]


def test_a_single_day_is_a_movable_feast():
    panel = shop(shut=("2022-12-26", "2022-12-26"))
    assert not closure_probability(panel, np.array([[day("2023-12-26")]])).any()


def test_a_shop_that_sells_rarely_has_no_shutdowns():
    values = np.zeros(500)
    values[::10] = 3.0
    panel = Panel(("shop",), (values,), np.array([FIRST + 499]), FREQUENCIES["day"])
    assert not closure_probability(panel, FIRST + 500 + np.arange(365)[None, :]).any()


def test_a_day_is_shut_only_if_no_series_sold():
    quiet = shop()
    other = Panel(("a", "b"), (quiet.values[0], np.ones(400)), np.repeat(quiet.ends, 2), FREQUENCIES["day"])
    assert not closure_probability(other, np.array([[day("2023-12-26")]])).any()


def test_mixing_moves_the_quantiles_by_hand():
    levels = np.array([0.25, 0.5, 0.75])
    mean, quantiles = with_closures(np.array([[8.0]]), np.array([[[4.0, 8.0, 12.0]]]), levels, np.array([[0.5]]))
    # At 0.75 half of the open distribution lies below: its median.
    assert mean.tolist() == [[4.0]]
    assert quantiles.tolist() == [[[0.0, 0.0, 8.0]]]
