"""Checksums of the lake's files, recorded as they are committed and compared by `verify`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from moushi.engine.base import DataFile
from moushi.schema import Table

if TYPE_CHECKING:
    from sqlalchemy import Engine as Database


def file_digest(path: Path) -> str:
    """Return the BLAKE2b digest of a file, 32 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def record_files(database: Database, lake: Path, table: type[Table], version: int, files: Iterable[DataFile]) -> None:
    """Record the checksums of a commit's files, and of its log entry, that are not yet known."""
    import sqlalchemy as sa

    from moushi.database.tables import data_files

    paths = [file.path for file in files] + [f"{table.name}/_delta_log/{version:020}.json"]
    known = recorded(database, paths)
    rows = [
        {"path": path, "bytes": (lake / path).stat().st_size, "checksum": file_digest(lake / path)}
        for path in paths
        if path not in known and (lake / path).exists()
    ]
    if rows:
        with database.begin() as connection:
            connection.execute(sa.insert(data_files), rows)


def recorded(database: Database, paths: list[str]) -> dict[str, tuple[int, str]]:
    """Return size and checksum of those of `paths` that are recorded."""
    import sqlalchemy as sa

    from moushi.database.tables import data_files

    found: dict[str, tuple[int, str]] = {}
    with database.connect() as connection:
        for part in parts(paths):
            query = sa.select(data_files).where(data_files.c.path.in_(part))
            found |= {row.path: (row.bytes, row.checksum) for row in connection.execute(query)}
    return found


def parts(paths: list[str], size: int = 500) -> Iterator[list[str]]:
    """Cut a list, so that a query stays under the database's limit on parameters."""
    for start in range(0, len(paths), size):
        yield paths[start : start + size]
