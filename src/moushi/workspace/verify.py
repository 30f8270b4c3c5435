"""Tells whether a workspace is whole: keys, databases, every file of every table, and the counts between tables."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from moushi.columns import (
    Decisions,
    DecisionUnits,
    Findings,
    OrderLines,
    Products,
    Profiles,
    Reconciliation,
    Sources,
    TextAspects,
    all_tables,
    input_tables,
)
from moushi.errors import Language, MoushiError
from moushi.locale import say
from moushi.schema import Table, landing
from moushi.stages import Progress, Silent
from moushi.workspace.checksums import file_digest, record_files, recorded
from moushi.workspace.store import Store

Severity = Literal["damage", "note"]


@dataclass(frozen=True)
class Problem:
    """Something that `verify` found.

    Attributes
    ----------
    code : what it is; words in the locale file `workspace`
    where : file, table or key concerned
    facts : values that the words show
    severity : "damage" when something is lost or wrong, "note" when it is only worth knowing
    remade : the table is one that a run writes anew
    """

    code: str
    where: str
    facts: dict[str, Any]
    severity: Severity = "damage"
    remade: bool = False

    def message(self, language: Language = "en") -> str:
        """Say what is wrong."""
        return say(f"workspace.{self.code}.what", language, where=self.where, **self.facts)

    def remedy(self, language: Language = "en") -> str:
        """Say what to do."""
        if self.remade:
            return say("workspace.remade.remedy", language)
        return say(f"workspace.{self.code}.remedy", language, where=self.where, **self.facts)


def verify(store: Store, *, clean: bool = False, progress: Progress | None = None) -> list[Problem]:
    """Check a workspace and return what was found; an empty list means that it is whole.

    Parameters
    ----------
    clean : delete files in the lake that no version of a table refers to
        (interrupted writes leave them), unless something is damaged

    Notes
    -----
    Every byte of every current table file is read.  Holds the locks of
    collection and runs, so that nothing changes meanwhile.
    """
    progress = progress or Silent()
    tables = all_tables()
    with store.lock("collect"), store.lock("run"), progress.task("cli.progress.verify", len(tables)) as advance:
        problems = [*_keys(store), *_database(store), *_vault(store)]
        for table in tables.values():
            problems += _table(store, table)
            advance()
        damaged = any(problem.severity == "damage" for problem in problems)
        if not damaged:
            problems += _counts(store)
        # What a lost log entry named looks like a file that nothing names.
        problems += _unreferenced(store, clean and not damaged)
    return problems


def _keys(store: Store) -> Iterator[Problem]:
    if not store.key_file.is_file():
        yield Problem("key_missing", str(store.key_file.relative_to(store.path)), {})
        return
    mode = stat.S_IMODE(store.key_file.stat().st_mode)
    if mode & 0o077:
        yield Problem("key_exposed", str(store.key_file.relative_to(store.path)), {"mode": f"{mode:04o}"})


def _database(store: Store) -> Iterator[Problem]:
    import sqlalchemy as sa

    if store.database.dialect.name != "sqlite":
        return
    try:
        with store.database.connect() as connection:
            found = str(connection.execute(sa.text("PRAGMA integrity_check")).scalar())
    except sa.exc.DatabaseError:
        found = "unreadable"
    if found != "ok":
        yield Problem("database_damaged", "moushi.db", {"detail": found[:200]})


def _vault(store: Store) -> Iterator[Problem]:
    if not store.key_file.is_file() or not (store.path / "vault.db").exists():
        return
    from moushi.trust.vault import Vault

    try:
        vault = Vault(store.path / "vault.db", store.keys)
        damaged = vault.damaged()
        vault.close()
    except MoushiError as error:
        yield Problem("vault_unreadable", "vault.db", {"detail": str(error)})
        return
    if damaged:
        yield Problem("vault_damaged", "vault.db", {"entries": len(damaged)})


def _table(store: Store, table: type[Table]) -> Iterator[Problem]:
    try:
        version = store.engine.version(table)
        if version is None:
            if _was_written(store, table):
                yield Problem("table_gone", table.name, {})
            return
        files = store.engine.files(table, version)
    except MoushiError as error:
        yield Problem("log_unreadable", table.name, {"detail": type(error).__name__})
        return
    log = [f"{table.name}/_delta_log/{number:020}.json" for number in range(version + 1)]
    known = recorded(store.database, [file.path for file in files] + log)
    damaged = False
    for path, size in [*((file.path, file.bytes) for file in files), *((entry, None) for entry in log if entry in known)]:
        for problem in _file(store.lake, path, size, known.get(path)):
            damaged = True
            yield replace(problem, remade=table in REMADE)
    if not damaged:
        # A killed process may have committed without recording: what reads well now is recorded now.
        yield from _rows(store, table)
        record_files(store.database, store.lake, table, version, files)


REMADE = (*input_tables().values(), TextAspects, Profiles, Reconciliation, Findings)
"""Tables that hold no history: each run that has something to do writes them whole, from what was landed."""


def _was_written(store: Store, table: type[Table]) -> bool:
    first = f"{table.name}/_delta_log/{0:020}.json"
    return bool(recorded(store.database, [first]))


def _file(lake: Path, path: str, size: int | None, known: tuple[int, str] | None) -> Iterator[Problem]:
    file = lake / path
    if not file.exists():
        yield Problem("file_missing", path, {})
        return
    if size is not None and file.stat().st_size != size:
        yield Problem("file_size", path, {"expected": size, "found": file.stat().st_size})
        return
    if known is not None and file_digest(file) != known[1]:
        yield Problem("file_changed", path, {})


def _rows(store: Store, table: type[Table]) -> Iterator[Problem]:
    """Read a table through, and check it against its definition batch by batch."""
    faults: dict[str, int] = {}
    try:
        for batch in store.engine.stream(store.engine.read(table)):
            for fault in table.row_faults(pa.Table.from_batches([batch])):
                name = f"{fault.column}: {fault.rule}"
                faults[name] = faults.get(name, 0) + fault.rows
    except MoushiError as error:
        yield Problem("table_unreadable", table.name, {"detail": type(error).__name__})
    for name, rows in sorted(faults.items()):
        yield Problem("schema_broken", table.name, {"fault": name, "rows": rows})


def _counts(store: Store) -> Iterator[Problem]:
    yield from _landed(store)
    yield from _reconciled(store)
    yield from _orphans(store, DecisionUnits, DecisionUnits.decision_id, Decisions, Decisions.decision_id, "damage")
    yield from _orphans(store, OrderLines, OrderLines.product_id, Products, Products.product_id, "note")


def _landed(store: Store) -> Iterator[Problem]:
    """Compare the rows each file brought with the rows that are there."""
    engine = store.engine
    sources = engine.to_arrow(engine.read(Sources)).to_pylist()
    for name, table in input_tables().items():
        expected = {row[Sources.source_id]: json.loads(row[Sources.tables]).get(name, 0) for row in sources}
        if not any(expected.values()):
            continue
        land = engine.read(landing(table))
        visible = land.semi_join(engine.read(Sources), [Sources.load_id, Sources.source_id])
        counted = engine.to_arrow(visible.group_by(Sources.source_id).aggregate(found=visible.count()))
        found = dict(zip(counted[Sources.source_id].to_pylist(), counted["found"].to_pylist(), strict=True))
        for source_id, count in sorted(expected.items()):
            if found.get(source_id, 0) != count:
                yield Problem("rows_lost", name, {"source": source_id[:12], "expected": count, "found": found.get(source_id, 0)})


def _reconciled(store: Store) -> Iterator[Problem]:
    for row in store.engine.to_arrow(store.engine.read(Reconciliation)).to_pylist():
        parts = [row[name] for name in (Reconciliation.kept, Reconciliation.quarantined, Reconciliation.duplicates)]
        if row[Reconciliation.read] != sum(parts):
            yield Problem("counts_differ", row[Reconciliation.table_name], {"read": row[Reconciliation.read], "sum": sum(parts)})


def _orphans(store: Store, child: type[Table], column: str, parent: type[Table], key: str, severity: Severity) -> Iterator[Problem]:
    engine = store.engine
    if engine.version(child) is None or engine.version(parent) is None:
        return
    rows = engine.read(child)
    named = rows.filter(rows[column].notnull())
    lost = named.anti_join(engine.read(parent), [(column, key)])
    count = engine.to_arrow(lost.aggregate(count=lost.count()))["count"][0].as_py()
    if count:
        yield Problem("orphans", child.name, {"rows": count, "column": column, "parent": parent.name}, severity)


def _unreferenced(store: Store, clean: bool) -> Iterator[Problem]:
    """Find (and, if asked, delete) data files that no log entry of their table names."""
    count = size = 0
    for folder in sorted(path for path in store.lake.iterdir() if path.is_dir()):
        named = _named(folder / "_delta_log")
        for file in sorted(folder.glob("*.parquet")):
            if file.name not in named:
                count, size = count + 1, size + file.stat().st_size
                if clean:
                    os.unlink(file)
    if count:
        yield Problem("cleaned" if clean else "unreferenced", "lake", {"files": count, "bytes": size}, "note")


_PATH = re.compile(r'"path":"([^"]+)"')


def _named(log: Path) -> set[str]:
    return {name for entry in log.glob("*.json") for name in _PATH.findall(entry.read_text("utf-8", errors="replace"))}
