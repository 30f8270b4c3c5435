"""Writes a language model with random weights as a GGUF file: it knows nothing, but engines run it like any other."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 16_384
_ALIGNMENT = 32
# Engines find out from the template how a model calls tools.
_TEMPLATE = """{%- if tools %}<|im_start|>system
Tools:
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}Call one as <do>
{"name": "its name", "arguments": {}}
</do><|im_end|>
{% endif %}{% for message in messages %}<|im_start|>{{ message.role }}
{% if message.content %}{{ message.content }}{% endif %}{% if message.tool_calls %}{% for call in message.tool_calls %}<do>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</do>{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
# Where nothing else is asked of it, the model leans to this: else it would never begin a call among all that it may write.
_LEANING = b"\n<do>\n"
_U32, _F32, _BOOL, _TEXT, _ARRAY, _I32 = 4, 6, 7, 8, 9, 5


def write(path: Path, seed: int = 0) -> Path:
    """Write the model: a token for each byte, two layers, weights drawn at random."""
    tokens = [*_byte_names(), "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    kinds = [1] * 256 + [3] * 3
    facts: list[tuple[str, int, Any]] = [
        ("general.architecture", _TEXT, "llama"),
        ("general.name", _TEXT, "tiny"),
        ("general.alignment", _U32, _ALIGNMENT),
        ("llama.context_length", _U32, CONTEXT),
        ("llama.embedding_length", _U32, WIDTH),
        ("llama.block_count", _U32, LAYERS),
        ("llama.feed_forward_length", _U32, INNER),
        ("llama.attention.head_count", _U32, HEADS),
        ("llama.attention.head_count_kv", _U32, HEADS),
        ("llama.attention.layer_norm_rms_epsilon", _F32, 1e-5),
        ("llama.rope.dimension_count", _U32, WIDTH // HEADS),
        ("llama.vocab_size", _U32, len(tokens)),
        ("tokenizer.ggml.model", _TEXT, "gpt2"),
        ("tokenizer.ggml.pre", _TEXT, "gpt-2"),
        ("tokenizer.ggml.tokens", _ARRAY, (_TEXT, tokens)),
        ("tokenizer.ggml.token_type", _ARRAY, (_I32, kinds)),
        ("tokenizer.ggml.merges", _ARRAY, (_TEXT, [f"{tokens[32]} {tokens[32]}"])),
        ("tokenizer.ggml.bos_token_id", _U32, 256),
        ("tokenizer.ggml.eos_token_id", _U32, 258),
        ("tokenizer.ggml.add_bos_token", _BOOL, False),
        ("tokenizer.chat_template", _TEXT, _TEMPLATE),
    ]
    tensors = _tensors(len(tokens), np.random.default_rng(seed))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts))
    head += b"".join(_text(name) + struct.pack("<I", kind) + _value(kind, value) for name, kind, value in facts)
    offset = 0
    for name, values in tensors.items():
        shape = values.shape[::-1]
        head += _text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset)
        offset += -(-values.nbytes // _ALIGNMENT) * _ALIGNMENT
    with path.open("wb") as file:
        file.write(_padded(head))
        for values in tensors.values():
            file.write(_padded(values.tobytes()))
    return path


def _tensors(vocabulary: int, chance: np.random.Generator) -> dict[str, np.ndarray]:
    def drawn(*shape: int, spread: float = 0.05) -> np.ndarray:
        return chance.normal(0, spread, shape).astype(np.float32)

    one = np.ones(WIDTH, dtype=np.float32)
    read, written = drawn(vocabulary, WIDTH, spread=1), drawn(vocabulary, WIDTH, spread=0.2)
    for before, after in pairwise(_LEANING):
        written[after] = read[before]
    made = {"token_embd.weight": read, "output_norm.weight": one, "output.weight": written}
    for layer in range(LAYERS):
        made |= {f"blk.{layer}.{name}.weight": one for name in ("attn_norm", "ffn_norm")}
        made |= {f"blk.{layer}.attn_{name}.weight": drawn(WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
        made |= {f"blk.{layer}.ffn_{name}.weight": drawn(INNER, WIDTH) for name in ("gate", "up")}
        made[f"blk.{layer}.ffn_down.weight"] = drawn(WIDTH, INNER)
    return made


def _byte_names() -> list[str]:
    """Name each byte by a printable character, as byte-level vocabularies do."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    names = {byte: chr(byte) for byte in printable} | {byte: chr(256 + place) for place, byte in enumerate(others)}
    return [names[byte] for byte in range(256)]


def _value(kind: int, value: Any) -> bytes:
    if kind == _TEXT:
        return _text(value)
    if kind == _ARRAY:
        inner, items = value
        return struct.pack("<IQ", inner, len(items)) + b"".join(_value(inner, item) for item in items)
    return struct.pack({_U32: "<I", _F32: "<f", _BOOL: "<?", _I32: "<i"}[kind], value)


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGNMENT)
