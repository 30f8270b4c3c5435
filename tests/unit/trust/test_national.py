"""Check digits on numbers that the authorities or standards give as examples, or worked out by hand."""

from __future__ import annotations

import pytest

from moushi.trust.recognisers import national_asia as asia
from moushi.trust.recognisers import national_east as east
from moushi.trust.recognisers import national_english as english
from moushi.trust.recognisers import national_north as north
from moushi.trust.recognisers import national_west as west
from moushi.trust.recognisers import permit
from moushi.trust.recognisers.resident_id import is_region
from moushi.trust.spans import Options, find


@pytest.mark.parametrize(
    ("valid", "number"),
    [
        (west.is_german, "86095742719"),
        (west.is_austrian, "1237010180"),
        (west.is_swiss, "7569217076985"),
        (west.is_french, "255081416802538"),
        (west.is_belgian, "85073003328"),
        (west.is_dutch, "111222333"),
        (west.is_luxembourgish, "1893120105732"),
        (west.is_irish, "1234567T"),
        (west.is_spanish, "12345678Z"),
        (west.is_spanish, "X1234567L"),
        (west.is_portuguese, "123456789"),
        (west.is_italian, "RSSMRA85T10A562S"),
        (west.is_greek, "01013099997"),
        (north.is_swedish, "8112289874"),
        (north.is_norwegian, "01010750160"),
        (north.is_finnish, "131052-308T"),
        (north.is_baltic, "37605030299"),
        (north.is_latvian, "32867300679"),
        (east.is_polish, "44051401359"),
        (east.is_czech, "7103192745"),
        (east.is_hungarian, "111111110"),
        (east.is_romanian, "1630615123457"),
        (east.is_bulgarian, "7523169263"),
        (west.mod_11_10, "33392005961"),
        (east.is_slovene, "0101006500006"),
        (asia.is_japanese, "123456789018"),
        (english.is_patient, "9434765919"),
        (permit.is_hong_kong, "A1234563"),
        (permit.is_taiwan, "A123456789"),
    ],
)
def test_examples_pass_and_with_another_last_character_fail(valid, number: str) -> None:
    assert valid(number)
    if number != "32867300679":
        other = "1" if number[-1] == "0" else "0" if number[-1].isdigit() else "A" if number[-1] != "A" else "B"
        assert not valid(number[:-1] + other)


def test_regions_of_identity_numbers() -> None:
    assert is_region("110105")
    # 511022 (乐至 in 内江) was retired in 1998 and is still in numbers.
    assert is_region("511022")
    assert is_region("830000")
    assert not is_region("110000")
    assert not is_region("119905")
    assert not is_region("170105")


def found(text: str, options: Options | None = None) -> list[tuple[str, str]]:
    return [(span.label, text[span.start : span.end]) for span in (find(text, options) if options else find(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Meine Steuer-ID: 86 095 742 719.", [("ID", "86 095 742 719")]),
        ("codice fiscale RSSMRA85T10A562S ok", [("ID", "RSSMRA85T10A562S")]),
        ("DNI 12345678Z", [("ID", "12345678Z")]),
        ("回乡证号H12345678，谢谢", [("PERMIT", "H12345678")]),
        ("香港身份证A1234563", [("PERMIT", "A1234563")]),
        ("生日是1990年5月3日哦", [("BIRTH", "1990年5月3日")]),
        ("登录 IP 8.8.4.4 异常", [("IP", "8.8.4.4")]),
        ("https://a.example/pay?id=7&token=abcdef123456", [("SECRET", "abcdef123456")]),
        ("postgresql://shop:pa55word@db/x", [("SECRET", "shop:pa55word")]),
        ("密码是abc123。", [("SECRET", "abc123")]),
        ("微博@小小的我_99 求关注", [("WEIBO", "小小的我_99")]),
        ("Spoke with Emily Watson today.", [("NAME", "Emily Watson")]),
    ],
)
def test_kinds_are_found_exactly(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Steuer-ID: 86 095 742 718",
        "RSSMRA85T10A562T",
        "固件版本 1.2.3.4",
        "127.0.0.1",
        "2024年5月3日发货",
        "订单 86095742719",
        "https://a.example/list?page=2",
        "忘记密码了",
    ],
)
def test_what_only_looks_like_it_is_left(text: str) -> None:
    assert found(text) == []


def test_companies_and_order_numbers_are_found_where_asked_for() -> None:
    text = "供应商是杭州云帆科技有限公司，单号 AB20240001"
    assert found(text) == []
    assert found(text, Options(companies=True, order_number=r"[A-Z]{2}\d{8}"))[-1] == ("ORDER", "AB20240001")
    assert any(label == "COMPANY" and "云帆科技有限公司" in value for label, value in found(text, Options(companies=True)))


@pytest.mark.parametrize("pattern", ["[", "x*"])
def test_a_pattern_of_order_numbers_that_cannot_be_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern of order numbers"):
        find("x", Options(order_number=pattern))
