"""An answer in words, handed on as it is written."""

from __future__ import annotations

import asyncio
import queue
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moushi.llm.endpoint import Endpoint, Failure, Reply, Request
from moushi.llm.structured import foreign
from moushi.llm.task import Answer, Task

if TYPE_CHECKING:
    from moushi.llm.gateway import Gateway

# What may go on in the next part: a placeholder such as [EMAIL:em_...], an address, a number.
_OPEN = re.compile(r"(?:\[[^\]]{0,80}|[A-Za-z0-9@._+-]{1,80})\Z")
# How far back a number or an address that is being written may begin.
_WINDOW = 200


@dataclass(frozen=True)
class Piece:
    """A part of an answer; `restart` says that what came before is void, and the answer begins anew with this."""

    text: str
    restart: bool = False


class Stream:
    """The pieces of an answer, in order; when they have ended, `answer` says what came of the question.

    Parameters
    ----------
    gateway, task, facts, evidence, local : as of `Gateway.ask`

    Notes
    -----
    Checks of the whole answer come at its end.  Where it fails them, where the
    connection breaks, or where personal data appear that were not in the
    question, the answer begins anew: by the model once more, or by the local
    tier.  Tokens are never cut in two.  Leaving the loop early, or `close`,
    ends the model's work.
    """

    def __init__(
        self,
        gateway: Gateway,
        task: Task[str],
        facts: Mapping[str, Any],
        evidence: Sequence[str] = (),
        local: Callable[[], str | None] | None = None,
    ) -> None:
        self.answer: Answer[str] | None = None
        self._gateway = gateway
        self._task = task
        self._facts = facts
        self._evidence = evidence
        self._local = local
        self._pieces: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self._cancel: Callable[[], object] = _nothing
        self._ended = threading.Event()
        self._is_void = False
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[Piece]:
        threading.Thread(target=self._run, name="moushi-stream", daemon=True).start()
        try:
            while (piece := self._pieces.get()) is not None:
                yield piece
        finally:
            self.close()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """End the model's work, if it has not ended, and wait until it has."""
        self._cancel()
        self._ended.wait()

    def _run(self) -> None:
        try:
            answer = self._gateway.loop.run(self._ask()) if self._gateway.lines else self._gateway.nobody(self._task.role)
            if answer.tier == "cache" and answer.output is not None:
                self._give(answer.output)
            self.answer = self._gateway.or_local(answer, self._local)
            if self.answer.tier == "local" and self.answer.output is not None:
                self._give(self.answer.output)
        except CancelledError:
            # The caller left.
            return
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()
            self._pieces.put(None)

    async def _ask(self) -> Answer[str]:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        assert task is not None
        self._cancel = lambda: None if loop.is_closed() else loop.call_soon_threadsafe(task.cancel)
        try:
            return await self._gateway.ask_async(self._task, self._facts, self._evidence, has_local=self._local is not None, way=self._send)
        finally:
            self._cancel = _nothing

    async def _send(self, endpoint: Endpoint, request: Request) -> Reply:
        """Send the request; hand on what comes, whole tokens at a time."""
        held = _Held(request.system + request.user)
        try:
            reply = await endpoint.stream(request, lambda text: self._give(held.take(text)))
            self._give(held.rest())
        except BaseException:
            self._is_void = True
            raise
        # The next to come, if any, is another answer: this one did not pass the checks.
        self._is_void = True
        return reply

    def _give(self, text: str) -> None:
        if text:
            self._pieces.put(Piece(text, restart=self._is_void))
            self._is_void = False


class _Held:
    """Holds back what may be the beginning of a token, and looks at what it lets go.

    Parameters
    ----------
    seen : what the model was sent, where all tokens that it may use are
    """

    def __init__(self, seen: str) -> None:
        self._seen = seen
        self._text = ""
        self._shown = ""

    def take(self, text: str) -> str:
        """Add what came; return what may be shown."""
        self._text += text
        opened = _OPEN.search(self._text)
        end = opened.start() if opened else len(self._text)
        return self._let_go(end)

    def rest(self) -> str:
        """Return what is left at the end."""
        return self._let_go(len(self._text))

    def _let_go(self, end: int) -> str:
        given, self._text = self._text[:end], self._text[end:]
        if foreign(self._shown + given, self._seen):
            raise Failure("foreign", again=False, charged=True)
        self._shown = (self._shown + given)[-_WINDOW:]
        return given


def _nothing() -> None:
    return None
