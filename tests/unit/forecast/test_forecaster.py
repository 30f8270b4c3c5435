import datetime
import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moushi.errors import InvalidSetting, NotEnoughData, NotFitted, NotSupported
from moushi.forecast.forecaster import Forecaster

MONDAY = datetime.date(2023, 1, 2)


def history(values, step=7, start=MONDAY):
    listed = [(name, start + datetime.timedelta(days=step * i), value) for name, series in values.items() for i, value in enumerate(series)]
    return pa.table(
        {"series_id": [r[0] for r in listed], "at": [r[1] for r in listed], "value": pa.array([r[2] for r in listed], pa.float64())}
    )


def noise(count=5, periods=40, seed=0):
    random = np.random.default_rng(seed)
    return {f"s{i}": random.poisson(5 + 5 * i, periods).astype(float).tolist() for i in range(count)}


def test_the_forecast_follows_the_history():
    made = Forecaster(3, quantiles=(0.5, 0.1, 0.9)).fit(history(noise(2))).predict()
    assert made.column_names == ["series_id", "at", "mean", "q0.1", "q0.5", "q0.9"]
    assert made["series_id"].to_pylist() == ["s0"] * 3 + ["s1"] * 3
    assert made["at"].to_pylist()[:3] == [MONDAY + datetime.timedelta(weeks=40 + i) for i in range(3)]


def test_the_order_of_rows_does_not_matter_and_input_is_not_changed():
    rows = history(noise())
    copy = pa.Table.from_pylist(rows.to_pylist(), schema=rows.schema)
    order = np.random.default_rng(1).permutation(rows.num_rows)
    assert Forecaster(4).fit(rows).predict() == Forecaster(4).fit(rows.take(order)).predict()
    assert rows == copy


def test_a_second_time_gives_the_same():
    first, second = (Forecaster(4, seed=3).fit(history(noise())) for _ in range(2))
    assert first.predict() == second.predict()
    assert first.explain() == second.explain()


def test_the_configuration_makes_a_round_trip_as_json():
    forecaster = Forecaster(4, "week", quantiles=(0.2, 0.8), seed=5)
    again = Forecaster.from_config(json.loads(json.dumps(forecaster.get_config())))
    assert again.get_config() == forecaster.get_config()
    assert not hasattr(again, "outcome_")


def test_other_libraries_tables_are_read():
    rows = history(noise(2))
    assert Forecaster(2).fit(rows.to_pandas()).predict() == Forecaster(2).fit(rows).predict()


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us"), pa.timestamp("ns", tz="UTC")])
def test_times_come_back_in_the_type_they_had(kind):
    rows = history(noise(1))
    made = Forecaster(2).fit(rows.set_column(1, "at", rows["at"].cast(pa.timestamp("us")).cast(kind))).predict()
    assert made.schema.field("at").type == kind


def test_one_row_gives_a_wide_guess_around_it():
    made = Forecaster(2, "week").fit(history({"a": [10.0]})).predict().to_pylist()
    assert made[0]["mean"] == 10
    assert made[0]["q0.05"] < 2
    assert made[0]["q0.95"] > 20


def test_a_series_of_which_nothing_is_known_takes_the_middle_of_the_others():
    made = Forecaster(1).fit(history({"a": [4.0] * 20, "b": [None] * 20})).predict().to_pylist()
    assert made[1]["mean"] == pytest.approx(4)
    assert made[1]["q0.95"] > made[1]["mean"]


@pytest.mark.parametrize(
    ("values", "mean"),
    [([0.0] * 30, 0.0), ([7.0] * 30, 7.0), ([9.0] * 20 + [0.0] * 40, 0.0)],
    ids=["all zero", "constant", "ended long ago"],
)
def test_plain_series_are_forecast_as_they_are(values, mean):
    made = Forecaster(4).fit(history({"a": values})).predict()
    assert made["mean"].to_pylist() == pytest.approx([mean] * 4, abs=0.2)


def test_a_weekday_on_which_the_shop_is_shut_is_forecast_shut():
    random = np.random.default_rng(2)
    days = np.tile([5.0, 6, 7, 8, 9, 0, 3], 20) * random.uniform(0.7, 1.3, 140)
    made = Forecaster(14).fit(history({"a": days.tolist()}, step=1)).predict()
    rows = [row for row in made.to_pylist() if row["at"].weekday() == 5]
    assert [row["mean"] for row in rows] == [0.0, 0.0]
    assert [row["q0.95"] for row in rows] == [0.0, 0.0]


def test_series_may_end_on_different_days():
    rows = pa.concat_tables([history({"a": [3.0] * 20}), history({"b": [5.0] * 10})])
    made = Forecaster(1).fit(rows).predict().to_pylist()
    assert [row["at"] for row in made] == [MONDAY + datetime.timedelta(weeks=20), MONDAY + datetime.timedelta(weeks=10)]


def test_a_backtest_shows_what_would_have_been_said():
    values = noise(3)
    rows = history(values)
    tested = Forecaster(4, "week").fit(rows).backtest(2)
    assert tested.column_names[:5] == ["series_id", "origin", "at", "value", "mean"]
    assert tested.num_rows == 2 * 3 * 4
    cut = history({name: series[:-4] for name, series in values.items()})
    last = tested.slice(12).select(["series_id", "at", "mean", "q0.05"])
    assert last == Forecaster(4, "week").fit(cut).predict().select(["series_id", "at", "mean", "q0.05"])
    assert tested["value"].to_pylist()[12:16] == values["s0"][-4:]
    assert tested["origin"].to_pylist()[12] == MONDAY + datetime.timedelta(weeks=35)
    assert tested["naive"].to_pylist()[12:16] == [values["s0"][35]] * 4


def test_a_backtest_needs_history():
    forecaster = Forecaster(8, "week").fit(history({"a": [1.0, 2.0, 3.0]}))
    with pytest.raises(NotEnoughData, match="3 periods"):
        forecaster.backtest(1)
    with pytest.raises(InvalidSetting, match="origins"):
        forecaster.backtest(0)


def test_the_explanation_has_a_row_per_series_and_one_for_the_pool():
    explained = Forecaster(4).fit(history(noise(3))).explain().to_pylist()
    assert [row["series_id"] for row in explained] == ["s0", "s1", "s2", None]
    assert sum(json.loads(explained[0]["models"]).values()) == pytest.approx(1, abs=0.001)
    assert explained[3]["points"] == 3 * explained[0]["points"]
    assert explained[3]["skill"] is not None


def test_asking_before_fitting_is_refused():
    for ask in (Forecaster(2).predict, Forecaster(2).explain):
        with pytest.raises(NotFitted, match="fit"):
            ask()


def test_what_cannot_be_used_is_refused_and_not_ignored():
    rows = history(noise(1))
    with pytest.raises(NotSupported, match="known"):
        Forecaster(2).fit(rows, known=rows)
    with pytest.raises(NotSupported, match="static"):
        Forecaster(2).fit(rows, static=rows)
    with pytest.raises(NotSupported, match="known"):
        Forecaster(2).fit(rows).predict(known=rows)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"horizon": 0}, "horizon"),
        ({"horizon": 2.5}, "horizon"),
        ({"horizon": 1, "frequency": "fortnight"}, "frequency"),
        ({"horizon": 1, "quantiles": ()}, "quantiles"),
        ({"horizon": 1, "quantiles": (0.5, 1.0)}, "quantiles"),
    ],
)
def test_arguments_that_cannot_be_are_named_when_fitting(arguments, name):
    forecaster = Forecaster(**arguments)
    with pytest.raises(InvalidSetting, match=name):
        forecaster.fit(history(noise(1)))


series = st.lists(st.one_of(st.none(), st.floats(0, 1e7), st.sampled_from([0.0, 1.0])), min_size=1, max_size=45)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(series, min_size=1, max_size=3), st.sampled_from([("day", 1), ("week", 7)]), st.integers(1, 6))
def test_quantiles_rise_and_nothing_is_negative(listed, kind, horizon):
    values = {f"s{i}": one for i, one in enumerate(listed)}
    if not any(value is not None for one in listed for value in one):
        values["s0"][0] = 1.0
    made = Forecaster(horizon, kind[0]).fit(history(values, step=kind[1])).predict()
    columns = np.column_stack([made[name].to_numpy() for name in made.column_names if name.startswith("q")])
    assert made.num_rows == horizon * len(listed)
    assert np.isfinite(made["mean"].to_numpy()).all()
    assert (made["mean"].to_numpy() >= 0).all()
    assert (columns >= 0).all()
    assert (np.diff(columns, axis=1) >= 0).all()
