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
    """A stage that finished: the versions it read, and what it wrote."""

    inputs: dict[str, int | None]
    outputs: Outputs


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
        rows = connection.execute(sa.select(runs).order_by(runs.c.started_at.desc(), runs.c.run_id))
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


def finish_stage(
    database: Database, run_id: str, stage: str, fingerprint: str, inputs: Mapping[str, int | None], outputs: Outputs, seconds: float
) -> None:
    """Record that a stage finished; from here on it is skipped while nothing changes."""
    import sqlalchemy as sa

    from moushi.database.tables import stage_runs

    with database.begin() as connection:
        connection.execute(
            sa.insert(stage_runs).values(
                run_id=run_id,
                stage=stage,
                fingerprint=fingerprint,
                inputs=json.dumps(dict(inputs), sort_keys=True),
                outputs=json.dumps(outputs, sort_keys=True),
                seconds=seconds,
            )
        )


def finished(database: Database, stage: str, fingerprint: str) -> Outputs | None:
    """Return the outputs of a stage's last success, if it had this fingerprint."""
    import sqlalchemy as sa

    from moushi.database.tables import stage_runs

    query = sa.select(stage_runs).where(stage_runs.c.stage == stage).order_by(stage_runs.c.sequence.desc()).limit(1)
    with database.connect() as connection:
        row = connection.execute(query).first()
    if row is None or row.fingerprint != fingerprint:
        return None
    outputs: Outputs = json.loads(row.outputs)
    return outputs


def stage_of_run(database: Database, run_id: str, stage: str) -> StageRecord | None:
    """Return a stage as it stood at the end of a run: as that run, or the one before it, had done it."""
    import sqlalchemy as sa

    from moushi.database.tables import stage_runs

    with database.connect() as connection:
        last = connection.execute(sa.select(sa.func.max(stage_runs.c.sequence)).where(stage_runs.c.run_id == run_id)).scalar()
        query = sa.select(stage_runs).where(stage_runs.c.stage == stage).order_by(stage_runs.c.sequence.desc())
        if last is not None:
            query = query.where(stage_runs.c.sequence <= last)
        row = connection.execute(query.limit(1)).first()
    return None if row is None else StageRecord(json.loads(row.inputs), json.loads(row.outputs))


def approvals(database: Database) -> pa.Table:
    """Return what people decided, as rows of `Approvals` in the order of its key."""
    import sqlalchemy as sa

    from moushi.database.tables import approvals as table

    with database.connect() as connection:
        rows = [dict(row._mapping) for row in connection.execute(sa.select(table).order_by(table.c.decision_id))]
    for row in rows:
        # SQLite gives times back without their zone; they were written in UTC.
        row["decided_at"] = row["decided_at"].replace(tzinfo=row["decided_at"].tzinfo or UTC)
    return pa.Table.from_pylist(rows, schema=Approvals.schema())
