"""What language models said of texts: kept, put in the place of what the local tier found, and taught to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from moushi.columns import TextAspects, TextInsights, TextNeeds, TextReadings
from moushi.llm.reading import POLARITIES, URGENCIES, AspectReading, Polarity, Reading, Urgency, locate

MODEL = "model"
CLEAR = 0.2
"""Scores between this and its negative are neutral."""
POSITIVE, NEUTRAL, NEGATIVE = "positive", "neutral", "negative"
SCORES = {POSITIVE: 1.0, NEUTRAL: 0.0, NEGATIVE: -1.0}
_HELD = 5
"""One in so many texts chosen by lot is kept aside."""


def word_of(score: float) -> str:
    """Return the sentiment that a score stands for.

    Examples
    --------
    >>> word_of(0.9), word_of(0.1), word_of(-0.3)
    ('positive', 'neutral', 'negative')
    """
    return POSITIVE if score > CLEAR else NEGATIVE if score < -CLEAR else NEUTRAL


@dataclass(frozen=True)
class Told:
    """What a model said of a text.

    Attributes
    ----------
    reading : what it said
    model, prompt : which model, asked by which prompt
    drawn : the text was chosen by lot; else because the local tier was unsure
    held : kept aside, to measure the local tier
    """

    reading: Reading
    model: str
    prompt: str
    drawn: bool
    held: bool

    def row(self, text_id: str, digest: str) -> dict[str, Any]:
        """Return it as a row of `TextReadings`."""
        return {
            TextReadings.text_id: text_id,
            TextReadings.digest: digest,
            TextReadings.drawn: self.drawn,
            TextReadings.held: self.held,
            TextReadings.model: self.model,
            TextReadings.prompt: self.prompt,
            TextReadings.reading: json.dumps(self.reading.model_dump(mode="json"), ensure_ascii=False, sort_keys=True),
        }

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Told:
        """Return it from a row of `TextReadings`."""
        reading = Reading.model_validate_json(row[TextReadings.reading])
        return cls(reading, *(row[name] for name in (TextReadings.model, TextReadings.prompt, TextReadings.drawn, TextReadings.held)))


Readings = Mapping[str, Told]
"""What models said, by the digest of the text: equal texts share it."""


def digest_of(body: str) -> str:
    """Return the digest by which a text is known here."""
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def is_held(digest: str, *, drawn: bool) -> bool:
    """Tell whether what a model says of a text is kept aside; what the local tier was unsure of is no fair measure of it."""
    return drawn and int(digest[:4], 16) % _HELD == 0


def overlaid(found: pa.Table, bodies: Sequence[str], readings: Readings, sure: float | None) -> pa.Table:
    """Put in place what models said of texts with the same words.

    Parameters
    ----------
    found : rows of `READ`, one per body
    sure : how probable it is that the sentiment a model gives is right; None where that was not measured
    """
    if not readings:
        return found
    wanted = [(place, readings[digest]) for place, body in enumerate(bodies) if (digest := digest_of(body)) in readings]
    if not wanted:
        return found
    rows = found.to_pylist()
    for place, told in wanted:
        rows[place] |= {**_columns(told, bodies[place]), TextInsights.confidence: sure}
    return pa.Table.from_pylist(rows, schema=found.schema)


def _columns(told: Told, body: str) -> dict[str, Any]:
    reading = told.reading
    score = round(reading.sentiment, 4)
    return {
        TextInsights.sentiment: word_of(score),
        TextInsights.score: score,
        TextInsights.intent: reading.intent,
        TextInsights.urgency: URGENCIES[reading.urgency],
        TextInsights.emotion: reading.emotion,
        TextInsights.tier: MODEL,
        TextInsights.model: f"{told.model}, {told.prompt}",
        "aspects": _aspects(told, body),
        "needs": _needs(told, body),
    }


def _aspects(told: Told, body: str) -> list[dict[str, Any]]:
    found = []
    for each in sorted(told.reading.aspects, key=lambda each: each.code):
        # What was masked on its way to the model may not stand so in the text.
        start, end = locate(each.quote, body) or (0, len(body))
        found.append(
            {
                TextAspects.aspect: each.code,
                TextAspects.polarity: POLARITIES[each.polarity],
                TextAspects.start: start,
                TextAspects.end: end,
                TextAspects.model: told.model,
            }
        )
    return found


def _needs(told: Told, body: str) -> list[dict[str, Any]]:
    places = sorted({place for need in told.reading.needs if (place := locate(need, body)) is not None})
    firsts = [place for number, place in enumerate(places) if not number or place[0] != places[number - 1][0]]
    return [{TextNeeds.start: start, TextNeeds.end: end, TextNeeds.model: told.model} for start, end in firsts]


def as_reading(body: str, row: Mapping[str, Any]) -> Reading:
    """Return what the local tier found in a text as a model would say it; `row` is a row of `READ`."""
    aspects = [
        AspectReading(code=each["aspect"], polarity=_polarity(each["polarity"]), quote=body[each["start"] : each["end"]])
        for each in row["aspects"] or []
    ]
    return Reading(
        sentiment=max(-1.0, min(1.0, row["score"] or 0.0)),
        aspects=aspects,
        intent=row["intent"] or "other",
        needs=[body[each["start"] : each["end"]] for each in row["needs"] or []],
        urgency=_urgency(row["urgency"] or 0.0),
        emotion=row["emotion"] or "neutral",
    )


def _polarity(value: float) -> Polarity:
    return "good" if value > CLEAR else "bad" if value < -CLEAR else "mixed"


def _urgency(value: float) -> Urgency:
    return "now" if value >= 0.75 else "soon" if value >= 0.25 else "none"
