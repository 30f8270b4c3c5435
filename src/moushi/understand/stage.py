"""The stage that reads texts: what each says, and what all of them say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from moushi.columns import Products, TextAspects, TextComparisons, TextInsights, TextKeywords, TextNeeds, TextQuality, Texts
from moushi.schema import Table
from moushi.stages import Context
from moushi.understand.duplicates import SHORT_CHARACTERS, repeated
from moushi.understand.reading import LISTS, MODEL, Models
from moushi.understand.spool import Spool

if TYPE_CHECKING:
    import ibis.expr.types as ir


class UnderstandStage:
    """Reads each text once; repeats share what was found, agents' own words and boilerplate are set aside and counted."""

    name: ClassVar[str] = "understand"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[type[Table], ...]] = (Texts, Products)
    writes: ClassVar[tuple[type[Table], ...]] = (TextInsights, *LISTS.values(), TextQuality)

    def run(self, context: Context) -> None:
        """Write everything about texts anew."""
        texts = context.read(Texts)
        models = learn(context, texts)
        with Spool(context, models) as spool:
            spool.read(texts.filter(texts[Texts.duplicate_of].isnull()))
            for table in (TextInsights, TextAspects, TextNeeds, TextKeywords, TextComparisons):
                context.write(table, spool.rows(table))
            context.write(TextQuality, spool.quality(MODEL))


def learn(context: Context, texts: ir.Table) -> Models:
    """Learn what is common among all texts."""
    short = texts.filter(texts[Texts.body].length() <= 2 * SHORT_CHARACTERS)
    counts = short.group_by(Texts.body).aggregate(n=short.count())
    rows = context.engine.to_arrow(counts.filter(counts["n"] > 1).order_by(Texts.body))
    total = context.engine.to_arrow(texts.aggregate(n=texts.count()))["n"][0].as_py()
    return Models(repeated(zip(rows[Texts.body].to_pylist(), rows["n"].to_pylist(), strict=True), total))
