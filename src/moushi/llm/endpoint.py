"""One model behind its address: sends one request, and says in our words what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moushi.errors import Words
from moushi.llm.models import Mode, Model
from moushi.locale import say

if TYPE_CHECKING:
    from pydantic_ai.embeddings import EmbeddingModel
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model as Client
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.settings import ModelSettings

_TOOL = "answer"


@dataclass(frozen=True)
class Request:
    """What is sent: the two parts of a prompt, the schema of the answer (None for plain text), how to get it, and the most it may take."""

    system: str
    user: str
    schema: Mapping[str, Any] | None
    mode: Mode
    max_output_tokens: int


@dataclass(frozen=True)
class Reply:
    """What came back: the text of the answer, tokens as the endpoint counts them (0 where it does not), and whether it was cut short."""

    text: str
    input_tokens: int
    output_tokens: int
    cut: bool = False
    refused: bool = False


class Failure(Exception):
    """A request that brought no answer.

    Parameters
    ----------
    kind : "timeout", "connection", "rate", "server", "garbled", "key", "not_found", "quota", "too_long" or "request"
    again : the same request may succeed later
    charged : it may have been charged all the same
    wait_s : how long the endpoint asks to wait
    facts : for the words of `llm.cause.<kind>`

    Notes
    -----
    Never holds what the endpoint said, which may quote the request or the key.
    """

    def __init__(self, kind: str, *, again: bool, charged: bool = False, wait_s: float | None = None, **facts: Any) -> None:
        super().__init__(kind)
        self.kind = kind
        self.again = again
        self.charged = charged
        self.wait_s = wait_s
        self.facts = facts

    @property
    def words(self) -> Words:
        """What happened, in both languages."""
        return cause(self.kind, **self.facts)


def cause(kind: str, **facts: Any) -> Words:
    """Return why a model did not answer, in both languages."""
    en, zh = (say(f"llm.cause.{kind}", tongue, **facts) for tongue in ("en", "zh"))
    return Words(en, zh)


class Endpoint:
    """A model that can be sent requests.

    Parameters
    ----------
    model : which
    key : its key, if it needs one
    timeout_s : longest wait for a whole answer

    Raises
    ------
    MissingExtra : if the provider's software is not installed
    """

    def __init__(self, model: Model, key: str | None, timeout_s: float) -> None:
        from moushi.llm.providers import open_embedding, open_model

        self.model = model
        self._timeout_s = timeout_s
        self._connections: AbstractAsyncContextManager[Any]
        self._embedding: EmbeddingModel | None = None
        if model.role == "embedding":
            self._embedding, self._connections = open_embedding(model, key)
        else:
            self._client: Client = open_model(model, key)
            self._connections = self._client

    async def send(self, request: Request) -> Reply:
        """Send a request and return the answer.

        Raises
        ------
        Failure : if there is none
        """
        from pydantic_ai.direct import model_request

        with _failures(self.model, self._timeout_s):
            response = await model_request(
                self._client, self._messages(request), model_settings=self._settings(request), model_request_parameters=_parameters(request)
            )
        return _reply(response, request)

    async def stream(self, request: Request, take: Callable[[str], None]) -> Reply:
        """Send a request, hand on the answer's text as it comes, and return all of it.

        Raises
        ------
        Failure : if it does not come to its end; parts may have been handed on
        """
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

        with _failures(self.model, self._timeout_s):
            async with model_request_stream(
                self._client, self._messages(request), model_settings=self._settings(request), model_request_parameters=_parameters(request)
            ) as stream:
                async for event in stream:
                    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                        take(event.part.content)
                    elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                        take(event.delta.content_delta)
                response = stream.get()
        return _reply(response, request)

    async def close(self) -> None:
        """Let go of its connections."""
        async with self._connections:
            pass

    async def embed(self, texts: list[str]) -> tuple[list[list[float]], int]:
        """Return the embeddings of texts, and the tokens read.

        Raises
        ------
        Failure : if there are none
        """
        assert self._embedding is not None
        with _failures(self.model, self._timeout_s):
            try:
                async with asyncio.timeout(self._timeout_s):
                    result = await self._embedding.embed(texts, input_type="document")
            except TimeoutError:
                raise Failure("timeout", again=True, charged=True, seconds=f"{self._timeout_s:g}") from None
        vectors = [[float(number) for number in vector] for vector in result.embeddings]
        if len(vectors) != len(texts):
            raise Failure("garbled", again=True, charged=True)
        return vectors, result.usage.input_tokens or 0

    async def context_tokens(self) -> int | None:
        """Return the longest input that the endpoint, or the catalogue of known models, names; None if neither does."""
        known = self.model.context_tokens or self._client.profile.get("context_window")
        if known is not None or self.model.preset.protocol != "openai":
            return known
        with contextlib.suppress(Exception):
            # Engines name it in fields of their own in the list of models.
            async with asyncio.timeout(self._timeout_s):
                listed = await self._client.client.models.list()  # type: ignore[attr-defined]
            own = next(each.model_dump() for each in listed.data if each.id == self.model.model or len(listed.data) == 1)
            found = [own.get(name) for name in ("max_model_len", "context_length")] + [(own.get("meta") or {}).get("n_ctx_train")]
            return next((int(each) for each in found if each), None)
        return None

    def _messages(self, request: Request) -> list[ModelMessage]:
        from pydantic_ai.messages import ModelRequest, SystemPromptPart, UserPromptPart

        return [ModelRequest(parts=[SystemPromptPart(request.system), UserPromptPart(request.user)])]

    def _settings(self, request: Request) -> ModelSettings:
        from pydantic_ai.settings import ModelSettings

        settings = ModelSettings(
            max_tokens=request.max_output_tokens,
            temperature=0.0,
            timeout=self._timeout_s,
            request_timeout=self._timeout_s,
            # Retries are the gateway's, which counts them.
            max_retries=0,
        )
        if request.schema is not None and request.mode == "tool":
            # One answer is wanted; an engine whose grammar allows several calls goes on until it runs out of tokens.
            settings["parallel_tool_calls"] = False
        if self.model.extra_body:
            settings["extra_body"] = dict(self.model.extra_body)
        return settings


def _parameters(request: Request) -> ModelRequestParameters:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    if request.schema is None:
        return ModelRequestParameters()
    schema = dict(request.schema)
    if request.mode == "tool":
        tool = ToolDefinition(name=_TOOL, parameters_json_schema=schema, kind="output", description="Gives the answer.")
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    wanted = OutputObjectDefinition(json_schema=schema, name=_TOOL)
    return ModelRequestParameters(output_mode=request.mode, output_object=wanted)


def _reply(response: ModelResponse, request: Request) -> Reply:
    from pydantic_ai.messages import TextPart, ToolCallPart

    said = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    called = [part.args_as_json_str() for part in response.parts if isinstance(part, ToolCallPart)]
    text = called[0] if called and request.schema is not None else said
    usage = response.usage
    refused = response.finish_reason == "content_filter"
    return Reply(text, usage.input_tokens or 0, usage.output_tokens or 0, cut=response.finish_reason == "length", refused=refused)


class _failures:  # noqa: N801 - used as a statement
    """Turns what the provider's software raises into a `Failure`.

    Not chained: those errors quote bodies, and bodies quote requests and keys.
    """

    def __init__(self, model: Model, timeout_s: float) -> None:
        self._model = model
        self._timeout_s = timeout_s

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None or not isinstance(error, Exception) or isinstance(error, Failure):
            return
        raise _failure(error, self._model, self._timeout_s) from None


def _failure(error: Exception, model: Model, timeout_s: float) -> Failure:
    """Return what an exception of the provider's software means."""
    from pydantic_ai import exceptions as known

    status = getattr(error, "status_code", None) or 0
    wait_s: float | None = getattr(error, "retry_after", None)
    if isinstance(error, known.ModelRequestTimeout | known.ModelTimeoutError):
        return Failure("timeout", again=True, charged=True, seconds=f"{timeout_s:g}")
    if isinstance(error, known.ModelConnectionError):
        return Failure("connection", again=True, charged=error.phase not in ("pool", "connect"))
    if isinstance(error, known.ModelRateLimitError):
        return Failure("rate", again=True, wait_s=wait_s)
    if isinstance(error, known.ModelUnavailableError | known.ModelServerError) or status in (408, 409, 425) or status >= 500:
        return Failure("server", again=True, wait_s=wait_s, status=status or 500)
    if rejected := _rejection(error, model, status):
        return rejected
    if isinstance(
        error, known.ModelAPIError | known.UnexpectedModelBehavior | ValueError | KeyError | TypeError | AttributeError | IndexError
    ):
        return Failure("garbled", again=True, charged=True)
    raise error


def _rejection(error: Exception, model: Model, status: int) -> Failure | None:
    """Return the failure of a request that would fail again; None if it is none."""
    from pydantic_ai import exceptions as known

    if isinstance(error, known.ModelQuotaExceededError):
        return Failure("quota", again=False)
    if isinstance(error, known.ModelAuthenticationError):
        return Failure("key", again=False, status=status)
    if isinstance(error, known.ModelNotFoundError):
        return Failure("not_found", again=False, model_id=model.model)
    if isinstance(error, known.ModelContextWindowExceededError):
        return Failure("too_long", again=False)
    if isinstance(error, known.ContentFilterError):
        return Failure("refused", again=False, charged=True)
    if isinstance(error, known.ModelRequestRejectedError | known.UserError) or 400 <= status < 500:
        return Failure("request", again=False, status=status or 400)
    return None
