"""The pure parts of preparation, one by one."""

from __future__ import annotations

import doctest
import tomllib
from datetime import UTC, date, datetime
from importlib import import_module, resources

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moushi.columns import OrderLines
from moushi.locale import words
from moushi.prepare.countries import country_code
from moushi.prepare.currencies import RateBook
from moushi.prepare.judge import latest_day
from moushi.prepare.lexicon import product_kind, product_kinds, unusual_codes
from moushi.prepare.returns import CANCELLED, CREDIT, MATCHED, MONEY, UNITS, match
from moushi.prepare.spelling import choose
from moushi.prepare.work import DAY

DAY_ONE = date(2024, 1, 1)


def event(order, units, *, credit=False, hour=0, customer="a", day=DAY_ONE, money=1):
    when = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return {
        OrderLines.customer_id: customer,
        OrderLines.product_id: "P",
        OrderLines.ordered_at: when,
        CREDIT: credit,
        OrderLines.order_id: order,
        OrderLines.line_id: "1",
        DAY: day,
        UNITS: units,
        MONEY: money,
    }


def matches(*events):
    rows = match(pa.Table.from_pylist(list(events)).to_batches())
    return {row[OrderLines.order_id]: (row[MATCHED], row[CANCELLED]) for row in rows.to_pylist()}


def test_the_order_a_return_names_comes_before_later_sales():
    later = date(2024, 1, 9)
    events = [event("1", 4), event("2", 4, hour=1), event("1", 3, credit=True, day=later)]
    rows = match(pa.Table.from_pylist(events).to_batches()).to_pylist()
    assert [(row[OrderLines.order_id], row[CREDIT], row[MATCHED]) for row in rows] == [("1", False, 3), ("1", True, 3)]


def test_of_two_sales_of_a_day_the_one_for_the_same_money_is_cancelled():
    events = (event("1", 60, money=297), event("2", 60, hour=1, money=38970), event("C", 60, hour=2, credit=True, money=297))
    assert matches(*events) == {"1": (60, True), "C": (60, True)}


def test_a_guest_gives_back_only_by_order_or_day():
    later = date(2024, 1, 9)
    assert matches(event("1", 4, customer=None), event("C", 4, customer=None, credit=True, day=later)) == {}
    assert matches(event("1", 4, customer=None), event("C", 4, customer=None, credit=True, hour=1)) == {"1": (4, True), "C": (4, True)}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.integers(1, 3)), max_size=20))
def test_no_more_comes_back_than_was_sold_before(steps):
    events = [
        event(str(index), units, credit=credit, day=date(2024, 1, day), hour=index) for index, (units, credit, day) in enumerate(steps)
    ]
    events.sort(key=lambda row: (row[OrderLines.ordered_at], row[CREDIT], row[OrderLines.order_id]))
    if not events:
        return
    rows = match(pa.Table.from_pylist(events).to_batches()).to_pylist()
    units = {row[OrderLines.order_id]: row[UNITS] for row in events}
    assert all(0 < row[MATCHED] <= units[row[OrderLines.order_id]] for row in rows)
    assert sum(row[MATCHED] for row in rows if row[CREDIT]) == sum(row[MATCHED] for row in rows if not row[CREDIT])


@pytest.mark.parametrize(
    ("code", "name", "unusual", "kind"),
    [
        ("POST", "POSTAGE", True, "fee"),
        ("AMAZONFEE", "AMAZON FEE", True, "fee"),
        ("CRUK", "CRUK Commission", True, "fee"),
        ("BANK CHARGES", "Bank Charges", True, "fee"),
        ("23444", "Next Day Carriage", False, "fee"),
        ("M", "Manual", True, "fee"),
        ("9001", "Manual", False, None),
        ("1", "FRENCH CARRIAGE LANTERN", False, None),
        ("1", "New dress free shipping", False, None),
        ("1", "Versandkosten International", False, "fee"),
        ("1", "免运费连衣裙", False, None),
        ("1", "邮费补差价", False, "fee"),
        ("S", "SAMPLES", True, "test"),
        ("1", "Pregnancy test", False, None),
        ("1", "测试链接勿拍", False, "test"),
        ("B", "Adjust bad debt", True, "adjustment"),
        ("1", "Correction tape", False, None),
        ("POST", None, True, "fee"),
        ("POST", None, False, None),
    ],
)
def test_names_and_codes_tell_fees_from_goods(code, name, unusual, kind):
    assert product_kind(code, name, unusual=unusual) == kind


def test_a_discount_must_take_money_off():
    names = {"D": "Discount", **{str(number): "THING" for number in range(30)}}
    assert product_kinds(names, {"D": 1.0}) == {"D": "discount"}
    assert product_kinds(names, {"D": 0.1}) == {}


def test_codes_are_unusual_only_against_a_usual_shape():
    usual = [f"{number:05d}A" for number in range(98)]
    assert unusual_codes([*usual, "POST", "C2"]) == {"POST", "C2"}
    assert unusual_codes(["POST", "12", "a-b"]) == frozenset()


def test_spellings_stay_apart_where_names_say_so():
    same = [("a1", "Lamp", 3), ("A1", "lamp", 5), ("b1", "Vase", 1)]
    assert choose(same) == {"a1": "A1"}
    assert choose([("aB", "Lamp", 3), ("Ab", "Chair", 5)]) == {}
    assert choose([("x", None, 1), ("X", None, 1)]) == {}


@pytest.mark.parametrize(
    ("name", "code"), [("RSA", "ZA"), ("USA", "US"), ("Channel Islands", "Channel Islands"), ("德国", "DE"), ("未知", None)]
)
def test_countries_are_recognised(name, code):
    assert country_code(name) == code


def test_rates_are_the_latest_before_or_the_earliest_after():
    rows = [{"day": date(2024, month, 1), "currency": "USD", "home_currency": "EUR", "rate": rate} for month, rate in ((3, 0.3), (1, 0.1))]
    book = RateBook(rows, "EUR")
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 1)]
    assert [book.rate("USD", day) for day in days] == [0.1, 0.1, 0.1, 0.3]
    assert (book.rate("EUR", DAY_ONE), book.rate("JPY", DAY_ONE)) == (1.0, None)


def test_the_latest_day_allows_for_one_wrong_line_in_a_thousand():
    days = [(date(2024, 1, 1), 2000), (date(2031, 1, 1), 2)]
    assert latest_day(days) == date(2025, 2, 4)
    assert latest_day([(date(2024, 1, 1), 19)]) is None
    assert latest_day([(date(2024, 1, 1), 2000), (date(2031, 1, 1), 3)]) == date(2032, 2, 5)


def test_every_reason_and_finding_has_words_in_both_languages():
    codes = {language: set(words("prepare", language)) for language in ("en", "zh")}
    assert codes["en"] == codes["zh"]
    judge = resources.files("moushi.prepare").joinpath("judge.py").read_text("utf-8")
    assert {"reason.no_rate", "reason.zero_quantity"} <= codes["en"]
    assert all(
        f'"{code.removeprefix("reason.")}"' in judge
        for code in codes["en"]
        if code.startswith("reason.") and "value" not in code and "minimum" not in code
    )


def test_no_word_is_head_of_two_kinds():
    data = tomllib.loads(resources.files("moushi.prepare").joinpath("lexicon.toml").read_text("utf-8"))
    heads = [word for kind in ("fee", "discount", "adjustment", "test") for word in data[kind]["heads"]]
    assert len(heads) == len(set(heads))


@pytest.mark.parametrize("module", ["countries", "duplicates", "judge", "language", "lexicon"])
def test_examples_in_docstrings_hold(module):
    assert doctest.testmod(import_module(f"moushi.prepare.{module}")).failed == 0
