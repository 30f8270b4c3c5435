"""Tables of the application database; migrations/ brings a database to this shape."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Float, Integer, MetaData, String, Table, Text

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

corrections = Table(
    "corrections",
    metadata,
    Column("text_id", String(255), primary_key=True),
    Column("field", String(16), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("value", String(255), nullable=False),
    Column("was", String(255)),
    Column("corrected_at", DateTime(timezone=True), nullable=False),
    Column("corrected_by", String(255), nullable=False),
)
"""What people set right about texts; the columns of `columns.Corrections`."""

data_files = Table(
    "data_files",
    metadata,
    Column("path", String(512), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("dropped", BigInteger),
)
"""Checksums of the lake's files, recorded as they were committed; `dropped` is a version of the table without the file."""

model_calls = Table(
    "model_calls",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("call_id", String(32), nullable=False, unique=True),
    Column("run_id", String(32), index=True),
    Column("day", String(10), nullable=False, index=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("purpose", String(64), nullable=False),
    Column("prompt", String(64), nullable=False),
    Column("prompt_version", String(16), nullable=False),
    Column("prompt_digest", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("tier", String(16), nullable=False),
    Column("model", String(64)),
    Column("model_id", String(128)),
    Column("provider", String(32)),
    Column("mode", String(16)),
    Column("items", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cost", Float),
    Column("latency_s", Float),
    Column("outcome", String(32), nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("input_digest", String(64), nullable=False),
)
"""Questions to language models, written as they are asked; `outcome` is "open" until there is an answer, or for ever after a kill."""

model_budgets = Table(
    "model_budgets",
    metadata,
    Column("scope", String(64), primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("cost_micro", BigInteger, nullable=False),
)
"""What a day or a run has spent on language models, calls under way at the most that they can cost; money in millionths."""

model_answers = Table(
    "model_answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("call_id", String(32), nullable=False),
    Column("answer", Text, nullable=False),
)
"""Answers of language models by the digest of all that they depend on; personal data in them are tokens."""
