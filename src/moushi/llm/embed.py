"""Embeddings of texts, by the same way as any other question: masked, kept, counted and written down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from moushi.llm.line import Line
from moushi.llm.structured import plain

if TYPE_CHECKING:
    from moushi.llm.gateway import Gateway

_PER_CALL = 64


def embed(gateway: Gateway, line: Line, texts: Sequence[str]) -> list[list[float]]:
    """Return the embeddings of texts; see `Gateway.embed`."""
    from moushi.llm.gateway import digest

    masked = gateway.mask_texts(texts)
    model = line.model
    keys = {text: digest("embedding", json.dumps([model.provider, model.model, model.address]), text) for text in masked}
    kept = gateway.book.answers(keys.values())
    left = [text for text in keys if keys[text] not in kept]
    for start in range(0, len(left), _PER_CALL):
        part = left[start : start + _PER_CALL]
        row = {"purpose": "embed", "prompt": "", "prompt_version": "", "prompt_digest": "", "language": ""}
        row |= {"run_id": gateway.run_id or "", "model": model.name, "model_id": model.model, "provider": model.provider}
        facts = {**row, "items": len(part), "evidence": "[]", "input_digest": digest(*part)}
        call = gateway.begin(line, facts)
        with call.ending("none"):
            vectors = gateway.loop.run(line.embed(part, call.ride))
            made = {keys[text]: plain(vector) for text, vector in zip(part, vectors, strict=True)}
            call.finish("model", "answered", made)
            kept |= made
        if call.error is not None:
            raise call.error
    return [kept[keys[text]] for text in masked]
