"""Tables of the application database; migrations/ brings a database to this shape."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Float, Integer, MetaData, String, Table, Text

metadata = MetaData()

owner = Table("owner", metadata, Column("identity", String(32), primary_key=True))
"""The one workspace whose state this is: its `identity` in `moushi.toml`."""

counters = Table(
    "counters",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
"""Sequence numbers that are never given twice, such as `load_id`."""

runs = Table(
    "runs",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(32), nullable=False, unique=True),
    Column("issue_id", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("pins", Text, nullable=False),
    Column("settings", Text, nullable=False),
)
"""Runs of the pipeline, ordered by `sequence` since clocks go backwards; `pins` is JSON: table to version, null if never written."""

stage_runs = Table(
    "stage_runs",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(32), nullable=False, index=True),
    Column("stage", String(32), nullable=False, index=True),
    Column("fingerprint", String(64), nullable=False),
    Column("inputs", Text, nullable=False),
    Column("outputs", Text, nullable=False),
    Column("seconds", Float, nullable=False),
)
"""Stages that finished: `inputs` is JSON table to version, `outputs` JSON table to version and digest."""

approvals = Table(
    "approvals",
    metadata,
    Column("decision_id", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", String(255), nullable=False),
    Column("reason", Text),
)
"""What people decided about decisions of the ledger."""

data_files = Table(
    "data_files",
    metadata,
    Column("path", String(512), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("dropped", BigInteger),
)
"""Checksums of the lake's files, recorded as they were committed; `dropped` is a version of the table without the file."""
