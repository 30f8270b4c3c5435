import pytest
import sqlalchemy as sa

from moushi.database import connect
from moushi.database.connect import HEAD, open_database
from moushi.database.tables import metadata
from moushi.errors import WorkspaceTooNew


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'app.db'}"


def test_migrations_bring_a_database_to_the_declared_tables(url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database = open_database(url)
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
    open_database(url).dispose()
    monkeypatch.setattr(connect, "_upgrade", lambda _: pytest.fail("migrated again"))
    open_database(url).dispose()


def test_a_newer_database_is_refused(url):
    database = open_database(url)
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.dispose()
    with pytest.raises(WorkspaceTooNew, match="9999"):
        open_database(url)


def test_commits_are_durable_and_readers_do_not_block(url):
    database = open_database(url)
    with database.connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2
    database.dispose()
