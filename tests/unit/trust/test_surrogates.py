from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.trust.keys import Keys
from moushi.trust.recognisers.bank_card import is_card
from moushi.trust.recognisers.resident_id import is_resident_id
from moushi.trust.shield import Shield
from moushi.trust.surrogates import offers
from moushi.trust.vault import Vault
from tests.support_identities import plant

KEY = b"s" * 32
SHIELD = Shield(KEY, surrogates=True)
PEOPLE = plant(1, 20)
PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([text for person in PEOPLE for text in [*person.sentences(), person.phone, person.email, person.card]]),
    st.sampled_from(["电话", "张伟", "小王", "王芳说", "[EMAIL:em_", "]", "1", "+86", "＠", "\u200b", "微信", "16012345678"]),
)
TEXTS = st.lists(PIECES, max_size=6).map("".join)


def only(text: str) -> str:
    """What stands in the masked text in place of the one thing found."""
    (span,) = SHIELD.mask(text).spans
    written = SHIELD.mask(text).text
    return written[span.start : len(written) - (len(text) - span.end)]


@settings(deadline=None)
@given(TEXTS)
def test_unmasking_restores_every_text_exactly(text: str) -> None:
    assert SHIELD.unmask(SHIELD.mask(text).text) == text


@settings(deadline=None)
@given(TEXTS)
def test_a_masked_text_can_be_masked_again_and_both_come_back(text: str) -> None:
    once = SHIELD.mask(text).text
    twice = SHIELD.mask(once).text
    assert SHIELD.unmask(twice) == once
    assert SHIELD.unmask(once) == text


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(st.none(), TEXTS), max_size=5))
def test_many_texts_are_masked_as_one_by_one(texts: list[str | None]) -> None:
    expected = [None if text is None else SHIELD.mask(text).text for text in texts]
    assert SHIELD.mask_texts(pa.array(texts, pa.string())).to_pylist() == expected


def test_no_original_stays_and_all_come_back() -> None:
    texts = [text for person in PEOPLE for text in person.sentences()]
    masked = SHIELD.mask_texts(pa.array(texts)).to_pylist()
    for text, written in zip(texts, masked, strict=True):
        spans = SHIELD.mask(text).spans
        assert spans
        assert [text[s.start : s.end] for s in spans if text[s.start : s.end] in written] == []
    assert [SHIELD.unmask(text) for text in masked] == texts


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("请联系张伟，谢谢", "[\u4e00-\u9fff]{2}"),
        ("请联系王小明，谢谢", "[\u4e00-\u9fff]{3}"),
        ("收件人：欧阳娜娜", "[\u4e00-\u9fff]{4}"),
        ("My name is John Smith", r"[A-Z][a-z]+ [A-Z][a-z]+"),
        ("电话13800138000", r"16[013489]\d{8}"),
        ("电话138-0013-8000", r"16[013489]-\d{4}-\d{4}"),
        ("电话１３８００１３８０００", "１６[０１３４８９][０-９]{8}"),
        ("电话幺三八零零幺三八零零零", "一六[零一三四八九][零一二三四五六七八九]{8}"),
        ("邮箱 wang.fang@corp.cn", r"[a-z]{4}\.[a-z]{4}@example\.(?:com|net|org)"),
        ("身份证11010519491231002X", r"[0-9]{17}X"),
        ("卡号6222021234567890128", r"0\d{18}"),
        ("车牌京A12345", r"[\u4e00-\u9fff][A-Z]\d{5}"),
        ("登录地址 8.8.8.8", r"2[45]\d\.\d+\.\d+\.\d+"),
        ("call +44 20 7946 0958", r"\+44 0\d \d{4} \d{4}"),
        ("call (212) 555-0123", r"\(0\d\d\) \d{3}-\d{4}"),
        ("电话010-62345678", r"010-0\d{7}"),
        ("出生日期：1990-03-05", r"(?:19[5-9]|200)\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)"),
        ("ship to 221 Baker Street", r"\d{3} [A-Z][a-z]+ Street"),
        ("收货地址：广东省深圳市翠屏路12号3栋", "[\u4e00-\u9fff]{2}省[\u4e00-\u9fff]{2}市[\u4e00-\u9fff]{2}路\\d\\d号\\d栋"),
    ],
)
def test_surrogates_keep_kind_and_shape(text: str, shape: str) -> None:
    assert re.fullmatch(shape, only(text)), only(text)


def test_numbers_are_nobodys() -> None:
    people = plant(3, 60)
    chinese = [person for person in people if person.language == "zh"]
    assert not any(is_resident_id(next(offers(p.national_id, p.national_id, "national_id", KEY))) for p in chinese)
    assert not any(is_card(next(offers(p.card, p.card, "card", KEY))) for p in people)
    assert all(re.fullmatch(r"16[013489]\d{8}", next(offers(p.phone, p.phone, "phone", KEY))) for p in chinese)


def test_the_same_original_has_the_same_surrogate_everywhere(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path / "keys.json")
    one = Shield(keys, Vault(tmp_path / "vault.db", keys), surrogates=True)
    first = one.mask("请联系张伟，谢谢").text
    one.vault.close()
    two = Shield(keys, Vault(tmp_path / "vault.db", keys), surrogates=True)
    second = two.mask("快递员张伟送来的").text
    assert first[3:5] == second[3:5] != "张伟"
    assert two.unmask(first) == "请联系张伟，谢谢"
    two.vault.close()
    other = Shield(Keys.create(tmp_path / "other.json"), surrogates=True)
    assert other.mask("请联系张伟，谢谢").text != first


def test_no_two_originals_share_a_surrogate() -> None:
    shield = Shield(b"c" * 32, surrogates=True)
    names = [f"{surname}{given}" for surname in "王李张刘陈杨赵黄周吴" for given in "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉"]
    masked = shield.mask_texts(pa.array([f"收件人：{name}" for name in names])).to_pylist()
    assert len(set(masked)) == len(names)
    assert [shield.unmask(text) for text in masked] == [f"收件人：{name}" for name in names]


def test_what_equals_a_surrogate_by_chance_is_masked_too() -> None:
    surrogate = only("请联系张伟，谢谢")
    text = f"{surrogate}牌的茶叶和{surrogate}很好"
    masked = SHIELD.mask(text)
    assert surrogate not in masked.text
    assert SHIELD.unmask(masked.text) == text


def test_a_surrogate_is_no_ones_original() -> None:
    shield = Shield(KEY, surrogates=True)
    usual = SHIELD.mask("请联系张伟，谢谢").text[3:5]
    shield.token(pa.array([usual]), "name")
    assert shield.mask("请联系张伟，谢谢").text[3:5] not in (usual, "张伟")


def test_what_is_too_short_for_a_surrogate_gets_a_placeholder() -> None:
    masked = SHIELD.mask("QQ：12345")
    assert re.fullmatch(r"QQ：\[QQ:im_[a-z2-7]{20}\]", masked.text)
    assert SHIELD.unmask(masked.text) == "QQ：12345"
