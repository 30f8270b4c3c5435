import datetime

import numpy as np
import pyarrow as pa
import pytest

from moushi.errors import InvalidRows, MissingColumns, NotEnoughData
from moushi.forecast.panel import read_panel


def rows(*listed):
    return pa.table(
        {"series_id": [r[0] for r in listed], "at": [datetime.date.fromisoformat(r[1]) for r in listed], "value": [r[2] for r in listed]}
    )


def test_a_missing_period_is_unknown_and_rows_are_put_in_order():
    panel = read_panel(rows(("b", "2024-01-03", 3.0), ("a", "2024-01-02", 1.0), ("b", "2024-01-01", 2.0), ("b", "2024-01-02", None)), "day")
    assert panel.ids == ("a", "b")
    np.testing.assert_array_equal(panel.values[1], [2.0, np.nan, 3.0])
    panel = read_panel(rows(("b", "2024-01-05", 3.0), ("b", "2024-01-01", 2.0)), "day")
    assert len(panel.values[0]) == 5


@pytest.mark.parametrize(
    ("first", "second", "name", "following"),
    [
        ("2024-02-28", "2024-02-29", "day", "2024-03-01"),
        ("2024-01-07", "2024-01-14", "week", "2024-01-21"),
        ("2024-01-01", "2024-02-01", "month", "2024-03-01"),
    ],
)
def test_the_frequency_is_read_from_the_data(first, second, name, following):
    panel = read_panel(rows(("a", first, 1.0), ("a", second, 1.0)), None)
    assert panel.frequency.name == name
    day = int(panel.future_days(1)[0, 0])
    assert datetime.date(1970, 1, 1) + datetime.timedelta(days=day) == datetime.date.fromisoformat(following)


def test_weeks_keep_the_weekday_on_which_they_begin():
    panel = read_panel(rows(("a", "2024-01-03", 1.0), ("a", "2024-01-17", 1.0)), "week")
    assert len(panel.values[0]) == 3
    assert int(panel.last_days()[0]) == (datetime.date(2024, 1, 17) - datetime.date(1970, 1, 1)).days


def test_less_than_any_quantity_is_nothing():
    panel = read_panel(rows(("a", "2024-01-01", 1e-309), ("a", "2024-01-02", 1e-9)), "day")
    assert panel.values[0].tolist() == [0.0, 1e-9]


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (rows(("a", "2024-01-01", -1.0)), InvalidRows, "negative"),
        (rows(("a", "2024-01-01", float("inf"))), InvalidRows, "above 1e\\+15"),
        (rows(("a", "2024-01-01", 1.1e15)), InvalidRows, "above 1e\\+15"),
        (rows((None, "2024-01-01", 1.0)), InvalidRows, "series_id: is null"),
        (rows(("a", "2024-01-01", 1.0), ("a", "2024-01-01", 2.0)), InvalidRows, "two rows in one day"),
        (rows(("a", "2024-01-01", None)), NotEnoughData, "0 known values"),
        (rows(("a", "2024-01-01", 1.0)).slice(1), NotEnoughData, "0 rows"),
        (rows(("a", "2024-01-01", 1.0)).drop_columns(["at"]), MissingColumns, "'at'"),
    ],
)
def test_faults_are_named(table, error, words):
    with pytest.raises(error, match=words):
        read_panel(table, "day")


def test_cutting_forgets_the_end_and_series_not_yet_begun():
    panel = read_panel(rows(("a", "2024-01-01", 1.0), ("a", "2024-01-02", 2.0), ("b", "2024-01-02", 2.0)), "day").cut(1)
    assert panel.ids == ("a",)
    assert panel.values[0].tolist() == [1.0]
