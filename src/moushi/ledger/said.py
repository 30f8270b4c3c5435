"""What texts said of something after a decision about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moushi.columns import Texts
from moushi.engine.days import number_of
from moushi.ledger.judge import Due
from moushi.ledger.mentions import (
    CATEGORY,
    DAY,
    DIMENSION,
    POLARITY,
    PRODUCT,
    SUBJECT,
    THEME,
    categorised,
    counted_texts,
    mentions,
    placed,
)

if TYPE_CHECKING:
    from moushi.stages import Context

COLUMNS = {PRODUCT: Texts.product_id, CATEGORY: Texts.category}
"""Columns of parts that are not named as they are."""


@dataclass(frozen=True)
class Later:
    """Negative mentions, all mentions and all texts of a place in the window of a decision."""

    dimension: str
    negative: int
    mentions: int
    texts: int

    @property
    def share(self) -> float | None:
        """Share of mentions that are negative for aspects, of texts that complain for themes; None where there are none."""
        total = self.texts if self.dimension == THEME else self.mentions
        return self.negative / total if total else None


def later_said(context: Context, due: Due) -> Later:
    """Return what was said in the window of a decision, in the place that it is about; texts without dates are in none."""
    dimension, _, subject = due.subject.partition("/")
    name, _, place = subject.partition("/")
    part, _, wanted = place.partition("/")
    texts = placed(context, categorised(context, counted_texts(context)))
    days = texts[DAY]
    kept = texts.filter((days > number_of(due.as_of)) & (days <= number_of(due.judged_on)))
    if part:
        kept = kept.filter(kept[COLUMNS.get(part, part)] == wanted)
    said = mentions(context, kept)
    said = said.filter((said[DIMENSION] == dimension) & (said[SUBJECT] == name))
    found = context.engine.to_arrow(said.aggregate(negative=(said[POLARITY] < 0).sum(), mentions=said.count())).to_pylist()[0]
    count = context.engine.to_arrow(kept.aggregate(n=kept.count()))["n"][0].as_py()
    return Later(dimension, found["negative"] or 0, found["mentions"], count)
