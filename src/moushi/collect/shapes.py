"""What a file must have to be rows of a table, and which other tables such a file can fill besides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from moushi.columns import (
    AdSpend,
    CategoryNames,
    Customers,
    Leads,
    LeadTouches,
    OrderLines,
    Orders,
    Prices,
    Products,
    Promotions,
    Rates,
    Stock,
    Supply,
    Texts,
    input_tables,
)
from moushi.schema import Table

ANY_OTHER = "*"


@dataclass(frozen=True)
class Shape:
    """What makes a file rows of a table.

    Attributes
    ----------
    groups : of each group one column must be found; `ANY_OTHER` stands for any
        column outside the key
    unique : columns by which no two rows may be the same; empty where rows may repeat
    expected : columns whose absence makes it less likely
    besides : tables that repeat on the rows of such a file
    constants : what to put where no column was found
    """

    table: type[Table]
    groups: tuple[tuple[str, ...], ...]
    unique: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    besides: tuple[type[Table], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()

    def missing(self, found: Iterable[str]) -> tuple[str, ...]:
        """Return what is lacking: the first name of each group of which no column was found."""
        found = set(found)
        return tuple(group[0] for group in self.groups if not self.filled(group, found))

    def filled(self, group: tuple[str, ...], found: Iterable[str]) -> list[str]:
        """Return the columns of a group that were found."""
        if ANY_OTHER in group:
            return sorted(set(found) - set(self.table.key()))
        return [column for column in group if column in found]


SHAPES: dict[str, Shape] = {
    shape.table.name: shape
    for shape in (
        Shape(
            OrderLines,
            ((OrderLines.order_id,), (OrderLines.product_id, OrderLines.quantity), (OrderLines.amount, OrderLines.unit_price)),
            expected=(OrderLines.product_id, OrderLines.quantity),
            besides=(Customers, Products, Orders),
            constants=((OrderLines.quantity, "1"),),
        ),
        Shape(
            Orders,
            ((Orders.order_id,), (Orders.ordered_at, Orders.status), (Orders.customer_id, Orders.amount, Orders.status)),
            unique=(Orders.order_id,),
            expected=(Orders.ordered_at,),
            besides=(Customers,),
        ),
        Shape(Customers, ((Customers.customer_id,), (ANY_OTHER,)), unique=(Customers.customer_id,)),
        Shape(Products, ((Products.product_id,), (ANY_OTHER,)), unique=(Products.product_id,), besides=(Supply,)),
        Shape(CategoryNames, ((CategoryNames.category,), (CategoryNames.translation,)), unique=(CategoryNames.category,)),
        Shape(Texts, ((Texts.body,),)),
        Shape(
            Leads,
            (
                (Leads.lead_id,),
                (Leads.created_at, Leads.outcome_at, Leads.status),
                (Leads.source, Leads.outcome_at, Leads.status, Leads.company),
            ),
            unique=(Leads.lead_id,),
        ),
        Shape(LeadTouches, ((LeadTouches.lead_id,), (LeadTouches.touched_at,), (LeadTouches.note, LeadTouches.kind_of_touch))),
        Shape(AdSpend, ((AdSpend.day,), (AdSpend.channel,), (AdSpend.spend,)), expected=(AdSpend.impressions,)),
        Shape(Prices, ((Prices.product_id,), (Prices.valid_from,), (Prices.price,)), besides=(Products,)),
        Shape(Promotions, ((Promotions.promotion_id,), (Promotions.product_id,), (Promotions.valid_from,), (Promotions.valid_to,))),
        Shape(Stock, ((Stock.product_id,), (Stock.day,), (Stock.on_hand,)), besides=(Products,), constants=((Stock.place, "all"),)),
        Shape(Supply, ((Supply.product_id,), (Supply.lead_time_days,)), besides=(Products,)),
        Shape(Rates, ((Rates.day,), (Rates.currency,), (Rates.home_currency,), (Rates.rate,))),
    )
}

assert set(SHAPES) == set(input_tables()), "every input table needs a shape"

# What a file that is about something else must tell of these, to fill them besides.
TELLING: dict[str, tuple[str, ...]] = {
    Products.name: (Products.product_name, Products.category, Products.brand, Products.unit_cost),
    Orders.name: (Orders.amount, Orders.shipping),
    Supply.name: (Supply.lead_time_days,),
}

# These stay even if they change from row to row: the latest is kept.
CHANGING = frozenset({Products.product_name})
