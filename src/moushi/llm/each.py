"""Asks about many texts, several in a call: nothing is asked twice, and one bad text does not cost the others their answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

from moushi.errors import (
    MissingExtra,
    ModelAnswerInvalid,
    ModelBudgetSpent,
    ModelKeyMissing,
    ModelPriceMissing,
    ModelRejected,
    ModelUnavailable,
    MoushiError,
    TrustError,
)
from moushi.llm.endpoint import Reply, Request, cause
from moushi.llm.gateway import Call, Gateway, Question, correction, schema_of, whole
from moushi.llm.line import Line, outcome_of
from moushi.llm.structured import Unreadable, foreign, plain, read_parts
from moushi.llm.task import Answer, EachTask, Fault, Item, in_words

if TYPE_CHECKING:
    from moushi.stages import Advance

B = TypeVar("B", bound=BaseModel)
P = TypeVar("P", bound=BaseModel)
Local = Callable[[Sequence[Item]], Sequence[P | None]]

# After one of these the next call would end the same way.
_LASTING = (ModelBudgetSpent, ModelKeyMissing, ModelPriceMissing, MissingExtra, TrustError)

LONGEST_TEXT = 8_000
"""Characters of a text above which it is left to the local tier."""
LONGEST_CALL = 16_000
"""Characters of the texts of one call, at most."""


def ask_each(
    gateway: Gateway,
    task: EachTask[B, P],
    items: Sequence[Item],
    facts: Mapping[str, Any],
    local: Local[P] | None,
    advance: Advance | None,
) -> list[Answer[P]]:
    """Return an answer for each item; see `Gateway.ask_each`."""
    answers: list[Answer[P]] = [gateway.nobody(task.task.role)] * len(items)
    if gateway.lines and items:
        work = _Work(gateway, task, items, facts, has_local=local is not None, advance=advance)
        gateway.loop.run(work.run())
        answers = [work.answers[text] for text in work.texts]
    missing = [index for index, answer in enumerate(answers) if answer.output is None]
    if local is not None and missing:
        for index, output in zip(missing, local([items[index] for index in missing]), strict=True):
            answers[index] = replace(answers[index], output=output, tier="none" if output is None else "local")
    if advance is not None and missing:
        advance(len(missing))
    return answers


class _Work(Generic[B, P]):
    """The texts of one `ask_each`, and what is known about them so far; the same text is one."""

    def __init__(
        self,
        gateway: Gateway,
        task: EachTask[B, P],
        items: Sequence[Item],
        facts: Mapping[str, Any],
        *,
        has_local: bool,
        advance: Advance | None,
    ) -> None:
        self.gateway = gateway
        self.task = task
        self.facts = gateway.mask(facts)
        self.texts = gateway.mask_texts([item.text for item in items])
        self.tier = "local" if has_local else "none"
        self.answers: dict[str, Answer[P]] = {}
        self.ids: dict[str, list[str]] = {}
        for item, text in zip(items, self.texts, strict=True):
            self.ids.setdefault(text, []).append(item.id)
        self._others = json.dumps(self.facts, sort_keys=True, ensure_ascii=False)
        self._ended: dict[str, MoushiError] = {}
        self._advance = advance
        for text in self.ids:
            self.answers[text] = gateway.nobody(task.task.role)

    async def run(self) -> None:
        """Ask the models of the role in turn, each about what those before it left."""
        for line in self.gateway.lines_for(self.task.task.role):
            left = self._without_kept(line, [text for text in self.ids if self.answers[text].output is None])
            await self._ask(line, list(self._calls(line, left)))

    def _without_kept(self, line: Line, texts: list[str]) -> list[str]:
        """Take the answers that are there already; return the texts that have none."""
        keys = {text: self._key(line, text) for text in texts}
        kept = {} if self.gateway.is_anew else self.gateway.book.answers(keys.values(), self.gateway.until)
        there = [text for text in texts if keys[text] in kept]
        if there:
            row = self._row(line, there, self._question(there)) | {"tier": "cache", "outcome": "cached", "cached": True}
            call_id = self.gateway.book.note(row)
            for text in there:
                output = self.task.part.model_validate(kept[keys[text]])
                self._done(text, Answer(output, "cache", line.model.name, None, call_id))
        return [text for text in texts if keys[text] not in kept]

    def _calls(self, line: Line, texts: list[str]) -> Iterator[list[str]]:
        """Part texts into calls of a bounded number and length; leave out what no model should be sent."""
        most = self.gateway.settings.count("model_batch_texts")
        call: list[str] = []
        for text in texts:
            if not text.strip() or len(text) > LONGEST_TEXT:
                self._give_up([text], line, ModelRejected(model=line.model.name, detail=cause("too_long"), kind="too_long"), None)
                continue
            if call and (len(call) == most or sum(map(len, call)) + len(text) > LONGEST_CALL):
                yield call
                call = []
            call.append(text)
        if call:
            yield call

    async def _ask(self, line: Line, calls: list[list[str]]) -> None:
        """Make calls, as many at once as the settings allow, in their order."""
        waiting = iter(calls)

        async def work() -> None:
            for call in waiting:
                await self._call(line, call)

        workers = min(self.gateway.settings.count("model_concurrency"), len(calls))
        await asyncio.gather(*(work() for _ in range(workers)))

    async def _call(self, line: Line, texts: list[str]) -> None:
        """Ask about some texts; about those without a good answer again, in smaller calls."""
        question = self._question(texts)
        if stopped := self._stopped(line):
            row = self._row(line, texts, question) | {"tier": self.tier, "outcome": outcome_of(stopped)}
            self._give_up(texts, line, stopped, None if self.gateway.is_replay else self.gateway.book.note(row))
            return
        call = self.gateway.begin(line, self._row(line, texts, question))
        good: dict[str, P] = {}
        with call.ending(self.tier):
            good = await self._reply(line, call, question, texts)
            left = [text for text in texts if text not in good]
            line.breaker.succeeded()
            outcome = "partial" if left else "repaired" if call.ride.usage.faults else "answered"
            call.finish("model", outcome, {self._key(line, text): plain(part) for text, part in good.items()})
        for text, part in good.items():
            self._done(text, Answer(part, "model", line.model.name, None, call.id))
        if left := [text for text in texts if text not in good]:
            await self._again(line, left, call, some_good=bool(good))

    def _stopped(self, line: Line) -> MoushiError | None:
        """Return why a model is not to be asked any more, None if it may be."""
        if self.gateway.is_replay:
            return ModelUnavailable(model=line.model.name, detail=cause("replay"), kind="replay")
        return self._ended.get(line.model.name) or (line.paused() if line.breaker.is_open else None)

    async def _reply(self, line: Line, call: Call, question: Question, texts: list[str]) -> dict[str, P]:
        """Return the right answers, by text; a text that is alone is asked about once more with what was wrong.

        Raises
        ------
        ModelAnswerInvalid : if there is none
        """
        faults = call.ride.usage.faults
        user = question.user
        for last in (False, True):
            mode = "prompted" if last and not line.is_measured else line.mode
            request = Request(question.system, user, question.schema, mode, 128 + self.task.tokens_each * len(texts))
            reply = await line.send(request, call.ride, whole)
            if reply.refused:
                raise ModelRejected(model=line.model.name, detail=cause("refused"), kind="refused")
            good = self._good(reply, question, texts, faults)
            if good or len(texts) > 1:
                break
            user = f"{question.user}\n\n{correction(self.task.task, faults)}"
        if not good:
            if len(texts) == 1:
                # A call of several is tried in halves first: one text may have spoilt it.
                line.breaker.failed()
            raise ModelAnswerInvalid(model=line.model.name, prompt=self.task.task.prompt.name, faults=in_words(faults))
        return good

    async def _again(self, line: Line, left: list[str], call: Call, *, some_good: bool) -> None:
        """Ask about what is left: as it is if some came through, else in halves, so that one bad text stands alone in the end."""
        error = call.error
        if some_good:
            await self._call(line, left)
        elif len(left) > 1 and (isinstance(error, ModelAnswerInvalid) or getattr(error, "kind", None) in ("too_long", "refused")):
            middle = (len(left) + 1) // 2
            await self._call(line, left[:middle])
            await self._call(line, left[middle:])
        else:
            assert error is not None
            if isinstance(error, _LASTING) or (isinstance(error, ModelRejected) and error.fields["kind"] in ("key", "not_found", "quota")):
                self._ended[line.model.name] = error
            self._give_up(left, line, error, call.id)

    def _good(self, reply: Reply, question: Question, texts: list[str], faults: list[Fault]) -> dict[str, P]:
        """Return the answers that are right, by text; note what is wrong with the others."""
        try:
            parts = read_parts(reply.text, self.task.field, self.task.part)
        except Unreadable as unreadable:
            faults += unreadable.faults
            return {}
        good: dict[str, P] = {}
        for place, (number, part) in enumerate(parts):
            where = f"{self.task.field}[{place}]"
            if not 1 <= number <= len(texts):
                faults.append(Fault("unknown_id", where))
            elif texts[number - 1] in good:
                faults.append(Fault("twice", where))
            elif isinstance(part, list):
                faults += part
            elif found := self._faults(part, texts[number - 1], question):
                faults += found
            else:
                good[texts[number - 1]] = part
        if len(good) < len(texts) and not faults:
            faults.append(Fault("missing_id"))
        return good

    def _faults(self, part: P, text: str, question: Question) -> list[Fault]:
        """Return what is wrong with the answer about a text; it may hold nothing of another text's person."""
        known = text + question.system
        return [*foreign(part, known), *self.task.check(part, text)]

    def _question(self, texts: list[str]) -> Question:
        facts = {**self.facts, "texts": [{"id": number, "text": text} for number, text in enumerate(texts, 1)]}
        system, user = self.task.task.prompt.fill(facts)
        return Question(system, user, facts, schema_of(self.task.task))

    def _key(self, line: Line, text: str) -> str:
        return self.gateway.key(line, self.task.task, self._others, text)

    def _row(self, line: Line, texts: list[str], question: Question) -> dict[str, Any]:
        evidence = [name for text in texts for name in self.ids[text]]
        return self.gateway.row(self.task.task, question, line, evidence, len(evidence))

    def _give_up(self, texts: list[str], line: Line, error: MoushiError, call_id: str | None) -> None:
        for text in texts:
            self._done(text, Answer(None, "none", line.model.name, error, call_id))

    def _done(self, text: str, answer: Answer[P]) -> None:
        self.answers[text] = answer
        if self._advance is not None and answer.output is not None:
            self._advance(len(self.ids[text]))
