from __future__ import annotations

import pytest

from moushi.trust.numerals import numbers
from moushi.trust.shield import Shield
from moushi.trust.spans import find


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("打一三八零零一三八零零零吧", "13800138000"),
        ("幺三八 零零幺三 八零零零", "13800138000"),
        ("138\n0013\n8000", "13800138000"),
        ("1.3.8.0.0.1.3.8.0.0.0, 2件", "13800138000"),
        ("one three eight zero zero one three eight zero zero zero", "13800138000"),
        ("138零零13八000", "13800138000"),
        ("110105*19491231*002X", "11010519491231002X"),
        ("4111\n1111\n1111\n1111", "4111111111111111"),
    ],
)
def test_hidden_numbers_are_read(text: str, digits: str) -> None:
    assert [number.digits for number in numbers(text)] == [digits]


@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "1 38 39 40 41 42",
        "二零一八年十月十日",
        "12, 13, 14, 15, 16, 17, 18",
        "2023-11-11 12:30:45",
        "订单号 1 3 8 0 0 1 3 8 0 0 0",
        "",
    ],
)
def test_other_runs_of_digits_are_left(text: str) -> None:
    assert list(numbers(text)) == []


@pytest.mark.parametrize("written", ["１３８００１３８０００", "1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "①③⑧00①③⑧000", "幺三八零零幺三八零零零"])
def test_one_number_has_one_token_however_it_is_written(written: str) -> None:
    shield = Shield(b"k" * 32)
    (plain,) = shield.mask("电话13800138000").spans
    text = f"电话{written}。"
    masked = shield.mask(text)
    (span,) = masked.spans
    assert span.token.split(".")[0] == plain.token
    assert text[span.start : span.end] == written
    assert shield.unmask(masked.text) == text


def test_one_person_has_one_token_however_the_name_is_spaced() -> None:
    shield = Shield(b"k" * 32)
    tokens = {
        shield.mask(text).spans[0].token.split(".")[0] for text in ("收件人：张伟，急", "收件人：张 伟，急", "收件人：张\u200b伟，急")
    }
    assert len(tokens) == 1


def test_a_number_in_plain_digits_is_found_whole_where_a_shorter_one_is_inside() -> None:
    assert [span.label for span in find("Mine is 1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X")] == ["ID"]
