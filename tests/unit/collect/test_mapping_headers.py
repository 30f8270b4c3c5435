"""Headers are understood in several languages, and only where they plainly mean a column."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from moushi.collect.shapes import SHAPES
from moushi.collect.vocabulary import currency_of, vocabulary, words_of
from moushi.columns import CategoryNames, Customers, Leads, OrderLines, Orders, Products, Stock, Texts, input_tables
from moushi.schema import Column

MEANINGS = {
    OrderLines: """
        订单编号 order_id, 主订单编号 order_id, InvoiceNo order_id, amazon-order-id order_id, Bestellnummer order_id,
        Numéro_de_commande order_id, 子订单编号 line_id, 买家会员名 customer_id, 买家昵称 customer_id, CustomerID customer_id,
        商品编码 product_id, 商家编码 product_id, SKU product_id, StockCode product_id, 购买数量 quantity, 宝贝数量 quantity,
        qty quantity, Quantitty quantity, 实付金额(元) amount, 买家实际支付金额 amount, 付款时间 ordered_at, 订单创建时间 ordered_at,
        Fecha_de_pedido ordered_at, 订单状态 status, Lineitem_price unit_price, Einzelpreis unit_price, Preço_unitário unit_price,
        Währung currency
    """,
    Orders: "运费 shipping, order_purchase_timestamp ordered_at",
    Customers: """
        收货人姓名 customer_name, 联系手机 phone, 收货地址 address, customer_city city, customer_unique_id person_id
    """,
    Products: "宝贝标题 product_name, 商品名称 product_name, 类目 category, 成本价 unit_cost",
    CategoryNames: "product_category_name_english translation",
    Texts: "评价内容 body, 评分 rating",
    Leads: "mql_id lead_id",
    Stock: "库存 on_hand",
}


@pytest.mark.parametrize(
    ("header", "table", "column"),
    [(*pair.split()[:1], table, pair.split()[1]) for table, pairs in MEANINGS.items() for pair in pairs.split(",")],
)
def test_a_header_means_its_column(header: str, table: type, column: str) -> None:
    best = vocabulary().meanings(header, table.name)[0]
    assert best.column == column
    assert best.score > 0.75


@pytest.mark.parametrize(
    "header",
    [
        "product_name_lenght",
        "product_description_lenght",
        "shipping_limit_date",
        "Ship Date",
        "seller_city",
        "customer_zip_code_prefix",
        "Profit",
        "发货时间",
        "有效期",
    ],
)
def test_a_header_about_something_else_means_nothing(header: str) -> None:
    assert not [meaning for table in input_tables() for meaning in vocabulary().meanings(header, table)]


def test_case_punctuation_accents_and_brackets_do_not_count() -> None:
    assert words_of("Unit-Price (EUR)") == words_of("unit_price") == words_of("UnitPrice") == ("unit", "price")


def test_a_header_may_name_the_currency() -> None:
    assert currency_of("Amount (USD)") == "USD"
    assert currency_of("金额（元）") == "CNY"
    assert currency_of("price_eur") == "EUR"
    assert currency_of("Europe") is None


def test_every_synonym_is_for_a_column_that_files_can_fill() -> None:
    content = tomllib.loads(resources.files("moushi.collect").joinpath("synonyms.toml").read_text("utf-8"))
    fillable: dict[str, dict[str, Column]] = {name: table.collected() for name, table in input_tables().items()}
    anywhere = {column for columns in fillable.values() for column in columns}
    for section in (content, content["weak"]):
        assert set(section["any"]) <= anywhere
        for table in set(section) & set(fillable):
            assert set(section[table]) <= set(fillable[table]), table
    assert {column for facts in content["implied"].values() for column in facts} <= anywhere
    assert set(content["parts"]) <= anywhere


def test_every_input_table_has_a_shape_whose_columns_exist() -> None:
    for name, shape in SHAPES.items():
        known = set(input_tables()[name].collected()) | {"*"}
        assert {column for group in shape.groups for column in group} <= known
