from __future__ import annotations

import pytest

from moushi.errors import InvalidSetting
from moushi.patterns import order_number_fault
from moushi.settings import Settings
from moushi.trust.spans import Options, find, find_many


@pytest.mark.parametrize(
    "pattern", [r"[A-Z]{2}\d{10}", r"\d{12}", r"SO-?\d{4,20}", r"(?:WEB|SHOP)-\d{4,8}(?:-\d{1,2})?", "单[0-9]{6}", r"(?:\d{4}-){3}\d{4}"]
)
def test_patterns_of_order_numbers_are_taken(pattern: str) -> None:
    assert order_number_fault(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "can be read (missing )"),
        (r"(?P<a>\d)(?P=a)\d{4}", "can be read"),
        (r"(?=\d)\d{6}", "can be read"),
        ("", "4 to 64 characters"),
        (r"\d{1,9}", "4 to 64 characters"),
        (r"SO\d+", "4 to 64 characters"),
        (r"(a+)+b{4}", "4 to 64 characters"),
        (".*", "4 to 64 characters"),
        (r"(?:\d{1,8}){1,7}[A-Z]{4}", "tried quickly"),
        (r"(?:\d|\d\d){4,30}X", "tried quickly"),
        (r"\d{1,15}\d{1,15}\d{1,15}\d{1,15}XXXX", "tried quickly"),
        (r".{4,20}", "fits order numbers only (it fits “good”)"),
        (r"\d{4,12}", "fits order numbers only (it fits “2024”)"),
        ("[\u4e00-\u9fff]{4}", "fits order numbers only (it fits “质量很好”)"),
    ],
)
def test_patterns_that_would_harm_are_refused_with_the_reason(pattern: str, said: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Settings({"order_number_pattern": pattern}, environment={})
    assert said in str(caught.value)
    assert "order_number_pattern" in str(caught.value)
    assert "moushi.toml" in str(caught.value)


def test_the_reason_is_also_said_in_chinese() -> None:
    fault = order_number_fault(r"\d{4,12}")
    assert fault is not None
    assert fault.zh.startswith("只匹配订单号的正则表达式（它匹配“2024”）")


def test_order_numbers_are_found_whatever_the_number_of_texts() -> None:
    options = Options.of(Settings({"order_number_pattern": "单[0-9]{5}"}, environment={}))
    text = "我的单12345怎么还没到"
    (span,) = find(text, options)
    assert (span.label, text[span.start : span.end]) == ("ORDER", "单12345")
    assert find_many([text] * 150, options) == [[span]] * 150
    assert find(text) == []
