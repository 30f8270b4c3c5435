"""The stage that reads texts: what each says, and what all of them say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from moushi.columns import Corrections, Products, TextAspects, TextComparisons, TextInsights, TextKeywords, TextNeeds, TextQuality, Texts
from moushi.schema import Table
from moushi.stages import Context
from moushi.understand.duplicates import SHORT_CHARACTERS, repeated
from moushi.understand.models import Models, learn
from moushi.understand.reading import LISTS, MODEL
from moushi.understand.spool import Spool

if TYPE_CHECKING:
    import ibis.expr.types as ir


MOST_LEARNT = 20_000
"""Texts that the reader learns from; of more, a sample that depends on their identifiers only."""
LEARNT_CHARACTERS = 2_000
MOST_BRANDS = 2_000


class UnderstandStage:
    """Reads each text once; repeats share what was found, agents' own words and boilerplate are set aside and counted."""

    name: ClassVar[str] = "understand"
    version: ClassVar[int] = 3
    reads: ClassVar[tuple[type[Table], ...]] = (Texts, Products, Corrections)
    writes: ClassVar[tuple[type[Table], ...]] = (TextInsights, *LISTS.values(), TextQuality)

    def run(self, context: Context) -> None:
        """Write everything about texts anew."""
        texts = context.read(Texts)
        models = learn_from(context, texts)
        with Spool(context, models) as spool:
            spool.read(texts.filter(texts[Texts.duplicate_of].isnull()))
            for table in (TextInsights, TextAspects, TextNeeds, TextKeywords, TextComparisons):
                context.write(table, spool.rows(table))
            context.write(TextQuality, spool.quality(MODEL))


def learn_from(context: Context, texts: ir.Table) -> Models:
    """Learn what all texts, and people's corrections of some, teach."""
    engine = context.engine
    short = texts.filter(texts[Texts.body].length() <= 2 * SHORT_CHARACTERS)
    counts = short.group_by(Texts.body).aggregate(n=short.count())
    rows = engine.to_arrow(counts.filter(counts["n"] > 1).order_by(Texts.body))
    facts = engine.to_arrow(texts.aggregate(n=texts.count(), low=texts[Texts.rating].min(), high=texts[Texts.rating].max())).to_pylist()[0]
    return learn(
        engine.to_arrow(_sample(context, texts)),
        (facts["low"] or 0.0, facts["high"] or 0.0),
        seed=context.settings.count("seed"),
        common=repeated(zip(rows[Texts.body].to_pylist(), rows["n"].to_pylist(), strict=True), facts["n"]),
        lexicon=_brands(context),
        corrected=_corrections(context, texts),
    )


def _sample(context: Context, texts: ir.Table) -> ir.Table:
    """Return the texts to learn from: those that people corrected first, then by a hash of their identifiers."""
    import ibis

    said = texts.filter(texts[Texts.duplicate_of].isnull() & (texts[Texts.speaker].fill_null("customer") != "agent"))
    corrections = context.read(Corrections)
    told = corrections.select(Corrections.text_id).distinct().mutate(told=True)
    joined = said.left_join(told, Texts.text_id)
    order = [ibis.desc(joined["told"].notnull()), joined[Texts.text_id].hexdigest("md5"), joined[Texts.text_id]]
    columns = (Texts.text_id, Texts.language, Texts.rating, Texts.label)
    return joined.order_by(order).limit(MOST_LEARNT).select(*columns, body=joined[Texts.body].substr(0, LEARNT_CHARACTERS))


def _brands(context: Context) -> list[str]:
    """Return the brands that the shop sells, as words of its own."""
    products = context.read(Products)
    branded = products.filter(products[Products.brand].notnull())
    counted = branded.group_by(Products.brand).aggregate(n=branded.count())
    rows = context.engine.to_arrow(counted.order_by([counted["n"].desc(), Products.brand]).limit(MOST_BRANDS))
    return [brand for brand in rows[Products.brand].to_pylist() if len(brand.strip()) > 1]


def _corrections(context: Context, texts: ir.Table) -> dict[str, list[tuple[str, str, str]]]:
    corrections = context.read(Corrections)
    joined = corrections.inner_join(texts.select(Texts.text_id, Texts.body), Texts.text_id)
    order = [Corrections.text_id, Corrections.field, Corrections.subject]
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in context.engine.to_arrow(joined.order_by(order)).to_pylist():
        found.setdefault(row[Texts.body], []).append((row[Corrections.field], row[Corrections.subject], row[Corrections.value]))
    return found
