"""The one door to language models.

Every question goes one way: personal data are masked; a versioned prompt is
filled; the answer is read as its type and checked; what was asked is written
down.  What no model answers goes to the local tier, and the answer says so.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from moushi.errors import ModelAnswerInvalid, ModelRejected, ModelUnavailable, MoushiError
from moushi.llm.book import Book, Spending
from moushi.llm.endpoint import Endpoint, Reply, Request, cause
from moushi.llm.line import Line, Places, Ride, Send, Sleep, outcome_of
from moushi.llm.loop import Loop
from moushi.llm.models import Model, Role
from moushi.llm.structured import Unreadable, foreign, plain, read_answer, speaks
from moushi.llm.task import Answer, Fault, Task, Usage, in_words
from moushi.locale import say
from moushi.settings import Settings

if TYPE_CHECKING:
    from pydantic import BaseModel

    from moushi.llm.stream import Stream
    from moushi.llm.task import EachTask, Item
    from moushi.stages import Advance
    from moushi.trust.shield import Shield

T = TypeVar("T")
B = TypeVar("B", bound="BaseModel")
P = TypeVar("P", bound="BaseModel")


@dataclass(frozen=True)
class Question:
    """A question as a model sees it: the prompt with masked facts in it."""

    system: str
    user: str
    facts: Mapping[str, Any]
    schema: Mapping[str, Any] | None

    @property
    def digest(self) -> str:
        """What tells it from other questions; of masked text only."""
        return digest(self.system, self.user)


class Gateway:
    """Asks language models, or says that there is none to ask.

    Parameters
    ----------
    models : of the workspace; the first of a role is asked, the next when it fails
    settings : budgets, timeout, retries, concurrency
    shield : opens the privacy shield
    book : where calls, answers and budgets are kept
    key_file : where keys may be that are not in the environment
    sleep : waits between attempts

    Notes
    -----
    May be used from any thread.  With no models it never opens a connection.
    """

    def __init__(
        self,
        models: Sequence[Model],
        settings: Settings,
        shield: Callable[[], Shield],
        book: Book,
        key_file: Path,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        places = Places(settings.count("model_concurrency"))
        self.lines = [Line(model, settings, book, places, key_file, sleep) for model in models]
        self.book = book
        self.settings = settings
        self.loop = Loop()
        self.run_id: str | None = None
        self.is_replay = False
        self.until: datetime | None = None
        self.is_anew = False
        self._shield = shield

    @property
    def models(self) -> tuple[Model, ...]:
        """The models of the workspace."""
        return tuple(line.model for line in self.lines)

    def during(self, run_id: str) -> Gateway:
        """Return the same gateway for one run, under its budget."""
        other = copy.copy(self)
        other.run_id = run_id
        return other

    def replaying(self, run_id: str, until: datetime | None) -> Gateway:
        """Return the same gateway for the repeat of a run: it asks nothing, and has the answers that were there when the run ended."""
        other = self.during(run_id)
        other.is_replay, other.until = True, until
        return other

    def only(self, line: Line) -> Gateway:
        """Return a gateway to one model, which is asked also what it has answered before."""
        other = copy.copy(self)
        other.lines, other.is_anew = [line], True
        return other

    def has(self, role: Role) -> bool:
        """Tell whether there is a model for a role."""
        return bool(self.lines_for(role))

    def lines_for(self, role: Role) -> list[Line]:
        """Return the models to ask, in order; "fast" and "strong" stand in for each other where there is only one."""
        own = [line for line in self.lines if line.model.role == role]
        return own or [line for line in self.lines if "embedding" not in (role, line.model.role)]

    def ask(
        self, task: Task[T], facts: Mapping[str, Any], *, evidence: Sequence[str] = (), local: Callable[[], T | None] | None = None
    ) -> Answer[T]:
        """Ask one question.

        Parameters
        ----------
        facts : what the prompt names: texts, lists and mappings of them; masked here
        evidence : identifiers of what the facts are, for the book
        local : answers where no model does

        Raises
        ------
        ModelError : why no model answered, where there is no `local`
        """
        answer = self.loop.run(self.ask_async(task, facts, evidence, has_local=local is not None)) if self.lines else self.nobody(task.role)
        return self.or_local(answer, local)

    def ask_each(
        self,
        task: EachTask[B, P],
        items: Sequence[Item],
        facts: Mapping[str, Any] | None = None,
        *,
        local: Callable[[Sequence[Item]], Sequence[P | None]] | None = None,
        advance: Advance | None = None,
    ) -> list[Answer[P]]:
        """Ask about each of many texts, several in a call; return an answer for each, in their order.

        Parameters
        ----------
        facts : what the prompt names besides `texts`; masked here
        local : answers for the texts that no model did, in their order
        advance : told how many texts are done

        Notes
        -----
        Every answer is kept as soon as it comes, by text: asked again after a
        kill, only texts without an answer are sent.
        """
        from moushi.llm.each import ask_each

        return ask_each(self, task, items, facts or {}, local, advance)

    def stream(
        self, task: Task[str], facts: Mapping[str, Any], *, evidence: Sequence[str] = (), local: Callable[[], str | None] | None = None
    ) -> Stream:
        """Ask a question that is answered in words, and hand the words on as they come; see `ask` and `Stream`."""
        from moushi.llm.stream import Stream

        return Stream(self, task, facts, evidence, local)

    def embed(self, texts: Sequence[str], *, line: Line | None = None) -> list[list[float]]:
        """Return the embeddings of texts, in their order; of masked texts, each asked for once.

        Parameters
        ----------
        line : the model; the first with the role "embedding" where not given

        Raises
        ------
        ModelError : if there is no such model, or it does not answer
        """
        from moushi.llm.embed import embed

        chosen = line or next(iter(self.lines_for("embedding")), None)
        if chosen is None:
            reason = self.nobody("embedding").reason
            assert reason is not None
            raise reason
        return embed(self, chosen, texts)

    def or_local(self, answer: Answer[T], local: Callable[[], T | None] | None) -> Answer[T]:
        """Return the answer, or the local tier's where there is none.

        Raises
        ------
        MoushiError : why there is none, where there is no local tier
        """
        if answer.output is not None:
            return answer
        assert answer.reason is not None
        if local is None:
            raise answer.reason
        return Answer(local(), "local", answer.model, answer.reason, answer.call_id)

    def nobody(self, role: Role) -> Answer[Any]:
        """Return the answer where there is no model to ask."""
        return Answer(None, "none", None, ModelUnavailable(model=role, detail=cause("no_model"), kind="no_model"))

    async def ask_async(
        self, task: Task[T], facts: Mapping[str, Any], evidence: Sequence[str], *, has_local: bool, way: Send | None = None
    ) -> Answer[T]:
        """Ask the models of a role in turn, those that have answered the same before first of all."""
        question = self.question(task, facts)
        answer: Answer[T] = self.nobody(task.role)
        for line in self.lines_for(task.role):
            key = self.key(line, task, question.system, question.user)
            if not self.is_anew and (kept := self.book.answers([key], self.until).get(key)) is not None:
                facts_kept = self.row(task, question, line, evidence) | {"tier": "cache", "outcome": "cached", "cached": True}
                return Answer(_revived(task, kept), "cache", line.model.name, None, self.book.note(facts_kept))
            answer = await self.ask_line(line, task, question, key, evidence, has_local=has_local, way=way)
            if answer.output is not None:
                return answer
        return answer

    async def ask_line(
        self, line: Line, task: Task[T], question: Question, key: str, evidence: Sequence[str], *, has_local: bool, way: Send | None = None
    ) -> Answer[T]:
        """Ask one model, write it down, keep the answer; the reason where there is none."""
        if self.is_replay:
            return Answer(None, "none", line.model.name, ModelUnavailable(model=line.model.name, detail=cause("replay"), kind="replay"))
        call = self.begin(line, self.row(task, question, line, evidence))
        output: T | None = None
        with call.ending("local" if has_local else "none"):
            output = await self._answer(line, task, question, call.ride, way or whole)
            call.finish("model", "repaired" if call.ride.usage.faults else "answered", {key: plain(output)})
        return Answer(output, "none" if call.error else "model", line.model.name, call.error, call.id)

    def begin(self, line: Line, row: Mapping[str, Any], ride: Ride | None = None) -> Call:
        """Write down that a call begins."""
        return Call(self.book, line, self.book.begin(row), ride or Ride(self.book.bounds(self.run_id), Usage()))

    async def _answer(self, line: Line, task: Task[T], question: Question, ride: Ride, way: Send) -> T:
        """Ask, and once more with what was wrong; return an answer that passes every check."""
        user = question.user
        for last in (False, True):
            # A model of which nothing is known may not have seen the schema: now it is written out.
            mode = "prompted" if last and not line.is_measured else line.mode
            reply = await line.send(Request(question.system, user, question.schema, mode, task.max_output_tokens), ride, way)
            if reply.refused:
                line.breaker.succeeded()
                raise ModelRejected(model=line.model.name, detail=cause("refused"), kind="refused")
            try:
                output = read_answer(reply.text, task.output)
                faults = examine(task, output, question)
            except Unreadable as unreadable:
                faults = unreadable.faults
            else:
                if not faults:
                    line.breaker.succeeded()
                    return output
            ride.usage.faults += faults
            user = f"{question.user}\n\n{correction(task, faults)}"
        line.breaker.failed()
        raise ModelAnswerInvalid(model=line.model.name, prompt=task.prompt.name, faults=in_words(ride.usage.faults))

    def question(self, task: Task[Any], facts: Mapping[str, Any]) -> Question:
        """Return a question with its facts masked and filled in."""
        masked = self.mask(facts)
        system, user = task.prompt.fill(masked)
        return Question(system, user, masked, schema_of(task))

    def mask(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts with the personal data in all their texts replaced by tokens."""
        texts: list[str] = []
        _collect(facts, texts)
        if not texts:
            return dict(facts)
        found: dict[str, Any] = _replaced(facts, iter(self.mask_texts(texts)))
        return found

    def mask_texts(self, texts: Sequence[str]) -> list[str]:
        """Return texts with the personal data in them replaced by tokens."""
        # Half of a character that UTF-16 writes in two cannot be sent; nothing personal hangs on it.
        whole = [text.encode("utf-8", "replace").decode() for text in texts]
        masked: list[str] = self._shield().mask_texts(pa.array(whole, pa.string())).to_pylist()
        return masked

    def key(self, line: Line, task: Task[Any], *content: str) -> str:
        """Return what an answer depends on, as a digest: model, prompt, schema, and what is asked."""
        model = line.model
        which = [model.provider, model.model, model.address, dict(model.extra_body), task.max_output_tokens]
        return digest(json.dumps([which, schema_of(task)], sort_keys=True), task.prompt.digest, *content)

    def row(self, task: Task[Any], question: Question, line: Line, evidence: Sequence[str], items: int = 1) -> dict[str, Any]:
        """Return what is written down about a question before it is asked."""
        prompt = task.prompt
        return {
            "run_id": self.run_id,
            "purpose": task.purpose,
            "prompt": prompt.name,
            "prompt_version": prompt.version,
            "prompt_digest": prompt.digest,
            "language": prompt.language,
            "model": line.model.name,
            "model_id": line.model.model,
            "provider": line.model.provider,
            "items": items,
            "evidence": json.dumps(list(evidence), ensure_ascii=False),
            "input_digest": question.digest,
        }

    def close(self) -> None:
        """Cancel what is under way, and let go of connections."""
        self.loop.close(*(line.close for line in self.lines))


class Call:
    """A call that is written down: begun, and ended however it ends.

    Parameters
    ----------
    book, line : where it is written down, and which model is asked
    id : its row
    ride : its budgets, and what it takes
    """

    def __init__(self, book: Book, line: Line, id: str, ride: Ride) -> None:
        self.id = id
        self.ride = ride
        self.error: MoushiError | None = None
        self._book = book
        self._line = line
        self._began = time.perf_counter()

    def finish(self, tier: str, outcome: str, answers: Mapping[str, Any]) -> None:
        """Write down how it ended, and keep its answers by key."""
        prices, usage = self._line.model.prices, self.ride.usage
        cost = None if prices is None else Spending.of(usage.input_tokens, usage.output_tokens, prices).cost_micro / 1_000_000
        taken = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "attempts": usage.attempts}
        ended = {"tier": tier, "outcome": outcome, "latency_s": time.perf_counter() - self._began}
        self._book.finish(self.id, {**taken, **ended, "mode": usage.mode, "cost": cost}, answers)

    @contextmanager
    def ending(self, tier: str) -> Iterator[None]:
        """Write down an error or an interruption of the block; an error of Moushi ends there, and is kept in `error`."""
        try:
            yield
        except MoushiError as error:
            self.error = error
            self.finish(tier, outcome_of(error), {})
        except asyncio.CancelledError:
            self.finish("none", "cancelled", {})
            raise


async def whole(endpoint: Endpoint, request: Request) -> Reply:
    """Send a request and take the answer as a whole."""
    return await endpoint.send(request)


def examine(task: Task[T], output: T, question: Question) -> list[Fault]:
    """Return all that is wrong with an answer."""
    faults = foreign(output, question.system + question.user)
    if task.prose is not None and not speaks(task.prose(output), task.prompt.language):
        faults.append(Fault("wrong_language", "answer"))
    if task.check is not None:
        faults += task.check(output, question.facts)
    return faults


def correction(task: Task[Any], faults: Sequence[Fault]) -> str:
    """Return what a model is told about its last answer; the answer itself is not sent back, since nobody knows what is in it."""
    listed = "\n".join(f"- {getattr(fault.words, task.prompt.language)}" for fault in list(dict.fromkeys(faults))[:5])
    return say("llm.repair.again", task.prompt.language, faults=listed)


def schema_of(task: Task[Any]) -> Mapping[str, Any] | None:
    """Return the JSON schema of a task's answers; None for plain text."""
    if task.output is str:
        return None
    schema: Mapping[str, Any] = task.schema if task.schema is not None else task.output.model_json_schema()
    return schema


def _revived(task: Task[T], kept: Any) -> T:
    """Return a kept answer as its type."""
    output: T = kept if task.output is str else task.output.model_validate(kept)  # type: ignore[attr-defined]
    return output


def digest(*content: str) -> str:
    """Return a digest of texts, which tells where one ends and the next begins."""
    state = hashlib.blake2b(digest_size=20)
    for each in content:
        encoded = each.encode("utf-8", "surrogatepass")
        state.update(len(encoded).to_bytes(8, "big") + encoded)
    return state.hexdigest()


def _collect(value: Any, texts: list[str]) -> None:
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            texts.append(name)
            _collect(item, texts)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _collect(item, texts)


def _replaced(value: Any, masked: Any) -> Any:
    if isinstance(value, str):
        return next(masked)
    if isinstance(value, Mapping):
        # Names first, each before its value, as they were collected.
        return {next(masked): _replaced(item, masked) for item in value.values()}
    if isinstance(value, (list, tuple)):
        return [_replaced(item, masked) for item in value]
    return value
