"""The stage that reads texts: which aspects they speak about, and how."""

from __future__ import annotations

from typing import ClassVar

from moushi.columns import TextAspects, Texts
from moushi.schema import Table
from moushi.stages import Context
from moushi.understand.aspects import read_texts


class UnderstandStage:
    """Reads each customer's text once; repeated texts and the shop's own agents are left out."""

    name: ClassVar[str] = "understand"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[type[Table], ...]] = (Texts,)
    writes: ClassVar[tuple[type[Table], ...]] = (TextAspects,)

    def run(self, context: Context) -> None:
        """Write `TextAspects` anew from `Texts`."""
        texts = context.read(Texts)
        said = texts.filter(texts[Texts.duplicate_of].isnull() & (texts[Texts.speaker].fill_null("customer") != "agent"))
        rows = said.select(Texts.text_id, Texts.body, Texts.language).order_by(Texts.text_id)
        with context.progress.task("understand.progress.texts", 1) as advance:
            found = context.engine.map_batches(rows, read_texts, TextAspects.schema())
            context.write(TextAspects, found)
            advance()
