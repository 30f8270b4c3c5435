"""The language models of a workspace: add them, try them, compare them with the local tier."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from moushi.errors import ModelUnknown, MoushiError
from moushi.llm.golden import LOCAL, Score, judge_local, judge_model, load_golden
from moushi.llm.keys import KEY_FILE, find_key
from moushi.llm.models import Measured, Model, measured, read_models, write_model
from moushi.llm.probe import Finding, Probe
from moushi.llm.reading import Reading
from moushi.llm.task import Item
from moushi.locale import LANGUAGES

if TYPE_CHECKING:
    import pyarrow as pa

    from moushi.llm.gateway import Gateway
    from moushi.llm.line import Line
    from moushi.workspace.store import Store

KeyState = Literal["none", "found", "missing", "exposed"]


@dataclass(frozen=True)
class Listed:
    """A model as it is shown: with whether its key is there, never the key."""

    model: Model
    key: KeyState


@dataclass(frozen=True)
class Asked:
    """What language models did in a run.

    Attributes
    ----------
    texts : texts that they were asked about
    left : texts that they gave no good answer about, by the outcome of the last call; the local tier's reading stands
    tokens : read and written
    cost : workspace currency; None where a price is not known
    """

    texts: int
    left: Mapping[str, int]
    tokens: int
    cost: float | None


class Models:
    """The `[[model]]` sections of a workspace, and what can be done with them.

    Parameters
    ----------
    store : the open workspace
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def _gateway(self) -> Gateway:
        return self._store.llm

    def all(self) -> list[Listed]:
        """Return the models, in the order in which they are asked."""
        return [Listed(model, self._key(model)) for model in read_models(self._store.configuration)]

    def add(self, model: Model) -> Listed:
        """Add a model, or change the one of its name.

        Raises
        ------
        ModelInvalid : if it cannot be used; nothing is changed
        """
        write_model(self._store.configuration, model)
        return Listed(model, self._key(model))

    def test(self, name: str, told: Callable[[Finding], None] = lambda finding: None) -> Measured:
        """Ask a model small questions, keep with it what it can do, and return that.

        Raises
        ------
        ModelUnknown : if there is no such model
        MoushiError : if it does not answer
        """
        line = self._line(name)
        found = Probe(self._gateway, line, told).run()
        write_model(self._store.configuration, measured(line.model, found))
        return found

    def bench(self, names: Sequence[str] = ()) -> list[Score]:
        """Return how models, all of them where none is named, and the local tier read the golden texts.

        Raises
        ------
        ModelUnknown : if there is no such model
        GoldenUnreadable : if a line of the workspace's own golden texts cannot be read
        """
        from moushi.understand.asking import aspect_names

        lines = [self._line(name) for name in names] or [line for line in self._gateway.lines if line.model.role != "embedding"]
        goldens = load_golden(self._store.path)
        scores = judge_local(read_locally, goldens)
        for line in lines:
            scores += judge_model(self._gateway, line, goldens, {language: aspect_names(language) for language in LANGUAGES})
        return sorted(scores, key=lambda score: (score.language, score.who != LOCAL))

    def calls(self) -> list[dict[str, Any]]:
        """Return every question that was asked, oldest first: purpose, prompt, model, tokens, cost, outcome."""
        return self._gateway.book.calls()

    def asked(self, run_id: str) -> Asked | None:
        """Return what a run asked language models, None where it asked nothing."""
        calls = [call for call in self.calls() if call["run_id"] == run_id and not call["cached"]]
        if not calls:
            return None
        last = {text: call["outcome"] for call in calls for text in json.loads(call["evidence"])}
        left = Counter(outcome for outcome in last.values() if outcome not in ("answered", "repaired", "partial"))
        costs = [call["cost"] for call in calls]
        cost = None if None in costs else sum(costs)
        return Asked(len(last), dict(sorted(left.items())), sum(call["input_tokens"] + call["output_tokens"] for call in calls), cost)

    def _line(self, name: str) -> Line:
        found = next((line for line in self._gateway.lines if line.model.name == name), None)
        if found is None:
            raise ModelUnknown(name=name, known=", ".join(model.name for model in self._gateway.models) or "–")
        return found

    def _key(self, model: Model) -> KeyState:
        if model.variable is None:
            return "none"
        try:
            find_key(model, self._store.key_file.with_name(KEY_FILE))
        except MoushiError as error:
            return "exposed" if isinstance(error, PermissionError) else "missing"
        return "found"


def read_locally(items: Sequence[Item]) -> list[Reading | None]:
    """Return readings by the local tier, as a model would give them."""
    from moushi.understand.reader import TextReader
    from moushi.understand.readings import as_reading

    rows: pa.Table = TextReader().fit([]).read([item.text for item in items])
    return [as_reading(item.text, row) for item, row in zip(items, rows.to_pylist(), strict=True)]
