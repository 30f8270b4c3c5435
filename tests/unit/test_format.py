"""Money, numbers, shares and dates in both languages; further examples stand in the docstrings."""

from __future__ import annotations

import doctest
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.locale import format as form


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(form).failed == 0


@pytest.mark.parametrize(
    ("value", "currency", "language", "expected"),
    [
        (Decimal("0.1"), "GBP", "en", "£0.10"),
        (99.995, "USD", "en", "$100.00"),
        (100, "CNY", "zh", "¥100"),
        (Decimal("12.5"), "JPY", "en", "¥12"),
        (-1234, "USD", "zh", "−US$1,234"),
        (Decimal("1234.5"), "XXX", "en", "1,234"),
        (0, "EUR", "en", "€0"),
    ],
)
def test_money(value: Decimal | float, currency: str, language: form.Language, expected: str) -> None:
    assert form.money(value, currency, language) == expected


def test_short_money_keeps_three_figures() -> None:
    assert form.short_money(Decimal("123456789"), "GBP", "en") == "£123M"
    assert form.short_money(12_345, "GBP", "en") == "£12.3K"
    assert form.short_money(-123_456, "CNY", "zh") == "−¥12.3万"


def test_a_change_of_nothing_has_no_sign() -> None:
    assert form.percent(-0.001, "en", signed=True) == "0%"
    assert form.percent(0.0, "zh", signed=True) == "0%"


def test_spans_name_both_ends() -> None:
    assert form.span(date(2024, 12, 30), date(2025, 1, 5), "zh") == "2024年12月30日至2025年1月5日"
    assert form.span(date(2025, 1, 5), date(2025, 1, 5), "en") == "Jan 5, 2025"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), st.sampled_from(["en", "zh"]))
def test_numbers_read_back_within_rounding(value: Decimal, language: form.Language) -> None:
    text = form.number(value, language, digits=2)
    read = Decimal(text.replace(",", "").replace(form.MINUS, "-"))
    assert abs(read - value) <= Decimal("0.005")


@given(st.integers(min_value=0, max_value=10**6))
def test_durations_add_up(seconds: int) -> None:
    text = form.duration(seconds, "en")
    if seconds >= 60:
        minutes, rest = text.removesuffix(" s").split(" min ")
        assert int(minutes) * 60 + int(rest) == seconds
    else:
        assert text == f"{seconds}.0 s"
