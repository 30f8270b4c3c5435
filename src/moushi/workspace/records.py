"""Run records and approvals in the application database."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.columns import Approvals
from moushi.errors import RunNotFound

if TYPE_CHECKING:
    from sqlalchemy import Engine as Database

Outputs = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class RunRecord:
    """A run as it was recorded; `finished_at` is None while it runs or if it was killed."""

    run_id: str
    issue_id: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    pins: dict[str, int | None]
    settings: dict[str, Any]


@dataclass(frozen=True)
class StageRecord:
    """A stage that finished: what decided that it had to run, the versions it read, what it wrote, and how long it took."""

    fingerprint: str
    inputs: dict[str, int | None]
    outputs: Outputs
    seconds: float


def begin_run(database: Database, issue_id: str, pins: Mapping[str, int | None], settings: Mapping[str, Any]) -> str:
    """Record that a run begins and return its identifier; runs that were killed are marked so."""
    import sqlalchemy as sa

    from moushi.database.tables import runs

    run_id = uuid.uuid4().hex[:12]
    with database.begin() as connection:
        # The caller holds the run lock: a run still marked as running was killed.
        connection.execute(sa.update(runs).where(runs.c.status == "running").values(status="killed"))
        connection.execute(
            sa.insert(runs).values(
                run_id=run_id,
                issue_id=issue_id,
                status="running",
                started_at=datetime.now(UTC),
                pins=json.dumps(dict(pins), sort_keys=True),
                settings=json.dumps(dict(settings), sort_keys=True),
            )
        )
    return run_id


def finish_run(database: Database, run_id: str) -> None:
    """Record that a run finished."""
    import sqlalchemy as sa

    from moushi.database.tables import runs

    with database.begin() as connection:
        connection.execute(sa.update(runs).where(runs.c.run_id == run_id).values(status="finished", finished_at=datetime.now(UTC)))


def all_runs(database: Database) -> list[RunRecord]:
    """Return all runs, newest first."""
    import sqlalchemy as sa

    from moushi.database.tables import runs

    with database.connect() as connection:
        rows = connection.execute(sa.select(runs).order_by(runs.c.sequence.desc()))
        return [
            RunRecord(r.run_id, r.issue_id, r.status, r.started_at, r.finished_at, json.loads(r.pins), json.loads(r.settings)) for r in rows
        ]


def run(database: Database, run_id: str) -> RunRecord:
    """Return one run, by its identifier or the beginning of it.

    Raises
    ------
    RunNotFound : if no run, or more than one, fits
    """
    found = [record for record in all_runs(database) if record.run_id.startswith(run_id)]
    if len(found) != 1:
        raise RunNotFound(run_id=run_id)
    return found[0]


def finish_stage(database: Database, run_id: str, stage: str, record: StageRecord) -> None:
    """Record that a stage finished; from here on it is skipped while nothing changes."""
    import sqlalchemy as sa

    from moushi.database.tables import stage_runs

    values = {
        "fingerprint": record.fingerprint,
        "inputs": json.dumps(record.inputs, sort_keys=True),
        "outputs": json.dumps(record.outputs, sort_keys=True),
        "seconds": record.seconds,
    }
    with database.begin() as connection:
        connection.execute(sa.insert(stage_runs).values(run_id=run_id, stage=stage, **values))


def last_success(database: Database, stage: str) -> StageRecord | None:
    """Return the last success of a stage, in any run."""
    return _stage(database, stage, None)


def of_run(database: Database, run_id: str, stage: str) -> StageRecord | None:
    """Return a stage as one run did it, None if the run did not come so far."""
    return _stage(database, stage, run_id)


def oldest_versions(database: Database, runs_kept: int) -> dict[str, int]:
    """Return, by table, the oldest version that one of the last `runs_kept` finished runs read or wrote; empty with fewer runs."""
    import sqlalchemy as sa

    from moushi.database.tables import runs, stage_runs

    kept = sa.select(runs.c.run_id).where(runs.c.status == "finished").order_by(runs.c.sequence.desc()).limit(runs_kept)
    with database.connect() as connection:
        names = list(connection.execute(kept).scalars())
        if len(names) < runs_kept:
            return {}
        stages = connection.execute(sa.select(stage_runs.c.inputs, stage_runs.c.outputs).where(stage_runs.c.run_id.in_(names))).all()
    oldest: dict[str, int] = {}
    for inputs, outputs in stages:
        used = [*json.loads(inputs).items(), *((name, output["version"]) for name, output in json.loads(outputs).items())]
        for name, version in used:
            if version is not None:
                oldest[name] = min(version, oldest.get(name, version))
    return oldest


def _stage(database: Database, stage: str, run_id: str | None) -> StageRecord | None:
    import sqlalchemy as sa

    from moushi.database.tables import stage_runs

    query = sa.select(stage_runs).where(stage_runs.c.stage == stage).order_by(stage_runs.c.sequence.desc()).limit(1)
    if run_id is not None:
        query = query.where(stage_runs.c.run_id == run_id)
    with database.connect() as connection:
        row = connection.execute(query).first()
    return None if row is None else StageRecord(row.fingerprint, json.loads(row.inputs), json.loads(row.outputs), row.seconds)


def approvals(database: Database) -> pa.Table:
    """Return what people decided, as rows of `Approvals` in the order of its key."""
    import sqlalchemy as sa

    from moushi.database.tables import approvals as table

    with database.connect() as connection:
        rows = [dict(row._mapping) for row in connection.execute(sa.select(table).order_by(table.c.decision_id))]
    for row in rows:
        # SQLite gives times back without their zone; they were written in UTC.
        row["decided_at"] = row["decided_at"].replace(tzinfo=row["decided_at"].tzinfo or UTC)
    # Arrow imports pandas to look at a list; there is mostly nothing to look at.
    return pa.Table.from_pylist(rows, schema=Approvals.schema()) if rows else Approvals.empty()
