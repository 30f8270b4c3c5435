"""Reads a batch of texts with everything that reads, in one process."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.columns import TextAspects, TextComparisons, TextInsights, TextKeywords, TextNeeds, Texts
from moushi.schema import Table
from moushi.understand.aspects import read_texts
from moushi.understand.duplicates import set_aside

MODEL = "local tier 1"
MOST_CHARACTERS = 20_000
"""What is read of one text: nobody says more about a thing, and no text may hold up the others."""

LISTS: dict[str, type[Table]] = {"aspects": TextAspects, "needs": TextNeeds, "keywords": TextKeywords, "comparisons": TextComparisons}
"""What a text may hold several of: the column of `READ` and the table it becomes."""

POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
CLEAR = 0.15
"""Scores between this and its negative are neutral."""


def item(table: type[Table]) -> pa.StructType:
    """Return the type of one finding of a table: its columns without the text's identifier."""
    return pa.struct([field for field in table.schema() if field.name != Texts.text_id])


READ = pa.schema([*TextInsights.schema(), *(pa.field(name, pa.list_(item(table))) for name, table in LISTS.items()), ("cut", pa.bool_())])
"""What reading finds: the columns of `TextInsights`, lists of findings, and whether the text was too long to be read whole."""


@dataclass(frozen=True)
class Models:
    """All that a corpus taught the reader; plain data, so that it can be written down.

    Attributes
    ----------
    common : words in normal form that too many texts consist of
    lexicon : the workspace's own words (brands, products)
    """

    common: frozenset[str] = frozenset()
    lexicon: tuple[str, ...] = ()

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {"common": sorted(self.common), "lexicon": list(self.lexicon)}
        (folder / "reader.json").write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Models:
        """Return what `save` wrote."""
        content = json.loads((folder / "reader.json").read_text("utf-8"))
        return cls(frozenset(content["common"]), tuple(content["lexicon"]))


@functools.lru_cache(maxsize=2)
def _loaded(folder: str, stamp: str) -> Models:
    """Load models once per process; `stamp` tells versions in the same folder apart."""
    return Models.load(Path(folder))


def read_from(rows: pa.Table, *, folder: str, stamp: str) -> pa.Table:
    """Read a batch with models out of a folder; a pure function that processes can share."""
    return read_batch(rows, _loaded(folder, stamp))


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
    cut = [len(body) > MOST_CHARACTERS for body, _, _ in texts]
    read = [body[:MOST_CHARACTERS] for body, _, _ in texts]
    languages = [language for _, language, _ in texts]
    aside = ["agent" if spoke else why for (_, _, spoke), why in zip(texts, set_aside(read, models.common), strict=True)]
    numbers = pa.array(np.arange(len(read)).astype(str), pa.string())
    aspects = read_texts(pa.table({Texts.text_id: numbers, Texts.body: read, Texts.language: pa.array(languages, pa.string())}))
    scores = np.where([spoke for _, _, spoke in texts], np.nan, _scores(aspects, len(read)))
    columns: dict[str, Any] = {
        TextInsights.text_id: numbers,
        TextInsights.set_aside: pa.array(aside, pa.string()),
        TextInsights.language: pa.array(languages, pa.string()),
        TextInsights.sentiment: pa.array([_label(score) for score in scores], pa.string()),
        TextInsights.score: pa.array(scores, mask=np.isnan(scores)),
        TextInsights.tier: pa.array(["rule" if why else "local" for why in aside], pa.string()),
        TextInsights.model: pa.array([MODEL] * len(read), pa.string()),
        "aspects": nested(aspects, np.array(aspects[Texts.text_id].to_numpy(zero_copy_only=False), np.int64), len(read), TextAspects),
        "cut": pa.array(cut, pa.bool_()),
    }
    arrays = [columns[field.name] if field.name in columns else pa.nulls(len(read), field.type) for field in READ]
    found = pa.Table.from_arrays(arrays, schema=pa.schema([field.with_nullable(True) for field in READ]))
    return _emptied(found, [why is not None for why in aside])


def _scores(aspects: pa.Table, count: int) -> npt.NDArray[np.float64]:
    """Return the mean polarity of each text's judged aspects, nan where nothing is judged."""
    owners = np.array(aspects[Texts.text_id].to_numpy(zero_copy_only=False), np.int64)
    polarity = aspects[TextAspects.polarity].to_numpy(zero_copy_only=False)
    judged = polarity != 0
    with np.errstate(invalid="ignore"):
        mean: npt.NDArray[np.float64] = np.bincount(owners[judged], polarity[judged], count) / np.bincount(owners[judged], minlength=count)
    return mean


def _label(score: float) -> str | None:
    if math.isnan(score):
        return None
    return POSITIVE if score > CLEAR else NEGATIVE if score < -CLEAR else NEUTRAL


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
    import pyarrow.compute as pc

    table = LISTS[name]
    lists = found[name].combine_chunks()
    items = pc.list_flatten(lists)
    owners = found[Texts.text_id].combine_chunks().take(pc.list_parent_indices(lists))
    arrays = [owners if field.name == Texts.text_id else pc.struct_field(items, field.name) for field in table.schema()]
    return pa.Table.from_arrays(arrays, schema=table.schema())


def _emptied(found: pa.Table, aside: Sequence[bool]) -> pa.Table:
    """Take out the findings of texts that are set aside: they keep their sentiment, but speak of nothing."""
    import pyarrow.compute as pc

    if not any(aside):
        return found
    for name in LISTS:
        place = found.column_names.index(name)
        kept = pc.if_else(pa.array(aside), pa.scalar(None, found[name].type), found[name])
        found = found.set_column(place, found.schema.field(place), kept)
    return found
