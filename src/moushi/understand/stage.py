"""The stage that reads texts: what each says, and what all of them say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import (
    Corrections,
    Products,
    TextAspects,
    TextComparisons,
    TextInsights,
    TextKeywords,
    TextNeeds,
    TextQuality,
    TextReadings,
    Texts,
    TextTopics,
    Topics,
)
from moushi.schema import Table
from moushi.stages import Context
from moushi.understand import topics
from moushi.understand.agreement import measured
from moushi.understand.asking import ROLE, Kept, ask, choose, kept
from moushi.understand.duplicates import SHORT_CHARACTERS, repeated
from moushi.understand.learning import Given, learn
from moushi.understand.models import Models
from moushi.understand.reading import LISTS, MODEL
from moushi.understand.spool import Spool

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.llm.models import Role


MOST_LEARNT = 20_000
"""Texts that the reader learns from; of more, a sample that depends on their identifiers only."""
LEARNT_CHARACTERS = 2_000
MOST_BRANDS, MOST_CODES = 2_000, 5_000
LEAST_CODE = 4
"""Characters of a product's number from which on it is a word: "T5" may be anything."""


class UnderstandStage:
    """Reads each text once; repeats share what was found, agents' own words and boilerplate are set aside and counted.

    Where the workspace has language models they are asked about some texts;
    what they say teaches the local tier, which then reads anew.
    """

    name: ClassVar[str] = "understand"
    version: ClassVar[int] = 6
    asks: ClassVar[Role] = ROLE
    triggers: ClassVar[tuple[type[Table], ...]] = (Texts, Products, Corrections)
    # Topics of the run before hand their identities on, readings of models are not asked for again; that they were
    # written is no reason to read again.
    reads: ClassVar[tuple[type[Table], ...]] = (*triggers, Topics, TextReadings)
    writes: ClassVar[tuple[type[Table], ...]] = (TextInsights, *LISTS.values(), TextTopics, Topics, TextReadings, TextQuality)

    def run(self, context: Context) -> None:
        """Write everything about texts anew."""
        texts = context.read(Texts)
        own = texts.filter(texts[Texts.duplicate_of].isnull())
        before = context.engine.to_arrow(context.read(Topics).order_by(Topics.topic_id))
        known = kept(context, own)
        models = learn_from(context, texts, known, previous=_previous(before))
        with Spool(context) as spool:
            spool.read(own, models)
            more = _ask(context, own, spool, known, models)
            if more.ids:
                known = known.with_more(more)
                models = learn_from(context, texts, known, base=models)
                spool.read(own, models)
            for table in (TextInsights, TextAspects, TextNeeds, TextKeywords, TextComparisons, TextTopics):
                context.write(table, spool.rows(table))
            context.write(Topics, _topic_rows(context, texts, models, before))
            context.write(TextReadings, known.table())
            measures = [*models.measures, *measured(context, own, spool.batches(), known, models)]
            context.write(TextQuality, spool.quality(MODEL, measures))


def _ask(context: Context, texts: ir.Table, spool: Spool, known: Kept, models: Models) -> Kept:
    """Return what language models say of texts that none has read; nothing where there is no model to ask."""
    most = context.settings.count("model_texts_run")
    if not context.llm.has(ROLE) or not most:
        return Kept({}, {})
    chosen = choose(spool.batches(), known, most)
    return ask(context, texts, chosen, models) if chosen else Kept({}, {})


def learn_from(
    context: Context, texts: ir.Table, known: Kept | None = None, *, previous: topics.Topics | None = None, base: Models | None = None
) -> Models:
    """Learn what all texts, people's corrections of some, and what language models said of some, teach.

    Parameters
    ----------
    previous : topics of the run before, whose identities last
    base : what was learnt before models said more
    """
    engine = context.engine
    known = known or Kept({}, {})
    short = texts.filter(texts[Texts.body].length() <= 2 * SHORT_CHARACTERS)
    counts = short.group_by(Texts.body).aggregate(n=short.count())
    rows = engine.to_arrow(counts.filter(counts["n"] > 1).order_by(Texts.body))
    facts = engine.to_arrow(texts.aggregate(n=texts.count(), low=texts[Texts.rating].min(), high=texts[Texts.rating].max())).to_pylist()[0]
    return learn(
        engine.to_arrow(_sample(context, texts, known)),
        (facts["low"] or 0.0, facts["high"] or 0.0),
        seed=context.settings.count("seed"),
        given=Given(
            common=repeated(zip(rows[Texts.body].to_pylist(), rows["n"].to_pylist(), strict=True), facts["n"]),
            lexicon=_own_words(context),
            corrected=_corrections(context, texts),
            readings=known.readings,
        ),
        previous=previous,
        base=base,
    )


def _previous(rows: pa.Table) -> topics.Topics | None:
    """Return the topics of the run before, None where there were none."""
    known = rows.filter(pc.and_(pc.is_valid(rows[Topics.state]), pc.not_equal(rows[Topics.status], "gone")))
    return topics.Topics.from_table(known) if known.num_rows else None


def _topic_rows(context: Context, texts: ir.Table, models: Models, before: pa.Table) -> pa.Table:
    """Return the rows of `Topics`: those found now, and those of before that were not found again."""
    last = context.engine.to_arrow(texts.aggregate(at=texts[Texts.written_at].max()))["at"][0].as_py()
    day = None if last is None else last.astimezone(context.settings.zone).date()
    known = {row[Topics.topic_id]: row for row in before.to_pylist()}
    found = context.engine.to_arrow(context.read(TextTopics).group_by(TextTopics.topic_id).aggregate(n=lambda t: t.count()))
    counts = dict(zip(found[TextTopics.topic_id].to_pylist(), found["n"].to_pylist(), strict=True))
    rows = []
    for row in models.topics.table().to_pylist():
        name = row[Topics.topic_id]
        earlier = known.pop(name, None)
        born = earlier[Topics.born_on] if earlier is not None else day
        row |= {Topics.texts: counts.get(name, 0), Topics.born_on: born, Topics.status: "new" if earlier is None else "known"}
        rows.append(row)
    rows += [{**row, Topics.texts: 0, Topics.status: "gone", Topics.state: None} for row in known.values()]
    return pa.Table.from_pylist([row for row in rows if row[Topics.texts] or row[Topics.status] == "gone"], schema=Topics.schema())


def _sample(context: Context, texts: ir.Table, known: Kept) -> ir.Table:
    """Return the texts to learn from: those that people corrected or models read first, then by a hash of their identifiers."""
    import ibis

    said = texts.filter(texts[Texts.duplicate_of].isnull() & (texts[Texts.speaker].fill_null("customer") != "agent"))
    corrections = context.read(Corrections)
    corrected = context.engine.to_arrow(corrections.select(Corrections.text_id).distinct())[Corrections.text_id].to_pylist()
    ids = pa.array(sorted({*corrected, *known.ids}), pa.string())
    told = ibis.memtable(pa.table({Texts.text_id: ids, "told": pa.repeat(True, len(ids))}))
    joined = said.left_join(told, Texts.text_id)
    order = [ibis.desc(joined["told"].notnull()), joined[Texts.text_id].hexdigest("md5"), joined[Texts.text_id]]
    columns = (Texts.text_id, Texts.language, Texts.rating, Texts.label)
    return joined.order_by(order).limit(MOST_LEARNT).select(*columns, body=joined[Texts.body].substr(0, LEARNT_CHARACTERS))


def _own_words(context: Context) -> list[str]:
    """Return the brands that the shop sells and the numbers of its goods that have letters in them: words of its own.

    A number of digits alone is left out: it may be a price, a year or a size.
    """
    products = context.read(Products)
    branded = products.filter(products[Products.brand].notnull())
    counted = branded.group_by(Products.brand).aggregate(n=branded.count())
    rows = context.engine.to_arrow(counted.order_by([counted["n"].desc(), Products.brand]).limit(MOST_BRANDS))
    brands = [brand for brand in rows[Products.brand].to_pylist() if len(brand.strip()) > 1]
    coded = products.filter(products[Products.product_id].re_search("[A-Za-z]") & products[Products.product_id].re_search("[0-9]"))
    codes = context.engine.to_arrow(coded.select(Products.product_id).order_by(Products.product_id).limit(MOST_CODES))
    return [*brands, *(code for code in codes[Products.product_id].to_pylist() if len(code) >= LEAST_CODE)]


def _corrections(context: Context, texts: ir.Table) -> dict[str, list[tuple[str, str, str]]]:
    corrections = context.read(Corrections)
    joined = corrections.inner_join(texts.select(Texts.text_id, Texts.body), Texts.text_id)
    order = [Corrections.text_id, Corrections.field, Corrections.subject]
    found: dict[str, list[tuple[str, str, str]]] = {}
    for row in context.engine.to_arrow(joined.order_by(order)).to_pylist():
        found.setdefault(row[Texts.body], []).append((row[Corrections.field], row[Corrections.subject], row[Corrections.value]))
    return found
