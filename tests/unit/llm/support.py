"""A gateway over a database in a folder, and questions to ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from moushi.database.connect import open_database
from moushi.llm.book import Book
from moushi.llm.gateway import Gateway
from moushi.llm.models import Measured, Model
from moushi.llm.prompts import Prompt, read_prompt
from moushi.llm.task import Task
from moushi.settings import Settings
from moushi.trust.shield import Shield

ASPECTS = {"quality": "how well it is made", "battery": "how long it lasts"}
ENGLISH = read_prompt("colour", "1", "en", "# system\nName the colour.\n# user\n{{thing}}\n")
CHINESE = read_prompt("colour", "1", "zh", "# system\n说出颜色。\n# user\n{{thing}}\n")


class Colour(BaseModel):
    """An answer with one word in it."""

    model_config = ConfigDict(extra="forbid")

    colour: str


def colour(prompt: Prompt = ENGLISH, **named: Any) -> Task[Colour]:
    """Return a small question."""
    return Task(purpose="test", prompt=prompt, output=Colour, **named)


def prose(prompt: Prompt = ENGLISH, **named: Any) -> Task[str]:
    """Return a question that is answered in words."""
    return Task(purpose="test", prompt=prompt, output=str, prose=str, **named)


def model(url: str, name: str = "tiny", mode: Any = "native", **named: Any) -> Model:
    """Return a model at an address, its way of giving structure known unless `mode` is None."""
    measured = Measured("2026-01-01", mode=mode) if mode else None
    return Model(name=name, provider="compatible", model="tiny-1", base_url=url, measured=measured, **named)


class Sleeper:
    """Waits for nothing, and knows how long it should have."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


@contextmanager
def gateway(
    folder: Path,
    *models: Model,
    sleep: Sleeper | None = None,
    shield: Shield | None = None,
    environment: Mapping[str, str] | None = None,
    **settings: Any,
) -> Iterator[Gateway]:
    """Open a gateway; its database stays in the folder for the next one."""
    database = open_database(f"sqlite:///{folder / 'moushi.db'}", "a" * 32)
    chosen = Settings(explicit={"model_timeout_s": 5, **settings}, environment={})
    keeper = shield or Shield(b"0" * 32)
    made = Gateway(models, chosen, lambda: keeper, Book(lambda: database, chosen), folder / "models.key", sleep or Sleeper())
    try:
        yield made
    finally:
        made.close()
        database.dispose()
