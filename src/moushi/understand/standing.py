"""What one product or one category is complained of clearly more than its peers are.

Unlike a change, this needs no dates: it is seen in the first file of reviews.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.chance.discovery import discoveries
from moushi.chance.shares import LEAST_LATELY, Judged, Mentions, judge_share
from moushi.columns import TextMoves, Texts
from moushi.engine.days import day_of
from moushi.ledger.mentions import CATEGORY, DAY, DIMENSION, OTHERS, POLARITY, PRODUCT, SUBJECT, THEME, categorised, mentions, united
from moushi.understand.quotes import add_quotes
from moushi.understand.taxonomy import ASPECT_PREFIX, GENERAL
from moushi.understand.trend import BAD, HISTORY_DAYS, judged_facts

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

CLEARLY = 1.25
"""Least ratio of the odds of a complaint to the peers': among many texts the smallest difference is no chance, but no news either."""
COMPARABLE = 10.0
"""Most times as often that something may be spoken of in one place as in the other to be compared."""

Period = tuple[date, date] | tuple[None, None]


@dataclass(frozen=True)
class Compared:
    """Mentions of something in one place and among its peers in the same period.

    Parameters
    ----------
    within : category whose other texts are the peers, for products
    texts : all texts of the place, and of the peers
    """

    dimension: str
    subject: str
    part: str
    place: str
    within: str | None
    shares: Mentions
    texts: tuple[int, int]


def standing_rows(context: Context, texts: ir.Table, rate: float) -> pa.Table:
    """Return the rows of `TextMoves` against others: every share worse than the peers', and whether it stands out.

    Parameters
    ----------
    texts : counted texts; see `moushi.ledger.mentions`
    rate : share of what is reported that may be chance, 0 to 1

    Notes
    -----
    Aspects and themes are both judged by the share of their mentions that are
    negative: how many texts speak of a theme at all says what a category is
    about, not how good it is.  A category's peers are all other categories; a
    product's are the other texts of its category, or all others where it has none.
    """
    kept, period = _looked_at(context, texts)
    kept = context.engine.keep(categorised(context, kept))
    judged = [(one, found) for one in _compared(context, kept) if (found := judge_share(one.shares)) is not None]
    rows: list[dict[str, Any]] = []
    for kind in sorted({(one.dimension, one.part) for one, _ in judged}):
        family = [pair for pair in judged if (pair[0].dimension, pair[0].part) == kind]
        believed = discoveries([found.p_value for _, found in family], rate)
        rows += _worse(family, believed, period)
    add_quotes(context, rows, kept, _parts(kept))
    return pa.Table.from_pylist(rows, schema=TextMoves.schema())


def _looked_at(context: Context, texts: ir.Table) -> tuple[ir.Table, Period]:
    """Return the texts of the last year, with its first and last day; all texts where most have no dates."""
    found = context.engine.to_arrow(texts.aggregate(newest=texts[DAY].max(), dated=texts[DAY].count(), texts=texts.count())).to_pylist()[0]
    if found["newest"] is None or 2 * found["dated"] < found["texts"]:
        return texts, (None, None)
    kept = texts.filter(texts[DAY] > found["newest"] - HISTORY_DAYS)
    oldest = context.engine.to_arrow(kept.aggregate(day=kept[DAY].min()))["day"][0].as_py()
    return kept, (day_of(oldest), day_of(found["newest"]))


def _compared(context: Context, texts: ir.Table) -> list[Compared]:
    """Return what is spoken of in products and categories, with the peers' mentions."""
    spoken = mentions(context, texts)
    # What fell to a theme only by its aspect is told by the aspect; the general theme is about nothing.
    spoken = spoken.filter(~spoken[SUBJECT].startswith(ASPECT_PREFIX) & (spoken[SUBJECT] != GENERAL))
    columns = texts.select(Texts.text_id, Texts.product_id, Texts.category)
    joined = context.engine.keep(spoken.inner_join(columns, Texts.text_id))
    counts = _Counts(
        *(
            _Level(_spoken(context, joined, names, least), _texts(context, columns, names))
            for names, least in (((), 1), ((Texts.category,), 1), ((Texts.product_id, Texts.category), LEAST_LATELY))
        )
    )
    found = [one for one in (*counts.of_categories(), *counts.of_products()) if _comparable(one)]
    return sorted(found, key=lambda one: (one.dimension, one.subject, one.part, one.place))


def _comparable(one: Compared) -> bool:
    """Say whether it is spoken of about as often here as among the peers; a theme at least as often.

    What is everyday talk in one category and a rare word in the others (the
    facilities of hotels, among books and fruit) is not the same thing there.
    And as every text falls to some theme, what strays into one is no sign.
    """
    here, elsewhere = one.shares.total * one.texts[1], one.shares.total_before * one.texts[0]
    least = elsewhere if one.dimension == THEME else elsewhere / COMPARABLE
    return least <= here <= COMPARABLE * elsewhere


def _named(table: ir.Table, names: Sequence[str]) -> ir.Table:
    return table.filter(table[names[0]].notnull()) if names else table


def _spoken(context: Context, joined: ir.Table, names: tuple[str, ...], least: int) -> dict[tuple[str, ...], tuple[int, int]]:
    """Return negative mentions and all, by dimension, subject and `names`."""
    keys = (DIMENSION, SUBJECT, *names)
    kept = _named(joined, names)
    found = kept.group_by(*keys).aggregate(negative=(kept[POLARITY] < BAD).sum(), total=kept.count())
    found = found.filter(found["total"] >= least)
    return {tuple(row[key] for key in keys): (row["negative"], row["total"]) for row in context.engine.to_arrow(found).to_pylist()}


def _texts(context: Context, texts: ir.Table, names: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    """Return texts by `names`."""
    kept = _named(texts, names)
    found = kept.group_by(*names).aggregate(n=kept.count()) if names else kept.aggregate(n=kept.count())
    return {tuple(row[name] for name in names): row["n"] for row in context.engine.to_arrow(found).to_pylist()}


@dataclass(frozen=True)
class _Level:
    """Mentions and texts at one grain: all, by category, or by product and category."""

    spoken: Mapping[tuple[str, ...], tuple[int, int]]
    texts: Mapping[tuple[str, ...], int]


@dataclass(frozen=True)
class _Counts:
    whole: _Level
    categories: _Level
    products: _Level

    def of_categories(self) -> Iterator[Compared]:
        """Yield categories, each against all others."""
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for (dimension, subject, _), (negative, total) in self.categories.spoken.items():
            sums[dimension, subject][0] += negative
            sums[dimension, subject][1] += total
        texts = sum(self.categories.texts.values())
        for (dimension, subject, category), own in self.categories.spoken.items():
            negative, total = sums[dimension, subject]
            here = self.categories.texts[(category,)]
            yield Compared(dimension, subject, CATEGORY, category, None, _shares(own, (negative, total)), (here, texts - here))

    def of_products(self) -> Iterator[Compared]:
        """Yield products, each in the category that most of its mentions are in."""
        chosen: dict[tuple[str, str, str], Compared] = {}
        for (dimension, subject, product, category), own in self.products.spoken.items():
            level, names = (self.whole, ()) if category is None else (self.categories, (category,))
            here = self.products.texts[product, category]
            one = Compared(
                dimension, subject, PRODUCT, product, category,
                _shares(own, level.spoken[(dimension, subject, *names)]), (here, level.texts[names] - here),
            )  # fmt: skip
            known = chosen.get((dimension, subject, product))
            if known is None or _weight(one) > _weight(known):
                chosen[dimension, subject, product] = one
        yield from chosen.values()


def _shares(own: tuple[int, int], whole: tuple[int, int]) -> Mentions:
    """Return the mentions of a place, and those of the whole that are not its own."""
    return Mentions(*own, whole[0] - own[0], whole[1] - own[1])


def _weight(one: Compared) -> tuple[int, str]:
    return one.shares.total, one.within or ""


def _worse(family: Sequence[tuple[Compared, Judged]], believed: Sequence[bool], period: Period) -> Iterator[dict[str, Any]]:
    """Yield the rows of those worse than their peers."""
    for (one, found), known in zip(family, believed, strict=True):
        share, expected = one.shares.share, found.expected
        if share <= expected:
            continue
        clear = share * (1 - expected) >= CLEARLY * expected * (1 - share)
        yield {
            TextMoves.against: OTHERS,
            TextMoves.dimension: one.dimension,
            TextMoves.subject: one.subject,
            TextMoves.part: one.part,
            TextMoves.place: one.place,
            TextMoves.measure: "negative_share",
            TextMoves.within: one.within,
            TextMoves.tested: len(family),
            TextMoves.found: known and clear and share > found.high,
        } | judged_facts(one.shares, found, period)


def _parts(texts: ir.Table) -> ir.Table:
    """Return texts once for their product and once for their category: text_id, part and place."""
    import ibis

    parts = [
        texts.filter(texts[column].notnull()).select(Texts.text_id, part=ibis.literal(part), place=texts[column])
        for part, column in ((PRODUCT, Texts.product_id), (CATEGORY, Texts.category))
    ]
    return united(*parts)
