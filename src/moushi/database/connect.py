"""Opens the application database and brings its schema up to date."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moushi.errors import WorkspaceTooNew

if TYPE_CHECKING:
    from sqlalchemy import Engine

HEAD = "0001"
"""Newest revision in migrations/versions; a test compares the two."""


def open_database(url: str) -> Engine:
    """Connect to a database and upgrade its schema.

    Parameters
    ----------
    url : SQLAlchemy URL; SQLite and PostgreSQL are supported

    Raises
    ------
    WorkspaceTooNew : if a newer Moushi wrote it
    """
    import sqlalchemy as sa

    # The pool is small: surfaces are short-lived, workers never touch the database.
    database = sa.create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if database.dialect.name == "sqlite":
        sa.event.listen(database, "connect", _durable)
    with database.connect() as connection:
        found = _revision(connection)
    if found == HEAD:
        return database
    if found is not None and found > HEAD:
        raise WorkspaceTooNew(path=re.sub(r"//.*@", "//…@", url), found=found, known=HEAD)
    _upgrade(database)
    return database


def _durable(connection: Any, _record: Any) -> None:
    """Let several processes share a SQLite file, and make every commit durable."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=60000")
    cursor.close()


def _revision(connection: Any) -> str | None:
    import sqlalchemy as sa

    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(database: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    with resources.as_file(resources.files("moushi.database") / "migrations") as scripts:
        config.set_main_option("script_location", str(Path(scripts)).replace("%", "%%"))
        with database.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
