"""Lets go of what only runs of long ago read or wrote, so that the lake does not grow for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moushi.columns import all_tables
from moushi.schema import Table
from moushi.workspace import records
from moushi.workspace.checksums import parts

if TYPE_CHECKING:
    import sqlalchemy as sa

    from moushi.workspace.store import Store


def forget_versions(store: Store) -> None:
    """Delete the data files that no table version of the last `keep_runs` finished runs, and no later one, has.

    Notes
    -----
    The caller holds the `run` lock.  Files can be added meanwhile: only what
    was dropped from a table before its newest version is deleted.  Killed half
    way, the next call goes on.
    """
    oldest = records.oldest_versions(store.database, store.settings.count("keep_runs"))
    for table in all_tables().values():
        if table.name in oldest:
            _note_dropped(store, table)
            _delete(store, table, oldest[table.name])


def is_forgotten(store: Store, run_id: str, stages: list[str]) -> bool:
    """Say whether files that a run read are gone."""
    tables = all_tables()
    inputs = [done.inputs for stage in stages if (done := records.of_run(store.database, run_id, stage)) is not None]
    read = {(name, version) for each in inputs for name, version in each.items() if version is not None}
    files = [file for name, version in sorted(read) for file in store.engine.files(tables[name], version)]
    return any(not (store.lake / file.path).exists() for file in files)


def _note_dropped(store: Store, table: type[Table]) -> None:
    """Note, of the files that are known, which the newest version no longer has."""
    import sqlalchemy as sa

    from moushi.database.tables import data_files

    columns = data_files.c
    known = sa.select(columns.path).where(_of(table), columns.dropped.is_(None))
    with store.database.connect() as connection:
        paths = set(connection.execute(known).scalars())
    # Read after the list: a file added in between is not on it.
    newest = store.engine.version(table)
    dropped = sorted(paths - {file.path for file in store.engine.files(table, newest)})
    with store.database.begin() as connection:
        for part in parts(dropped):
            connection.execute(sa.update(data_files).where(columns.path.in_(part)).values(dropped=newest))


def _delete(store: Store, table: type[Table], oldest: int) -> None:
    import sqlalchemy as sa

    from moushi.database.tables import data_files

    columns = data_files.c
    with store.database.connect() as connection:
        paths = sorted(connection.execute(sa.select(columns.path).where(_of(table), columns.dropped <= oldest)).scalars())
    for path in paths:
        (store.lake / path).unlink(missing_ok=True)
    with store.database.begin() as connection:
        for part in parts(paths):
            connection.execute(sa.delete(data_files).where(columns.path.in_(part)))


def _of(table: type[Table]) -> sa.ColumnElement[bool]:
    from moushi.database.tables import data_files

    path = data_files.c.path
    return path.startswith(f"{table.name}/", autoescape=True) & path.endswith(".parquet")
