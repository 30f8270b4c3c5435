"""Reading customers' texts by a language model: the question, the typed answer, and the check.

Every word in an answer is either one of a closed set of codes or copied from
the text it is about: whatever a text tells the model to do, nothing else can
come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from moushi.errors import Language
from moushi.llm.gateway import Gateway
from moushi.llm.prompts import load_prompt
from moushi.llm.task import Answer, EachTask, Fault, Item, Task

PROMPT = "read_texts"
PURPOSE = "understand"
"""What its calls are for, as it stands in `model_calls`."""
Polarity = Literal["good", "bad", "mixed"]
Intent = Literal["return", "leave", "complain", "compare", "ask", "buy", "praise", "other"]
Emotion = Literal["anger", "disappointment", "worry", "gratitude", "surprise", "joy", "neutral"]
Urgency = Literal["now", "soon", "none"]
POLARITIES: Mapping[str, float] = {"good": 1.0, "bad": -1.0, "mixed": 0.0}
URGENCIES: Mapping[str, float] = {"now": 1.0, "soon": 0.5, "none": 0.0}

_SPACE = re.compile(r"\s+")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AspectReading(_Strict):
    """An aspect that a text judges, and the words of the text that do."""

    code: str
    polarity: Polarity
    quote: str


class Reading(_Strict):
    """What a text says."""

    sentiment: Annotated[float, Field(ge=-1, le=1)]
    aspects: list[AspectReading]
    intent: Intent
    needs: list[str]
    urgency: Urgency
    emotion: Emotion


class NumberedReading(Reading):
    """What the text of that number in the call says."""

    id: int


class Readings(_Strict):
    """What the texts of a call say."""

    readings: list[NumberedReading]


def reading_task(language: Language, aspects: Mapping[str, str]) -> EachTask[Readings, Reading]:
    """Return the question about each of many texts.

    Parameters
    ----------
    language : of the prompt
    aspects : codes of aspects, and what they mean
    """
    task = Task(purpose=PURPOSE, prompt=load_prompt(PROMPT, language), output=Readings, schema=_schema(aspects))

    def check(reading: Reading, text: str) -> list[Fault]:
        return check_reading(reading, text, aspects)

    return EachTask(task=task, field="readings", part=Reading, check=check)


def read_texts(
    gateway: Gateway,
    items: Sequence[Item],
    language: Language,
    aspects: Mapping[str, str],
    *,
    examples: Sequence[tuple[str, Reading]] = (),
    **named: Any,
) -> list[Answer[Reading]]:
    """Return what texts say, by a model where there is one.

    Parameters
    ----------
    gateway : asks
    items : the texts
    language : of the prompt: that of most of the texts
    aspects : codes of aspects, and what they mean
    examples : texts that people corrected, and their right readings
    **named : `local` and `advance`, as of `Gateway.ask_each`
    """
    shown = [{"text": text, "reading": reading.model_dump(mode="json")} for text, reading in examples]
    return gateway.ask_each(reading_task(language, aspects), items, {"aspects": dict(aspects), "examples": shown}, **named)


def check_reading(reading: Reading, text: str, aspects: Mapping[str, str]) -> list[Fault]:
    """Return what is wrong with a reading: codes that are not given, quotes that are not in the text."""
    faults = []
    plain = _plain(text)
    seen: set[str] = set()
    for index, aspect in enumerate(reading.aspects):
        where = f"aspects[{index}]"
        if aspect.code not in aspects:
            faults.append(Fault("unknown_code", f"{where}.code"))
        elif aspect.code in seen:
            faults.append(Fault("twice", f"{where}.code"))
        if not _is_in(aspect.quote, plain):
            faults.append(Fault("not_a_quote", f"{where}.quote"))
        seen.add(aspect.code)
    return faults + [Fault("not_a_quote", f"needs[{index}]") for index, need in enumerate(reading.needs) if not _is_in(need, plain)]


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Return where a quote stands in a text, start and end in characters; white space may differ; None if it does not."""
    words = [re.escape(word) for word in quote.split()]
    found = re.search(r"\s*".join(words), text) if words else None
    return None if found is None else found.span()


def f1(pairs: Iterable[tuple[Set[Any], Set[Any]]]) -> float:
    """Return F1 of what was found, over pairs of what is right and what was found; 1 where there is nothing in either."""
    right = named = 0
    for gold, found in pairs:
        right, named = right + len(gold & found), named + len(gold) + len(found)
    return 2 * right / named if named else 1.0


def _is_in(quote: str, text: str) -> bool:
    return bool(_plain(quote)) and _plain(quote) in text


def _plain(text: str) -> str:
    return _SPACE.sub("", text)


def _schema(aspects: Mapping[str, str]) -> dict[str, Any]:
    """Return the schema with the codes that are given, so that an engine bound to it cannot write another."""
    schema = Readings.model_json_schema()
    schema["$defs"]["AspectReading"]["properties"]["code"]["enum"] = sorted(aspects)
    return schema
