"""One model as the gateway uses it: opened when first asked, paced, left alone when it fails, asked again when that may help."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moushi.errors import ModelBudgetSpent, ModelError, ModelPriceMissing, ModelRejected, ModelUnavailable
from moushi.llm.book import Book, Bound, Spending
from moushi.llm.breaker import Breaker, Pace
from moushi.llm.endpoint import Endpoint, Failure, Reply, Request, cause
from moushi.llm.keys import find_key
from moushi.llm.models import MODES, Mode, Model
from moushi.llm.task import Usage

if TYPE_CHECKING:
    from moushi.settings import Settings

Sleep = Callable[[float], Awaitable[None]]
Send = Callable[[Endpoint, Request], Awaitable[Reply]]

BACKOFF_S = 0.5
LONGEST_S = 30.0
# What chat templates and schemas add to a question, in tokens, at most.
_OVERHEAD = 256


class Places:
    """How many questions are under way at once, over all models; and who waits for room in a budget.

    Parameters
    ----------
    most : questions at once, >= 1
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.flying = 0
        self._free: asyncio.Semaphore | None = None
        self._landed: asyncio.Condition | None = None

    @property
    def free(self) -> asyncio.Semaphore:
        """Taken while a question is under way; made in the loop that uses it."""
        self._free = self._free or asyncio.Semaphore(self._most)
        return self._free

    @property
    def landed(self) -> asyncio.Condition:
        """Told whenever a question has ended."""
        self._landed = self._landed or asyncio.Condition()
        return self._landed


@dataclass
class Ride:
    """A call under way: the budgets that it is under, and what it has taken so far."""

    bounds: list[Bound]
    usage: Usage


class Line:
    """A model of the workspace, ready to be asked.

    Parameters
    ----------
    model : which
    settings : timeout, retries, and when to leave it alone
    book : budgets
    places : shared by all lines
    key_file : where its key may be
    sleep : waits
    """

    def __init__(self, model: Model, settings: Settings, book: Book, places: Places, key_file: Path, sleep: Sleep) -> None:
        self.model = model
        self.breaker = Breaker(settings.count("model_faults"), settings.number("model_pause_s"))
        self._pace = Pace(model.requests_per_minute, sleep)
        self._settings = settings
        self._book = book
        self._places = places
        self._key_file = key_file
        self._sleep = sleep
        self._endpoint: Endpoint | None = None
        self._chance = random.Random()  # noqa: S311 - spreads callers in time; nothing depends on it
        self.mode: Mode = (model.measured.mode if model.measured else None) or MODES[0]

    @property
    def is_measured(self) -> bool:
        """Whether it is known how the model gives structured answers."""
        return self.model.measured is not None and self.model.measured.mode is not None

    def open(self) -> Endpoint:
        """Return the endpoint.

        Raises
        ------
        ModelKeyMissing, KeyExposed : if its key cannot be had
        MissingExtra : if its software is not installed
        ModelPriceMissing : if a budget in money is set and its price is not known
        """
        if self._endpoint is None:
            if self._book.counts_money and self.model.prices is None:
                raise ModelPriceMissing(model=self.model.name)
            key = find_key(self.model, self._key_file)
            self._endpoint = Endpoint(self.model, key, self._settings.number("model_timeout_s"))
        return self._endpoint

    async def close(self) -> None:
        """Let go of its connections."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            await endpoint.close()

    async def send(self, request: Request, ride: Ride, way: Send) -> Reply:
        """Send a request, again after passing faults, in a simpler way where the endpoint refuses this one.

        Parameters
        ----------
        way : sends it once, as a whole or as a stream

        Raises
        ------
        ModelUnavailable, ModelRejected : if no answer came
        ModelBudgetSpent : if a budget does not allow it
        """
        retries = self._settings.count("model_retries")
        while True:
            ride.usage.mode = request.mode if request.schema is not None else "text"
            try:
                return await self._once(request, ride, way)
            except Failure as failure:
                simpler = self._simpler(request, failure)
                if simpler is not None:
                    request = simpler
                    continue
                if failure.again:
                    self.breaker.failed(failure.wait_s if _is_long(failure) else None)
                if not failure.again or retries == 0 or _is_long(failure):
                    raise self._error(failure) from None
                retries -= 1
                await self._sleep(self._wait_s(failure, self._settings.count("model_retries") - retries))

    async def exactly(self, request: Request, ride: Ride, way: Send) -> Reply:
        """Send a request once, in the way it says and no other.

        Raises
        ------
        ModelUnavailable, ModelRejected, ModelBudgetSpent : as `send`
        """
        ride.usage.mode = request.mode if request.schema is not None else "text"
        try:
            return await self._once(request, ride, way)
        except Failure as failure:
            raise self._error(failure) from None

    async def embed(self, texts: list[str], ride: Ride) -> list[list[float]]:
        """Return the embeddings of texts, asked for once more after each passing fault.

        Raises
        ------
        ModelUnavailable, ModelRejected, ModelBudgetSpent : as `send`
        """
        vectors: list[list[float]] = []

        async def way(endpoint: Endpoint, request: Request) -> Reply:
            found, tokens = await endpoint.embed(texts)
            vectors[:] = found
            return Reply("", tokens, 0)

        # Written out only to know the most that it can cost.
        await self.send(Request("", "\n".join(texts), None, "prompted", 0), ride, way)
        return vectors

    def _simpler(self, request: Request, failure: Failure) -> Request | None:
        """Return the request in the next simpler way of asking for structure, if the way may be what the endpoint refuses."""
        if failure.kind != "request" or request.schema is None or request.mode == MODES[-1]:
            return None
        self.mode = MODES[MODES.index(request.mode) + 1]
        return replace(request, mode=self.mode)

    def _wait_s(self, failure: Failure, attempt: int) -> float:
        """Return how long to wait: as told, or a random part of a doubling time, so that many callers do not come back at once."""
        if failure.wait_s is not None:
            return failure.wait_s + self._chance.uniform(0, BACKOFF_S)
        return self._chance.uniform(0, min(LONGEST_S, BACKOFF_S * 2**attempt))

    async def _once(self, request: Request, ride: Ride, way: Send) -> Reply:
        endpoint = self.open()
        async with self._places.free:
            if not self.breaker.allows():
                raise self.paused()
            await self._pace.wait()
            most = self._most(request)
            await self._reserve(most, ride.bounds)
            ride.usage.attempts += 1
            real = most
            try:
                reply = await way(endpoint, request)
                real = self._real(reply, most)
                ride.usage.input_tokens += reply.input_tokens
                ride.usage.output_tokens += reply.output_tokens
            except Failure as failure:
                # What may have been charged stays taken.
                real = most if failure.charged else Spending(0, 0)
                raise
            finally:
                self._book.settle(most, real, ride.bounds)
                self._places.flying -= 1
                async with self._places.landed:
                    self._places.landed.notify_all()
        return reply

    async def _reserve(self, most: Spending, bounds: list[Bound]) -> None:
        """Take the most that a call can cost, waiting for calls under way that may leave room."""
        while True:
            try:
                self._book.reserve(most, bounds)
            except ModelBudgetSpent:
                if not self._places.flying:
                    raise
            else:
                self._places.flying += 1
                return
            async with self._places.landed:
                await self._places.landed.wait()

    def _most(self, request: Request) -> Spending:
        """Return the most that a request can cost: no tokeniser makes more tokens of a text than it has bytes."""
        schema = json.dumps(request.schema, ensure_ascii=False) if request.schema is not None else ""
        read = len((request.system + request.user + schema).encode()) + _OVERHEAD
        return Spending.of(read, request.max_output_tokens, self.model.prices)

    def _real(self, reply: Reply, most: Spending) -> Spending:
        """Return what a call did cost; the most it could where the endpoint does not count."""
        if not reply.input_tokens and not reply.output_tokens:
            return most
        return Spending.of(reply.input_tokens, reply.output_tokens, self.model.prices)

    def paused(self) -> ModelUnavailable:
        """Return the error of a model that is left alone."""
        detail = cause("paused", faults=self.breaker.faults, seconds=f"{self.breaker.waits_s:.0f}")
        return ModelUnavailable(model=self.model.name, detail=detail, kind="paused")

    def _error(self, failure: Failure) -> ModelError:
        kind: type[ModelError] = ModelUnavailable if failure.again else ModelRejected
        return kind(model=self.model.name, detail=failure.words, kind=failure.kind)


def _is_long(failure: Failure) -> bool:
    """Tell whether the endpoint asks for more patience than a caller has."""
    return failure.wait_s is not None and failure.wait_s > LONGEST_S


def outcome_of(error: Any) -> str:
    """Return the word for an error in `model_calls.outcome`."""
    kind = getattr(error, "kind", None)
    if kind is not None:
        return str(kind)
    names = {
        "ModelBudgetSpent": "budget",
        "ModelAnswerInvalid": "invalid",
        "ModelKeyMissing": "no_key",
        "ModelPriceMissing": "no_price",
        "MissingExtra": "no_software",
    }
    return names.get(type(error).__name__, "error")
