import csv
import hashlib
import os
import subprocess
import sys
from datetime import date
from itertools import pairwise

import pyarrow.csv as pacsv
import pytest

from moushi.twin import Twin
from moushi.twin.orders import EN_HEADERS, ZH_HEADERS, quarters

CODE = """
import sys
from moushi.twin import Twin
Twin(seed=4, customers=400, products=24, weeks=30).observe(sys.argv[1], messy=sys.argv[2] == "messy")
"""


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def clean(twin, tmp_path_factory):
    folder = tmp_path_factory.mktemp("clean")
    return {path.name: path for path in twin.observe(folder)}


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("mode", ["clean", "messy"])
def test_the_same_twin_writes_the_same_bytes_in_another_process(mode, tmp_path):
    twin = Twin(seed=4, customers=400, products=24, weeks=30)
    twin.observe(tmp_path / "one", messy=mode == "messy")
    twin.observe(tmp_path / "again", messy=mode == "messy")
    command = [sys.executable, "-c", CODE, str(tmp_path / "other"), mode]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"})
    assert digests(tmp_path / "one") == digests(tmp_path / "again") == digests(tmp_path / "other")


def test_other_seeds_write_other_shops(tmp_path):
    for seed in (1, 2):
        Twin(seed=seed, customers=200, products=12, weeks=6).observe(tmp_path / str(seed))
    first, second = digests(tmp_path / "1"), digests(tmp_path / "2")
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first if name != "类目对照.csv")


def test_files_are_those_of_two_shops(clean):
    names = set(clean)
    assert {"订单明细_CN_2024Q1.csv", "orders_DE_2025Q4.csv", "会员资料_CN.csv", "customers_DE.csv"} <= names
    assert {"商品评价_CN.csv", "reviews_DE.csv", "库存_2024.csv", "商品资料.csv", "采购信息.csv", "汇率.csv"} <= names
    assert {"价格.csv", "促销活动.csv", "类目对照.csv"} <= names


def test_headers_are_those_of_shop_systems(clean):
    assert tuple(rows(clean["订单明细_CN_2024Q2.csv"])[0]) == ZH_HEADERS
    assert tuple(rows(clean["orders_DE_2024Q2.csv"])[0]) == EN_HEADERS


def all_lines(clean, prefix):
    return [row for name in sorted(clean) if name.startswith(prefix) for row in rows(clean[name])]


def test_every_line_stands_in_exactly_one_file(twin, clean):
    lines = sum(len(week.lines) for week in twin._state()[1].weeks)
    zh, en = all_lines(clean, "订单明细"), all_lines(clean, "orders")
    assert len(zh) + len(en) == lines
    assert len({row["子订单编号"] for row in zh}) == len(zh)
    assert len({(row["Order ID"], row["Line"]) for row in en}) == len(en)


def test_lines_say_what_they_cost(clean):
    for row in all_lines(clean, "orders")[:2_000]:
        assert round(int(row["Qty"]) * float(row["Unit price"]) - float(row["Discount"]), 2) == float(row["Total"])


def test_days_are_within_the_quarter_of_the_file(clean):
    days = [row["Order date"][:10] for row in rows(clean["orders_DE_2024Q3.csv"])]
    assert min(days) >= "2024-07-01"
    assert max(days) <= "2024-09-30"
    assert days == sorted(days)


def test_every_kind_of_line_is_there(clean):
    lines = all_lines(clean, "订单明细")
    assert {row["订单状态"] for row in lines} == {"交易成功", "已发货", "交易关闭", "退款成功"}
    assert all((int(row["购买数量"]) < 0) == (row["订单状态"] == "退款成功") for row in lines)
    assert {"POSTAGE", "TEST001"} <= {row["商品编码"] for row in lines}
    underway = {row["付款时间"][:10] for row in lines if row["订单状态"] == "已发货"}
    assert min(underway) == "2025-12-24"


def test_keys_of_the_files_meet(clean):
    products = {row["商品编码"] for row in rows(clean["商品资料.csv"])} | {"POSTAGE", "TEST001"}
    members = {row["会员名"] for row in rows(clean["会员资料_CN.csv"])} | {"测试账号"}
    lines = all_lines(clean, "订单明细")
    assert {row["商品编码"] for row in lines} <= products
    assert {row["买家会员名"] for row in lines} <= members
    reviews = rows(clean["商品评价_CN.csv"])
    assert {row["订单编号"] for row in reviews} <= {row["订单编号"] for row in lines}
    assert {row["商品编码"] for row in rows(clean["库存_2025.csv"])} <= products


def test_reviews_come_after_their_orders(clean):
    bought = {row["订单编号"]: row["付款时间"] for row in reversed(all_lines(clean, "订单明细")) if row["订单状态"] != "退款成功"}
    assert all(row["评价时间"] > bought[row["订单编号"]] for row in rows(clean["商品评价_CN.csv"]))


def test_stock_shows_when_something_is_out_and_when_it_is_back(twin, clean):
    _, state = twin._state()
    table = [row for name in ("库存_2024.csv", "库存_2025.csv") for row in rows(clean[name])]
    keys = {(row["日期"], row["商品编码"], row["仓库"]): int(row["库存数量"]) for row in table}
    assert len(keys) == len(table)
    catalogue = twin._state()[0].catalogue
    for number in (20, 60, 103):
        monday = twin.shape.monday(number)
        for day in range(7):
            for product in range(48):
                if catalogue.launch[product] > number:
                    continue
                on_hand = state.weeks[number].on_hand[day, product, 0]
                at = (date.fromordinal(monday.toordinal() + day).isoformat(), catalogue.ids[product], "CN")
                assert keys.get(at, int(on_hand)) == on_hand
                assert on_hand > 0 or at in keys
                assert day < 6 or at in keys
    assert max(row["日期"] for row in table) == twin.today.isoformat()


def test_prices_have_no_gap_and_no_overlap(clean):
    by_price = {}
    for row in rows(clean["价格.csv"]):
        by_price.setdefault((row["商品编码"], row["国家"]), []).append(row)
    assert len(by_price) == 48 * 2
    for held in by_price.values():
        assert held[-1]["失效日期"] == ""
        for earlier, later in pairwise(held):
            end = date.fromisoformat(earlier["失效日期"])
            assert end.toordinal() + 1 == date.fromisoformat(later["生效日期"]).toordinal()


def test_rates_are_near_where_they_began(clean):
    rates = pacsv.read_csv(clean["汇率.csv"])
    assert rates.num_rows == 104
    assert set(rates["币种"].to_pylist()) == {"EUR"}
    assert all(6.5 < rate < 9.2 for rate in rates["汇率"].to_pylist())


def test_one_country_needs_no_rates(tmp_path):
    written = Twin(customers=100, products=10, weeks=5, countries=("DE",)).observe(tmp_path)
    names = {path.name for path in written}
    assert "exchange_rates.csv" not in names
    assert {"products.csv", "stock_2024.csv", "supply.csv", "prices.csv"} <= names


def test_a_step_shows_in_the_next_export(tmp_path):
    twin = Twin(customers=300, products=10, weeks=5)
    twin.observe(tmp_path / "before")
    twin.step()
    twin.observe(tmp_path / "after")
    before, after = ((tmp_path / name / "orders_DE_2024Q1.csv").read_text("utf-8") for name in ("before", "after"))
    assert len(after) > len(before)
    # Only the status of what was underway may have changed.
    assert (
        before.replace("Shipped", "Completed").splitlines()
        == after.replace("Shipped", "Completed").splitlines()[: len(before.splitlines())]
    )


def test_sizes_are_met(tmp_path):
    twin = Twin.of_size(order_lines=20_000)
    assert sum(len(week.lines) for week in twin._state()[1].weeks) == pytest.approx(20_000, rel=0.1)


def test_quarters_are_cut_at_both_ends():
    found = [(one.name, one.first, one.last) for one in quarters(date(2024, 11, 4), date(2025, 4, 2))]
    assert found == [
        ("2024Q4", date(2024, 11, 4), date(2024, 12, 31)),
        ("2025Q1", date(2025, 1, 1), date(2025, 3, 31)),
        ("2025Q2", date(2025, 4, 1), date(2025, 4, 2)),
    ]
