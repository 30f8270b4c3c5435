from __future__ import annotations

import pytest

from moushi.trust.redact import redact
from tests.support_identities import plant, secrets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cannot read a@b.com", "cannot read [EMAIL]"),
        ("could not convert '张三' to double", "could not convert '...' to double"),
        ('key "Smith, John" missing', 'key "..." missing'),
        ("column 'customer_id' of 'order_lines' is missing", "column 'customer_id' of 'order_lines' is missing"),
        ("row 1234567 of 99", "row [NUMBER] of 99"),
        ("plain words", "plain words"),
    ],
)
def test_values_go_and_own_names_stay(text: str, expected: str) -> None:
    assert redact(text) == expected


def test_no_planted_value_survives() -> None:
    people = plant(5, 60)
    texts = [text for person in people for text in [*person.sentences(), f"bad value {person.name!r} for {person.account!r}"]]
    everything = "\n".join(redact(text) for text in texts)
    assert [value for value in secrets(people) if value in everything] == []
