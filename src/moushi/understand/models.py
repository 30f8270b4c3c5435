"""What a corpus teaches the reader: kept as plain files, loaded once per process."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from moushi.columns import TextReadings
from moushi.understand.aspect_learner import AspectLearner
from moushi.understand.background import Background
from moushi.understand.codes import CodeLearner
from moushi.understand.readings import Readings, Told
from moushi.understand.sentiment import SentimentModel
from moushi.understand.topics import Topics

FILE, TOPICS, BACKGROUND, READINGS, ASPECTS = "reader.json", "topics.arrow", "background.npz", "readings.arrow", "aspects.npz"
# What was corrected of texts with the same words: field, subject and value.
Corrected = Mapping[str, Sequence[tuple[str, str, str]]]


@dataclass(frozen=True)
class Measure:
    """A measurement of the reader; see `TextQuality`."""

    measure: str
    subject: str
    value: float
    rows: int


@dataclass(frozen=True)
class Models:
    """All that reading needs.

    Attributes
    ----------
    sentiment : how pleased texts are
    background : how common words and phrases are
    topics : what texts are about
    common : words in normal form that too many texts consist of
    lexicon : the workspace's own words (brands, products)
    corrected : what people set right, by the words of the text, so that equal texts stay equal
    measures : how well it reads
    codes : what labels taught about codes, "intent" and "emotion"
    aspects : what labels taught about aspects
    readings : what language models said, by digest of the text
    model_sure : how probable it is that the sentiment a language model gives is right; None where that was not measured
    """

    sentiment: SentimentModel
    background: Background
    topics: Topics
    common: frozenset[str] = frozenset()
    lexicon: tuple[str, ...] = ()
    corrected: Corrected = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    codes: Mapping[str, CodeLearner] = field(default_factory=dict)
    aspects: AspectLearner = field(default_factory=AspectLearner)
    readings: Readings = field(default_factory=dict)
    model_sure: float | None = None

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "common": sorted(self.common),
            "lexicon": list(self.lexicon),
            "corrected": {body: list(rows) for body, rows in sorted(self.corrected.items())},
            "measures": [[each.measure, each.subject, each.value, each.rows] for each in self.measures],
            "codes": sorted(self.codes),
            "model_sure": self.model_sure,
        }
        (folder / FILE).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        self.sentiment.save(folder / "sentiment")
        for name, learner in self.codes.items():
            learner.save(folder / name)
        self.aspects.save(folder / ASPECTS)
        _save_table(self.topics.table(), folder / TOPICS)
        _save_table(_readings_table(self.readings), folder / READINGS)
        _save_background(self.background, folder / BACKGROUND)

    @classmethod
    def load(cls, folder: Path) -> Models:
        """Return what `save` wrote."""
        content = json.loads((folder / FILE).read_text("utf-8"))
        corrected = {body: [(row[0], row[1], row[2]) for row in rows] for body, rows in content["corrected"].items()}
        measures = tuple(Measure(*row) for row in content["measures"])
        sentiment = SentimentModel.load(folder / "sentiment")
        topics = Topics.from_table(_load_table(folder / TOPICS))
        background = _load_background(folder / BACKGROUND)
        codes = {name: CodeLearner.load(folder / name) for name in content["codes"]}
        readings = {row[TextReadings.digest]: Told.of(row) for row in _load_table(folder / READINGS).to_pylist()}
        return cls(
            sentiment,
            background,
            topics,
            frozenset(content["common"]),
            tuple(content["lexicon"]),
            corrected,
            measures,
            codes,
            AspectLearner.load(folder / ASPECTS),
            readings,
            content["model_sure"],
        )


def _save_table(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _load_table(path: Path) -> pa.Table:
    with pa.OSFile(str(path), "rb") as source:
        return pa.ipc.open_file(source).read_all()


def _readings_table(readings: Readings) -> pa.Table:
    rows = [told.row(digest, digest) for digest, told in sorted(readings.items())]
    return pa.Table.from_pylist(rows, schema=TextReadings.schema()) if rows else TextReadings.empty()


def _save_background(background: Background, path: Path) -> None:
    words = {f"word.{name}": counts for name, counts in background.words.items()}
    phrases = {f"phrase.{name}": counts for name, counts in background.phrases.items()}
    arrays: dict[str, Any] = {"rows": np.array(background.rows), **words, **phrases}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)


def _load_background(path: Path) -> Background:
    background = Background()
    with np.load(path) as arrays:
        background.rows = int(arrays["rows"])
        background.words = {name: arrays[f"word.{name}"] for name in background.words}
        background.phrases = {name: arrays[f"phrase.{name}"] for name in background.phrases}
    return background


@functools.lru_cache(maxsize=2)
def loaded(folder: str, stamp: str) -> Models:
    """Load models once per process; `stamp` tells versions in the same folder apart."""
    return Models.load(Path(folder))


def stamp_of(folder: Path) -> str:
    """Return a digest of the files of a folder."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
