"""Finds out what a model can do, by asking it: languages, streaming, JSON schema, tools, speed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from moushi.errors import Language, MoushiError, Words
from moushi.llm.endpoint import Endpoint, Reply, Request
from moushi.llm.gateway import Gateway, digest, whole
from moushi.llm.line import Line, Ride, Send
from moushi.llm.models import MODES, Measured, Mode
from moushi.llm.prompts import Prompt, load_prompt
from moushi.llm.structured import Unreadable, read_answer, speaks
from moushi.llm.task import Usage
from moushi.locale import LANGUAGES

WORDS, OBJECT = "probe", "probe_object"
_REPEATS = 3


class Pick(BaseModel):
    """What the model is asked for; the question does not say what the fields are called."""

    model_config = ConfigDict(extra="forbid")

    colour: Literal["red", "green"]
    count: int


@dataclass(frozen=True)
class Finding:
    """What a question showed: what was tried, whether it went well, why not, and how long it took in seconds."""

    what: str
    good: bool
    reason: Words | None
    seconds: float


@dataclass(frozen=True)
class Heard:
    """A reply or the error in its place, and how long it took in seconds."""

    reply: Reply | None
    error: MoushiError | None
    seconds: float

    def finding(self, what: str, good: bool, reason: Words | None = None) -> Finding:
        """Return what it showed."""
        if self.error is not None:
            reason = Words(self.error.message("en"), self.error.message("zh"))
        return Finding(what, good and self.reply is not None, reason, round(self.seconds, 3))


class Probe:
    """A model that is being tried.

    Parameters
    ----------
    gateway, line : the door, and the model
    told : told each finding as it comes

    Notes
    -----
    About ten questions of some hundred tokens, none of them with data of the
    workspace; they are written down, and count towards the day's budget.
    """

    def __init__(self, gateway: Gateway, line: Line, told: Callable[[Finding], None]) -> None:
        self._gateway = gateway
        self._line = line
        self._told = told

    def run(self) -> Measured:
        """Return what the model can do.

        Raises
        ------
        MoushiError : if it does not answer at all
        """
        if self._line.model.role == "embedding":
            return self._embedding()
        first = self._ask(load_prompt(WORDS, "en"), None, "prompted", 64)
        if first.error is not None:
            raise first.error
        languages = [tongue for tongue in LANGUAGES if self._speaks(tongue)]
        seconds = [self._ask(load_prompt(WORDS, "en"), None, "prompted", 8).seconds for _ in range(_REPEATS)]
        streaming, speed = self._streams()
        can = {mode: self._structured(mode) for mode in MODES}
        return Measured(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            mode=next((mode for mode in MODES if can[mode]), None),
            streaming=streaming,
            json_schema=can["native"],
            tools=can["tool"],
            languages=tuple(sorted(languages)),
            context_tokens=self._gateway.loop.run(self._line.open().context_tokens()),
            latency_s=round(statistics.median(seconds), 3),
            tokens_per_s=speed,
        )

    def _embedding(self) -> Measured:
        began = time.perf_counter()
        vectors = self._gateway.embed(["a clear sky", "晴天"], line=self._line)
        seconds = time.perf_counter() - began
        self._told(Finding("embedding", True, None, round(seconds, 3)))
        return Measured(at=datetime.now(UTC).isoformat(timespec="seconds"), latency_s=round(seconds, 3), dimensions=len(vectors[0]))

    def _speaks(self, tongue: Language) -> bool:
        heard = self._ask(load_prompt(WORDS, tongue), None, "prompted", 64)
        text = heard.reply.text if heard.reply is not None else ""
        return self._note(heard.finding(f"language_{tongue}", bool(text.strip()) and speaks(text, tongue)))

    def _streams(self) -> tuple[bool, float | None]:
        times: list[float] = []

        async def way(endpoint: Endpoint, request: Request) -> Reply:
            return await endpoint.stream(request, lambda _: times.append(time.perf_counter()))

        heard = self._ask(load_prompt(WORDS, "en"), None, "prompted", 64, way)
        good = self._note(heard.finding("streaming", len(times) > 1))
        took = times[-1] - times[0] if len(times) > 1 else 0.0
        written = heard.reply.output_tokens if heard.reply is not None else 0
        return good, round((written - 1) / took, 1) if took > 0 and written > 1 else None

    def _structured(self, mode: Mode) -> bool:
        heard = self._ask(load_prompt(OBJECT, "en"), Pick, mode, 128)
        try:
            read_answer(heard.reply.text if heard.reply is not None else "", Pick)
        except Unreadable as unreadable:
            return self._note(heard.finding(mode, False, unreadable.faults[0].words))
        return self._note(heard.finding(mode, True))

    def _ask(self, prompt: Prompt, output: type[BaseModel] | None, mode: Mode, tokens: int, way: Send = whole) -> Heard:
        schema = None if output is None else output.model_json_schema()
        request = Request(prompt.system, prompt.user, schema, mode, tokens)
        ride = Ride(self._gateway.book.bounds(None), Usage())
        model = self._line.model
        facts = {"purpose": "test", "prompt": prompt.name, "prompt_version": prompt.version, "prompt_digest": prompt.digest}
        facts |= {"language": prompt.language, "model": model.name, "model_id": model.model, "provider": model.provider}
        row = {**facts, "items": 1, "evidence": "[]", "input_digest": digest(prompt.system, prompt.user)}
        began = time.perf_counter()
        call = self._gateway.begin(self._line, row, ride)
        reply: Reply | None = None
        with call.ending("none"):
            reply = self._gateway.loop.run(self._line.exactly(request, ride, way))
            call.finish("model", "answered", {})
        return Heard(reply, call.error, time.perf_counter() - began)

    def _note(self, finding: Finding) -> bool:
        self._told(finding)
        return finding.good
