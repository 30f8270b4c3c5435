"""The stages, their order, what a run pins, what it skips and how it is repeated.

The pipeline knows no content: it hands each stage its tables at fixed versions
and records what came of it.  A stage whose inputs, settings and version are
those of its last success is skipped; so a killed run resumes where it stopped,
and a second run with nothing new does nothing.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from moushi.columns import Approvals, Corrections, Sources, ThemeChoices, all_tables
from moushi.engine.base import Engine
from moushi.errors import RunForgotten
from moushi.schema import Table
from moushi.settings import Settings
from moushi.stages import Progress, Silent, Stage
from moushi.workspace import choices, records, retention
from moushi.workspace.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    import ibis.expr.types as ir

    from moushi.llm.gateway import Gateway
    from moushi.llm.models import Role
    from moushi.trust.shield import Shield

STAGES = (
    "moushi.prepare.stage:PrepareStage",
    "moushi.understand.stage:UnderstandStage",
    "moushi.understand.voice_stage:VoiceStage",
    "moushi.profiles.stage:ProfilesStage",
    "moushi.ledger.stage:SettleStage",
    "moushi.forecast.stage:ForecastStage",
    "moushi.strategy.stage:StrategyStage",
)
"""Every stage, in the order in which they run.

Settlement comes before forecasts and decisions are made: it judges those of
earlier runs, and what it learns is there for the new ones.
"""

Pins = dict[str, int | None]
Status = Literal["ran", "skipped", "same", "different"]


@dataclass(frozen=True)
class StageResult:
    """What became of a stage in a run; in a repeat, whether its outputs were the same bytes."""

    name: str
    status: Status
    seconds: float
    outputs: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class RunResult:
    """A finished run."""

    run_id: str
    issue_id: str
    stages: tuple[StageResult, ...]
    seconds: float


@dataclass
class RunContext:
    """The `Context` of one stage: reads at pinned versions, writes recorded.

    `target` is the engine written to: the same as `engine`, but for a repeat.
    """

    stage: Stage
    engine: Engine
    target: Engine
    settings: Settings
    progress: Progress
    artifacts: Path
    issue_id: str
    pins: Pins
    open_shield: Callable[[], Shield]
    open_llm: Callable[[], Gateway]
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def shield(self) -> Shield:
        """The workspace's privacy shield, opened on first use."""
        return self.open_shield()

    @property
    def llm(self) -> Gateway:
        """The door to the workspace's language models, under the budget of this run, opened on first use."""
        return self.open_llm()

    def read(self, table: type[Table]) -> ir.Table:
        """Return a table the stage declared, at the version this run pinned, or as the stage itself wrote it in this run."""
        if table.name in self.outputs:
            return self.target.read(table, self.outputs[table.name]["version"])
        declared = table in (*self.stage.reads, *self.stage.writes)
        assert declared, f"{self.stage.name} reads {table.name} without saying so"
        version = self.pins[table.name] if table in self.stage.reads else None
        return self.engine.from_arrow(table.empty()) if version is None else self.engine.read(table, version)

    def write(
        self, table: type[Table], rows: ir.Table | pa.Table | pa.RecordBatchReader, *, replace: bool | Mapping[str, str] = True
    ) -> None:
        """Write a table the stage declared, and note its version and digest."""
        assert table in self.stage.writes, f"{self.stage.name} writes {table.name} without saying so"
        written = self.target.write(table, rows, replace=replace)
        self.outputs[table.name] = {"version": written.version, "rows": written.rows, "digest": written.digest}


def stages() -> list[Stage]:
    """Return the stages, in order."""
    return [_load(name) for name in STAGES]


def _load(name: str) -> Stage:
    module, _, attribute = name.partition(":")
    stage: Stage = getattr(importlib.import_module(module), attribute)()
    return stage


def triggers(stage: Stage) -> tuple[type[Table], ...]:
    """Return the tables whose change makes a stage run again: what it reads, unless it says fewer."""
    chosen: tuple[type[Table], ...] = getattr(stage, "triggers", stage.reads)
    return chosen


def run(store: Store, *, from_start: bool = False, progress: Progress | None = None) -> RunResult:
    """Bring every table up to date and return what was done.

    Parameters
    ----------
    from_start : do every stage, also those that have nothing new to read

    Notes
    -----
    Holds the workspace's `run` lock; files can be added meanwhile, the next
    run sees them.

    Raises
    ------
    WorkspaceBusy : if another run does not finish within `lock_timeout_s`
    """
    progress = progress or Silent()
    began = time.perf_counter()
    with store.lock("run"):
        _pin_choices(store)
        pins: Pins = {name: store.engine.version(table) for name, table in all_tables().items()}
        issue_id = _issue_id(store, pins)
        run_id = records.begin_run(store.database, issue_id, pins, store.settings.shown())
        results = []
        with progress.task("cli.progress.run", len(STAGES)) as advance:
            for stage in stages():
                done = None if from_start else _skip(store, stage, run_id, pins)
                results.append(done or _do(store, stage, run_id, issue_id, pins, progress))
                advance()
        records.finish_run(store.database, run_id)
        if any(result.status == "ran" for result in results):
            retention.forget_versions(store)
    return RunResult(run_id, issue_id, tuple(results), time.perf_counter() - began)


def _skip(store: Store, stage: Stage, run_id: str, pins: Pins) -> StageResult | None:
    fingerprint = _fingerprint(stage, store, pins)
    done = records.last_success(store.database, stage.name)
    if done is None or done.fingerprint != fingerprint or any(pins[name] is None for name in done.outputs):
        return None
    # Recorded for this run too: it stands for what the run would have done.
    records.finish_stage(store.database, run_id, stage.name, done)
    return StageResult(stage.name, "skipped", 0.0, done.outputs)


def _do(store: Store, stage: Stage, run_id: str, issue_id: str, pins: Pins, progress: Progress) -> StageResult:
    fingerprint = _fingerprint(stage, store, pins)
    inputs = {table.name: pins[table.name] for table in stage.reads}
    began = time.perf_counter()
    with progress.task(f"cli.progress.{stage.name}"):
        context = RunContext(
            stage,
            store.engine,
            store.engine,
            store.settings,
            progress,
            store.path / "artifacts",
            issue_id,
            pins,
            lambda: store.shield,
            lambda: store.llm.during(run_id),
        )
        stage.run(context)
    store.engine.release()
    seconds = time.perf_counter() - began
    pins.update({name: output["version"] for name, output in context.outputs.items()})
    records.finish_stage(store.database, run_id, stage.name, records.StageRecord(fingerprint, inputs, context.outputs, seconds))
    return StageResult(stage.name, "ran", seconds, context.outputs)


def repeat(store: Store, run_id: str, progress: Progress | None = None) -> RunResult:
    """Do the stages of an earlier run again on its pinned versions, aside, and compare the digests.

    Nothing in the workspace changes.  Stages that the run skipped are repeated
    on the versions on which they were last done before it.

    Raises
    ------
    RunNotFound : if there is no such run
    RunForgotten : if what it read is no longer kept
    """
    import tempfile
    from pathlib import Path

    progress = progress or Silent()
    began = time.perf_counter()
    earlier = records.run(store.database, run_id)
    if retention.is_forgotten(store, earlier.run_id, [stage.name for stage in stages()]):
        raise RunForgotten(run_id=earlier.run_id, kept=store.settings.count("keep_runs"))
    results = []
    with tempfile.TemporaryDirectory(dir=store.path) as folder:
        for stage in stages():
            done = records.of_run(store.database, earlier.run_id, stage.name)
            if done is None:
                continue
            target = store.engine.aside(Path(folder) / "lake" / stage.name)
            settings = Settings(explicit=earlier.settings, environment={})
            started = time.perf_counter()
            context = RunContext(
                stage,
                store.engine,
                target,
                settings,
                progress,
                Path(folder),
                earlier.issue_id,
                done.inputs,
                lambda: store.shield,
                lambda: store.llm.replaying(earlier.run_id, earlier.finished_at),
            )
            with progress.task(f"cli.progress.{stage.name}"):
                stage.run(context)
            store.engine.release()
            same = all(context.outputs[name]["digest"] == output["digest"] for name, output in done.outputs.items())
            seconds = time.perf_counter() - started
            results.append(StageResult(stage.name, "same" if same else "different", seconds, context.outputs))
    return RunResult(run_id, earlier.issue_id, tuple(results), time.perf_counter() - began)


def _fingerprint(stage: Stage, store: Store, pins: Pins) -> str:
    inputs = {table.name: pins[table.name] for table in triggers(stage)}
    facts = [*_known_of(stage, store), inputs]
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=16).hexdigest()


def _known_of(stage: Stage, store: Store) -> list[Any]:
    """Return what a stage's results depend on besides tables: its version, settings, and the language models that it asks."""
    role: Role | None = getattr(stage, "asks", None)
    lines = store.llm.lines_for(role) if role is not None else []
    models = [[model.name, model.provider, model.model, model.address, dict(model.extra_body)] for model in (line.model for line in lines)]
    return [stage.name, stage.version, store.settings.affecting(stage.name), models]


def _issue_id(store: Store, pins: Pins) -> str:
    """Name what this run knows: the files it can see and every setting that affects a result."""
    version = pins[Sources.name]
    known: list[Any] = []
    if version is not None:
        order = [(name, "ascending") for name in (Sources.load_id, Sources.position, Sources.source_id)]
        known = store.engine.rows(Sources, version).sort_by(order)[Sources.source_id].to_pylist()
    facts = [known, [_known_of(stage, store) for stage in stages()]]
    return hashlib.blake2b(json.dumps(facts, sort_keys=True).encode(), digest_size=6).hexdigest()


def _pin_choices(store: Store) -> None:
    """Copy what people decided into the lake, if it changed, so that a run can pin it."""
    kept = {
        Approvals: records.approvals(store.database),
        ThemeChoices: choices.theme_rows(store),
        Corrections: choices.correction_rows(store),
    }
    for table, rows in kept.items():
        if not rows.equals(store.engine.rows(table)):
            store.engine.write(table, rows)
