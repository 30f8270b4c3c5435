"""The stage that puts together what all texts say: themes, trends, changes, and what is complained of more than elsewhere."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from moushi.columns import (
    Corrections,
    TextImpacts,
    TextMoves,
    TextThemes,
    TextTopics,
    TextTrends,
    ThemeChoices,
    Themes,
    Topics,
)
from moushi.ledger.mentions import READS, counted_texts, placed
from moushi.schema import Table
from moushi.stages import Context
from moushi.understand.impact import impact_rows
from moushi.understand.standing import standing_rows
from moushi.understand.taxonomy import assigned, choices_of, theme_rows
from moushi.understand.trend import move_rows, trend_rows


class VoiceStage:
    """Gives every text its theme, and follows themes and aspects over time.

    Apart from the stage that reads texts, so that a theme which a person
    renames, or an order that comes in, is no reason to read all texts again.
    """

    name: ClassVar[str] = "voice"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[type[Table], ...]] = (
        *(table for table in READS if table is not TextThemes),
        TextTopics,
        Topics,
        ThemeChoices,
        Corrections,
    )
    writes: ClassVar[tuple[type[Table], ...]] = (TextThemes, Themes, TextTrends, TextMoves, TextImpacts)

    def run(self, context: Context) -> None:
        """Write themes, trends, changes and comparisons anew."""
        texts = counted_texts(context)
        choices = choices_of(context.engine.to_arrow(context.read(ThemeChoices)))
        with context.progress.task("understand.progress.voice", 4) as advance:
            context.write(TextThemes, assigned(context, texts, choices))
            context.write(Themes, theme_rows(context, choices))
            advance()
            texts = context.engine.keep(placed(context, texts))
            context.write(TextTrends, trend_rows(context, texts))
            advance()
            context.write(TextImpacts, impact_rows(context, texts))
            advance()
            rate = context.settings.number("false_discovery_rate")
            context.write(TextMoves, pa.concat_tables([move_rows(context, texts, rate), standing_rows(context, texts, rate)]))
            advance()
