"""The truth that is told can be found again in what happened."""

import re
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from moushi.columns import Customers, OrderLines, Products, Promotions
from moushi.errors import InvalidSetting
from moushi.twin import Twin
from moushi.twin.records import FELT_UNIT, RETURN, SALE
from moushi.twin.reviews import say
from moushi.twin.shape import DELIVERY
from moushi.twin.texts import text_ids
from moushi.twin.truth import Known


def cells(table, name, products, markets=2):
    """Return a column of the demand table as (week, product, market)."""
    return np.array(table[name].to_pylist(), dtype=float).reshape(-1, products, markets)


@pytest.fixture(scope="module")
def demand(busy):
    table = busy.truth.demand
    return {name: cells(table, name, 24) for name in (Known.wanted, Known.expected, Known.sold, Known.lost)}


def prices_of(twin, products):
    """Return log of shown price per (week, product, market), from the price history."""
    _, state = twin._state()
    shown = np.zeros((len(state.weeks), products, 2))
    for change in state.prices.history:
        shown[change.week :, change.product, change.market] = change.cents
    return np.log(shown)


def touched(twin):
    """Return which (week, product, market) a promotion touches: while it runs, after, and sisters of its products."""
    _, state = twin._state()
    marked = np.zeros((len(state.weeks), 24, 2), dtype=bool)
    for one in state.promotions:
        marked[one.first_week : one.end + 3, one.products, one.market] = True
    return marked


def test_demand_scatters_around_its_mean(demand):
    # Units per line vary too, so that the variance is a little over the mean: 2 at most.
    z = (demand[Known.wanted].sum() - demand[Known.expected].sum()) / np.sqrt(2 * demand[Known.expected].sum())
    assert abs(z) < 4
    on_sale = demand[Known.expected] > 20
    scatter = ((demand[Known.wanted] - demand[Known.expected]) ** 2 / np.maximum(demand[Known.expected], 1))[on_sale].mean()
    assert 0.9 < scatter < 2


def activity(twin):
    """Return log of the told season, summed per week, as (week, market)."""
    rows = twin.truth.season.to_pylist()
    days = [row[Known.weekday] * row[Known.factor] * row[Known.trend] * row[Known.country_factor] for row in rows]
    return np.log(np.array(days).reshape(2, -1, 7).mean(axis=2)).T


def test_elasticities_are_found_by_regression_of_units_on_price(busy, demand):
    """Weeks without promotions: log units less log season on log price, the year's wave and a slow drift."""
    wanted, price, quiet = demand[Known.wanted], prices_of(busy, 24), ~touched(busy)
    angle, years, season = 2 * np.pi * np.arange(80) / 52.18, np.arange(80) / 52, activity(busy)
    found = np.full(24, np.nan)
    for product in range(24):
        week, market = np.nonzero(quiet[:, product] & (wanted[:, product] > 5))
        if len(week) < 40:
            continue
        units = wanted[week, product, market]
        waves = [np.cos(angle[week]), np.sin(angle[week]), years[week], years[week] ** 2]
        design = np.stack([price[week, product, market], market == 0, market == 1, *waves], axis=1)
        weight = np.sqrt(units)
        found[product] = np.linalg.lstsq(design * weight[:, None], (np.log(units) - season[week, market]) * weight, rcond=None)[0][0]
    error = found - np.array(busy.truth.products[Known.elasticity].to_pylist())
    assert np.isfinite(error).sum() >= 18
    assert np.nanmedian(np.abs(error)) < 0.25
    assert abs(np.nanmedian(error)) < 0.15


def test_promotions_lift_and_then_dip_as_told(busy, demand):
    """Units in promotion weeks over those of the week before, where that was quiet, against the told lift."""
    _, state = busy._state()
    wanted, expected_lift, during, before, after = demand[Known.wanted], [], 0.0, 0.0, []
    quiet = ~touched(busy)
    for one in state.promotions:
        for product, lift in zip(one.products, one.lift, strict=True):
            week = one.first_week
            if not 0 < week < 70 or not quiet[week - 1, product, one.market]:
                continue
            base = wanted[week - 1, product, one.market]
            during += wanted[week, product, one.market]
            before += base
            expected_lift.append((base, lift))
            after.append((base, wanted[one.end, product, one.market]))
    told = sum(base * lift for base, lift in expected_lift) / before
    assert told > 1.5
    assert during / before == pytest.approx(told, rel=0.15)
    assert sum(later for _, later in after) < 0.95 * before


def test_lift_in_the_table_is_price_and_display(twin):
    truth = twin.truth
    products = {row[Products.product_id]: row for row in truth.products.to_pylist()}
    for row in truth.promotions.to_pylist()[:50]:
        product = products[row[Promotions.product_id]]
        lift = (1 - row[Promotions.depth]) ** product[Known.elasticity] * product[Known.display]
        assert row[Known.lift] == pytest.approx(lift)


def test_what_is_sold_is_what_was_wanted_where_there_was_stock(twin):
    _, state = twin._state()
    for week in state.weeks:
        assert (week.sold <= week.demand).all()
        never_out = (week.on_hand > 0).all(axis=0)
        assert (week.sold == week.demand)[never_out].all()
        assert ((week.on_hand == 0).any(axis=0) | (week.demand == week.sold)).all()


def test_stock_adds_up(twin):
    """End of week = end of the week before + arrived - sold, where arrived = ordered less still on order."""
    _, state = twin._state()
    for before, week in pairwise(state.weeks):
        arrived_at_least = week.on_hand[-1] - before.on_hand[-1] + week.sold
        assert (arrived_at_least >= 0).all()
    assert 0.005 < np.mean([(week.on_hand == 0).mean() for week in state.weeks]) < 0.25


def test_sold_lines_add_up_to_sold_units(twin):
    _, state = twin._state()
    for week in state.weeks[::10]:
        sales = week.lines[week.lines["kind"] == SALE]
        units = np.zeros(week.sold.shape, dtype=int)
        np.add.at(units, (sales["product"], sales["market"]), sales["quantity"])
        assert (units == week.sold).all()


def sales_by_day(twin, market):
    _, state = twin._state()
    lines = np.concatenate([week.lines for week in state.weeks])
    chosen = lines[(lines["market"] == market) & (lines["kind"] == SALE)]
    first = int(np.datetime64(twin.shape.start, "s").astype(int))
    return np.bincount((chosen["at"].astype(np.int64) - first) // 86_400, minlength=len(state.weeks) * 7)


def test_festivals_show_in_the_country_that_has_them(twin):
    chinese, german = sales_by_day(twin, 0), sales_by_day(twin, 1)

    def on(day):
        return (day - twin.shape.start).days

    assert chinese[on(date(2024, 11, 11))] > 1.5 * np.median(chinese)
    assert german[on(date(2024, 11, 11))] < 1.5 * np.median(german)
    assert german[on(date(2024, 11, 29))] > 1.3 * np.median(german)
    assert chinese[on(date(2024, 2, 8)) : on(date(2024, 2, 14))].mean() < 0.7 * np.median(chinese)


def test_returns_follow_their_sales_by_five_to_twenty_five_days(twin):
    _, state = twin._state()
    lines = np.concatenate([week.lines for week in state.weeks])
    sales = {(row["order"], row["line"]): row for row in lines[lines["kind"] == SALE]}
    returns = lines[lines["kind"] == RETURN]
    assert len(returns) > 100
    for row in returns:
        sale = sales[row["order"], row["line"]]
        assert row["quantity"] == -sale["quantity"]
        assert row["unit"] == sale["unit"]
        assert 5 <= (int(row["at"]) - int(sale["at"])) / 86_400 <= 25


def test_return_rates_are_those_told(twin):
    _, state = twin._state()
    lines = np.concatenate([week.lines for week in state.weeks[:90]])
    rate = np.array(twin.truth.products[Known.return_rate].to_pylist())
    sales = lines[lines["kind"] == SALE]
    expected = rate[sales["product"]].sum()
    assert (lines["kind"] == RETURN).sum() == pytest.approx(expected, abs=5 * np.sqrt(expected))


def test_customers_order_again_and_leave(twin):
    _, state = twin._state()
    lines = np.concatenate([week.lines for week in state.weeks])
    sales = lines[lines["kind"] == SALE]
    orders = np.unique(np.stack([sales["customer"], sales["order"]]), axis=1)
    per_customer = np.bincount(orders[0])
    assert np.mean(per_customer[per_customer > 0] > 1) > 0.5
    week = (sales["at"] - sales["at"].min()) // (7 * 86_400)
    assert (week < state.customers.died[sales["customer"]]).all()
    assert (week >= state.customers.born[sales["customer"]]).all()
    alive = twin.truth.customers[Known.alive].to_pylist()
    assert 0.2 < np.mean(alive) < 0.8


def test_expected_orders_come(twin):
    """The next 13 weeks' orders of today's customers, against the told mean; the shop's prices move a little meanwhile."""
    told = sum(twin.truth.customers[Known.orders].to_pylist())
    known = len(twin._state()[1].customers)
    other = twin.fork()
    for _ in range(13):
        other.step()
    lines = np.concatenate([week.lines for week in other._state()[1].weeks[-13:]])
    ours = lines[(lines["kind"] == SALE) & (lines["customer"] < known)]
    # Orders of which nothing was in stock do not show.
    assert 0.85 * told < len(np.unique(ours["order"])) < 1.1 * told


def test_expected_demand_looks_ahead_by_product_and_country(twin):
    table = twin.truth.expected_demand(3)
    assert table.num_rows == 3 * 48 * 2
    assert table[Known.week][0].as_py() == twin.today + timedelta(days=1)
    now = cells(twin.truth.demand, Known.expected, 48)[-1].sum()
    assert table[Known.expected].to_numpy()[:96].sum() == pytest.approx(now, rel=0.5)


def test_the_season_table_tells_each_day(twin):
    season = {(row[OrderLines.country], row[Known.day]): row for row in twin.truth.season.to_pylist()}
    assert len(season) == 2 * 104 * 7
    assert season["CN", date(2024, 11, 11)][Known.event] == "double_11"
    assert season["DE", date(2024, 3, 5)][Known.event] is None
    assert season["DE", twin.today][Known.country_factor] == pytest.approx(0.6)


def test_incidents_are_told_and_happen(twin):
    incidents = {row[Known.incident]: row for row in twin.truth.incidents.to_pylist()}
    assert incidents["country"][Known.subject] == "DE"
    product = twin._state()[0].catalogue.ids.index(incidents["quality"][Known.subject])
    since = int(np.datetime64(incidents["quality"][Known.since], "s").astype(int))
    reviews = np.concatenate([week.reviews for week in twin._state()[1].weeks])
    ours = reviews[reviews["product"] == product]
    late = ours["stars"][ours["at"] > since + 20 * 86_400]
    assert late.mean() < ours["stars"][ours["at"] < since].mean() - 1


def test_deliveries_at_home_are_late_near_the_end(twin):
    since = next(row[Known.since] for row in twin.truth.incidents.to_pylist() if row[Known.incident] == "delivery")
    first = int(np.datetime64(since, "s").astype(int)) + 7 * 86_400
    reviews = np.concatenate([week.reviews for week in twin._state()[1].weeks])
    unhappy, late = reviews["felt"][:, DELIVERY] < -0.3 * FELT_UNIT, reviews["at"] > first
    home = reviews["market"] == 0
    assert unhappy[home & late].mean() > 2 * unhappy[home & ~late].mean()
    assert unhappy[~home & late].mean() < 2 * unhappy[~home & ~late].mean() + 0.1


def test_no_incidents_where_none_are_wanted(busy):
    assert busy.truth.incidents.num_rows == 0


def test_identities_are_in_account_order_with_some_second_accounts(twin):
    table = twin.truth.identities
    assert table.num_rows == 3_000
    assert table[Customers.customer_id].to_pylist() == twin.truth.customers[Customers.customer_id].to_pylist()
    assert 10 < 3_000 - len(set(table[Customers.person_id].to_pylist())) < 90
    phones = {}
    for row in table.to_pylist():
        assert phones.setdefault(row[Customers.person_id], row[Customers.phone]) == row[Customers.phone]


def test_margins_and_money_are_those_of_a_shop(twin):
    money = twin.truth.money
    total = {name: sum(money[name].to_pylist()) for name in money.column_names if name != Known.week}
    earned = total["revenue"] + total["refunds"] + total["goods"]
    assert 0.3 < earned / (total["revenue"] + total["refunds"]) < 0.5
    assert total[Known.profit] == pytest.approx(earned + total["holding"] + total["contacts"])


def test_a_week_more_of_past_changes_nothing_before_it():
    short, long = (Twin(seed=1, customers=300, products=8, weeks=20, incidents=False) for _ in range(2))
    long.step()
    for first, second in zip(short._state()[1].weeks, long._state()[1].weeks, strict=False):
        assert (first.lines == second.lines).all()


def test_the_same_is_said_in_both_languages(twin):
    zh, en = (twin.truth.said_in(language) for language in ("zh", "en"))
    assert zh["text_id"].equals(en["text_id"])
    spoken = [(one, other) for one, other in zip(zh["aspects"].to_pylist(), en["aspects"].to_pylist(), strict=True) if one and other]
    assert len(spoken) > 0.6 * zh.num_rows
    assert all(one == other for one, other in spoken)
    assert all(
        re.search(r"[\u4e00-\u9fff]", body)
        for body, aspects in zip(zh["body"].to_pylist(), zh["aspects"].to_pylist(), strict=True)
        if aspects
    )


def test_in_its_own_language_a_market_says_what_it_wrote(twin):
    world, state = twin._state()
    bodies = dict(zip(*(twin.truth.said_in("zh")[name].to_pylist() for name in ("text_id", "body")), strict=True))
    rows = state.weeks[50].reviews
    home = np.flatnonzero(rows["market"] == 0)
    ids = text_ids(world, 50, len(rows)).to_pylist()
    written = say(world, rows, state.customers.person[rows["customer"]], 50, market=0).bodies
    assert len(written) > 3
    assert written == [bodies[ids[place]] for place in home]


def test_another_language_is_refused(twin):
    with pytest.raises(InvalidSetting):
        twin.truth.said_in("fr")
