from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.trust.tokens import PREFIXES, TokenKind, canonical, is_token, kind_of, make_tokens, make_variants

KEY = b"k" * 32


def form(value: str, kind: TokenKind) -> str | None:
    result: str | None = canonical(pa.array([value]), kind)[0].as_py()
    return result


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (" Ａlice\u200b  Smith ", "name", "Alice Smith"),
        ("Alice@Example.COM", "email", "alice@example.com"),
        ("alice (at) example.com", "email", "alice@example.com"),
        ("+86 138-0013-8000", "phone", "13800138000"),
        ("0086 13800138000", "phone", "13800138000"),
        ("１３８ ００１３ ８０００", "phone", "13800138000"),
        ("+86 10 6234 5678", "phone", "01062345678"),
        ("(010) 62345678 转 12", "phone", "01062345678;12"),
        ("+49 (0)30 123456", "phone", "+4930123456"),
        ("00 49 30 123456", "phone", "+4930123456"),
        ("ask my wife", "phone", "ask my wife"),
        ("6222 0212-3456", "card", "622202123456"),
        ("11010519491231002x", "national_id", "11010519491231002X"),
        ("粤B·12345", "plate", "粤B12345"),
        (" C-17 ", "account", "C-17"),
        ("  \u3000 ", "name", None),
        ("", "email", None),
    ],
)
def test_canonical_form(value: str, kind: TokenKind, expected: str | None) -> None:
    assert form(value, kind) == expected


def test_tokens_join_and_kinds_do_not() -> None:
    one = make_tokens(pa.array(["a", "b", "a"]), "account", KEY).to_pylist()
    assert one[0] == one[2] != one[1]
    assert make_tokens(pa.array(["a"]), "name", KEY)[0].as_py()[3:] != one[0][3:]
    assert make_tokens(pa.array(["a"]), "account", b"other" * 6)[0].as_py() != one[0]


def test_a_token_is_a_prefix_and_a_hundred_bits_in_base_32() -> None:
    for kind, prefix in PREFIXES.items():
        (token,) = make_tokens(pa.array(["value"]), kind, KEY).to_pylist()
        assert re.fullmatch(prefix + "_[a-z2-7]{20}", token)
        assert is_token(token)
        assert kind_of(token) == kind


def test_tokens_stay_the_same_between_releases() -> None:
    assert make_tokens(pa.array(["alice@example.com"]), "email", KEY).to_pylist() == ["em_ozzsel2vi5oj2c2girny"]
    assert make_variants(pa.array(["alice@example.com"]), "email", KEY).to_pylist() == [".lmk3nsec"]


def test_no_values_give_no_tokens() -> None:
    assert make_tokens(pa.array([], pa.string()), "name", KEY).to_pylist() == []


def test_distinct_values_have_distinct_tokens() -> None:
    tokens = make_tokens(pa.array([str(number) for number in range(50_000)]), "account", KEY)
    assert len(tokens.unique()) == 50_000
    tokens.validate(full=True)


@given(st.text())
def test_every_text_has_one_token_of_the_right_shape(value: str) -> None:
    (token,) = make_tokens(pa.array([value]), "name", KEY).to_pylist()
    assert is_token(token)
