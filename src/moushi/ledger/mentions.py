"""What texts are counted by: which are customers' own words, what each speaks of and how, and where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moushi.columns import Customers, OrderLines, Products, TextAspects, TextInsights, Texts, TextThemes
from moushi.engine.days import local_day_number

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

READS = (Texts, TextAspects, TextInsights, TextThemes, OrderLines, Customers, Products)
"""Tables that a stage must declare to use this module."""

DAY, COUNTRY, CHANNEL = "day", "country", "channel"
DIMENSION, SUBJECT, POLARITY = "dimension", "subject", "polarity"
ASPECT, THEME = "aspect", "theme"
ALL, PRODUCT, CATEGORY = "all", "product", "category"
BEFORE, OTHERS = "before", "others"
"""What a share of complaints is judged by: the year before, or its peers."""


def counted_texts(context: Context) -> ir.Table:
    """Return the texts that count: no repeats, no agents, no boilerplate.

    Returns
    -------
    text_id, day (number in the shop's time zone; null where not known),
    product_id, customer_id, order_id, category, language, rating and body
    """
    texts, insights = context.read(Texts), context.read(TextInsights)
    aside = insights.filter(insights[TextInsights.set_aside].notnull())
    kept = texts.filter(texts[Texts.duplicate_of].isnull() & (texts[Texts.speaker].fill_null("customer") != "agent"))
    kept = kept.anti_join(aside, Texts.text_id)
    columns = (Texts.product_id, Texts.customer_id, Texts.order_id, Texts.category, Texts.language, Texts.rating, Texts.body)
    return kept.select(Texts.text_id, *columns, day=local_day_number(kept[Texts.written_at], context.settings))


def placed(context: Context, texts: ir.Table) -> ir.Table:
    """Add country and channel to texts: those of the order, else those of the customer, else none."""
    lines, customers = context.read(OrderLines), context.read(Customers)
    orders = lines.group_by(OrderLines.order_id).aggregate(
        order_country=lines[OrderLines.country].min(), order_channel=lines[OrderLines.channel].min()
    )
    people = customers.select(
        Customers.customer_id, customer_country=customers[Customers.country], customer_channel=customers[Customers.channel]
    )
    joined = texts.left_join(orders, Texts.order_id).drop(f"{OrderLines.order_id}_right")
    joined = joined.left_join(people, Texts.customer_id).drop(f"{Customers.customer_id}_right")
    found = {
        COUNTRY: joined["order_country"].fill_null(joined["customer_country"]),
        CHANNEL: joined["order_channel"].fill_null(joined["customer_channel"]),
    }
    return joined.mutate(**found).drop("order_country", "order_channel", "customer_country", "customer_channel")


def categorised(context: Context, texts: ir.Table) -> ir.Table:
    """Give texts the category of the product they are about; those of no known product keep their own."""
    products = context.read(Products)
    categories = products.select(Products.product_id, product_category=products[Products.category])
    joined = texts.left_join(categories, Texts.product_id).drop(f"{Products.product_id}_right")
    category = joined["product_category"].fill_null(joined[Texts.category])
    return joined.mutate(**{Texts.category: category}).drop("product_category")


def mentions(context: Context, texts: ir.Table) -> ir.Table:
    """Return what counted texts speak of: text_id, dimension, subject and polarity (-1 to 1, 0 where nothing is judged)."""
    import ibis

    aspects, themes, insights = context.read(TextAspects), context.read(TextThemes), context.read(TextInsights)
    spoken = aspects.select(
        TextAspects.text_id,
        dimension=ibis.literal(ASPECT),
        subject=aspects[TextAspects.aspect],
        polarity=aspects[TextAspects.polarity],
    )
    about = themes.left_join(insights.select(TextInsights.text_id, TextInsights.score), TextThemes.text_id)
    about = about.select(
        TextThemes.text_id,
        dimension=ibis.literal(THEME),
        subject=about[TextThemes.theme_id],
        polarity=about[TextInsights.score].fill_null(0.0),
    )
    return united(spoken, about).semi_join(texts, Texts.text_id)


def united(first: ir.Table, second: ir.Table) -> ir.Table:
    """Return the rows of both; whether a column may be null, which tables of files do not tell, makes no difference."""
    loose = [table.cast({name: kind.copy(nullable=True) for name, kind in table.schema().items()}) for table in (first, second)]
    return loose[0].union(loose[1])


def parted(texts: ir.Table) -> ir.Table:
    """Return texts once for each part they belong to: text_id, day, part and place (empty for all)."""
    import ibis

    whole = texts.select(Texts.text_id, DAY, part=ibis.literal(ALL), place=ibis.literal(""))
    for part, column in ((PRODUCT, Texts.product_id), (COUNTRY, COUNTRY), (CHANNEL, CHANNEL)):
        named = texts.filter(texts[column].notnull())
        whole = united(whole, named.select(Texts.text_id, DAY, part=ibis.literal(part), place=named[column]))
    return whole
