from __future__ import annotations

import pyarrow as pa
import pytest

from moushi.trust.personal import column_kind

NONE = pa.array([], pa.string())


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("姓名", "name"), ("收货人", "name"), ("收件人姓名", "name"), ("CustomerName", "name"), ("first_name", "name"), ("surname", "name"),
        ("联系手机", "phone"), ("收货人电话", "phone"), ("联系方式", "phone"), ("Phone Number", "phone"), ("mobile", "phone"),
        ("邮箱", "email"), ("EmailAddress", "email"), ("customer_email", "email"),
        ("收货地址", "address"), ("详细地址（必填）", "address"), ("Shipping Address", "address"), ("address_1", "address"),
        ("身份证号", "national_id"), ("SSN", "national_id"), ("soc_sec_id", "national_id"), ("passport no", "national_id"),
        ("银行卡号", "card"), ("Credit Card Number", "card"), ("IBAN", "card"),
        ("买家会员名", "account"), ("支付宝账号", "account"), ("买家支付宝账号", "account"), ("会员卡号", "account"),
        ("CustomerID", "account"), ("customer_unique_id", "account"), ("微信号", "account"),
        ("买家留言", "free_text"), ("备注", "free_text"), ("Review Text", "free_text"),
        ("商品名称", None), ("店铺名称", None), ("product_name", None), ("订单编号", None), ("图片地址", None),
        ("ip_address", None), ("数量", None),
        ("StockCode", None), ("Country", None), ("order_id", None), ("seller_id", None), ("付款时间", None),
    ],
)  # fmt: skip
def test_headers_tell(header: str, kind: str | None) -> None:
    assert column_kind(header, NONE) == kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a@b.com", "c@d.cn", None], "email"),
        (["13800138000", "13912345678", "15812345678"], "phone"),
        (["11010519491231002X", None, "110105194912310062"], "national_id"),
        (["4111111111111111", "4012888888881881"], "card"),
        (["红色", "蓝色", "13800138000"], None),
        (["100", "200"], None),
        (["请尽快发货，我的电话是13800138000，谢谢你们了", "没有什么别的要说，东西总的来说还可以，下次再来"], "free_text"),
    ],
)
def test_values_tell_where_the_header_does_not(values: list[str | None], kind: str | None) -> None:
    assert column_kind("column 7", pa.array(values)) == kind


def test_values_may_contradict_the_header() -> None:
    assert column_kind("email", pa.array(["yes", "no", "yes"])) is None
    assert column_kind("mobile", pa.array(["iOS", "Android"])) is None
    assert column_kind("收货人", pa.array(["1", "2"])) is None


def test_numbers_of_orders_are_not_telephones() -> None:
    values = pa.array(["13800138000", "13912345678"])
    assert column_kind("订单编号", values) is None
    assert column_kind("Item Code", values) is None
    assert column_kind("extra", values) == "phone"
