"""Reads a batch of texts with everything that reads, in one process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import TextAspects, TextComparisons, TextInsights, TextKeywords, TextNeeds, Texts, TextTopics
from moushi.schema import Table
from moushi.understand import aspects, comparatives, keywords, needs, urgency
from moushi.understand.codes import found_by_cues
from moushi.understand.corpus import Corpus
from moushi.understand.duplicates import set_aside
from moushi.understand.models import Models, loaded
from moushi.understand.readings import CLEAR, NEGATIVE, NEUTRAL, POSITIVE, SCORES, overlaid

MODEL = "local tier 1"
MOST_CHARACTERS = 20_000
"""What is read of one text: nobody says more about a thing, and no text may hold up the others."""
ROW, AGENT = "row", "agent"

LISTS: dict[str, type[Table]] = {"aspects": TextAspects, "needs": TextNeeds, "keywords": TextKeywords, "comparisons": TextComparisons}
"""What a text may hold several of: the column of `READ` and the table it becomes."""


def item(table: type[Table]) -> pa.StructType:
    """Return the type of one finding of a table: its columns without the text's identifier."""
    return pa.struct([field for field in table.schema() if field.name != Texts.text_id])


TOPIC = (pa.field(TextTopics.topic_id, pa.string()), pa.field("topic_confidence", pa.float64()))
READ = pa.schema(
    [*TextInsights.schema(), *(pa.field(name, pa.list_(item(table))) for name, table in LISTS.items()), *TOPIC, ("cut", pa.bool_())]
)
"""What reading finds: the columns of `TextInsights`, lists of findings, and whether the text was too long to be read whole."""


def read_from(rows: pa.Table, *, folder: str, stamp: str) -> pa.Table:
    """Read a batch with models out of a folder; a pure function that processes can share."""
    return read_batch(rows, loaded(folder, stamp))


def read_batch(rows: pa.Table, models: Models) -> pa.Table:
    """Read texts.

    Parameters
    ----------
    rows : text_id, body, language (BCP 47 or null) and speaker (may be missing)

    Returns
    -------
    Table : `READ`, in the order of the rows; equal texts get equal findings and are read once
    """
    count = rows.num_rows
    speakers = rows[Texts.speaker].to_pylist() if Texts.speaker in rows.column_names else [None] * count
    agents = [speaker == "agent" for speaker in speakers]
    bodies = [body or "" for body in rows[Texts.body].to_pylist()]
    keys = list(zip(bodies, rows[Texts.language].to_pylist(), agents, strict=True))
    first = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    found = _read_distinct(list(first), models)
    found = found.take(pa.array([first[key] for key in keys], pa.int32())) if len(first) < count else found
    return found.set_column(0, found.schema.field(0), rows[Texts.text_id].combine_chunks())


def _read_distinct(texts: Sequence[tuple[str, str | None, bool]], models: Models) -> pa.Table:
    """Read texts, given as body, language, and whether an agent of the shop wrote it."""
    count = len(texts)
    read = [body[:MOST_CHARACTERS] for body, _, _ in texts]
    aside = [AGENT if spoke else why for (_, _, spoke), why in zip(texts, set_aside(read, models.common), strict=True)]
    corpus = Corpus(read, [language for _, language, _ in texts], models.lexicon)
    lists = _lists(corpus, models)
    columns = {
        TextInsights.text_id: pa.array(np.arange(count).astype(str), pa.string()),
        TextInsights.set_aside: pa.array(aside, pa.string()),
        TextInsights.language: pa.array([language for _, language, _ in texts], pa.string()),
        **_judged(corpus, models),
        TextInsights.model: pa.array([MODEL] * count, pa.string()),
        **{name: nested(found, found[ROW].to_numpy(), count, LISTS[name]) for name, found in lists.items()},
        **_topics(corpus, models),
        "cut": pa.array([len(body) > MOST_CHARACTERS for body, _, _ in texts], pa.bool_()),
    }
    arrays = [columns[field.name] if field.name in columns else pa.nulls(count, field.type) for field in READ]
    found = pa.Table.from_arrays(arrays, schema=pa.schema([field.with_nullable(True) for field in READ]))
    bodies = [body for body, _, _ in texts]
    found = overlaid(found, bodies, models.readings, models.model_sure)
    found = _corrected(found, bodies, models)
    found = _without(found, [*LISTS, *(field.name for field in TOPIC)], [why is not None for why in aside])
    # What the shop's own people say is no customer's judgement.
    return _without(found, JUDGED, [why == AGENT for why in aside])


JUDGED = (
    TextInsights.sentiment,
    TextInsights.score,
    TextInsights.confidence,
    TextInsights.intent,
    TextInsights.urgency,
    TextInsights.emotion,
)


def _judged(corpus: Corpus, models: Models) -> dict[str, Any]:
    """Return what is said of whole texts."""
    reading = models.sentiment.read(corpus)
    scores = np.round(reading.scores, 4)
    labels = np.where(scores > CLEAR, POSITIVE, np.where(scores < -CLEAR, NEGATIVE, NEUTRAL))
    return {
        TextInsights.sentiment: pa.array(labels, pa.string()),
        TextInsights.score: pa.array(scores, pa.float64()),
        TextInsights.confidence: pa.array(np.round(reading.confidences, 4), pa.float64()),
        TextInsights.intent: _code("intent", corpus, models),
        TextInsights.urgency: urgency.read(corpus)["urgency"].combine_chunks().cast(pa.float64()),
        TextInsights.emotion: _code("emotion", corpus, models),
        TextInsights.tier: pa.array(["local"] * len(corpus), pa.string()),
    }


def _code(name: str, corpus: Corpus, models: Models) -> pa.Array:
    """Return a code of each text: as cues found it, and as labels taught to see it."""
    found, sure = found_by_cues(name, corpus)
    return pa.array(models.codes[name].read(corpus, found, sure) if name in models.codes else found, pa.string())


def _topics(corpus: Corpus, models: Models) -> dict[str, Any]:
    """Return the topic of each text and how clearly it is that one."""
    numbers, clear = models.topics.grouping_.assign(corpus)
    names = np.array([*models.topics.topic_ids_, None], object)[: max(len(models.topics.topic_ids_), 1)]
    return {TextTopics.topic_id: pa.array(names[numbers], pa.string()), "topic_confidence": pa.array(np.round(clear, 4), pa.float64())}


def _lists(corpus: Corpus, models: Models) -> dict[str, pa.Table]:
    """Return what texts may hold several of, each ordered by text."""
    spoken = models.aspects.read(corpus, aspects.read(corpus))
    found = {"aspects": spoken, "needs": _with_aspects(needs.read(corpus), spoken), "comparisons": comparatives.read(corpus)}
    found["keywords"] = keywords.read(corpus, models.background)
    named = {}
    for name, rows in found.items():
        keys = [ROW, *(key for key in LISTS[name].key() if key != Texts.text_id)]
        # Two findings that begin at the same place are one.
        firsts = rows.append_column("place", pa.array(np.arange(rows.num_rows))).group_by(keys).aggregate([("place", "min")])
        kept = rows.take(pc.take(firsts["place_min"], pc.sort_indices(firsts["place_min"])))
        named[name] = kept.append_column("model", pa.array([MODEL] * kept.num_rows, pa.string()))
    return named


def _with_aspects(wishes: pa.Table, spoken: pa.Table) -> pa.Table:
    """Add to each wish the aspect that is spoken of in its words."""
    texts, starts, ends = (spoken[name].to_numpy() for name in (ROW, "start", "end"))
    places: list[int | None] = []
    for row, start, end in zip(*(wishes[name].to_pylist() for name in (ROW, "start", "end")), strict=True):
        low, high = np.searchsorted(texts, [row, row + 1])
        over = np.flatnonzero((starts[low:high] < end) & (ends[low:high] > start))
        places.append(int(low + over[0]) if len(over) else None)
    found = spoken["aspect"].combine_chunks().take(pa.array(places, pa.int64()))
    return wishes.append_column("aspect", found)


def _corrected(found: pa.Table, bodies: Sequence[str], models: Models) -> pa.Table:
    """Put in place what people said of texts with the same words."""
    wanted = [(place, models.corrected[body]) for place, body in enumerate(bodies) if body in models.corrected]
    if not wanted:
        return found
    rows = found.to_pylist()
    for place, corrections in wanted:
        row = rows[place]
        for field, subject, value in corrections:
            if field == "sentiment":
                row |= {TextInsights.sentiment: value, TextInsights.score: SCORES[value], TextInsights.confidence: 1.0}
            elif field == "intent":
                row |= {TextInsights.intent: value}
            elif field == "aspect":
                row["aspects"] = _set_right(row["aspects"] or [], subject, value, len(bodies[place]))
        row[TextInsights.tier] = "person"
    return pa.Table.from_pylist(rows, schema=found.schema)


def _set_right(spoken: list[dict[str, Any]], aspect: str, value: str, length: int) -> list[dict[str, Any]]:
    """Return a text's aspects as a person put one of them; where it had not been found, the whole text speaks of it."""
    others = [each for each in spoken if each[TextAspects.aspect] != aspect]
    if value == "none":
        return others
    known = next((each for each in spoken if each[TextAspects.aspect] == aspect), {TextAspects.start: 0, TextAspects.end: length})
    right = {
        **known,
        TextAspects.aspect: aspect,
        TextAspects.polarity: SCORES[value],
        TextAspects.confidence: 1.0,
        TextAspects.model: "person",
    }
    return sorted([*others, right], key=lambda each: str(each[TextAspects.aspect]))


def nested(found: pa.Table, owners: npt.NDArray[np.int64], count: int, table: type[Table]) -> pa.ListArray:
    """Return findings as one list per text.

    Parameters
    ----------
    found : columns of `table`, ordered by text; those missing are null
    owners : number of the text that each row belongs to
    count : how many texts there are
    """
    kind = item(table)
    arrays = []
    for field in kind:
        known = field.name in found.column_names
        arrays.append(found[field.name].combine_chunks().cast(field.type) if known else pa.nulls(found.num_rows, field.type))
    items = pa.StructArray.from_arrays(arrays, fields=list(kind))
    return pa.ListArray.from_arrays(pa.array(np.searchsorted(owners, np.arange(count + 1)), pa.int32()), items)


def unnested(found: pa.Table, name: str) -> pa.Table:
    """Return the findings of one list column of `READ` as rows of their table."""
    table = LISTS[name]
    lists = found[name].combine_chunks()
    items = pc.list_flatten(lists)
    owners = found[Texts.text_id].combine_chunks().take(pc.list_parent_indices(lists))
    arrays = [owners if field.name == Texts.text_id else pc.struct_field(items, field.name) for field in table.schema()]
    return pa.Table.from_arrays(arrays, schema=table.schema())


def _without(found: pa.Table, names: Iterable[str], rows: Sequence[bool]) -> pa.Table:
    """Take out the values of some columns in some rows."""
    if not any(rows):
        return found
    for name in names:
        place = found.column_names.index(name)
        kept = pc.if_else(pa.array(rows), pa.scalar(None, found[name].type), found[name])
        found = found.set_column(place, found.schema.field(place), kept)
    return found
