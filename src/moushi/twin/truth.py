"""The truth about a twin, as Arrow tables that no export shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from moushi.columns import Customers, OrderLines, Products, Promotions, TextAspects, Texts
from moushi.errors import InvalidSetting
from moushi.twin import demand, feelings
from moushi.twin.calendar import event_factor, events_on, trend
from moushi.twin.identities import identities
from moushi.twin.promotions import factors
from moushi.twin.reviews import SILENT, say
from moushi.twin.shape import ASPECTS, SENSITIVITIES, Shape
from moushi.twin.texts import text_ids
from moushi.twin.week import State, World, contact_chance

_QUARTER = 13
LANGUAGES = ("zh", "en")


class Known:
    """Names of columns that only the truth has."""

    elasticity, display, lift, pull_forward, cannibalisation = "elasticity", "display_lift", "lift", "pull_forward", "cannibalisation"
    return_rate, season, peak_week, growth = "return_rate", "season_amplitude", "peak_week", "growth_year"
    rate, born, died, alive = "rate_per_week", "born_on", "died_on", "alive"
    sensitivity, response = "price_sensitivity", "win_back_response"
    orders, category = "expected_orders_13_weeks", "favourite_category"
    week, wanted, expected, sold, lost = "week", "wanted", "expected", "sold", "lost"
    day, weekday, event, factor = "day", "weekday_factor", "event", "event_factor"
    trend, country_factor = "trend_factor", "incident_factor"
    satisfaction, satisfaction_now = "satisfaction_at_start", "satisfaction_now"
    incident, subject, since, change = "incident", "subject", "since", "change"
    profit = "profit"
    aspects = "aspects"


@dataclass(frozen=True)
class Truth:
    """What is true of a twin as of its last day; each property is made when asked for."""

    world: World
    state: State

    @property
    def _shape(self) -> Shape:
        return self.world.shape

    @property
    def _week(self) -> int:
        return len(self.state.weeks)

    @property
    def products(self) -> pa.Table:
        """One row per product: how demand answers prices and promotions, season, growth, return rate."""
        catalogue = self.world.catalogue
        return pa.table(
            {
                Products.product_id: catalogue.ids,
                Products.category: [catalogue.leaves[i].path[0] for i in catalogue.leaf],
                Known.elasticity: catalogue.elasticity,
                Known.display: catalogue.display,
                Known.pull_forward: catalogue.pull_forward,
                Known.cannibalisation: catalogue.cannibalisation,
                Known.season: catalogue.season,
                Known.peak_week: catalogue.peak,
                Known.growth: catalogue.growth,
                Known.return_rate: catalogue.return_rate,
            }
        )

    @property
    def promotions(self) -> pa.Table:
        """One row per promotion and product: lift while it runs, shares pulled forward and taken from sisters."""
        rows = [row for promotion in self.state.promotions for row in self._promotion(promotion)]
        return pa.Table.from_pylist(rows)

    def _promotion(self, promotion: Any) -> Iterator[dict[str, Any]]:
        for place, product in enumerate(promotion.products):
            yield {
                Promotions.promotion_id: promotion.name,
                Promotions.product_id: self.world.catalogue.ids[product],
                Promotions.country: self._shape.countries[promotion.market],
                Promotions.valid_from: self._shape.monday(promotion.first_week),
                Promotions.valid_to: self._shape.monday(promotion.end) - timedelta(days=1),
                Promotions.depth: promotion.depth,
                Known.lift: float(promotion.lift[place]),
                Known.pull_forward: float(promotion.pull_forward[place]),
                Known.cannibalisation: float(promotion.cannibalisation[place]),
            }

    @property
    def customers(self) -> pa.Table:
        """One row per account: latent rate, lifetime, taste, what a contact now would do, orders expected."""
        people = self.state.customers
        known = self.identities
        alive = people.living(self._week)
        favourite = np.argmax(self.world.tastes, axis=1)
        catalogue = self.world.catalogue
        names = np.array([catalogue.leaves[catalogue.leaf[i]].path[0].split(" > ")[0] for i in catalogue.first])
        monday = np.datetime64(self._shape.start)
        later = people.died > self._week
        died = monday + np.where(later, 0, people.died).astype("timedelta64[W]")
        return pa.table(
            {
                Customers.customer_id: known[Customers.customer_id],
                Customers.country: known[Customers.country],
                Known.rate: people.rate,
                Known.born: pa.array(monday + people.born.astype("timedelta64[W]")),
                Known.died: pa.array(died, mask=later),
                Known.alive: alive,
                Known.category: names[favourite[people.taste]],
                Known.sensitivity: SENSITIVITIES[people.sensitivity],
                Known.response: contact_chance(people, self._week),
                Known.orders: self._expected_orders(),
            }
        )

    def _pull(self, week: int) -> demand.Pull:
        promotion = factors(self.state.promotions, self.world.catalogue, week)
        return demand.pull(self._shape, self.world.catalogue, self.state.prices.shown, promotion, week)

    def _expected_orders(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return orders over the next 13 weeks at today's prices; who leaves when is part of the truth."""
        people = self.state.customers
        total = np.zeros(len(people))
        for week in range(self._week, self._week + _QUARTER):
            total += people.rate * people.living(week) * self._pull(week).activity(self.world.tastes)[people.cell]
        return total * (1 - self._shape.cancelled_share)

    @property
    def demand(self) -> pa.Table:
        """One row per week, product and country: units wanted, its mean, units sold, units lost to empty shelves."""
        return pa.concat_tables([self._demand(number) for number in range(self._week)]) if self._week else pa.table({})

    def _demand(self, number: int) -> pa.Table:
        week = self.state.weeks[number]
        names = self._places(self._shape.monday(number))
        lost = week.demand - week.sold
        columns = {Known.wanted: week.demand, Known.sold: week.sold, Known.lost: lost, Known.expected: week.expected}
        return pa.table({**names, **{name: values.reshape(-1) for name, values in columns.items()}})

    def _places(self, monday: date) -> dict[str, Any]:
        """Return week, product and country for every cell, in the order of (product, market) arrays."""
        products, markets = len(self.world.catalogue.ids), len(self._shape.markets)
        return {
            Known.week: pa.array([monday] * (products * markets)),
            OrderLines.product_id: pa.array(self.world.catalogue.ids).take(pa.array(np.repeat(np.arange(products), markets))),
            OrderLines.country: pa.array(list(self._shape.countries) * products),
        }

    def expected_demand(self, weeks: int = 8) -> pa.Table:
        """Return mean demand of the weeks to come, per week, product and country, units.

        Notes
        -----
        At today's prices, with the promotions planned so far and the accounts
        that exist; new accounts are left out.
        """
        tables = []
        for week in range(self._week, self._week + weeks):
            mass = demand.mass(self.state.customers, week, len(self._shape.markets))
            mean = demand.expected_units(self._shape, self.world.catalogue, self.world.tastes, mass, self._pull(week))
            tables.append(pa.table({**self._places(self._shape.monday(week)), Known.expected: mean.reshape(-1)}))
        return pa.concat_tables(tables)

    @property
    def season(self) -> pa.Table:
        """One row per country and day: factors of weekday, events, growth of the shop, and the incident."""
        rows = []
        for number, market in enumerate(self._shape.markets):
            for offset in range(self._week * 7):
                day = self._shape.start + timedelta(days=offset)
                rows.append(
                    {
                        OrderLines.country: market.code,
                        Known.day: day,
                        Known.weekday: market.weekday[day.weekday()] / float(np.mean(market.weekday)),
                        Known.event: ",".join(window.event for window in events_on(market, day)) or None,
                        Known.factor: event_factor(market, day),
                        Known.trend: trend(self._shape, offset // 7),
                        Known.country_factor: demand.country_factor(self._shape, number, offset // 7),
                    }
                )
        return pa.Table.from_pylist(rows)

    @property
    def aspects(self) -> pa.Table:
        """One row per product and aspect that means something for it: mean satisfaction, about -1 to 1."""
        catalogue = self.world.catalogue
        now = feelings.satisfaction(self._shape, catalogue, self._week)
        product, aspect = np.nonzero(catalogue.relevant)
        return pa.table(
            {
                Products.product_id: [catalogue.ids[i] for i in product],
                TextAspects.aspect: [ASPECTS[i] for i in aspect],
                Known.satisfaction: catalogue.satisfaction[product, aspect],
                Known.satisfaction_now: now[product, aspect],
            }
        )

    @property
    def identities(self) -> pa.Table:
        """One row per account: person, name, e-mail, phone, address; two accounts may be one person."""
        people = self.state.customers
        tables, order = [], []
        for number, market in enumerate(self._shape.markets):
            own = np.flatnonzero(people.country == number)
            who = identities(self._shape.seed, market, own, people.person[own])
            tables.append(
                pa.table(
                    {
                        Customers.customer_id: who.account,
                        Customers.person_id: pa.array(people.person[own]).cast(pa.string()),
                        Customers.country: [market.code] * len(own),
                        Customers.customer_name: who.name,
                        Customers.email: who.email,
                        Customers.phone: who.phone,
                        Customers.address: who.address,
                    }
                )
            )
            order.append(own)
        return pa.concat_tables(tables).take(pa.array(np.argsort(np.concatenate(order), kind="stable")))

    @property
    def reviews(self) -> pa.Table:
        """One row per review and aspect that its words speak of: stars, and the words' polarity, 1, 0 or -1."""
        return pa.concat_tables(self._reviews(number) for number in range(self._week))

    def _reviews(self, number: int) -> pa.Table:
        rows = self.state.weeks[number].reviews
        said = say(self.world, rows, self.state.customers.person[rows["customer"]], number)
        review, aspect = np.nonzero(said.polarity != SILENT)
        return pa.table(
            {
                Texts.text_id: text_ids(self.world, number, len(rows)).take(pa.array(review)),
                Texts.product_id: pa.array([self.world.catalogue.ids[i] for i in rows["product"][review]], pa.string()),
                Texts.rating: pa.array(rows["stars"][review], pa.int64()),
                TextAspects.aspect: pa.array([ASPECTS[i] for i in aspect], pa.string()),
                TextAspects.polarity: pa.array(said.polarity[review, aspect], pa.int64()),
            }
        )

    def said_in(self, language: str) -> pa.Table:
        """Return what every review would say in one language: the same feelings, in the words of its shops.

        Parameters
        ----------
        language : "zh" or "en"

        Returns
        -------
        Table : text_id, product_id, rating, body, and `aspects`, the aspects that
            the words speak of with their polarity; none where a language's
            customers rather write "good" and no more

        Raises
        ------
        InvalidSetting : if it is another language
        """
        if language not in LANGUAGES:
            raise InvalidSetting(name="language", value=language, where="Truth.said_in", expected=" or ".join(LANGUAGES))
        return pa.concat_tables(self._said_in(number, language) for number in range(self._week))

    def _said_in(self, number: int, language: str) -> pa.Table:
        rows = self.state.weeks[number].reviews
        said = say(self.world, rows, self.state.customers.person[rows["customer"]], number, language=language)
        aspects = [
            [{TextAspects.aspect: ASPECTS[place], TextAspects.polarity: int(row[place])} for place in np.flatnonzero(row != SILENT)]
            for row in said.polarity
        ]
        spoken = pa.list_(pa.struct({TextAspects.aspect: pa.string(), TextAspects.polarity: pa.int64()}))
        return pa.table(
            {
                Texts.text_id: text_ids(self.world, number, len(rows)),
                Texts.product_id: pa.array([self.world.catalogue.ids[i] for i in rows["product"]], pa.string()),
                Texts.rating: pa.array(rows["stars"], pa.int64()),
                Texts.body: pa.array(said.bodies, pa.string()),
                Known.aspects: pa.array(aspects, spoken),
            }
        )

    @property
    def incidents(self) -> pa.Table:
        """One row per thing that went wrong near the end of the past: what, where, since when, by how much."""
        rows: list[tuple[str, str, date, float]] = []
        product = feelings.worsened(self._shape, self.world.catalogue)
        if product is not None:
            since = self._shape.monday(self._shape.weeks - feelings.QUALITY_DROP_WEEKS)
            rows.append(("quality", self.world.catalogue.ids[product], since, -feelings.QUALITY_DROP))
        trouble = feelings.delivery_trouble(self._shape, self._shape.weeks)
        if trouble:
            since = self._shape.monday(self._shape.weeks - feelings.DELIVERY_TROUBLE_WEEKS)
            rows.append(("delivery", self._shape.countries[0], since, trouble))
        last = len(self._shape.markets) - 1
        drop = demand.country_factor(self._shape, last, self._shape.weeks)
        if drop < 1:
            since = self._shape.monday(self._shape.weeks - demand.COUNTRY_DROP_WEEKS)
            rows.append(("country", self._shape.countries[last], since, drop - 1))
        names = {Known.incident: pa.string(), Known.subject: pa.string(), Known.since: pa.date32(), Known.change: pa.float64()}
        columns = zip(*rows, strict=True) if rows else [[]] * len(names)
        return pa.table({name: pa.array(column, kind) for (name, kind), column in zip(names.items(), columns, strict=True)})

    @property
    def money(self) -> pa.Table:
        """One row per week: revenue, refunds, goods, holding, contacts and their sum, the shop's currency."""
        weeks = enumerate(self.state.weeks)
        rows = [{Known.week: self._shape.monday(number), **week.money, Known.profit: week.profit} for number, week in weeks]
        return pa.Table.from_pylist(rows)
