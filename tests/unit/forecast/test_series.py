import datetime

import numpy as np
import pyarrow as pa
import pytest

from moushi.engine.days import number_of
from moushi.forecast.sales import MONDAY, Span, StockOuts, series_id
from moushi.forecast.series import POOL, Choice, Key, Weekly, choose, revenue_panel, units_panel


def span(first, last, whole_until=None):
    days = [datetime.date.fromisoformat(text) for text in (first, last, whole_until or last)]
    return Span(*days)


def activity(*rows):
    names = ("product", "country", "first", "last", "active", "value")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        ("2024-01-01", "2024-01-14", 2),
        ("2024-01-02", "2024-01-14", 1),
        ("2024-01-01", "2024-01-13", 1),
        ("2024-01-02", "2024-01-10", 0),
    ],
)
def test_only_whole_weeks_count(first, last, weeks):
    low, high = span(first, last).weeks
    assert high - low + 1 == weeks


def test_weeks_begin_on_mondays():
    low, _ = span("2024-01-01", "2024-01-14").weeks
    assert low * 7 + MONDAY == number_of(datetime.date(2024, 1, 1))


def test_a_week_that_ends_on_a_day_cut_short_is_not_whole():
    low, high = span("2024-01-01", "2024-01-14", "2024-01-13").weeks
    assert high - low + 1 == 1


COVERED = span("2023-01-02", "2023-12-31")
FIRST, LAST = COVERED.weeks


def test_products_with_enough_history_come_first_by_revenue_and_the_rest_goes_to_the_pool():
    rows = activity(
        ("big", "", FIRST, LAST, 50, 900.0),
        ("mid", "", FIRST, LAST, 50, 500.0),
        ("new", "", LAST - 5, LAST, 6, 700.0),
        ("rare", "", FIRST, LAST, 3, 100.0),
        ("ended", "", FIRST, LAST - 30, 20, 400.0),
    )
    choice = choose(rows, COVERED, 10)
    assert [key.product for key in choice.singly] == ["big", "mid"]
    assert choice.pooled == ("ended", "new", "rare")
    assert [key.product for key in choose(rows, COVERED, 1).singly] == ["big"]
    assert choose(rows, COVERED, 1).pooled == ("ended", "mid", "new", "rare")


def test_a_product_not_sold_for_over_a_year_is_left_alone():
    covered = span("2021-01-04", "2023-12-31")
    low, high = covered.weeks
    assert choose(activity(("old", "", low, high - 53, 50, 9.0)), covered, 10) == Choice((), ())


def test_countries_of_a_product_get_their_own_series_where_several_buy_it_often():
    rows = activity(
        ("a", "", FIRST, LAST, 50, 90.0),
        ("a", "DE", FIRST, LAST, 30, 60.0),
        ("a", "GB", FIRST, LAST, 10, 30.0),
        ("b", "", FIRST, LAST, 50, 50.0),
        ("b", "DE", FIRST, LAST, 50, 50.0),
    )
    assert [(key.product, key.country) for key in choose(rows, COVERED, 10).singly] == [("a", ""), ("b", ""), ("a", "DE")]


def weekly(rows, out=None):
    table = pa.Table.from_pylist([dict(zip(("product", "country", "week", "value"), row, strict=True)) for row in rows])
    return Weekly(table, span("2023-01-02", "2023-02-05"), StockOuts(out or {}))


def test_weeks_without_a_sale_are_zero_from_the_first_sale_on():
    made = weekly([("a", "DE", FIRST + 1, 2.0), ("a", "GB", FIRST + 1, 3.0), ("a", "GB", FIRST + 3, 4.0), ("b", "GB", FIRST, 1.0)])
    assert made.values("a").tolist() == [5.0, 0.0, 4.0, 0.0]
    assert made.values("a", "GB").tolist() == [3.0, 0.0, 4.0, 0.0]
    np.testing.assert_array_equal(made.matrix(("a", "b")), [[np.nan, 5, 0, 4, 0], [1, 0, 0, 0, 0]])


def test_a_week_out_of_stock_is_unknown():
    out = {("a", ""): np.array([FIRST + 2]), ("a", "GB"): np.array([FIRST + 3])}
    made = weekly([("a", "DE", FIRST + 1, 2.0), ("a", "GB", FIRST + 1, 3.0)], out)
    np.testing.assert_array_equal(made.values("a"), [5, np.nan, 0, 0])
    np.testing.assert_array_equal(made.values("a", "GB"), [3, np.nan, np.nan, 0])
    np.testing.assert_array_equal(made.values("a", "DE"), [2, np.nan, 0, 0])


def test_the_pool_is_the_last_series_of_the_panel():
    made = weekly([("a", "", FIRST, 2.0), ("ü", "", FIRST, 2.0)])
    panel = units_panel(made, Choice((Key("units", "a", ""), Key("units", "ü", "")), ()), np.ones(5))
    assert panel.ids == ("units:*:a", "units:*:ü", POOL)
    assert sorted(panel.ids) == list(panel.ids)


def revenue(*rows):
    return pa.Table.from_pylist([dict(zip(("day", "country", "value"), row, strict=True)) for row in rows])


def test_revenue_of_days_without_a_sale_is_zero_and_of_a_day_cut_short_unknown():
    day = number_of(datetime.date(2024, 1, 1))
    rows = revenue((day, "GB", 5.0), (day, None, 1.0), (day + 3, "GB", 7.0))
    panel, keys = revenue_panel(rows, span("2024-01-01", "2024-01-04", "2024-01-03"))
    assert [key.name for key in keys] == ["revenue:*:*"]
    np.testing.assert_array_equal(panel.values[0], [6, 0, 0, np.nan])


def test_countries_with_a_share_worth_it_are_forecast():
    day = number_of(datetime.date(2024, 1, 1))
    rows = revenue(*((day + i, country, value) for i in range(30) for country, value in (("DE", 30.0), ("FR", 0.1), ("GB", 70.0))))
    _, keys = revenue_panel(rows, span("2024-01-01", "2024-01-30"))
    assert [key.country for key in keys] == ["", "DE", "GB"]


def test_names_of_series_are_unlike():
    assert (
        len({series_id("units", "a", ""), series_id("units", "", "a"), series_id("revenue", "a", ""), series_id("units", "a:b", "")}) == 4
    )
