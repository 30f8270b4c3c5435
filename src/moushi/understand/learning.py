"""What texts teach the reader: people's corrections first, then labels and stars, then what language models said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from moushi.columns import Texts
from moushi.llm.reading import AspectReading, locate
from moushi.understand import aspects
from moushi.understand.aspect_learner import AspectLearner
from moushi.understand.background import Background
from moushi.understand.codes import CODES, CodeLearner, found_by_cues
from moushi.understand.corpus import Corpus
from moushi.understand.duplicates import set_aside
from moushi.understand.models import Corrected, Measure, Models
from moushi.understand.parity import by_language
from moushi.understand.readings import SCORES, Readings, Told, digest_of, word_of
from moushi.understand.said import AspectLabel
from moushi.understand.sentiment import SentimentModel
from moushi.understand.topics import Topics

GOOD_LABELS = frozenset({"1", "1.0", "positive", "pos", "good", "true", "yes", "好评", "正面", "积极"})
BAD_LABELS = frozenset({"0", "0.0", "-1", "-1.0", "negative", "neg", "bad", "false", "no", "差评", "负面", "消极"})
LEAST_CHECKED = 500
"""Labelled texts from which a fifth is kept aside to measure the reader."""
CHECKED = 1_000
BATCH_ROWS = 2_000
LEAST_COMPARED = 30
"""Texts with a label that language models read, from which it is told how far models can be trusted."""
LEAST_CLEANED, MOST_CLEANED = 200, 8_000
"""Texts that language models read from which on doubtful answers are looked for, and texts that are looked at, at most."""
DOUBTFUL = 0.6
"""Score with which the opposite is told of a text, from which on what a model said of it does not teach."""
MOST_UNSAID = 3_000
"""Texts of which nobody said which aspects they speak of, from which aspects are learned beside the others."""
POLARITY_WORDS = {"good": "positive", "bad": "negative", "mixed": "neutral"}
TAUGHT = frozenset({"codes_held", "aspects_lexicon", "aspects_held"})

Fit = Callable[[Sequence[int]], SentimentModel]

_PARTS = 4


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


@dataclass(frozen=True)
class Given:
    """What a workspace knows of its texts besides the texts.

    Attributes
    ----------
    common : words in normal form that too many texts consist of
    lexicon : its own words (brands, products)
    corrected : what people set right; it goes before labels and stars
    readings : what language models said of some of the texts; labels and stars go before it
    """

    common: frozenset[str] = frozenset()
    lexicon: Sequence[str] = ()
    corrected: Corrected = field(default_factory=dict)
    readings: Readings = field(default_factory=dict)


def learn(
    sample: pa.Table,
    scale: tuple[float, float],
    *,
    seed: int,
    given: Given | None = None,
    previous: Topics | None = None,
    base: Models | None = None,
) -> Models:
    """Learn from texts.

    Parameters
    ----------
    sample : body, language, rating and label of texts, in an order that says nothing
    scale : least and highest rating of all texts
    given : what else is known
    previous : topics of the run before, whose identities last
    base : what was learnt from the same texts before language models said more; what that does not change is taken from it
    """
    given = given or Given()
    texts = _without_doubtful(_Sample.of(_distinct(sample), scale, given), seed)

    def fitted(kept: Sequence[int]) -> SentimentModel:
        return SentimentModel(seed).fit(texts.corpus(kept), labels=[texts.taught[row] for row in kept])

    if base is None:
        measures = _held_out(texts, fitted) + _corrections_held(texts, fitted)
        background, topics = _background(texts), _topics(texts, seed, previous)
    else:
        measures = [each for each in base.measures if each.measure not in TAUGHT]
        background, topics = base.background, base.topics
    codes = {name: _coded(name, texts, seed) for name in CODES}
    judged = _aspects(texts, seed)
    return Models(
        sentiment=fitted(range(len(texts.bodies))),
        background=background,
        topics=topics,
        common=given.common,
        lexicon=tuple(given.lexicon),
        corrected=given.corrected,
        measures=(*measures, *_taught(codes, judged)),
        codes=codes,
        aspects=judged,
        readings=given.readings,
        model_sure=_model_sure(texts),
    )


@dataclass(frozen=True)
class _Sample:
    """Texts that teach, each of them once.

    Attributes
    ----------
    labels : how pleased each is, by people, labels and stars; None where they do not say
    taught : the same, and where they do not say, by language models; None for texts that are kept aside
    told : what language models said of each, None where nothing or where it is kept aside
    """

    bodies: list[str]
    languages: list[str | None]
    labels: list[float | None]
    taught: list[float | None]
    told: list[Told | None]
    given: Given

    @classmethod
    def of(cls, rows: pa.Table, scale: tuple[float, float], given: Given) -> _Sample:
        bodies = [body or "" for body in rows[Texts.body].to_pylist()]
        known = zip(bodies, rows[Texts.label].to_pylist(), rows[Texts.rating].to_pylist(), strict=True)
        labels = [_told(given.corrected, body, label_of(label, rating, *scale)) for body, label, rating in known]
        heard = [given.readings.get(digest_of(body)) for body in bodies] if given.readings else [None] * len(bodies)
        told = [None if each is None or each.held else each for each in heard]
        taught = [_taught_by(label, each) for label, each in zip(labels, heard, strict=True)]
        return cls(bodies, rows[Texts.language].to_pylist(), labels, taught, told, given)

    def corpus(self, rows: Sequence[int]) -> Corpus:
        return Corpus([self.bodies[row] for row in rows], [self.languages[row] for row in rows], self.given.lexicon)


def _taught_by(label: float | None, heard: Told | None) -> float | None:
    """Return what a text teaches of sentiment.

    A text that is kept aside teaches nothing, not even its stars: the local
    tier is compared with a model on texts of which it knows no more than that.
    """
    if heard is None:
        return label
    if heard.held:
        return None
    return SCORES[word_of(heard.reading.sentiment)] if label is None else label


def _without_doubtful(texts: _Sample, seed: int) -> _Sample:
    """Leave out what a language model said of sentiment where a reader taught by the other texts is sure of the opposite.

    Source
    ------
    Confident learning: Northcutt, Jiang and Chuang (JAIR 2021), here for one kind of label.
    """
    told = [row for row, label in enumerate(texts.labels) if label is None and texts.taught[row]]
    if len(told) < LEAST_CLEANED:
        return texts
    known = [row for row, label in enumerate(texts.taught) if label][:MOST_CLEANED]
    part = np.random.default_rng(seed).permutation(len(known)) % _PARTS
    taught = list(texts.taught)
    for number in range(_PARTS):
        shown = [row for row, own in zip(known, part.tolist(), strict=True) if own != number]
        held = [row for row, own in zip(known, part.tolist(), strict=True) if own == number and texts.labels[row] is None]
        reader = SentimentModel(seed).fit(texts.corpus(shown), labels=[texts.taught[row] for row in shown])
        for row, score in zip(held, reader.read(texts.corpus(held)).scores.tolist(), strict=True):
            taught[row] = None if -(texts.taught[row] or 0.0) * score > DOUBTFUL else texts.taught[row]
    return replace(texts, taught=taught)


def _coded(name: str, texts: _Sample, seed: int) -> CodeLearner:
    """Learn a code from what people corrected and models said."""
    corrected = {body: value for body, rows in texts.given.corrected.items() for field_name, _, value in rows if field_name == name}
    told = [None if each is None else str(getattr(each.reading, name)) for each in texts.told]
    labels = [corrected.get(body, said) for body, said in zip(texts.bodies, told, strict=True)]
    rows = [row for row, label in enumerate(labels) if label is not None]
    corpus = texts.corpus(rows)
    return CodeLearner(CODES[name], seed).fit(corpus, *found_by_cues(name, corpus), [label for label in labels if label is not None])


def _aspects(texts: _Sample, seed: int) -> AspectLearner:
    """Learn aspects from what people corrected and models said, beside texts of which nothing is said."""
    corrected = {
        body: [(subject, value) for field_name, subject, value in rows if field_name == "aspect"]
        for body, rows in texts.given.corrected.items()
    }
    said = [row for row, told in enumerate(texts.told) if told is not None or corrected.get(texts.bodies[row])]
    if not said:
        return AspectLearner(seed)
    unsaid = sorted(set(range(len(texts.bodies))) - set(said))[:MOST_UNSAID]
    corpus = texts.corpus([*said, *unsaid])
    labels: list[AspectLabel] = []
    for place, row in enumerate(said):
        told = texts.told[row]
        labels += [] if told is None else [_label(place, texts.bodies[row], each) for each in told.reading.aspects]
        labels += [AspectLabel(place, subject, value) for subject, value in corrected.get(texts.bodies[row], ())]
    whole = [place for place, row in enumerate(said) if texts.told[row] is not None]
    return AspectLearner(seed).fit(corpus, aspects.read(corpus), labels, whole)


def _label(place: int, body: str, said: AspectReading) -> AspectLabel:
    found = locate(said.quote, body)
    return AspectLabel(place, said.code, POLARITY_WORDS[said.polarity], None if found is None else found[0])


def _taught(codes: Mapping[str, CodeLearner], judged: AspectLearner) -> list[Measure]:
    """Return how well what labels taught is told on labelled texts that were kept aside."""
    found = [Measure("codes_held", name, learner.agreement_, learner.rows_) for name, learner in codes.items() if learner.agreement_]
    for gain in judged.measures_:
        if not gain.aspect:
            found += [
                Measure("aspects_lexicon", "", round(gain.before, 4), gain.rows),
                Measure("aspects_held", "", round(gain.after, 4), gain.rows),
            ]
    return found


def _model_sure(texts: _Sample) -> float | None:
    """Return how often language models say what people, labels and stars say of whether a text is good or bad."""
    both = zip(texts.labels, texts.told, strict=True)
    pairs = [(label, SCORES[word_of(told.reading.sentiment)]) for label, told in both if label and told]
    if len(pairs) < LEAST_COMPARED:
        return None
    return round((sum(label == said for label, said in pairs) + 1) / (len(pairs) + 2), 4)


def _background(texts: _Sample) -> Background:
    background = Background()
    for start in range(0, len(texts.bodies), BATCH_ROWS):
        background.add(texts.corpus(range(start, min(start + BATCH_ROWS, len(texts.bodies)))))
    return background


def _topics(texts: _Sample, seed: int, previous: Topics | None) -> Topics:
    own = [place for place, why in enumerate(set_aside(texts.bodies, texts.given.common)) if why is None]
    rows = {Texts.body: [texts.bodies[row] for row in own], Texts.language: [texts.languages[row] for row in own]}
    return Topics(seed).fit(pa.table(rows), previous)


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
            return SCORES.get(value, 0.0)
    return label


def _held_out(texts: _Sample, fitted: Fit) -> list[Measure]:
    """Measure how often sentiment agrees with labels that were kept aside; nothing with few labels."""
    known = [row for row, label in enumerate(texts.labels) if label]
    if len(known) < LEAST_CHECKED:
        return []
    # The sample is in an order that says nothing: every fifth is as good as any.
    used = known[: 5 * CHECKED]
    held = used[::5]
    shown = sorted(set(used) - set(held))
    corpus = texts.corpus(held)
    read = fitted(shown).read(corpus)
    labels = [texts.labels[row] for row in held]
    right = np.sign(read.scores) == np.sign([label or 0.0 for label in labels])
    found = by_language([texts.languages[row] for row in held], labels, read.scores.tolist(), read.confidences.tolist())
    return [Measure("sentiment_held_out", "", round(float(right.mean()), 4), len(held)), *(Measure(*each) for each in found)]


def _corrections_held(texts: _Sample, fitted: Fit) -> list[Measure]:
    """Measure how many corrections of sentiment are read right by a model that was told only of the others."""
    labels = [_told(texts.given.corrected, body, None) for body in texts.bodies]
    told = [row for row, label in enumerate(labels) if label is not None]
    halves = (told[::2], told[1::2])
    if not halves[1]:
        return []
    right = 0.0
    for held in halves:
        shown = sorted(set(range(min(len(texts.bodies), 2 * CHECKED))) - set(held))
        right += _agreement(texts, fitted(shown), held, labels) * len(held)
    return [Measure("corrections_held", "", round(right / len(told), 4), len(told))]


def _agreement(texts: _Sample, model: SentimentModel, held: Sequence[int], labels: Sequence[float | None]) -> float:
    right = np.sign(model.read(texts.corpus(held)).scores) == np.sign([labels[row] or 0.0 for row in held])
    return round(float(right.mean()), 4)
