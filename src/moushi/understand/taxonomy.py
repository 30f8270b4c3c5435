"""Themes: what topics and aspects are proposed to people, and what people made of them.

A theme's identity is that of the topic or aspect that it was proposed from, so
that it lasts from run to run.  People accept, rename and merge themes and move
topics between them; a correction moves a single text.  Every text that is
anybody's own words has exactly one theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.columns import Corrections, TextAspects, TextInsights, Texts, TextThemes, TextTopics, ThemeChoices, Themes, Topics
from moushi.locale import words

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

ASPECT_PREFIX = "aspect-"
GENERAL = "general"
"""The theme of texts that speak of nothing in particular."""
NEGATIVE = "negative"


@dataclass(frozen=True)
class Choice:
    """What people decided about a theme; names are None where they keep the proposed ones."""

    theme_id: str
    name_zh: str | None = None
    name_en: str | None = None
    merged_into: str | None = None
    topics: tuple[str, ...] = ()


def choices_of(rows: pa.Table) -> dict[str, Choice]:
    """Return the rows of `ThemeChoices` by theme."""
    return {
        row[ThemeChoices.theme_id]: Choice(
            row[ThemeChoices.theme_id],
            row[ThemeChoices.name_zh],
            row[ThemeChoices.name_en],
            row[ThemeChoices.merged_into],
            tuple(row[ThemeChoices.topics].split()),
        )
        for row in rows.to_pylist()
    }


def home_of(base: str, choices: Mapping[str, Choice]) -> str:
    """Return the theme that holds the texts of a topic or aspect.

    Parameters
    ----------
    base : topic, or aspect with its prefix
    choices : by theme

    Examples
    --------
    >>> merged = {"a": Choice("a", merged_into="b"), "b": Choice("b", topics=("c",))}
    >>> home_of("a", merged), home_of("c", merged), home_of("d", merged)
    ('b', 'b', 'd')
    """
    theme = next((choice.theme_id for _, choice in sorted(choices.items()) if base in choice.topics), base)
    passed = {theme}
    while theme in choices and (target := choices[theme].merged_into) is not None:
        if target in passed:
            # Two themes merged into each other: the first by name holds both.
            return min(passed)
        passed.add(target)
        theme = target
    return theme


def assigned(context: Context, texts: ir.Table, choices: Mapping[str, Choice]) -> ir.Table:
    """Return the rows of `TextThemes`: corrections first, then topics, then the aspect spoken of most clearly.

    Parameters
    ----------
    texts : counted texts; see `moushi.ledger.mentions`
    """
    import ibis

    topics, corrections = context.read(TextTopics), context.read(Corrections)
    aspects = context.read(TextAspects)
    clearest = ibis.row_number().over(
        group_by=TextAspects.text_id, order_by=[ibis.desc(aspects[TextAspects.polarity].abs()), aspects[TextAspects.aspect]]
    )
    spoken = aspects.mutate(place=clearest).filter(lambda t: t["place"] == 0)
    spoken = spoken.select(TextAspects.text_id, aspect=ibis.literal(ASPECT_PREFIX) + spoken[TextAspects.aspect])
    chosen = corrections.filter(corrections[Corrections.field] == "theme")
    chosen = chosen.select(Corrections.text_id, chosen=chosen[Corrections.value])
    joined = texts.select(Texts.text_id)
    for other in (topics.select(TextTopics.text_id, TextTopics.topic_id), spoken, chosen):
        joined = joined.left_join(other, Texts.text_id).drop(f"{Texts.text_id}_right")
    base = joined["chosen"].fill_null(joined[TextTopics.topic_id]).fill_null(joined["aspect"]).fill_null(GENERAL)
    led = ibis.ifelse(joined["chosen"].notnull(), "person", ibis.ifelse(joined[TextTopics.topic_id].notnull(), "topic", "aspect"))
    joined = joined.mutate(base=base, led=led)
    homes = context.engine.from_arrow(_homes(context, joined, choices))
    found = joined.inner_join(homes, "base")
    return found.select(Texts.text_id, theme_id=found["home"], chosen_by=found["led"])


def _homes(context: Context, joined: ir.Table, choices: Mapping[str, Choice]) -> pa.Table:
    bases = context.engine.to_arrow(joined.select("base").distinct().order_by("base"))["base"].to_pylist()
    return pa.table({"base": pa.array(bases, pa.string()), "home": pa.array([home_of(base, choices) for base in bases], pa.string())})


def theme_rows(context: Context, choices: Mapping[str, Choice]) -> pa.Table:
    """Return the rows of `Themes`: those that hold texts, those that people took in hand, and those that topics propose."""
    topics = {row[Topics.topic_id]: row for row in context.engine.to_arrow(context.read(Topics).drop(Topics.state)).to_pylist()}
    counts = _counts(context)
    before = any(row[Topics.status] != "new" for row in topics.values())
    proposed = {theme for theme, row in topics.items() if row[Topics.status] != "gone" and home_of(theme, choices) == theme}
    rows: list[dict[str, Any]] = []
    for theme in sorted({*proposed, *choices, *counts}):
        choice, topic = choices.get(theme), topics.get(theme)
        texts, negative = counts.get(theme, (0, 0))
        name_zh, name_en = proposed_names(theme, topic)
        rows.append(
            {
                Themes.theme_id: theme,
                Themes.name_zh: (choice and choice.name_zh) or name_zh,
                Themes.name_en: (choice and choice.name_en) or name_en,
                Themes.status: "proposed" if choice is None else "merged" if choice.merged_into else "accepted",
                Themes.merged_into: choice.merged_into if choice is not None else None,
                Themes.texts: texts,
                Themes.negative: negative,
                Themes.born_on: topic[Topics.born_on] if topic is not None else None,
                Themes.is_new: choice is None and before and topic is not None and topic[Topics.status] == "new",
            }
        )
    return pa.Table.from_pylist(rows, schema=Themes.schema())


def _counts(context: Context) -> dict[str, tuple[int, int]]:
    themes, insights = context.read(TextThemes), context.read(TextInsights)
    joined = themes.left_join(insights.select(TextInsights.text_id, TextInsights.sentiment), Texts.text_id)
    negative = (joined[TextInsights.sentiment] == NEGATIVE).fill_null(False).sum()
    rows = context.engine.to_arrow(joined.group_by(TextThemes.theme_id).aggregate(texts=joined.count(), negative=negative)).to_pylist()
    return {row[TextThemes.theme_id]: (row["texts"], row["negative"]) for row in rows}


def proposed_names(theme: str, topic: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the Chinese and the English name that a theme is proposed under."""
    if topic is not None:
        zh, en = topic[Topics.words_zh] or "", topic[Topics.words_en] or ""
        return zh or en or theme, en or zh or theme
    key = f"aspect.{theme.removeprefix(ASPECT_PREFIX)}" if theme.startswith(ASPECT_PREFIX) else f"theme.{theme}"
    zh, en = (words("understand", language).get(key, theme) for language in ("zh", "en"))
    return zh, en


def changes(before: pa.Table, after: pa.Table) -> list[dict[str, Any]]:
    """Return how many texts moved from theme to theme between two states of `TextThemes`, most first.

    Returns
    -------
    list : `was` and `is` (None for texts that came or went) and `texts`
    """
    columns = [TextThemes.text_id, TextThemes.theme_id]
    joined = before.select(columns).join(after.select(columns), TextThemes.text_id, join_type="full outer", right_suffix="_now")
    counts = joined.group_by([TextThemes.theme_id, f"{TextThemes.theme_id}_now"]).aggregate([(TextThemes.text_id, "count")])
    rows = [
        {"was": row[TextThemes.theme_id], "is": row[f"{TextThemes.theme_id}_now"], "texts": row[f"{TextThemes.text_id}_count"]}
        for row in counts.to_pylist()
        if row[TextThemes.theme_id] != row[f"{TextThemes.theme_id}_now"]
    ]
    return sorted(rows, key=lambda row: (-row["texts"], str(row["was"]), str(row["is"])))
