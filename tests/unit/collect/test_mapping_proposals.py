"""What a file is, is told from its headers and values; what is not certain is left out."""

from __future__ import annotations

import pytest

from moushi.collect.result import Proposal
from moushi.columns import Customers, OrderLines, Orders, Prices, Products, Rates, Stock, Supply, Texts
from tests.unit.collect.mapping_support import filled, proposal

TAOBAO = proposal(
    [
        *("主订单编号", "子订单编号", "买家会员名", "买家实际支付金额", "订单状态", "收货人姓名", "收货地址", "联系手机"),
        *("订单创建时间", "订单付款时间", "宝贝标题", "宝贝数量", "商家编码", "运费"),
    ],
    [
        *("1001", "1001", "小明", "88.00", "交易成功", "王芳", "浙江省杭州市西湖区文三路1号", "13800138000"),
        *("2024-01-01 10:00:00", "2024-01-01 10:01:00", "连衣裙", "1", "A1", "0.00"),
    ],
    [
        *("1002", "10021", "小红", "160.00", "交易成功", "李雷", "上海市浦东新区世纪大道2号", "13900139000"),
        *("2024-01-02 10:00:00", "2024-01-02 10:01:00", "衬衫", "2", "A2", "5.00"),
    ],
    [
        *("1002", "10022", "小红", "30.00", "交易成功", "李雷", "上海市浦东新区世纪大道2号", "13900139000"),
        *("2024-01-02 10:00:00", "2024-01-02 10:01:00", "袜子", "3", "A3", "5.00"),
    ],
)


def test_one_file_fills_several_tables() -> None:
    assert TAOBAO.mapping is not None
    assert TAOBAO.mapping.grain == OrderLines.name
    assert TAOBAO.confidence > 0.9
    assert filled(TAOBAO, OrderLines.name) == {
        OrderLines.order_id: "主订单编号",
        OrderLines.line_id: "子订单编号",
        OrderLines.ordered_at: "订单创建时间",
        OrderLines.customer_id: "买家会员名",
        OrderLines.product_id: "商家编码",
        OrderLines.quantity: "宝贝数量",
        OrderLines.amount: "买家实际支付金额",
        OrderLines.status: "订单状态",
    }
    assert filled(TAOBAO, Customers.name)[Customers.phone] == "联系手机"
    assert filled(TAOBAO, Products.name) == {Products.product_id: "商家编码", Products.product_name: "宝贝标题"}
    assert filled(TAOBAO, Orders.name)[Orders.shipping] == "运费"


def test_personal_values_are_not_shown_in_a_proposal() -> None:
    shown = repr(TAOBAO.samples)
    assert "王芳" not in shown
    assert "13800138000" not in shown
    assert "衬衫" in shown


def test_totals_that_stand_on_the_first_line_of_an_order_are_the_orders() -> None:
    shopify = proposal(
        [
            *("Name", "Email", "Financial Status", "Currency", "Subtotal", "Shipping", "Total", "Created at"),
            *("Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku", "Shipping Country", "Id"),
        ],
        [
            *("#1001", "a@example.com", "paid", "USD", "30.00", "5.00", "35.00", "2024-01-01 10:00:00 -0500"),
            *("1", "Shirt", "10.00", "S1", "US", "450789469"),
        ],
        [
            *("#1001", "a@example.com", None, None, None, None, None, "2024-01-01 10:00:00 -0500"),
            *("2", "Socks", "10.00", "S2", None, None),
        ],
        [
            *("#1002", "b@example.com", "paid", "USD", "12.00", "5.00", "17.00", "2024-01-02 10:00:00 -0500"),
            *("4", "Hat", "3.00", "S3", "US", "450789470"),
        ],
    )
    lines = filled(shopify, OrderLines.name)
    assert OrderLines.amount not in lines
    assert lines[OrderLines.unit_price] == "Lineitem price"
    # No account is named: the e-mail address is the account.
    assert lines[OrderLines.customer_id] == "Email"
    assert filled(shopify, Orders.name)[Orders.amount] == "Total"


def test_an_order_total_repeated_on_every_line_is_the_orders() -> None:
    found = proposal(
        ["order id", "sku", "qty", "unit price", "total"],
        *[["A", "x", "1", "10", "50"], ["A", "y", "2", "20", "50"], ["B", "x", "3", "10", "70"], ["B", "z", "4", "10", "70"]],
    )
    assert OrderLines.amount not in filled(found, OrderLines.name)
    assert filled(found, Orders.name)[Orders.amount] == "total"


def test_money_that_grows_with_the_quantity_is_the_lines() -> None:
    rows = [[f"O{number}", "X", str(number % 3 + 1), f"{(number % 3 + 1) * 9.99:.2f}"] for number in range(12)]
    assert filled(proposal(["order id", "sku", "quantity", "item-price"], *rows), OrderLines.name)[OrderLines.amount] == "item-price"
    rows = [[f"O{number}", "X", str(number % 3 + 1), "9.99"] for number in range(12)]
    assert filled(proposal(["order id", "sku", "quantity", "item-price"], *rows), OrderLines.name)[OrderLines.unit_price] == "item-price"


def test_quantity_price_and_amount_are_found_by_their_product() -> None:
    rows = [[f"O{n // 2}", f"P{n % 7}", str(n % 4 + 1), f"{n % 7 + 0.99:.2f}", f"{(n % 4 + 1) * (n % 7 + 0.99):.2f}"] for n in range(60)]
    found = filled(proposal(["order id", "sku", "a", "b", "c"], *rows), OrderLines.name)
    assert (found[OrderLines.quantity], found[OrderLines.unit_price], found[OrderLines.amount]) == ("a", "b", "c")


@pytest.mark.parametrize(("discounts", "rate"), [(["0.2", "0.0", "0.5"], True), (["2.00", "0", "5"], False)])
def test_a_discount_is_a_share_or_money_as_the_amounts_tell(discounts: list[str], rate: bool) -> None:
    amounts = ["8.00", "10.00", "5.00"]
    rows = [[f"O{n}", "x", "1", "10.00", discounts[n % 3], amounts[n % 3]] for n in range(9)]
    found = proposal(["order id", "sku", "qty", "unit price", "discount", "total"], *rows)
    assert found.mapping is not None
    assert found.mapping.tables[OrderLines.name][OrderLines.discount].rate is rate


def test_a_running_row_number_is_no_line_number() -> None:
    rows = [[str(n), f"O{n // 2}", str(n % 2 + 1), "x", "1", "5"] for n in range(40)]
    assert filled(proposal(["Row ID", "order id", "nn", "sku", "qty", "total"], *rows), OrderLines.name)[OrderLines.line_id] == "nn"
    rows = [[row[0], row[1], "7", *row[3:]] for row in rows]
    assert OrderLines.line_id not in filled(proposal(["Row ID", "order id", "line", "sku", "qty", "total"], *rows), OrderLines.name)


@pytest.mark.parametrize(
    ("columns", "rows", "decimal", "formats"),
    [
        (
            ["Bestellnummer", "Bestelldatum", "Kundennummer", "Artikelnummer", "Menge", "Einzelpreis", "Gesamtbetrag", "Währung"],
            [
                ["B1", "31.01.2024", "K1", "A-1", "2", "1.234,50", "2.469,00", "EUR"],
                ["B2", "01.02.2024", "K2", "A-2", "1", "7,90", "7,90", "EUR"],
            ],
            ",",
            ("dmy", "ymd"),
        ),
        (
            ["Número do pedido", "Data do pedido", "Código do cliente", "Código do produto", "Qtd", "Preço unitário", "Valor total"],
            [["P1", "31/01/2024", "C1", "R1", "2", "R$ 3,50", "R$ 7,00"], ["P2", "01/02/2024", "C2", "R2", "1", "R$ 2,25", "R$ 2,25"]],
            ",",
            ("dmy", "ymd"),
        ),
        (
            ["订单号", "下单时间", "下单帐号", "商品ID", "订购数量", "京东价", "实付金额"],
            [["2001", "2024年1月31日", "jd_1", "100", "1", "999", "999"], ["2002", "2024年2月1日", "jd_2", "101", "2", "99", "198"]],
            ".",
            ("ymd",),
        ),
    ],
)
def test_exports_of_other_lands_map_by_themselves(
    columns: list[str], rows: list[list[str]], decimal: str, formats: tuple[str, ...]
) -> None:
    found = proposal(columns, *rows)
    assert found.mapping is not None
    rules = found.mapping.tables[OrderLines.name]
    assert rules[OrderLines.amount].decimal == decimal
    assert rules[OrderLines.ordered_at].formats == formats


def test_the_currency_is_read_off_signs_or_headers() -> None:
    signed = proposal(["order id", "sku", "qty", "total"], ["1", "x", "1", "€ 5.00"], ["2", "y", "1", "€ 6.00"])
    assert signed.mapping is not None
    assert signed.mapping.tables[OrderLines.name][OrderLines.currency].sign
    named = proposal(["order id", "sku", "qty", "total (GBP)"], ["1", "x", "1", "5.00"], ["2", "y", "1", "6.00"])
    assert filled(named, OrderLines.name)[OrderLines.currency] == "=GBP"


@pytest.mark.parametrize(
    ("columns", "row", "table"),
    [
        (["日期", "商品编码", "仓库", "库存数量", "在途数量"], ["2024-01-06", "B1", "CN", "5", "0"], Stock),
        (["商品编码", "供应商", "到货天数", "箱规", "起订量"], ["H1", "供应商04", "45", "4", "12"], Supply),
        (["商品编码", "国家", "生效日期", "失效日期", "价格", "币种"], ["H1", "中国", "2024-01-01", "2024-02-01", "99.00", "CNY"], Prices),
        (["日期", "币种", "本位币", "汇率"], ["2024-01-01", "EUR", "CNY", "7.8"], Rates),
        (["评价编号", "商品编码", "评分", "评价内容", "评价时间"], ["R1", "H1", "5", "包装精美，送人也拿得出手", "2024-01-17"], Texts),
        (["Product ID", "Name", "Unit cost", "Price"], ["P1", "Cup", "2.5", "9.9"], Products),
    ],
)  # fmt: skip
def test_every_kind_of_file_is_known(columns: list[str], row: list[str], table: type) -> None:
    found = proposal(columns, row)
    assert found.mapping is not None
    assert found.mapping.grain == table.name


def test_stars_make_a_text_a_review() -> None:
    found = proposal(["text", "stars"], ["quite good, came early", "5"], ["never again, broke at once", "1"])
    assert filled(found, Texts.name)[Texts.source_kind] == "=review"


def test_shipping_dates_do_not_become_order_dates() -> None:
    found = proposal(
        ["order_id", "order_item_id", "product_id", "seller_id", "shipping_limit_date", "price", "freight_value"],
        ["00042b", "1", "ac6c36", "df5603", "2017-02-13 13:57:51", "199.9", "18.14"],
        ["0010b2", "1", "5a419d", "df5603", "2017-09-15 18:04:37", "48.9", "16.6"],
    )
    lines = filled(found, OrderLines.name)
    assert OrderLines.ordered_at not in lines
    assert lines[OrderLines.quantity] == "=1"
    assert lines[OrderLines.unit_price] == "price"


@pytest.mark.parametrize(
    "columns",
    [
        ["recency", "history", "mens", "womens", "newbie", "visit", "conversion", "spend"],
        ["No", "sales", "price", "brand", "feat"],
        ["seller_id", "seller_zip_code_prefix", "seller_city", "seller_state"],
        ["a", "b", "c"],
    ],
)
def test_what_is_nothing_we_keep_is_not_mapped(columns: list[str]) -> None:
    found = proposal(columns, [str(number) for number, _ in enumerate(columns)], [str(number + 5) for number, _ in enumerate(columns)])
    assert found.mapping is None or found.confidence < 0.6


def test_an_order_file_with_unreadable_money_is_no_stock_list() -> None:
    found = proposal(
        ["Order ID", "SKU", "Product name", "Qty", "Unit price", "Total", "Order date", "Customer ID"],
        ["1", "x", "Cup", "1", "five", "five", "2024-01-01", "c1"],
        ["2", "y", "Pot", "2", "six", "six", "2024-01-02", "c2"],
    )
    assert found.confidence < 0.6


def test_a_person_may_say_what_table_it_is() -> None:
    found: Proposal = proposal(["sku", "date", "quantity", "qty sold"], ["x", "2024-01-01", "5", "3"], table=Stock.name)
    assert found.mapping is not None
    assert found.mapping.decided_by == "person"
    assert proposal(["a", "b"], ["x", "y"], table=Stock.name).mapping is None


def test_personal_columns_never_fill_columns_that_are_not_masked() -> None:
    found = proposal(
        ["order id", "sku", "qty", "total", "channel"],
        ["1", "x", "1", "5", "anna.weber@example.de"],
        ["2", "y", "1", "6", "max.beck@example.de"],
    )
    assert OrderLines.channel not in filled(found, OrderLines.name)
