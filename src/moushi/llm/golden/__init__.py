"""Golden questions: texts whose right readings people know, and how near to them a model and the local tier come."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from moushi.errors import GoldenUnreadable, Language
from moushi.llm.gateway import Gateway
from moushi.llm.line import Line
from moushi.llm.reading import POLARITIES, Reading, f1, read_texts
from moushi.llm.task import Item
from moushi.locale import LANGUAGES

PROMPT = "read_texts"
FOLDER = "golden"
"""Folder of a workspace with its own golden questions: `golden/read_texts.jsonl`."""
LOCAL = "local"
NEUTRAL = 0.25
"""Sentiment below which, either way, a text counts as neither content nor discontent."""

LocalTier = Callable[[Sequence[Item]], Sequence[Reading | None]]


@dataclass(frozen=True)
class Golden:
    """A text and its right reading: sentiment -1 to 1, polarity -1, 0 or 1 by aspect, and the codes of the prompt."""

    language: Language
    text: str
    sentiment: float
    aspects: Mapping[str, float]
    intent: str
    emotion: str
    urgency: str


@dataclass(frozen=True)
class Score:
    """How a model, or the local tier, read the golden texts of a language.

    Attributes
    ----------
    who : the model's name, or "local"
    language, texts : which golden texts, and how many
    answered : share of them with an answer of its own, 0 to 1; the measures below count the others as wrong
    sentiment : share with the right of content, neither, discontent
    aspects : F1 of aspect and polarity together
    intent, emotion, urgency : share with the right code
    cost_per_1000 : of 1,000 such texts, workspace currency; None where the price is not known
    tokens_per_text : read and written
    seconds_per_text : as they were asked, several in a call and several calls at once
    """

    who: str
    language: Language
    texts: int
    answered: float
    sentiment: float
    aspects: float
    intent: float
    emotion: float
    urgency: float
    cost_per_1000: float | None
    tokens_per_text: float
    seconds_per_text: float


def load_golden(folder: Path | None = None) -> list[Golden]:
    """Return the golden texts that ship, and those of a workspace.

    Parameters
    ----------
    folder : the workspace

    Raises
    ------
    GoldenUnreadable : naming the line that cannot be read
    """
    shipped = resources.files(__name__).joinpath(f"{PROMPT}.jsonl").read_text("utf-8")
    found = _parse(shipped, PROMPT)
    own = folder / FOLDER / f"{PROMPT}.jsonl" if folder is not None else None
    if own is not None and own.is_file():
        found += _parse(own.read_text("utf-8"), f"{FOLDER}/{own.name}")
    return found


def _parse(content: str, where: str) -> list[Golden]:
    found = []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            golden = Golden(**row)
            checked = {"quote": "", "polarity": "good"}
            aspects = [{"code": code, **checked} for code, polarity in golden.aspects.items() if -1 <= polarity <= 1]
            facts = {"sentiment": golden.sentiment, "aspects": aspects, "intent": golden.intent, "needs": []}
            Reading.model_validate({**facts, "urgency": golden.urgency, "emotion": golden.emotion})
            if golden.language not in LANGUAGES or len(aspects) != len(golden.aspects):
                raise ValueError
        except (ValueError, TypeError, AttributeError):
            # Not chained: a parser's error quotes the text.
            raise GoldenUnreadable(where=where, line=number) from None
        found.append(golden)
    return found


def judge_model(gateway: Gateway, line: Line, goldens: Sequence[Golden], aspects: Mapping[Language, Mapping[str, str]]) -> list[Score]:
    """Return how a model reads golden texts, by language; it is asked anew, whatever it has answered before."""
    alone = gateway.only(line)
    return [_judge(alone, line, language, own, aspects[language]) for language, own in _by_language(goldens)]


def _judge(gateway: Gateway, line: Line, language: Language, own: Sequence[Golden], aspects: Mapping[str, str]) -> Score:
    before = len(gateway.book.calls())
    began = time.perf_counter()
    answers = read_texts(gateway, _items(own), language, aspects, local=lambda items: [None] * len(items))
    seconds = time.perf_counter() - began
    calls = gateway.book.calls()[before:]
    tokens = sum(call["input_tokens"] + call["output_tokens"] for call in calls)
    costs = [call["cost"] or 0.0 for call in calls]
    cost = None if line.model.prices is None else 1000 * sum(costs) / len(own)
    return _score(line.model.name, language, own, [answer.output for answer in answers], seconds, tokens, cost)


def judge_local(local: LocalTier, goldens: Sequence[Golden]) -> list[Score]:
    """Return how the local tier reads golden texts, by language."""
    scores = []
    for language, own in _by_language(goldens):
        began = time.perf_counter()
        readings = local(_items(own))
        scores.append(_score(LOCAL, language, own, readings, time.perf_counter() - began, 0, 0.0))
    return scores


def _by_language(goldens: Sequence[Golden]) -> list[tuple[Language, list[Golden]]]:
    parts = [(language, [each for each in goldens if each.language == language]) for language in LANGUAGES]
    return [(language, own) for language, own in parts if own]


def _items(goldens: Sequence[Golden]) -> list[Item]:
    return [Item(f"golden-{number}", each.text) for number, each in enumerate(goldens, 1)]


def _score(
    who: str, language: Language, own: Sequence[Golden], readings: Sequence[Reading | None], seconds: float, tokens: int, cost: float | None
) -> Score:
    pairs = list(zip(own, readings, strict=True))
    count = len(own)

    def share(right: Callable[[Golden, Reading], Any]) -> float:
        return sum(bool(reading is not None and right(golden, reading)) for golden, reading in pairs) / count

    return Score(
        who=who,
        language=language,
        texts=count,
        answered=share(lambda golden, reading: True),
        sentiment=share(lambda golden, reading: _side(golden.sentiment) == _side(reading.sentiment)),
        aspects=_f1(pairs),
        intent=share(lambda golden, reading: golden.intent == reading.intent),
        emotion=share(lambda golden, reading: golden.emotion == reading.emotion),
        urgency=share(lambda golden, reading: golden.urgency == reading.urgency),
        cost_per_1000=cost,
        tokens_per_text=tokens / count,
        seconds_per_text=seconds / count,
    )


def _side(sentiment: float) -> int:
    return 0 if abs(sentiment) < NEUTRAL else 1 if sentiment > 0 else -1


def _f1(pairs: Sequence[tuple[Golden, Reading | None]]) -> float:
    """Return F1 of aspect and polarity over all texts; an overall impression is no aspect."""

    def judged(reading: Reading | None) -> set[tuple[str, int]]:
        return {(each.code, _side(POLARITIES[each.polarity])) for each in (reading.aspects if reading else ()) if each.code != "overall"}

    return f1(({(code, _side(polarity)) for code, polarity in golden.aspects.items()}, judged(reading)) for golden, reading in pairs)
