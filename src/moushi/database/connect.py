"""Opens the application database and brings its schema up to date."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moushi.errors import DatabaseTaken, DatabaseUnreachable, InvalidSetting, MissingExtra, Words, WorkspaceError, WorkspaceTooNew

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

HEAD = "0003"
"""Newest revision in migrations/versions; a test compares the two."""

SETTING = "database_url"
_EXPECTED = Words(
    "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with ?sslmode=... where wanted",
    "sqlite:///文件 或 postgresql://用户:密码@主机:端口/库名，需要时加 ?sslmode=...",
)


def open_database(url: str, identity: str) -> Engine:
    """Connect to the database of a workspace and upgrade its schema.

    Parameters
    ----------
    url : SQLAlchemy URL of a SQLite file or a PostgreSQL database; of the
        query, `sslmode` is understood, with libpq's values
    identity : of the workspace; a database serves one workspace

    Raises
    ------
    InvalidSetting : if the URL is neither
    MissingExtra : if PostgreSQL's driver is not installed
    DatabaseUnreachable : if the server, the user or the file refuses
    DatabaseTaken : if it holds the state of another workspace
    WorkspaceTooNew : if a newer Moushi wrote it

    Notes
    -----
    The caller keeps other processes of the workspace from opening it at the same time.
    """
    import sqlalchemy as sa

    address = _address(url)
    shown = address.render_as_string(hide_password=True)
    database = _engine(address)
    try:
        _prepare(database, identity, shown)
    except (sa.exc.DBAPIError, OSError) as error:
        database.dispose()
        raise DatabaseUnreachable(url=shown, detail=_detail(error)) from error
    except WorkspaceError:
        database.dispose()
        raise
    return database


def _address(url: str) -> URL:
    """Return a URL that names a supported database and the driver that Moushi uses for it."""
    import sqlalchemy as sa

    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise InvalidSetting(name=SETTING, value="…", where=SETTING, expected=_EXPECTED) from None
    name = address.get_backend_name()
    if name == "postgres":  # A common spelling, which SQLAlchemy does not know.
        name = "postgresql"
    known = {"sqlite": set(address.query), "postgresql": {"sslmode"}}
    if name not in known or set(address.query) - known[name] or address.query.get("sslmode", "prefer") not in _TLS:
        raise InvalidSetting(name=SETTING, value=address.render_as_string(hide_password=True), where=SETTING, expected=_EXPECTED)
    return address.set(drivername="postgresql+pg8000") if name == "postgresql" else address


def _engine(address: URL) -> Engine:
    import sqlalchemy as sa

    if address.get_backend_name() == "sqlite":
        database = sa.create_engine(address)
        sa.event.listen(database, "connect", _durable)
        return database
    tls = _TLS[str(address.query.get("sslmode", "prefer"))]
    try:
        # The pool is small: surfaces are short-lived, workers never touch the database.
        return sa.create_engine(address.set(query={}), pool_pre_ping=True, connect_args={"ssl_context": tls()})
    except ModuleNotFoundError as error:
        raise MissingExtra(where=SETTING, package="pg8000", extra="postgresql") from error


def _encrypted() -> ssl.SSLContext:
    """Return a context that encrypts and trusts any certificate, as libpq's `require` does."""
    context = _certified()
    context.verify_mode = ssl.CERT_NONE
    return context


def _certified() -> ssl.SSLContext:
    """Return a context that wants a trusted certificate, of whatever host."""
    context = ssl.create_default_context()
    context.check_hostname = False
    return context


# None lets the driver try an encrypted connection first and a plain one then.
_TLS: dict[str, Callable[[], ssl.SSLContext | bool | None]] = {
    "disable": lambda: False,
    "allow": lambda: None,
    "prefer": lambda: None,
    "require": _encrypted,
    "verify-ca": _certified,
    "verify-full": ssl.create_default_context,
}


def _durable(connection: Any, _record: Any) -> None:
    """Let several processes share a SQLite file, and make every commit durable."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=60000")
    cursor.close()


def _prepare(database: Engine, identity: str, shown: str) -> None:
    """Bring the schema up to date, and note whose database it is."""
    import sqlalchemy as sa

    from moushi.database.tables import owner

    with database.connect() as connection:
        found = _revision(connection)
    if found is not None and found > HEAD:
        raise WorkspaceTooNew(path=shown, found=found, known=HEAD)
    if found != HEAD:
        _upgrade(database)
    with database.begin() as connection:
        holder = connection.execute(sa.select(owner.c.identity)).scalar()
        if holder is None:
            connection.execute(sa.insert(owner).values(identity=identity))
        elif holder != identity:
            raise DatabaseTaken(url=shown)


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


def _detail(error: Exception) -> str:
    """Return what the database said, in one line."""
    behind = getattr(error, "orig", None) or error
    # PostgreSQL's driver hands on the fields of the server's message.
    fields = behind.args[0] if behind.args and isinstance(behind.args[0], dict) else {}
    return str(fields.get("M", behind))
