"""The order line exports, as a Chinese shop platform and a Western shop system write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moushi.twin.columnar import joined, money, pick, text, times
from moushi.twin.identities import Identities, identities
from moushi.twin.records import CANCELLED, RETURN, Rows, amount
from moushi.twin.week import State, World

_UNDERWAY_DAYS = 5
_BATCH_ROWS = 100_000

ZH_HEADERS = (
    "订单编号",
    "子订单编号",
    "买家会员名",
    "商品编码",
    "商品名称",
    "商品类目",
    "购买数量",
    "商品单价",
    "优惠金额",
    "实付金额",
    "币种",
    "国家",
    "付款时间",
    "订单状态",
    "收货人姓名",
    "手机号",
    "收货地址",
)
EN_HEADERS = (
    "Order ID",
    "Line",
    "SKU",
    "Product name",
    "Qty",
    "Unit price",
    "Discount",
    "Total",
    "Currency",
    "Country",
    "Order date",
    "Status",
    "Customer ID",
    "Customer name",
    "Email",
)
_STATUS = {"zh": ("交易成功", "已发货", "交易关闭", "退款成功"), "en": ("Completed", "Shipped", "Cancelled", "Returned")}
_POSTAGE = {"zh": ("POSTAGE", "邮费补差"), "en": ("POSTAGE", "Postage")}
_TRIAL = {"zh": ("TEST001", "测试商品请勿拍"), "en": ("TEST001", "Test product, do not buy")}


@dataclass(frozen=True)
class Period:
    """Days that one export covers, both inclusive, and its name."""

    name: str
    first: date
    last: date


def quarters(first: date, last: date) -> list[Period]:
    """Return the quarters from `first` to `last`, cut at both."""
    periods = []
    begin = first
    while begin <= last:
        quarter = (begin.month - 1) // 3
        following = date(begin.year + quarter // 3, (quarter + 1) % 4 * 3 + 1 if quarter < 3 else 1, 1)
        end = min(last, following - timedelta(days=1))
        periods.append(Period(f"{begin.year}Q{quarter + 1}", begin, end))
        begin = following
    return periods


def seconds(day: date) -> int:
    """Return the seconds from 1970 to the begin of a day."""
    return int(datetime.combine(day, datetime.min.time(), tzinfo=UTC).timestamp())


def order_lines(world: World, state: State, market: int, period: Period, *, as_of: date | None = None) -> Iterator[pa.Table]:
    """Yield a market's order lines of a period, in time order and in batches of some weeks.

    Parameters
    ----------
    as_of : last day known when the export was made, which tells what was still
        on its way; the end of the past by default
    """
    begin, end = seconds(period.first), seconds(period.last + timedelta(days=1))
    known = as_of or world.shape.monday(len(state.weeks)) - timedelta(days=1)
    first = max((period.first - world.shape.start).days // 7, 0)
    last = min((period.last - world.shape.start).days // 7 + 1, len(state.weeks))
    for lines in batches(week.lines for week in state.weeks[first:last]):
        chosen = (lines["market"] == market) & (lines["at"] >= begin) & (lines["at"] < end)
        if chosen.any():
            yield _table(world, state, lines[chosen], market, seconds(known - timedelta(days=_UNDERWAY_DAYS - 1)))


def batches(weeks: Iterable[Rows]) -> Iterator[Rows]:
    """Join the rows of weeks until a batch is worth the work of a table."""
    held: list[Rows] = []
    for rows in weeks:
        held.append(rows)
        if sum(len(part) for part in held) >= _BATCH_ROWS:
            yield np.concatenate(held)
            held = []
    if held:
        yield np.concatenate(held)


def _table(world: World, state: State, lines: Rows, market: int, underway_from: int) -> pa.Table:
    place = world.shape.markets[market]
    account = np.maximum(lines["customer"], 0)
    who = _without_trials(identities(world.shape.seed, place, account, state.customers.person[account]), lines, place.language)
    write = _chinese if place.language == "zh" else _western
    return write(world, lines, market, who, _status(lines, place.language, underway_from))


def _without_trials(who: Identities, lines: Rows, language: str) -> Identities:
    """Give orders that somebody placed to try out the shop no customer's identity."""
    trial = pa.array(lines["customer"] < 0)
    account, name = ("测试账号", "测试") if language == "zh" else ("test", "Test Test")

    def put(values: pa.Array, instead: str | None) -> pa.Array:
        return pc.if_else(trial, pa.scalar(instead, pa.string()), values)

    return Identities(
        account=put(who.account, account),
        name=put(who.name, name),
        email=put(who.email, None),
        phone=put(who.phone, None),
        address=put(who.address, None),
        region=who.region,
        city=who.city,
    )


def _status(lines: Rows, language: str, underway_from: int) -> pa.Array:
    words = _STATUS[language]
    place = np.where(lines["at"] >= underway_from, 1, 0)
    place = np.where(lines["kind"] == CANCELLED, 2, np.where(lines["kind"] == RETURN, 3, place))
    return pick(list(words), place)


def _products(world: World, lines: Rows, language: str) -> tuple[pa.Array, pa.Array]:
    """Return codes and names; postage and trial stand at the pools' ends, where -1 and -2 lead."""
    side = 0 if language == "zh" else 1
    codes = [*world.catalogue.ids, _TRIAL[language][0], _POSTAGE[language][0]]
    names = [*(name[side] for name in world.catalogue.names), _TRIAL[language][1], _POSTAGE[language][1]]
    return pick(codes, lines["product"]), pick(names, lines["product"])


def _line_ids(lines: Rows, mark: str) -> pa.Array:
    number = pc.utf8_lpad(text(lines["line"]), 2, "0")
    return joined(number, pick(["", mark], (lines["kind"] == RETURN).astype(np.int64)))


def _chinese(world: World, lines: Rows, market: int, who: Identities, status: pa.Array) -> pa.Table:
    codes, names = _products(world, lines, "zh")
    categories: list[str | None] = [*(world.catalogue.leaves[i].path[0] for i in world.catalogue.leaf), None, None]
    place, count = world.shape.markets[market], len(lines)
    orders = text(lines["order"])
    values = [
        orders,
        joined(orders, _line_ids(lines, "T")),
        who.account,
        codes,
        names,
        pick(categories, lines["product"]),
        pa.array(lines["quantity"]),
        money(lines["unit"]),
        money(lines["discount"]),
        money(amount(lines)),
        pa.array([place.currency] * count),
        pa.array([place.names[0]] * count),
        times(lines["at"]),
        status,
        who.name,
        who.phone,
        who.address,
    ]
    return pa.table(values, names=list(ZH_HEADERS))


def _western(world: World, lines: Rows, market: int, who: Identities, status: pa.Array) -> pa.Table:
    codes, names = _products(world, lines, "en")
    place, count = world.shape.markets[market], len(lines)
    values = [
        joined(f"{place.code}-", text(lines["order"])),
        _line_ids(lines, "-R"),
        codes,
        names,
        pa.array(lines["quantity"]),
        money(lines["unit"]),
        money(lines["discount"]),
        money(amount(lines)),
        pa.array([place.currency] * count),
        pa.array([place.names[1]] * count),
        times(lines["at"]),
        status,
        who.account,
        who.name,
        who.email,
    ]
    return pa.table(values, names=list(EN_HEADERS))
