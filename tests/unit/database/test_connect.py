import sys

import pytest
import sqlalchemy as sa

from moushi.database import connect
from moushi.database.connect import HEAD, open_database
from moushi.database.tables import metadata
from moushi.errors import DatabaseTaken, DatabaseUnreachable, InvalidSetting, MissingExtra, WorkspaceTooNew

IDENTITY = "a" * 32


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'app.db'}"


def test_migrations_bring_a_database_to_the_declared_tables(url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = open_database(url, IDENTITY)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.dispose()


def test_head_is_the_newest_revision():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from moushi import database

    config = Config()
    config.set_main_option("script_location", f"{next(iter(database.__path__))}/migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_database_up_to_date_is_not_migrated_again(url, monkeypatch):
    open_database(url, IDENTITY).dispose()
    migrated = []
    monkeypatch.setattr(connect, "_upgrade", migrated.append)
    open_database(url, IDENTITY).dispose()
    assert migrated == []


def test_a_newer_database_is_refused(url):
    database = open_database(url, IDENTITY)
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.dispose()
    with pytest.raises(WorkspaceTooNew, match="9999"):
        open_database(url, IDENTITY)


def test_commits_are_durable_and_readers_do_not_block(url):
    database = open_database(url, IDENTITY)
    with database.connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2
    database.dispose()


def test_a_database_serves_one_workspace(url):
    open_database(url, IDENTITY).dispose()
    open_database(url, IDENTITY).dispose()
    with pytest.raises(DatabaseTaken, match="another workspace"):
        open_database(url, "b" * 32)


@pytest.mark.parametrize(
    "wrong", ["mysql://u:secret@host/shop", "shop", "postgresql://u:secret@host/shop?sslmode=maybe", "postgresql://u:secret@host/shop?x=1"]
)
def test_what_is_no_supported_database_is_refused_without_showing_its_password(wrong):
    with pytest.raises(InvalidSetting, match="database_url") as caught:
        open_database(wrong, IDENTITY)
    assert "secret" not in str(caught.value)


def test_a_file_that_cannot_be_made_is_explained(tmp_path):
    with pytest.raises(DatabaseUnreachable, match="unable to open database file"):
        open_database(f"sqlite:///{tmp_path / 'nowhere' / 'app.db'}", IDENTITY)


@pytest.mark.parametrize(
    "said",
    [
        ConnectionRefusedError(111, "no one listens"),
        sa.exc.ProgrammingError("SELECT 1", None, Exception({"S": "ERROR", "C": "28P01", "M": "no one listens"})),
    ],
)
def test_what_the_server_says_is_handed_on(url, monkeypatch, said):
    def refuse(*_):
        raise said

    monkeypatch.setattr(connect, "_revision", refuse)
    with pytest.raises(DatabaseUnreachable, match="no one listens") as caught:
        open_database(url, IDENTITY)
    assert "28P01" not in str(caught.value)


def test_a_driver_that_is_not_installed_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pg8000", None)
    with pytest.raises(MissingExtra, match=r"moushi\[postgresql\]"):
        open_database("postgresql://owner@host/shop", IDENTITY)
