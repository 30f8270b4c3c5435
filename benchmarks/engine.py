"""The gateway against a real engine: llama.cpp's server, running a model of random weights made on the spot.

The model knows nothing, so nothing is said about quality.  What is shown is
that streaming, answers bound to a schema, tool calls, cancellation and many
questions at once work with software that is not ours.

`MOUSHI_ENGINE` names the program `llama-server`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from benchmarks import tiny_model
from moushi.database.connect import open_database
from moushi.llm.book import Book
from moushi.llm.gateway import Gateway
from moushi.llm.golden import load_golden
from moushi.llm.models import Measured, Mode, Model
from moushi.llm.probe import Probe
from moushi.llm.prompts import read_prompt
from moushi.llm.reading import read_texts
from moushi.llm.task import Item, Task
from moushi.settings import Settings
from moushi.trust.shield import Shield
from moushi.understand.asking import aspect_names
from moushi.workspace.models import read_locally

SLOTS = 8
ASKED = 100
AT_ONCE = 200
_PROMPT = read_prompt("fruit", "1", "en", "# system\nDescribe the fruit.\n# user\n{{fruit}}\n")
_WORDS = read_prompt("story", "1", "en", "# system\nTell a long story.\n# user\n{{fruit}}\n")


class Fruit(BaseModel):
    """An object that a grammar can bind in every part."""

    model_config = ConfigDict(extra="forbid")

    colour: Literal["red", "green", "yellow"]
    count: Literal[1, 2, 3, 4, 5, 6, 7, 8, 9]
    ripe: bool
    # Without a bound, a model that knows nothing goes on tasting until its tokens are used up.
    tastes: Annotated[list[Literal["sweet", "sour", "bitter"]], Field(max_length=2)]


def table() -> str:
    """Return what was seen, as Markdown."""
    binary = os.environ.get("MOUSHI_ENGINE", "")
    if not Path(binary).is_file():
        return "Not run: `MOUSHI_ENGINE` does not name a `llama-server`.\n"
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder, _engine(Path(binary), Path(folder)) as url:
        plain = Model("tiny", "llamacpp", "tiny.gguf", base_url=f"{url}/v1")
        with _gateway(Path(folder), plain) as door:
            rows += _probed(door)
        for mode in ("native", "tool", "prompted"):
            with _gateway(Path(folder), _fixed(plain, mode)) as door:
                rows.append(_structured(door, mode))
        with _gateway(Path(folder), _fixed(plain, "native")) as door:
            rows += [_streamed(door), _cancelled(door, url), *_at_once(door)]
        with _gateway(Path(folder), _fixed(plain, "native")) as door:
            rows.append(_read(door))
    lines = "".join(f"| {what} | {seen} |\n" for what, seen in rows)
    return f"llama.cpp server, {SLOTS} slots, one thread.\n\n| what | seen |\n|---|---|\n{lines}\n"


def _fixed(model: Model, mode: Mode) -> Model:
    return replace(model, measured=Measured("", mode=mode))


@contextmanager
def _engine(binary: Path, folder: Path) -> Iterator[str]:
    """Start the engine on a free port, and end it."""
    weights = tiny_model.write(folder / "tiny.gguf")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [binary, "-m", weights, "--host", "127.0.0.1", "--port", str(port), "-np", str(SLOTS), "-c", str(SLOTS * 8192), "-t", "1"]
    process = subprocess.Popen([str(word) for word in [*words, "--jinja", "--slots"]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}/health"):
                    break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _gateway(folder: Path, model: Model) -> Iterator[Gateway]:
    database = open_database(f"sqlite:///{folder / 'moushi.db'}", "a" * 32)
    budget = {"model_tokens_day": 1_000_000_000, "model_tokens_run": 1_000_000_000}
    settings = Settings(explicit={"model_concurrency": AT_ONCE, "model_timeout_s": 300, **budget}, environment={})
    shield = Shield(b"0" * 32)
    door = Gateway([model], settings, lambda: shield, Book(lambda: database, settings), folder / "models.key")
    try:
        yield door
    finally:
        door.close()
        database.dispose()


def _task(tokens: int = 400) -> Task[Fruit]:
    return Task(purpose="benchmark", prompt=_PROMPT, output=Fruit, max_output_tokens=tokens)


def _probed(door: Gateway) -> list[tuple[str, str]]:
    findings: list[Any] = []
    found = Probe(door, door.lines[0], findings.append).run()
    said = ", ".join(f"{each.what} {'yes' if each.good else 'no'}" for each in findings)
    facts = f"structure by {found.mode}, context {found.context_tokens}, wait {found.latency_s} s, {found.tokens_per_s} tokens/s"
    return [("`moushi model test`", f"{said}; {facts}")]


def _structured(door: Gateway, mode: Mode) -> tuple[str, str]:
    """Ask for objects in one way; count what fits the schema at once."""
    before = len(door.book.calls())
    began = time.perf_counter()
    tiers = [door.ask(_task(), {"fruit": f"{mode} {number}"}, local=lambda: None).tier for number in range(ASKED)]
    seconds = time.perf_counter() - began
    outcomes = [call["outcome"] for call in door.book.calls()[before:]]
    words = {"native": "bound to a JSON schema (grammar)", "tool": "tool calls", "prompted": "asked for in words (nothing binds the model)"}
    good = f"{tiers.count('model')} of {ASKED} answers fit, {outcomes.count('answered')} at once; {seconds / ASKED:.3f} s each"
    rest = f"; {tiers.count('none')} left to the local tier" if tiers.count("none") else ""
    return words[mode], good + rest


def _streamed(door: Gateway) -> tuple[str, str]:
    task = Task(purpose="benchmark", prompt=_WORDS, output=str, max_output_tokens=300)
    began = time.perf_counter()
    times: list[float] = []
    stream = door.stream(task, {"fruit": "apple"}, local=lambda: "")
    for _ in stream:
        times.append(time.perf_counter() - began)
    return "streaming 300 tokens", f"{len(times)} pieces, the first after {times[0]:.3f} s, the last after {times[-1]:.3f} s"


def _cancelled(door: Gateway, url: str) -> tuple[str, str]:
    """Leave a long answer after its first piece; see how long the engine goes on with it."""
    task = Task(purpose="benchmark", prompt=_WORDS, output=str, max_output_tokens=7000)
    for _ in door.stream(task, {"fruit": "pear"}, local=lambda: ""):
        busy = _busy(url)
        break
    left = time.perf_counter()
    while _busy(url) and time.perf_counter() - left < 60:
        time.sleep(0.002)
    seconds = time.perf_counter() - left
    call = door.book.calls()[-1]
    return (
        "cancellation of an answer of 7,000 tokens",
        f"{busy} slot busy, none {seconds:.3f} s after leaving; written down as {call['outcome']}",
    )


def _busy(url: str) -> int:
    with urllib.request.urlopen(f"{url}/slots") as answer:
        return sum(slot["is_processing"] for slot in json.load(answer))


def _at_once(door: Gateway) -> list[tuple[str, str]]:
    from concurrent.futures import ThreadPoolExecutor

    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as people:
        answers = list(people.map(lambda number: door.ask(_task(), {"fruit": f"at once {number}"}, local=lambda: None), range(AT_ONCE)))
    seconds = time.perf_counter() - began
    tiers = [answer.tier for answer in answers]
    calls = door.book.calls()[-AT_ONCE:]
    again = sum(call["attempts"] > 1 for call in calls)
    seen = f"{tiers.count('model')} answered, {AT_ONCE - tiers.count('model')} not, {again} asked again; {seconds:.1f} s"
    budget = sum(call["input_tokens"] + call["output_tokens"] for call in door.book.calls())
    spent = next(each.tokens for scope, each in door.book.spent().items() if scope.startswith("day"))
    return [
        (f"{AT_ONCE} questions at once", seen),
        ("tokens in the rows of calls, and taken from the day's budget", f"{budget:,} and {spent:,}"),
    ]


def _read(door: Gateway) -> tuple[str, str]:
    """Read customers' texts: random words pass no check, so every text must end with the local tier."""
    golden = [each for each in load_golden() if each.language == "en"][:10]
    items = [Item(str(number), each.text) for number, each in enumerate(golden)]
    answers = read_texts(door, items, "en", aspect_names("en"), local=read_locally)
    tiers = [answer.tier for answer in answers]
    return "reading 10 customers' texts", f"{tiers.count('model')} by the model, {tiers.count('local')} by the local tier, none lost"
