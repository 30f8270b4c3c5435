"""The smaller exports: products, customers, stock, supply, prices, promotions, rates, category names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moushi.twin.columnar import money, pick, times
from moushi.twin.identities import identities
from moushi.twin.orders import seconds
from moushi.twin.promotions import PLANNED_WEEKS
from moushi.twin.records import Week
from moushi.twin.streams import choice, fraction
from moushi.twin.week import State, World, to_home

_BATCH = 100_000
_HEADERS = {
    "products": {
        "zh": ["商品编码", "商品名称", "商品类目", "品牌", "成本价", "标价", "币种", "上架日期"],
        "en": ["SKU", "Product name", "Category", "Brand", "Unit cost", "List price", "Currency", "Launch date"],
    },
    "customers": {
        "zh": ["会员名", "姓名", "手机号", "邮箱", "省份", "城市", "收货地址", "国家", "注册时间", "客户来源", "接受营销"],
        "en": [
            "Customer ID",
            "Customer name",
            "Phone",
            "Email",
            "State",
            "City",
            "Address",
            "Country",
            "Sign-up date",
            "Customer source",
            "Newsletter",
        ],
    },
    "stock": {"zh": ["日期", "商品编码", "仓库", "库存数量", "在途数量"], "en": ["Date", "SKU", "Warehouse", "On hand", "On order"]},
    "supply": {
        "zh": ["商品编码", "供应商", "到货天数", "箱规", "起订量"],
        "en": ["SKU", "Supplier", "Lead time days", "Pack size", "Minimum order quantity"],
    },
    "prices": {
        "zh": ["商品编码", "国家", "生效日期", "失效日期", "价格", "币种"],
        "en": ["SKU", "Country", "Valid from", "Valid to", "Price", "Currency"],
    },
    "promotions": {
        "zh": ["活动编号", "商品编码", "国家", "开始日期", "结束日期", "活动类型", "折扣率"],
        "en": ["Promotion ID", "SKU", "Country", "Valid from", "Valid to", "Promotion type", "Discount rate"],
    },
    "rates": {"zh": ["日期", "币种", "本位币", "汇率"], "en": ["Date", "From currency", "To currency", "Exchange rate"]},
    "category_names": {"zh": ["类目", "类目英文名"], "en": ["Category", "Category name (Chinese)"]},
}
_SOURCES = {"zh": ["自然搜索", "直播", "老客推荐", "广告投放"], "en": ["search", "social", "referral", "advertising"]}
_CONSENT = {"zh": ["否", "是"], "en": ["no", "yes"]}
_SALT_SOURCE, _SALT_CONSENT, _SALT_BORN = 41, 42, 43


def headers(table: str, language: str) -> list[str]:
    """Return the headers of an export in a language."""
    return _HEADERS[table][language]


def _home(world: World) -> tuple[str, int]:
    language = world.shape.home.language
    return language, 0 if language == "zh" else 1


def products(world: World, state: State) -> Iterator[pa.Table]:
    """Yield the products on sale, or soon to be."""
    language, side = _home(world)
    catalogue = world.catalogue
    shown = np.flatnonzero(catalogue.launch <= len(state.weeks) + PLANNED_WEEKS)
    # What was sold before the start was launched on some day of the year before it.
    earlier = np.where(catalogue.launch[shown] < 0, shown % 300, 0).tolist()
    weeks = catalogue.launch[shown].tolist()
    launched = [world.shape.monday(week) - timedelta(days=days) for week, days in zip(weeks, earlier, strict=True)]
    values = [
        pick(list(catalogue.ids), shown),
        pa.array([catalogue.names[i][side] for i in shown], pa.string()),
        pa.array([catalogue.leaves[catalogue.leaf[i]].path[side] for i in shown], pa.string()),
        pa.array([catalogue.brands[i][side] for i in shown], pa.string()),
        money(catalogue.cost[shown]),
        money(catalogue.price[shown, 0]),
        pa.array([world.shape.home.currency] * len(shown), pa.string()),
        pa.array(launched, pa.date32()),
    ]
    yield pa.table(values, names=headers("products", language))


def category_names(world: World, state: State) -> Iterator[pa.Table]:
    """Yield the category paths in the shop's language and the other."""
    language, side = _home(world)
    paths = [world.catalogue.leaves[i].path for i in sorted(set(world.catalogue.leaf.tolist()))]
    columns = [[path[side] for path in paths], [path[1 - side] for path in paths]]
    yield pa.table([pa.array(column, pa.string()) for column in columns], names=headers("category_names", language))


def customers(world: World, state: State, market: int) -> Iterator[pa.Table]:
    """Yield a market's accounts, in batches."""
    place, people = world.shape.markets[market], state.customers
    own = np.flatnonzero((people.country == market) & (people.born < len(state.weeks)))
    for begin in range(0, len(own), _BATCH):
        accounts = own[begin : begin + _BATCH]
        who = identities(world.shape.seed, place, accounts, people.person[accounts])
        salt = 1000 * world.shape.seed
        opened = seconds(world.shape.start) + (people.born[accounts] - fraction(accounts, salt + _SALT_BORN)) * 7 * 86_400
        consent = (fraction(accounts, salt + _SALT_CONSENT) < 0.7).astype(np.int64)
        source = choice(accounts, salt + _SALT_SOURCE, 4)
        values = [who.account, who.name, who.phone, who.email, who.region, who.city, who.address]
        values += [pa.array([place.names[0 if place.language == "zh" else 1]] * len(accounts), pa.string()), times(opened)]
        values += [pick(_SOURCES[place.language], source), pick(_CONSENT[place.language], consent)]
        yield pa.table(values, names=headers("customers", place.language))


def stock(world: World, state: State, year: int) -> Iterator[pa.Table]:
    """Yield a year's stock: every product each Sunday, and day by day where something is or was just out.

    On a day that names a product, it names it at every place, so that places
    may be added up.
    """
    for week, record in enumerate(state.weeks):
        monday = world.shape.monday(week)
        before = state.weeks[week - 1].on_hand[-1:] if week else record.on_hand[:1]
        shown = _noted(record.on_hand, before) & (world.catalogue.launch <= week)[None, :]
        days = np.array([(monday + timedelta(days=i)).year == year for i in range(7)])
        table = _stock_rows(world, record, shown & days[:, None], monday)
        if table.num_rows:
            yield table


def _noted(on_hand: npt.NDArray[np.int32], before: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Tell which (day, product) are written down."""
    out = (on_hand == 0).any(axis=2)
    was_out = np.concatenate([(before == 0).any(axis=2), out[:-1]])
    shown = out | was_out
    shown[-1] = True
    return np.asarray(shown)


def _stock_rows(world: World, record: Week, shown: npt.NDArray[np.bool_], monday: date) -> pa.Table:
    day, product = np.nonzero(shown)
    markets = len(world.shape.markets)
    days = np.datetime64(monday) + np.repeat(day, markets).astype("timedelta64[D]")
    values = [
        pa.array(days),
        pick(list(world.catalogue.ids), np.repeat(product, markets)),
        pick(list(world.shape.countries), np.tile(np.arange(markets), len(day))),
        pa.array(record.on_hand[day, product].reshape(-1)),
        pa.array(record.on_order[day, product].reshape(-1)),
    ]
    return pa.table(values, names=headers("stock", _home(world)[0]))


def supply(world: World, state: State) -> Iterator[pa.Table]:
    """Yield how each product is bought."""
    language, _ = _home(world)
    catalogue = world.catalogue
    supplier = [f"{'供应商' if language == 'zh' else 'Supplier '}{number:02d}" for number in catalogue.supplier]
    values = [list(catalogue.ids), supplier, catalogue.lead_days, catalogue.pack, catalogue.minimum]
    yield pa.table([pa.array(column) for column in values], names=headers("supply", language))


def prices(world: World, state: State) -> Iterator[pa.Table]:
    """Yield every price with the days it held."""
    language, side = _home(world)
    held: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for change in state.prices.history:
        for product, market, cents in zip(change.product.tolist(), change.market.tolist(), change.cents.tolist(), strict=True):
            changes = held.setdefault((product, market), [])
            if changes and changes[-1][0] == change.week:
                changes.pop()
            changes.append((change.week, cents))
    rows = []
    for (product, market), changes in sorted(held.items()):
        ends = [world.shape.monday(week) - timedelta(days=1) for week, _ in changes[1:]] + [None]
        rows += [(product, market, world.shape.monday(week), end, cents) for (week, cents), end in zip(changes, ends, strict=True)]
    product, market = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    values = [
        pick(list(world.catalogue.ids), product),
        pick([place.names[side] for place in world.shape.markets], market),
        pa.array([row[2] for row in rows], pa.date32()),
        pa.array([row[3] for row in rows], pa.date32()),
        money(np.array([row[4] for row in rows])),
        pick([place.currency for place in world.shape.markets], market),
    ]
    yield pa.table(values, names=headers("prices", language))


def promotions(world: World, state: State) -> Iterator[pa.Table]:
    """Yield promotions with their products, those planned for the next weeks included."""
    language, side = _home(world)
    mechanics = {"discount": ("直降", "discount"), "coupon": ("优惠券", "coupon")}
    rows = [
        (
            promotion.name,
            world.catalogue.ids[product],
            world.shape.markets[promotion.market].names[side],
            world.shape.monday(promotion.first_week),
            world.shape.monday(promotion.end) - timedelta(days=1),
            mechanics[promotion.mechanic][side],
            promotion.depth,
        )
        for promotion in state.promotions
        for product in promotion.products
    ]
    kinds = [pa.string(), pa.string(), pa.string(), pa.date32(), pa.date32(), pa.string(), pa.float64()]
    values = [pa.array([row[i] for row in rows], kind) for i, kind in enumerate(kinds)]
    yield pa.table(values, names=headers("promotions", language))


def rates(world: World, state: State) -> Iterator[pa.Table]:
    """Yield exchange rates to the shop's currency, from each Monday on; empty where there is one currency."""
    language, _ = _home(world)
    home = world.shape.home.currency
    foreign = [i for i, place in enumerate(world.shape.markets) if place.currency != home]
    rows = [(world.shape.monday(week), i, float(to_home(worth)[i])) for week, worth in enumerate(state.worths) for i in foreign]
    values = [
        pa.array([row[0] for row in rows], pa.date32()),
        pa.array([world.shape.markets[row[1]].currency for row in rows], pa.string()),
        pa.array([home] * len(rows), pa.string()),
        pc.round(pa.array([row[2] for row in rows], pa.float64()), 6),
    ]
    yield pa.table(values, names=headers("rates", language))
