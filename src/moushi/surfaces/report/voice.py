"""What customers say: counts of texts, ratings and aspects, with a few of their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moushi.columns import TextAspects, Texts
from moushi.surfaces.report.heard import heard
from moushi.surfaces.report.parts import Aspect, Quote, Row, Voice
from moushi.surfaces.report.source import Source

if TYPE_CHECKING:
    import ibis.expr.types as ir

SHOWN_ASPECTS = 10
SHOWN_GROUPS = 8
CONTEXT_CHARACTERS = 90
GOOD, BAD = 0.2, -0.2
FULL_QUOTE_CHARACTERS = (20, 400)


def voice(source: Source) -> Voice | None:
    """Return what the texts say, None without texts."""
    texts = source.read(Texts)
    first = texts[Texts.duplicate_of].isnull()
    totals = source.rows(texts.aggregate(n=texts.count(), duplicates=(~first).sum(), undated=texts[Texts.written_at].isnull().sum()))[0]
    if not totals["n"]:
        return None
    kept = texts.filter(first)
    counted = totals["n"] - totals["duplicates"]
    witness = {
        "texts": source.witnesses.add("texts", Texts.name, rows=totals["n"]),
        "groups": source.witnesses.add("text_groups", Texts.name, filters=("first_of_duplicates",), rows=counted),
    }
    ratings = _ratings(source, kept)
    if ratings:
        rated = sum(int(row.value) for row in ratings)
        witness["ratings"] = source.witnesses.add("ratings", Texts.name, filters=("first_of_duplicates", "rated"), rows=rated)
    aspects, rows, models = _aspects(source, kept)
    if aspects:
        witness["aspects"] = source.witnesses.add(
            "aspects", TextAspects.name, Texts.name, filters=("first_of_duplicates",), rows=rows, model=", ".join(models)
        )
    return Voice(
        texts=totals["n"],
        duplicates=totals["duplicates"] or 0,
        undated=totals["undated"] or 0,
        languages=_groups(source, kept, Texts.language),
        kinds=_groups(source, kept, Texts.source_kind),
        ratings=ratings,
        aspects=aspects,
        heard=heard(source),
        witness=witness,
    )


def _counts(source: Source, texts: ir.Table, column: str) -> list[tuple[Any, int]]:
    rows = source.rows(texts.group_by(column).aggregate(n=texts.count()))
    return [(row[column], row["n"]) for row in rows]


def _groups(source: Source, texts: ir.Table, column: str) -> tuple[Row, ...]:
    counts = sorted(_counts(source, texts, column), key=lambda pair: (-pair[1], str(pair[0])))
    total = sum(n for _, n in counts)
    return tuple(Row(str(value or ""), n, n / total) for value, n in counts[:SHOWN_GROUPS])


def _ratings(source: Source, texts: ir.Table) -> tuple[Row, ...]:
    """Return how many texts gave each rating, best first; ratings with many values are rounded to whole ones."""
    counts = _counts(source, texts.filter(texts[Texts.rating].notnull()), Texts.rating)
    if len(counts) > SHOWN_GROUPS:
        sums: dict[float, int] = {}
        for value, n in counts:
            sums[float(round(value))] = sums.get(float(round(value)), 0) + n
        counts = list(sums.items())
    total = sum(n for _, n in counts)
    return tuple(Row(f"{value:g}", n, n / total) for value, n in sorted(counts, reverse=True))


def _aspects(source: Source, texts: ir.Table) -> tuple[tuple[Aspect, ...], int, list[str]]:
    """Return the aspects spoken of most, the rows counted and the models that found them."""
    spoken = source.read(TextAspects).semi_join(texts, Texts.text_id)
    polarity = spoken[TextAspects.polarity]
    counts = source.rows(
        spoken.group_by(TextAspects.aspect).aggregate(
            n=spoken.count(), positive=(polarity > GOOD).sum(), negative=(polarity < BAD).sum(), model=spoken[TextAspects.model].min()
        )
    )
    counts.sort(key=lambda row: (-row["n"], row[TextAspects.aspect]))
    shown = [row[TextAspects.aspect] for row in counts[:SHOWN_ASPECTS]]
    quotes = _quotes(source, spoken.filter(spoken[TextAspects.aspect].isin(shown)), texts) if shown else {}
    made = [
        Aspect(
            code=row[TextAspects.aspect],
            positive=row["positive"],
            negative=row["negative"],
            neutral=row["n"] - row["positive"] - row["negative"],
            praise=quotes.get((row[TextAspects.aspect], True)),
            complaint=quotes.get((row[TextAspects.aspect], False)),
        )
        for row in counts[:SHOWN_ASPECTS]
    ]
    return tuple(made), sum(row["n"] for row in counts), sorted({row["model"] for row in counts})


def _quotes(source: Source, spoken: ir.Table, texts: ir.Table) -> Mapping[tuple[str, bool], Quote]:
    """Return the clearest praise and complaint for each aspect: strongest, of readable length, newest, then by key."""
    import ibis

    joined = spoken.inner_join(texts.select(Texts.text_id, Texts.body, Texts.language, Texts.written_at), Texts.text_id)
    polarity = joined[TextAspects.polarity]
    length = joined[Texts.body].length()
    clear = joined.filter((polarity > GOOD) | (polarity < BAD))
    clear = clear.mutate(good=clear[TextAspects.polarity] > GOOD, readable=length.between(*FULL_QUOTE_CHARACTERS))
    order = [
        ibis.desc(clear["readable"]),
        ibis.desc(clear[TextAspects.polarity].abs()),
        ibis.desc(clear[Texts.written_at]),
        clear[Texts.text_id],
    ]
    first = clear.mutate(place=ibis.row_number().over(group_by=[clear[TextAspects.aspect], clear["good"]], order_by=order))
    rows = source.rows(first.filter(first["place"] == 0).drop("place", "readable"))
    return {(row[TextAspects.aspect], row["good"]): quote(row) for row in rows}


def quote(row: Mapping[str, Any]) -> Quote:
    """Return the words around the place that speaks of an aspect."""
    body: str = row[Texts.body]
    start, end = _inside(body, (row[TextAspects.start], row[TextAspects.end]))
    before, said, after = body[:start], body[start:end], body[end:]
    if len(before) > CONTEXT_CHARACTERS:
        before = "…" + before[-CONTEXT_CHARACTERS:]
    if len(after) > CONTEXT_CHARACTERS:
        after = after[:CONTEXT_CHARACTERS] + "…"
    return Quote(before, said, after, row[Texts.language])


def _inside(body: str, place: Sequence[int]) -> tuple[int, int]:
    start = min(max(place[0], 0), len(body))
    return start, min(max(place[1], start), len(body))
