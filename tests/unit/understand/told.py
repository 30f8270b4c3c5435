"""A language model that knows the right readings: a server of this machine that answers from them, wrong as often as it is told to be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from moushi.llm.gateway import Gateway
from tests.support import LakeContext
from tests.unit.llm.fault_server import Act, FaultServer
from tests.unit.llm.support import gateway, model

NOTHING = {"sentiment": 0.0, "aspects": [], "intent": "other", "needs": [], "urgency": "none", "emotion": "neutral"}


def reading(**said: Any) -> dict[str, Any]:
    """Return a reading that says what is given and nothing else."""
    return {**NOTHING, **said}


class Knowing:
    """Answers about texts from their right readings; of `wrong` of them, by a hash of the words, with the sentiment turned around."""

    def __init__(self, right: Mapping[str, Mapping[str, Any]], wrong: float = 0.0) -> None:
        self.right = right
        self.wrong = wrong
        self.asked: list[str] = []

    def __call__(self, request: dict[str, Any]) -> Act:
        user = request["messages"][-1]["content"]
        lines = [json.loads(line) for line in user.splitlines() if line.startswith('{"id"')]
        self.asked += [line["text"] for line in lines]
        return Act(json.dumps({"readings": [{"id": line["id"], **self.said(line["text"])} for line in lines]}, ensure_ascii=False))

    def said(self, text: str) -> dict[str, Any]:
        found = dict(self.right.get(text, NOTHING))
        lot = int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:8], 16) / 16**8
        return found | ({"sentiment": -found["sentiment"]} if lot < self.wrong else {})


class AskingContext(LakeContext):
    """A context whose stages can ask a model."""

    def __init__(self, folder: Path, door: Gateway, **settings: Any) -> None:
        super().__init__(folder, **settings)
        self.door = door

    @property
    def llm(self) -> Gateway:
        return self.door


@contextmanager
def asking(folder: Path, knowing: Knowing, **settings: Any):
    """Open a context with such a model."""
    with FaultServer(knowing) as server, gateway(folder, model(server.url), **settings) as door:
        yield AskingContext(folder, door.during("run-1"), **settings)
