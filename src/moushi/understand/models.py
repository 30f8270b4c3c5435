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

from moushi.columns import Texts
from moushi.understand.background import Background
from moushi.understand.corpus import Corpus
from moushi.understand.duplicates import set_aside
from moushi.understand.sentiment import SentimentModel
from moushi.understand.topics import Topics

FILE, TOPICS, BACKGROUND = "reader.json", "topics.arrow", "background.npz"
GOOD_LABELS = frozenset({"1", "1.0", "positive", "pos", "good", "true", "yes", "好评", "正面", "积极"})
BAD_LABELS = frozenset({"0", "0.0", "-1", "-1.0", "negative", "neg", "bad", "false", "no", "差评", "负面", "消极"})
LEAST_CHECKED = 500
"""Labelled texts from which a fifth is kept aside to measure the reader."""
CHECKED = 1_000
BATCH_ROWS = 2_000

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
    """

    sentiment: SentimentModel
    background: Background
    topics: Topics
    common: frozenset[str] = frozenset()
    lexicon: tuple[str, ...] = ()
    corrected: Corrected = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        content = {
            "common": sorted(self.common),
            "lexicon": list(self.lexicon),
            "corrected": {body: list(rows) for body, rows in sorted(self.corrected.items())},
            "measures": [[each.measure, each.subject, each.value, each.rows] for each in self.measures],
        }
        (folder / FILE).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        self.sentiment.save(folder / "sentiment")
        with pa.OSFile(str(folder / TOPICS), "wb") as sink, pa.ipc.new_file(sink, self.topics.table().schema) as writer:
            writer.write_table(self.topics.table())
        _save_background(self.background, folder / BACKGROUND)

    @classmethod
    def load(cls, folder: Path) -> Models:
        """Return what `save` wrote."""
        content = json.loads((folder / FILE).read_text("utf-8"))
        corrected = {body: [(row[0], row[1], row[2]) for row in rows] for body, rows in content["corrected"].items()}
        measures = tuple(Measure(*row) for row in content["measures"])
        sentiment = SentimentModel.load(folder / "sentiment")
        with pa.OSFile(str(folder / TOPICS), "rb") as source:
            topics = Topics.from_table(pa.ipc.open_file(source).read_all())
        background = _load_background(folder / BACKGROUND)
        return cls(sentiment, background, topics, frozenset(content["common"]), tuple(content["lexicon"]), corrected, measures)


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


def label_of(label: str | None, rating: float | None, low: float, high: float) -> float | None:
    """Return how pleased a text is by its file's own label or its stars: 1, -1, 0 between; None where neither says.

    Parameters
    ----------
    low, high : least and highest rating of all texts

    Examples
    --------
    >>> label_of("差评", None, 0, 0), label_of(None, 5, 1, 5), label_of(None, 3, 1, 5), label_of("x", None, 1, 5)
    (-1.0, 1.0, 0.0, None)
    """
    plain = (label or "").strip().lower()
    if plain in GOOD_LABELS:
        return 1.0
    if plain in BAD_LABELS:
        return -1.0
    if rating is None or high <= low:
        return None
    place = (rating - low) / (high - low)
    return 1.0 if place >= 0.75 else -1.0 if place <= 0.25 else 0.0


def learn(
    sample: pa.Table,
    scale: tuple[float, float],
    *,
    seed: int,
    common: frozenset[str] = frozenset(),
    lexicon: Sequence[str] = (),
    corrected: Corrected | None = None,
    previous: Topics | None = None,
) -> Models:
    """Learn from texts.

    Parameters
    ----------
    sample : body, language, rating and label of texts, in an order that says nothing
    scale : least and highest rating of all texts
    corrected : what people set right; it goes before labels and stars
    previous : topics of the run before, whose identities last
    """
    corrected = corrected or {}
    sample = _distinct(sample)
    bodies = sample[Texts.body].to_pylist()
    labels = [
        _told(corrected, body, label_of(label, rating, *scale))
        for body, label, rating in zip(*(sample[name].to_pylist() for name in (Texts.body, Texts.label, Texts.rating)), strict=True)
    ]
    languages = sample[Texts.language].to_pylist()

    def fitted(kept: Sequence[int]) -> SentimentModel:
        corpus = Corpus([bodies[row] for row in kept], [languages[row] for row in kept], lexicon)
        return SentimentModel(seed).fit(corpus, labels=[labels[row] for row in kept])

    measures = _held_out(bodies, languages, labels, fitted)
    measures += _corrections_held(sample[Texts.body].to_pylist(), languages, corrected, fitted)
    background = Background()
    for start in range(0, len(bodies), BATCH_ROWS):
        background.add(Corpus(bodies[start : start + BATCH_ROWS], languages[start : start + BATCH_ROWS], lexicon))
    own = [place for place, why in enumerate(set_aside(bodies, common)) if why is None]
    topics = Topics(seed).fit(
        pa.table({Texts.body: [bodies[row] for row in own], Texts.language: [languages[row] for row in own]}), previous
    )
    return Models(fitted(range(len(bodies))), background, topics, common, tuple(lexicon), corrected, tuple(measures))


def _distinct(sample: pa.Table) -> pa.Table:
    """Return the first of texts with the same words: they teach nothing twice."""
    first: dict[str, int] = {}
    for row, body in enumerate(sample[Texts.body].to_pylist()):
        first.setdefault(body or "", row)
    return sample.take(pa.array(list(first.values()), pa.int64()))


def _told(corrected: Corrected, body: str | None, label: float | None) -> float | None:
    """Return what a person said of a text's sentiment, else what is known of it."""
    for field_name, _, value in corrected.get(body or "", ()):
        if field_name == "sentiment":
            return {"positive": 1.0, "negative": -1.0}.get(value, 0.0)
    return label


def _held_out(bodies: Sequence[str], languages: Sequence[str | None], labels: Sequence[float | None], fitted: object) -> list[Measure]:
    """Measure how often sentiment agrees with labels that were kept aside; nothing with few labels."""
    known = [row for row, label in enumerate(labels) if label]
    if len(known) < LEAST_CHECKED:
        return []
    # The sample is in an order that says nothing: every fifth is as good as any.
    used = known[: 5 * CHECKED]
    held = used[::5]
    shown = sorted(set(used) - set(held))
    return [Measure("sentiment_held_out", "", _agreement(fitted, shown, held, bodies, languages, labels), len(held))]


def _agreement(
    fitted: object,
    shown: Sequence[int],
    held: Sequence[int],
    bodies: Sequence[str],
    languages: Sequence[str | None],
    labels: Sequence[float | None],
) -> float:
    assert callable(fitted)
    model: SentimentModel = fitted(shown)
    scores = model.read(Corpus([bodies[row] for row in held], [languages[row] for row in held])).scores
    right = np.sign(scores) == np.sign([labels[row] or 0.0 for row in held])
    return round(float(right.mean()), 4)


def _corrections_held(bodies: Sequence[str], languages: Sequence[str | None], corrected: Corrected, fitted: object) -> list[Measure]:
    """Measure how many corrections of sentiment are read right by a model that was told only of the others."""
    told = [row for row, body in enumerate(bodies) if _told(corrected, body, None)]
    halves = (told[::2], told[1::2])
    if not halves[1]:
        return []
    labels = [_told(corrected, body, None) for body in bodies]
    right = 0.0
    for held in halves:
        shown = sorted(set(range(min(len(bodies), 2 * CHECKED))) - set(held))
        right += _agreement(fitted, shown, held, bodies, languages, labels) * len(held)
    return [Measure("corrections_held", "", round(right / len(told), 4), len(told))]
