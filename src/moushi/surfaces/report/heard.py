"""What customers say, beyond counts of texts: sentiment, themes with what goes along with them, wishes, comparisons, changes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from moushi.columns import (
    Products,
    TextComparisons,
    TextImpacts,
    TextInsights,
    TextKeywords,
    TextMoves,
    TextNeeds,
    TextQuality,
    Texts,
    TextThemes,
    Themes,
)
from moushi.ledger.mentions import BEFORE, OTHERS
from moushi.surfaces.report.parts import Changed, Compared, Effect, Heard, Quote, Row, Theme
from moushi.surfaces.report.source import Source
from moushi.surfaces.report.witness import Witnesses

if TYPE_CHECKING:
    import ibis.expr.types as ir

SHOWN_THEMES = 12
SHOWN_QUOTES = 4
SHOWN_ROWS = 8
SHOWN_CHANGES = 10
SHOWN_WORDS = 24
LEAST_TIMES = 2
CONTEXT_CHARACTERS = 60
OUTCOMES = ("rating", "return", "repeat")


def heard(source: Source) -> Heard | None:
    """Return what the stages that read texts found; None where they did not run."""
    insights = source.read(TextInsights)
    own = insights.filter(insights[TextInsights.set_aside].isnull())
    total = source.rows(own.aggregate(n=own.count(), model=own[TextInsights.model].max()))[0]
    aside = _rows(source, insights.filter(insights[TextInsights.set_aside].notnull()), TextInsights.set_aside)
    if not total["n"] and not aside:
        return None
    made = _Parts(source, own, total["model"])
    witness = {
        "sentiment": made.witness("sentiment", TextInsights.name, rows=total["n"]),
        "aside": source.witnesses.add("set_aside", TextInsights.name, Texts.name, rows=sum(int(row.value) for row in aside)),
    }
    themes = made.themes(witness)
    by_key = {theme.theme_id: theme for theme in themes}
    return Heard(
        texts=total["n"],
        model=total["model"] or "",
        tiers=_rows(source, own, TextInsights.tier),
        aside=aside,
        sentiment=_rows(source, own.filter(own[TextInsights.sentiment].notnull()), TextInsights.sentiment),
        intents=made.coded(TextInsights.intent, "intents", witness),
        emotions=made.coded(TextInsights.emotion, "emotions", witness),
        urgent=source.rows(own.aggregate(n=(own[TextInsights.urgency] >= 0.5).sum()))[0]["n"] or 0,
        themes=themes,
        impacts=made.impacts(witness),
        needs=made.needs(witness),
        comparisons=made.comparisons(witness),
        keywords=made.keywords(witness),
        changes=made.judged(BEFORE, "changes", witness, by_key),
        standing=made.judged(OTHERS, "standing", witness, by_key),
        quality=made.quality(witness),
        witness=witness,
    )


def _rows(source: Source, rows: ir.Table, column: str) -> tuple[Row, ...]:
    """Return counts per code, most first."""
    found = source.rows(rows.group_by(column).aggregate(n=rows.count()))
    total = sum(row["n"] for row in found)
    ordered = sorted(found, key=lambda row: (-row["n"], str(row[column])))
    return tuple(Row(str(row[column] or ""), row["n"], row["n"] / total, code=str(row[column] or "")) for row in ordered)


class _Parts:
    """Makes the parts of the section; each registers its witness where there is anything to show."""

    def __init__(self, source: Source, own: ir.Table, model: str | None) -> None:
        self.source = source
        self.own = own
        self.model = model

    @property
    def witnesses(self) -> Witnesses:
        return self.source.witnesses

    def witness(self, metric: str, *tables: str, rows: int, model: str | None = None) -> int:
        return self.witnesses.add(metric, *tables, filters=("own_words",), rows=rows, model=model or self.model)

    def coded(self, column: str, metric: str, witness: dict[str, int]) -> tuple[Row, ...]:
        rows = _rows(self.source, self.own.filter(self.own[column].notnull()), column)[:SHOWN_ROWS]
        if rows:
            witness[metric] = self.witness(metric, TextInsights.name, rows=sum(int(row.value) for row in rows))
        return rows

    def themes(self, witness: dict[str, int]) -> tuple[Theme, ...]:
        rows = self.source.rows(self.source.read(Themes))
        held = sorted((row for row in rows if row[Themes.texts]), key=lambda row: (-row[Themes.texts], row[Themes.theme_id]))
        if not held:
            return ()
        total = sum(row[Themes.texts] for row in held)
        witness["themes"] = self.witness("themes", TextThemes.name, Themes.name, rows=total)
        quotes = self._theme_quotes([row[Themes.theme_id] for row in held[:SHOWN_THEMES]])
        effects = self._effects("theme", "any")
        return tuple(
            Theme(
                theme_id=row[Themes.theme_id],
                name_zh=row[Themes.name_zh],
                name_en=row[Themes.name_en],
                status="new" if row[Themes.is_new] else row[Themes.status],
                texts=row[Themes.texts],
                share=row[Themes.texts] / total,
                negative=row[Themes.negative] / row[Themes.texts],
                effects=effects.get(row[Themes.theme_id], {}),
                quote=quotes.get(row[Themes.theme_id]),
            )
            for row in held
        )

    def _theme_quotes(self, themes: Sequence[str]) -> dict[str, Quote]:
        """Return for each theme a text that speaks as most of it do: readable, of the commoner sentiment, first by key."""
        import ibis

        texts, about = self.source.read(Texts), self.source.read(TextThemes)
        joined = about.filter(about[TextThemes.theme_id].isin(list(themes))).inner_join(texts, Texts.text_id)
        length = joined[Texts.body].length()
        order = [(length < 15) | (length > 220), Texts.text_id]
        first = joined.mutate(place=ibis.row_number().over(group_by=TextThemes.theme_id, order_by=order))
        rows = self.source.rows(first.filter(first["place"] == 0).select(TextThemes.theme_id, Texts.body, Texts.language))
        return {row[TextThemes.theme_id]: _shortened(row[Texts.body], row[Texts.language]) for row in rows}

    def _effects(self, dimension: str, tone: str) -> dict[str, dict[str, Effect]]:
        table = self.source.read(TextImpacts)
        rows = self.source.rows(table.filter((table[TextImpacts.dimension] == dimension) & (table[TextImpacts.tone] == tone)))
        found: dict[str, dict[str, Effect]] = {}
        for row in rows:
            facts = (row[TextImpacts.effect], row[TextImpacts.low], row[TextImpacts.high], row[TextImpacts.texts])
            found.setdefault(row[TextImpacts.subject], {})[row[TextImpacts.outcome]] = Effect(*facts)
        return found

    def impacts(self, witness: dict[str, int]) -> tuple[tuple[str, Mapping[str, Effect]], ...]:
        """Return what goes along with speaking badly of an aspect, the largest loss of stars first."""
        table = self.source.read(TextImpacts)
        facts = self.source.rows(
            table.aggregate(n=table.count(), texts=table[TextImpacts.compared].max(), model=table[TextImpacts.model].max())
        )[0]
        if not facts["n"]:
            return ()
        witness["impacts"] = self.witness("impacts", TextImpacts.name, rows=facts["texts"], model=facts["model"])
        found = self._effects("aspect", "bad")

        def loss(item: tuple[str, Mapping[str, Effect]]) -> tuple[float, float, str]:
            rating, back = item[1].get("rating"), item[1].get("return")
            return (rating.value if rating else 0.0, -(back.value if back else 0.0), item[0])

        return tuple(sorted(found.items(), key=loss))[:SHOWN_ROWS]

    def needs(self, witness: dict[str, int]) -> tuple[Quote, ...]:
        table = self.source.read(TextNeeds)
        count = self.source.rows(table.aggregate(n=table.count()))[0]["n"]
        if not count:
            return ()
        witness["needs"] = self.witness("needs", TextNeeds.name, rows=count)
        return self._quotes(table, table[TextNeeds.confidence])

    def comparisons(self, witness: dict[str, int]) -> tuple[Compared, ...]:
        """Return what is preferred to what, most often said first, each with a quote."""
        table = self.source.read(TextComparisons)
        named = table.filter(table[TextComparisons.other].notnull() | table[TextComparisons.preferred].notnull())
        columns = (TextComparisons.preferred, TextComparisons.other, TextComparisons.aspect)
        counted = named.group_by(columns).aggregate(n=named.count(), text_id=named[Texts.text_id].min())
        rows = sorted(self.source.rows(counted), key=lambda row: (-row["n"], *(str(row[name]) for name in columns)))
        if not rows:
            return ()
        witness["comparisons"] = self.witness("comparisons", TextComparisons.name, rows=sum(row["n"] for row in rows))
        preferred, other, aspect = columns
        return tuple(Compared(row[preferred], row[other], row[aspect], row["n"]) for row in rows[:SHOWN_ROWS])

    def keywords(self, witness: dict[str, int]) -> tuple[Row, ...]:
        """Return the keywords of most texts."""
        table = self.source.read(TextKeywords)
        counted = table.group_by(TextKeywords.keyword).aggregate(n=table.count())
        rows = self.source.rows(counted.filter(counted["n"] >= LEAST_TIMES))
        if not rows:
            return ()
        witness["keywords"] = self.witness("keywords", TextKeywords.name, rows=sum(row["n"] for row in rows))
        ordered = sorted(rows, key=lambda row: (-row["n"], row[TextKeywords.keyword]))[:SHOWN_WORDS]
        return tuple(Row(row[TextKeywords.keyword], row["n"]) for row in ordered)

    def judged(self, against: str, code: str, witness: dict[str, int], themes: Mapping[str, Theme]) -> tuple[Changed, ...]:
        """Return what moved in the last four weeks or stands out among its peers, the least likely by chance first.

        Parameters
        ----------
        against : what it was judged by, as in `TextMoves`
        code : name of its witness here
        """
        table = self.source.read(TextMoves)
        rows = self.source.rows(table.filter(table[TextMoves.against] == against))
        if not rows:
            return ()
        # Of peers only what is worse is kept; how many were judged stands in each row.
        families = {(row[TextMoves.dimension], row[TextMoves.part]): row[TextMoves.tested] for row in rows}
        witness[code] = self.witnesses.add(f"text_{code}", TextMoves.name, filters=("own_words",), rows=sum(families.values()))
        order = (TextMoves.p_value, *TextMoves.key())
        found = sorted((row for row in rows if row[TextMoves.found]), key=lambda row: tuple(row[name] for name in order))[:SHOWN_CHANGES]
        bodies = self._bodies({text for row in found for text, _, _ in json.loads(row[TextMoves.quotes])})
        names = self._product_names([row[TextMoves.place] for row in found if row[TextMoves.part] == "product"])
        return tuple(_changed(row, themes, bodies, names) for row in found)

    def _product_names(self, wanted: Sequence[str]) -> dict[str, str]:
        if not wanted:
            return {}
        table = self.source.read(Products)
        known = table.filter(table[Products.product_id].isin(sorted(set(wanted))) & table[Products.product_name].notnull())
        rows = self.source.rows(known.select(Products.product_id, Products.product_name))
        return {row[Products.product_id]: row[Products.product_name] for row in rows}

    def quality(self, witness: dict[str, int]) -> tuple[tuple[str, str, float, int], ...]:
        """Return how well texts are read: measure, subject, value and rows."""
        rows = self.source.rows(self.source.read(TextQuality).order_by(TextQuality.key()))
        kept = [row for row in rows if not row[TextQuality.measure].startswith("texts_")]
        if kept:
            witness["reading"] = self.witness("text_quality", TextQuality.name, rows=len(kept))
        return tuple((row[TextQuality.measure], row[TextQuality.subject], row[TextQuality.value], row[TextQuality.rows]) for row in kept)

    def _quotes(self, table: ir.Table, confidence: ir.Value) -> tuple[Quote, ...]:
        """Return the surest findings, each of another text, as quotes."""
        import ibis

        texts = self.source.read(Texts).select(Texts.text_id, Texts.body, Texts.language)
        first = table.mutate(place=ibis.row_number().over(group_by=Texts.text_id, order_by="start"), sure=confidence.fill_null(0.0))
        joined = first.filter(first["place"] == 0).inner_join(texts, Texts.text_id)
        length = joined["end"] - joined["start"]
        ordered = joined.order_by([(length < 4) | (length > 80), ibis.desc("sure"), Texts.text_id]).limit(SHOWN_QUOTES)
        return tuple(clipped(row[Texts.body], row["start"], row["end"], row[Texts.language]) for row in self.source.rows(ordered))

    def _bodies(self, wanted: set[str]) -> dict[str, dict[str, Any]]:
        if not wanted:
            return {}
        texts = self.source.read(Texts)
        rows = self.source.rows(texts.filter(texts[Texts.text_id].isin(sorted(wanted))).select(Texts.text_id, Texts.body, Texts.language))
        return {row[Texts.text_id]: row for row in rows}


def _changed(
    row: Mapping[str, Any], themes: Mapping[str, Theme], bodies: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> Changed:
    quotes = [(bodies[text], start, end) for text, start, end in json.loads(row[TextMoves.quotes]) if text in bodies]
    return Changed(
        dimension=row[TextMoves.dimension],
        subject=row[TextMoves.subject],
        theme=themes.get(row[TextMoves.subject]),
        part=row[TextMoves.part],
        place=names.get(row[TextMoves.place], row[TextMoves.place]) if row[TextMoves.part] == "product" else row[TextMoves.place],
        within=row[TextMoves.within],
        share=row[TextMoves.counted] / row[TextMoves.out_of],
        expected=row[TextMoves.expected],
        low=row[TextMoves.low],
        high=row[TextMoves.high],
        out_of=row[TextMoves.out_of],
        compared=row[TextMoves.compared],
        quote=clipped(quotes[0][0]["body"], quotes[0][1], quotes[0][2], quotes[0][0]["language"]) if quotes else None,
    )


def _shortened(body: str, language: str | None) -> Quote:
    """Return the beginning of a text, with nothing marked in it."""
    most = 4 * CONTEXT_CHARACTERS
    return Quote(body[:most] + ("…" if len(body) > most else ""), "", "", language)


def clipped(body: str, start: int, end: int, language: str | None) -> Quote:
    """Return a part of a text with a little around it."""
    start = min(max(start, 0), len(body))
    end = min(max(end, start), len(body), start + 4 * CONTEXT_CHARACTERS)
    before, said, after = body[:start], body[start:end], body[end:]
    if len(before) > CONTEXT_CHARACTERS:
        before = "…" + before[-CONTEXT_CHARACTERS:]
    if len(after) > CONTEXT_CHARACTERS:
        after = after[:CONTEXT_CHARACTERS] + "…"
    return Quote(before, said, after, language)
