"""What is asked of a language model, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel

from moushi.errors import MoushiError, Words
from moushi.llm.models import Role
from moushi.llm.prompts import Prompt
from moushi.locale import say

T = TypeVar("T")
B = TypeVar("B", bound=BaseModel)
P = TypeVar("P", bound=BaseModel)

Tier = Literal["model", "cache", "local", "none"]
"""Who did the work: a model, a model when it was asked the same before, the local tier, or nobody."""


class Fault(NamedTuple):
    """What is wrong with an answer: a code of the locale files, where, and a detail. Never a value from the data."""

    code: str
    where: str = ""
    detail: str = ""

    @property
    def words(self) -> Words:
        """The fault in both languages."""
        en, zh = (say(f"llm.fault.{self.code}", tongue, where=self.where, detail=self.detail) for tongue in ("en", "zh"))
        return Words(en, zh)


def in_words(faults: Sequence[Fault]) -> Words:
    """Return the first few faults in both languages."""
    said = [fault.words for fault in dict.fromkeys(faults)][:5]
    return Words("; ".join(each.en for each in said), "；".join(each.zh for each in said))


@dataclass(frozen=True)
class Task(Generic[T]):
    """A kind of question.

    Attributes
    ----------
    purpose : what the answers are for, as it stands in `model_calls`
    prompt : what is asked
    output : the pydantic model of the answer, or `str` for plain text
    role : of the models that may be asked
    check : returns what is wrong with an answer, given the facts as the model saw them
    prose : returns the text of an answer that must be in the prompt's language; None if there is none
    schema : the JSON schema sent, where it should say more than the pydantic model's own
    max_output_tokens : most that the answer may take
    """

    purpose: str
    prompt: Prompt
    output: type[T]
    role: Role = "fast"
    check: Callable[[T, Mapping[str, Any]], Sequence[Fault]] | None = None
    prose: Callable[[T], str] | None = None
    schema: Mapping[str, Any] | None = None
    max_output_tokens: int = 1024


@dataclass(frozen=True)
class EachTask(Generic[B, P]):
    """A kind of question about each of many texts, asked about several texts at once.

    Attributes
    ----------
    task : the question about several texts; its prompt names the fact `texts`,
        which is filled with `{"id": 1, "text": ...}`, numbered from 1 in each call
    field : the list in the answer that has an item for each text, with its `id`
    part : the pydantic model of such an item, without the `id`
    check : returns what is wrong with the answer about a text, given the text as the model saw it
    tokens_each : most that the answer about one text may take
    """

    task: Task[B]
    field: str
    part: type[P]
    check: Callable[[P, str], Sequence[Fault]]
    tokens_each: int = 300


@dataclass(frozen=True)
class Item:
    """A text to ask about, and what it is called in the evidence."""

    id: str
    text: str


@dataclass(frozen=True)
class Answer(Generic[T]):
    """What came of a question.

    Attributes
    ----------
    output : the answer, personal data in it as tokens; None only where nobody had one
    tier : who did the work
    model : the name of the model that did, or was asked last
    reason : why it was no model; None where it was
    call_id : the row of `model_calls`
    """

    output: T | None
    tier: Tier
    model: str | None = None
    reason: MoushiError | None = None
    call_id: str | None = None


@dataclass
class Usage:
    """What calls took: tokens read and written, attempts."""

    input_tokens: int = 0
    output_tokens: int = 0
    attempts: int = 0
    mode: str | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.input_tokens + self.output_tokens
