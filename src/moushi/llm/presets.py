"""Where language models are usually found, and what the variable with their key is usually called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Protocol = Literal["openai", "anthropic", "google"]


@dataclass(frozen=True)
class Preset:
    """A provider of models: how it is spoken to, its address, the variable of its key; None where it takes none."""

    protocol: Protocol
    base_url: str | None
    key_variable: str | None


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "openai": Preset("openai", "https://api.openai.com/v1", "OPENAI_API_KEY"),
        "deepseek": Preset("openai", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
        "qwen": Preset("openai", "https://dashscope.aliyuncs.com/compatible-mode/v1", "DASHSCOPE_API_KEY"),
        "zhipu": Preset("openai", "https://open.bigmodel.cn/api/paas/v4", "ZHIPUAI_API_KEY"),
        "moonshot": Preset("openai", "https://api.moonshot.cn/v1", "MOONSHOT_API_KEY"),
        "ollama": Preset("openai", "http://localhost:11434/v1", None),
        "vllm": Preset("openai", "http://localhost:8000/v1", None),
        "llamacpp": Preset("openai", "http://localhost:8080/v1", None),
        "lmstudio": Preset("openai", "http://localhost:1234/v1", None),
        "compatible": Preset("openai", None, None),
        "anthropic": Preset("anthropic", None, "ANTHROPIC_API_KEY"),
        "google": Preset("google", None, "GEMINI_API_KEY"),
    }
)
"""By name; "compatible" is any other address that speaks as OpenAI's does, given as `base_url`."""
