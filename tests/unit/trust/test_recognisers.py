from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.trust.recognisers.bank_card import is_card
from moushi.trust.recognisers.base import fold, luhn
from moushi.trust.recognisers.iban import is_iban
from moushi.trust.recognisers.resident_id import check_character, is_resident_id
from moushi.trust.spans import find, suspects
from tests.support_identities import plant


def found(text: str) -> list[tuple[str, str]]:
    return [(span.label, text[span.start : span.end]) for span in find(text)]


def test_resident_id_check_character_by_hand() -> None:
    # 1*7+1*9+0*10+1*5+0*8+5*4+1*2+9*1+4*6+9*3+1*7+2*9+3*10+1*5+0*8+0*4+2*2 = 167; 167 mod 11 = 2 -> X
    assert check_character("11010519491231002") == "X"
    assert is_resident_id("11010519491231002x")
    assert not is_resident_id("110105194912310021")


def test_resident_id_needs_a_birthday_and_a_province() -> None:
    assert is_resident_id("110105491231002")
    assert not is_resident_id("110105491331002")
    assert not is_resident_id("170105491231002")
    impossible = "11010519490230002"
    assert not is_resident_id(impossible + check_character(impossible))


def test_luhn_by_hand() -> None:
    # 79927398713: 3+(1*2)+7+(8*2-9)+9+(3*2)+7+(2*2)+9+(9*2-9)+7 = 70
    assert luhn("79927398713")
    assert not luhn("79927398710")


def test_cards_need_scheme_length_and_check_digit() -> None:
    assert is_card("4111111111111111")
    assert is_card("378282246310005")
    assert not is_card("4111111111111112")
    assert not is_card("1111111111111117")
    assert not is_card("41111111111111111111")


def test_iban_by_hand() -> None:
    # Public examples of the standard; moving four characters to the end and reading letters as 10 to 35 leaves 1 mod 97.
    assert is_iban("GB82WEST12345698765432")
    assert is_iban("DE89370400440532013000")
    assert not is_iban("GB82WEST12345698765433")
    assert not is_iban("GB82WEST1234569876543")
    assert not is_iban("ZZ82WEST12345698765432")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电话13800138000谢谢", [("PHONE", "13800138000")]),
        ("我的手机１３８００１３８０００", [("PHONE", "１３８００１３８０００")]),
        ("打+86 138-0013-8000", [("PHONE", "+86 138-0013-8000")]),
        ("138 0013 8000", [("PHONE", "138 0013 8000")]),
        ("1-3-8-0-0-1-3-8-0-0-0", [("PHONE", "1-3-8-0-0-1-3-8-0-0-0")]),
        ("13800\u200b138000", [("PHONE", "13800\u200b138000")]),
        ("tel13800138000", [("PHONE", "13800138000")]),
        ("订单已收到，手机13800138000", [("PHONE", "13800138000")]),
        ("座机010-62345678转123。", [("PHONE", "010-62345678转123")]),
        ("(021)62345678", [("PHONE", "(021)62345678")]),
        ("售后点02062316680", [("PHONE", "02062316680")]),
        ("call me at (555) 123-4567.", [("PHONE", "(555) 123-4567")]),
        ("reach me: 020 7946 0958", [("PHONE", "020 7946 0958")]),
        ("+1 650 253 0000 or +44 20 7946 0958", [("PHONE", "+1 650 253 0000"), ("PHONE", "+44 20 7946 0958")]),
        ("写信Zhang＠qq.com谢谢", [("EMAIL", "Zhang＠qq.com")]),
        ("a.b+c@mail.example.co.uk, ok", [("EMAIL", "a.b+c@mail.example.co.uk")]),
        ("joe[at]gmail.com", [("EMAIL", "joe[at]gmail.com")]),
        ("身份证11010519491231002X", [("ID", "11010519491231002X")]),
        ("110105 19491231 002X", [("ID", "110105 19491231 002X")]),
        ("老身份证110105491231002", [("ID", "110105491231002")]),
        ("card 4111 1111 1111 1111 2023", [("CARD", "4111 1111 1111 1111")]),
        ("卡号4111111111111111", [("CARD", "4111111111111111")]),
        ("IBAN GB82 WEST 1234 5698 7654 32 OK", [("IBAN", "GB82 WEST 1234 5698 7654 32")]),
        ("护照号E12345678", [("PASSPORT", "E12345678")]),
        ("passport no. X1234567", [("PASSPORT", "X1234567")]),
        ("my ssn: 123456789", [("SSN", "123456789")]),
        ("123-45-6789", [("SSN", "123-45-6789")]),
        ("车牌粤B·12345，", [("PLATE", "粤B·12345")]),
        ("京AD12345", [("PLATE", "京AD12345")]),
        ("vx：abc_def123", [("WECHAT", "abc_def123")]),
        ("加微信abcdef1聊", [("WECHAT", "abcdef1")]),
        ("微信号 zhangsan", [("WECHAT", "zhangsan")]),
        ("QQ：123456789", [("QQ", "123456789")]),
        ("加扣扣 12345678", [("QQ", "12345678")]),
        ("qq邮箱123456@qq.com", [("EMAIL", "123456@qq.com")]),
        ("微信13800138000", [("PHONE", "13800138000")]),
        ("收件人：张伟，急", [("NAME", "张伟")]),
        ("收件人张伟电话多少", [("NAME", "张伟")]),
        ("my name is John O'Brien and", [("NAME", "John O'Brien")]),
        ("送到上海市浦东新区世纪大道100号", [("ADDRESS", "上海市浦东新区世纪大道100号")]),
        ("住在杭州市文三路18号2幢501室，公众号见名片", [("ADDRESS", "杭州市文三路18号2幢501室")]),
        ("I live at 12 Baker Street, London", [("ADDRESS", "12 Baker Street, London")]),
    ],
)
def test_personal_data_are_found_exactly(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "订单号：13800138000",
        "order number 4111111111111111",
        "运单号 123456789012345",
        "SKU13800138000",
        "A13800138000",
        "价格199.00元,满199-100,2023-11-11 12:30:45下单",
        "13800138000.50",
        "1 38 39 40 41 42",
        "160cm 120斤 38码, 5'4\" 130-135 lbs, 36-27-38",
        "微信支付很方便",
        "my wechat is terrible",
        "新X30PRO手机，新款K30",
        "call me at 2023-11-11 12:30",
        "拨打400-711-6699客服",
        "8848钛金手机",
        "待机200-350小时, 单果210-260g",
        "USB3.0 1920x1080 1234567890123",
        "离世纪公园地铁站3号出口",
        "mail me @ home",
        "",
    ],
)
def test_prices_dates_orders_and_sizes_are_left(text: str) -> None:
    assert found(text) == []


def test_everything_that_is_found_passes_the_filter() -> None:
    texts = [text for person in plant(3, 40) for text in person.sentences()]
    assert all(find(text) for text in texts)
    assert all(suspects(pa.array(texts)).to_pylist())


PARTS = ["电话", "13800138000", "+", "86", " ", "-", "a@b.cn", "4111111111111111", "微信", "abc123", "QQ", ":", "订单号", "ssn"]
MORE = ["123-45-6789", "１", "\u200b", "10 Downing St", "京A1234", "5", "收件人", "张三", "passport", "E1234567", "(021)", "62345678"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(PARTS + MORE), max_size=12))
def test_the_filter_never_hides_a_find(parts: list[str]) -> None:
    text = "".join(parts)
    # Names in Chinese texts have a filter of their own.
    if any(span.label != "NAME" for span in find(text)):
        assert suspects(pa.array([text]))[0].as_py()


@given(st.text())
def test_folding_keeps_track_of_every_character(text: str) -> None:
    folded, offsets = fold(text)
    if offsets is None:
        assert len(folded) == len(text)
    else:
        assert len(offsets) == len(folded) + 1
        assert offsets == sorted(offsets)
        assert offsets[-1] == len(text)


def test_folding_makes_full_width_plain() -> None:
    assert fold("ＡＢ１２＠") == ("AB12@", None)
    assert fold("1\u200b2㈱") == ("12(株)", [0, 2, 3, 3, 3, 4])
