"""Measures how far the local tier and language models agree, how much is still sent, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import TextInsights, Texts
from moushi.llm.reading import POLARITIES, PURPOSE, Reading, f1
from moushi.stages import Context
from moushi.understand.asking import UNSURE, Kept
from moushi.understand.models import Measure, Models
from moushi.understand.reading import read_batch
from moushi.understand.readings import MODEL, as_reading, word_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

LEAST_HELD = 20
"""Texts kept aside below which nothing is said of agreement."""


def measured(context: Context, texts: ir.Table, read: Iterable[pa.Table], known: Kept, models: Models) -> list[Measure]:
    """Return what there is to say of language models where any read texts: agreement, share still sent, cost.

    Parameters
    ----------
    texts : where the bodies are
    read : batches of `READ`, as they will be shown
    known : what models said
    models : what the local tier learned
    """
    if not known.ids:
        return []
    return [*_agreement(_held(context, texts, known, models)), *_shares(read), *_right(known, models), *_costs(context)]


def _held(context: Context, texts: ir.Table, known: Kept, models: Models) -> list[tuple[Reading, Reading]]:
    """Return, for texts that were kept aside, what a model said and what the local tier finds by itself."""
    import ibis

    ids = sorted(text_id for text_id, digest in known.ids.items() if known.readings[digest].held)
    if not ids:
        return []
    wanted = ibis.memtable(pa.table({Texts.text_id: ids}))
    columns = (Texts.text_id, Texts.body, Texts.language)
    rows = context.engine.to_arrow(texts.select(*columns).semi_join(wanted, Texts.text_id).order_by(Texts.text_id))
    alone = replace(models, readings={}, corrected={})
    found = read_batch(rows, alone).to_pylist()
    given = zip(rows[Texts.text_id].to_pylist(), rows[Texts.body].to_pylist(), found, strict=True)
    return [(known.readings[known.ids[text_id]].reading, as_reading(body, row)) for text_id, body, row in given]


def _agreement(pairs: Sequence[tuple[Reading, Reading]]) -> list[Measure]:
    if len(pairs) < LEAST_HELD:
        return []
    shares: Mapping[str, float] = {
        "sentiment": _share(word_of(told.sentiment) == word_of(found.sentiment) for told, found in pairs),
        "intent": _share(told.intent == found.intent for told, found in pairs),
        "emotion": _share(told.emotion == found.emotion for told, found in pairs),
        "aspects": f1((_judged(told), _judged(found)) for told, found in pairs),
    }
    return [Measure("model_agreement", name, round(value, 4), len(pairs)) for name, value in shares.items()]


def _share(same: Iterable[bool]) -> float:
    listed = list(same)
    return sum(listed) / len(listed)


def _judged(reading: Reading) -> set[tuple[str, float]]:
    return {(each.code, POLARITIES[each.polarity]) for each in reading.aspects if each.code != "overall"}


def _shares(read: Iterable[pa.Table]) -> list[Measure]:
    """Return which share of the texts models read, and of which share the local tier is unsure, so that it would send them."""
    own = by_model = unsure = 0
    for batch in read:
        said: Any = batch.filter(pc.is_null(batch[TextInsights.set_aside]))
        told = pc.equal(said[TextInsights.tier], MODEL)
        doubtful = pc.and_(pc.invert(told), pc.less(said[TextInsights.confidence], UNSURE))
        own += said.num_rows
        by_model += pc.sum(told).as_py() or 0
        unsure += pc.sum(doubtful).as_py() or 0
    counts = {"model_share": by_model, "unsure_share": unsure}
    return [Measure(name, "", round(count / own, 4), own) for name, count in counts.items()] if own else []


def _right(known: Kept, models: Models) -> list[Measure]:
    if models.model_sure is None:
        return []
    return [Measure("model_right", "sentiment", models.model_sure, len(known.readings))]


def _costs(context: Context) -> list[Measure]:
    taken = context.llm.book.taken(PURPOSE, context.llm.until)
    if not taken.items:
        return []
    per = 1000 / taken.items
    found = [Measure("model_tokens_per_1000", "", round(taken.tokens * per, 1), taken.items)]
    if taken.cost is not None:
        found.append(Measure("model_cost_per_1000", "", round(taken.cost * per, 4), taken.items))
    return found
