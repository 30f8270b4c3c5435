"""Opens a model: the one place that knows the software of providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moushi.errors import MissingExtra
from moushi.llm.models import Model

if TYPE_CHECKING:
    from pydantic_ai.embeddings import EmbeddingModel
    from pydantic_ai.models import Model as Client
    from pydantic_ai.profiles import ModelProfile
    from pydantic_ai.providers import Provider

# What an endpoint without a key is sent in place of one.
_NO_KEY = "none"


def open_model(model: Model, key: str | None) -> Client:
    """Return what speaks to a model; nothing is sent yet.

    Raises
    ------
    MissingExtra : if the provider's software is not installed
    """
    if model.preset.protocol == "anthropic":
        return _anthropic(model, key)
    if model.preset.protocol == "google":
        return _google(model, key)
    from pydantic_ai.models.openai import OpenAIChatModel

    return OpenAIChatModel(model.model, provider=_openai(model, key), profile=_profile(model))


def open_embedding(model: Model, key: str | None) -> tuple[EmbeddingModel, Provider[Any]]:
    """Return what speaks to an embedding model at an OpenAI-compatible address, or Google's, and what holds its connections.

    Raises
    ------
    MissingExtra : if the provider's software is not installed
    """
    if model.preset.protocol == "google":
        try:
            from pydantic_ai.embeddings.google import GoogleEmbeddingModel
            from pydantic_ai.providers.google import GoogleProvider
        except ImportError as error:
            raise MissingExtra(where=f"models: {model.name}", package="google-genai", extra="google") from error
        google = GoogleProvider(api_key=key or _NO_KEY, base_url=model.address)
        return GoogleEmbeddingModel(model.model, provider=google), google
    from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel

    provider = _openai(model, key)
    return OpenAIEmbeddingModel(model.model, provider=provider), provider


def _openai(model: Model, key: str | None) -> Provider[Any]:
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    assert model.address is not None
    return OpenAICompatibleProvider(model.provider, base_url=model.address, api_key=key or _NO_KEY)


def _profile(model: Model) -> ModelProfile:
    """Say what an endpoint takes, so that nothing is held back that the gateway chooses to try."""
    from pydantic_ai.profiles.openai import OpenAIModelProfile

    own = model.provider == "openai"
    return OpenAIModelProfile(
        supports_json_schema_output=True,
        supports_json_object_output=False,
        supports_tools=True,
        # Weak servers know only the older name, one system message, and no "strict".
        openai_chat_supports_max_completion_tokens=own,
        openai_chat_supports_multiple_system_messages=own,
        openai_supports_strict_tool_definition=own,
        # A stream that ends without saying why was cut.
        openai_chat_streaming_requires_finish_reason=True,
    )


def _anthropic(model: Model, key: str | None) -> Client:
    try:
        from pydantic_ai.models.anthropic import AnthropicModel
        from pydantic_ai.providers.anthropic import AnthropicProvider
    except ImportError as error:
        raise MissingExtra(where=f"models: {model.name}", package="anthropic", extra="anthropic") from error
    return AnthropicModel(model.model, provider=AnthropicProvider(api_key=key or _NO_KEY, base_url=model.address))


def _google(model: Model, key: str | None) -> Client:
    try:
        from pydantic_ai.models.google import GoogleModel
        from pydantic_ai.providers.google import GoogleProvider
    except ImportError as error:
        raise MissingExtra(where=f"models: {model.name}", package="google-genai", extra="google") from error
    return GoogleModel(model.model, provider=GoogleProvider(api_key=key or _NO_KEY, base_url=model.address))
