"""Numbers are read with the signs, groups and decimal marks that people use."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.collect.evidence import decimal_of
from moushi.collect.numbers import decimal_votes, parse_numbers, parse_signs
from moushi.collect.words import parse_currencies, parse_flags, parse_words
from moushi.schema import COUNT, MONEY, NUMBER


def read(text: str, decimal: str = ".") -> Decimal | None:
    return parse_numbers(pa.array([text]), MONEY, decimal=decimal)[0].as_py()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"), ("-3.5", "-3.5"), ("+4", "4"), ("1,234.50", "1234.5"), ("1 234", "1234"), ("1'234.5", "1234.5"),
        ("(12.50)", "-12.5"), ("12-", "-12"), ("−7", "-7"), ("¥1,200", "1200"), ("€ 9.99", "9.99"), ("US$12", "12"),
        ("12元", "12"), ("12.5%", "0.125"), ("1.2万", "12000"), ("1e3", "1000"), ("0.30000000000000004", "0.3"),
        ("１２．５", "12.5"), ("£-3.20", "-3.2"), ("99999999999999", "99999999999999"),
    ],
)  # fmt: skip
def test_a_written_number_is_read(text: str, expected: str) -> None:
    assert read(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.234,50", "1234.5"), ("12,5", "12.5"), ("1.234", "1234"), ("7", "7"), ("-0,99 €", "-0.99"), ("1 234,5", "1234.5")],
)
def test_a_decimal_comma_is_read(text: str, expected: str) -> None:
    assert read(text, ",") == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "decimal"), [("abc", "."), ("1,23", "."), ("12.50", ","), ("1.2.3", "."), ("100000000000000", "."), ("", "."), ("12 34", ".")]
)
def test_what_is_no_such_number_is_not_read(text: str, decimal: str) -> None:
    assert read(text, decimal) is None


def test_money_is_rounded_half_to_even_and_counts_must_be_whole() -> None:
    assert read("0.00005") == Decimal("0.0000")
    assert read("0.00015") == Decimal("0.0002")
    assert parse_numbers(pa.array(["3.0", "3.5", "1,000", None]), COUNT).to_pylist() == [3, None, 1000, None]
    assert parse_numbers(pa.array(["0.1"]), NUMBER).to_pylist() == [0.1]


def test_the_decimal_mark_is_decided_over_all_columns_of_a_file() -> None:
    assert decimal_of([pa.array(["1.234", "5.678"]), pa.array(["12,50", "3,99"])]) == ","
    assert decimal_of([pa.array(["1,234", "5,678"]), pa.array(["12.50", "3.99"])]) == "."
    assert decimal_of([pa.array(["Hello, world", "v1,5 is out"]), pa.array(["1", "2"])]) == "."


def test_three_digits_after_a_mark_say_nothing() -> None:
    assert decimal_votes(pa.array(["1,234", "1.234"])) == (0, 0)


def test_currencies_are_read_off_signs_codes_and_names() -> None:
    assert parse_signs(pa.array(["€ 3", "3", "R$ 5", "¥7", None])).to_pylist() == ["EUR", None, "BRL", "CNY", None]
    assert parse_currencies(pa.array(["eur", "人民币", "SEK", "?", None])).to_pylist() == ["EUR", "CNY", "SEK", None, None]


def test_words_are_read_by_what_they_mean() -> None:
    assert parse_flags(pa.array(["Yes", "否", "1", "não", "maybe", None])).to_pylist() == [True, False, True, False, None, None]
    words, understood = parse_words(pa.array(["Closed Won", "丢单", "进行中", "???", None]), "outcome")
    assert words.to_pylist() == ["won", "lost", None, None, None]
    assert understood.to_pylist() == [True, True, True, False, True]


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=4, allow_nan=False))
def test_any_money_is_read_back_with_point_and_comma(value: Decimal) -> None:
    assert read(f"{value:,.4f}") == value
    assert read(f"{value:,.4f}".replace(",", " ").replace(".", ",").replace(" ", "."), ",") == value
