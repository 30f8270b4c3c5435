"""A workspace on disk, and the handles to what is in it.

::

    shop/
      moushi.toml     settings and approved mappings; its presence makes the folder a workspace
      lake/           Delta tables
      moushi.db       application database (elsewhere when `database_url` is set)
      vault.db        originals of personal data, encrypted
      keys/           key of tokens and vault, mode 0600; keys of language models, where not in the environment
      artifacts/      models
      reports/        reports
      scratch/        what does not fit in memory; may be deleted
      locks/          lock files
"""

from __future__ import annotations

import os
import shutil
import tomllib
import uuid
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from moushi.engine.base import DataFile
from moushi.engine.duckdb import DuckDBEngine
from moushi.errors import InvalidSetting, Words, WorkspaceBusy, WorkspaceExists, WorkspaceNotFound
from moushi.schema import Table
from moushi.settings import Settings, without_password
from moushi.workspace.checksums import record_files

if TYPE_CHECKING:
    from sqlalchemy import Engine as Database

    from moushi.llm.gateway import Gateway
    from moushi.trust.keys import Keys
    from moushi.trust.shield import Shield

CONFIGURATION = "moushi.toml"
Work = Literal["collect", "run", "database", "themes"]
_WORK: dict[Work, Words] = {
    "collect": Words("adding files", "添加文件"),
    "run": Words("a run", "运行"),
    "themes": Words("themes", "主题"),
    "database": Words("opening its database", "打开数据库"),
}

_TEMPLATE = """\
# A Moushi workspace.  `moushi settings` lists what can be set under [settings].
workspace = 1
identity = "{identity}"

[settings]
"""


class Store:
    """An open workspace folder.

    Parameters
    ----------
    path : the folder
    explicit : settings that win over `moushi.toml` and the environment

    Raises
    ------
    WorkspaceNotFound : if the folder is not a workspace
    InvalidSetting, UnknownSetting : if `moushi.toml` holds what it cannot
    """

    def __init__(self, path: Path, explicit: Mapping[str, Any] | None = None) -> None:
        self.path = path.absolute()
        if not self.configuration.is_file():
            raise WorkspaceNotFound(path=str(path))
        self.settings = Settings(_settings_of(self.configuration), explicit)

    @classmethod
    def create(cls, path: Path, explicit: Mapping[str, Any] | None = None) -> Store:
        """Make a workspace in a folder that does not exist or is empty, and open it.

        `explicit` settings are written to its `moushi.toml`.

        Raises
        ------
        WorkspaceExists : if the folder holds anything
        """
        path = path.absolute()
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise WorkspaceExists(path=str(path))
        Settings(explicit=explicit)
        _without_secrets(explicit or {}, path / CONFIGURATION)
        # Built aside and renamed, so that a killed `init` leaves no half of a workspace.
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
        try:
            cls._lay_out(aside, explicit or {})
            os.replace(aside, path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return cls(path, explicit)

    @classmethod
    def _lay_out(cls, folder: Path, explicit: Mapping[str, Any]) -> None:
        import tomlkit

        from moushi.trust.keys import Keys

        for name in ("lake", "artifacts", "reports", "locks", "keys"):
            (folder / name).mkdir(parents=True)
        (folder / "keys").chmod(0o700)
        Keys.create(folder / "keys" / "moushi.key")
        document = tomlkit.parse(_TEMPLATE.format(identity=uuid.uuid4().hex))
        for name, value in explicit.items():
            document["settings"][name] = value
        (folder / CONFIGURATION).write_text(tomlkit.dumps(document), "utf-8")

    @property
    def configuration(self) -> Path:
        """The file with settings and mappings."""
        return self.path / CONFIGURATION

    @property
    def key_file(self) -> Path:
        """The file with the keys of tokens and vault."""
        return self.path / "keys" / "moushi.key"

    @property
    def lake(self) -> Path:
        """The folder of the Delta tables."""
        return self.path / "lake"

    @cached_property
    def database(self) -> Database:
        """The application database, its schema up to date."""
        from moushi.database.connect import open_database

        # Two processes that open a new workspace at once must not both make the tables.
        with self.lock("database"):
            database = open_database(self.database_url, self.identity)
        # Whoever forgets `close` leaves no connection behind.
        weakref.finalize(self, database.dispose)
        return database

    @property
    def identity(self) -> str:
        """What tells this workspace from others in an application database."""
        return str(_content(self.configuration).get("identity", ""))

    @property
    def database_url(self) -> str:
        """Where the application database is."""
        return str(self.settings["database_url"] or f"sqlite:///{self.path / 'moushi.db'}")

    @cached_property
    def engine(self) -> DuckDBEngine:
        """The engine over this workspace's lake."""
        scratch = self.path / "scratch"
        _sweep(scratch)
        return DuckDBEngine(self.lake, self.settings, scratch=scratch / str(os.getpid()), recorder=self._record)

    def _record(self, table: type[Table], version: int, files: list[DataFile]) -> None:
        record_files(self.database, self.lake, table, version, files)

    @cached_property
    def keys(self) -> Keys:
        """The keys of tokens and vault."""
        from moushi.trust.keys import Keys

        return Keys.load(self.key_file)

    @cached_property
    def shield(self) -> Shield:
        """The privacy shield over this workspace's keys and vault."""
        from moushi.trust.shield import Shield
        from moushi.trust.spans import Options
        from moushi.trust.vault import Vault

        return Shield(self.keys, Vault(self.path / "vault.db", self.keys), Options.of(self.settings))

    @cached_property
    def llm(self) -> Gateway:
        """The door to the workspace's language models; opening it connects to none.

        Raises
        ------
        ModelInvalid : if a [[model]] section of `moushi.toml` cannot be used
        """
        from moushi.llm.book import Book
        from moushi.llm.gateway import Gateway
        from moushi.llm.keys import KEY_FILE
        from moushi.llm.models import read_models

        book = Book(lambda: self.database, self.settings)
        return Gateway(read_models(self.configuration), self.settings, lambda: self.shield, book, self.key_file.with_name(KEY_FILE))

    @contextmanager
    def lock(self, work: Work) -> Iterator[None]:
        """Hold the lock for a kind of work; other processes wait for it.

        The operating system frees it when the holder dies.

        Raises
        ------
        WorkspaceBusy : if it is not free within `lock_timeout_s`
        """
        from filelock import FileLock, Timeout

        (self.path / "locks").mkdir(exist_ok=True)
        timeout_s = self.settings.number("lock_timeout_s")
        lock = FileLock(self.path / "locks" / f"{work}.lock", timeout=timeout_s)
        try:
            with lock:
                yield
        except Timeout as error:
            raise WorkspaceBusy(what=_WORK[work], path=str(self.path), waited_s=timeout_s) from error

    def next_number(self, name: str) -> int:
        """Return the next number of a sequence; a number is never given twice."""
        import sqlalchemy as sa

        # One statement, and the same for both databases: two processes cannot come between.
        take = sa.text(
            "INSERT INTO counters (name, value) VALUES (:name, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
        )
        with self.database.begin() as connection:
            return int(connection.execute(take, {"name": name}).scalar_one())

    def close(self) -> None:
        """Let go of connections and delete this process's scratch files."""
        if "llm" in self.__dict__:
            self.llm.close()
        if "engine" in self.__dict__:
            self.engine.close()
            shutil.rmtree(self.engine.scratch, ignore_errors=True)
        if "database" in self.__dict__:
            self.database.dispose()
        if "shield" in self.__dict__:
            self.shield.vault.close()


def _sweep(scratch: Path) -> None:
    """Delete what processes left that no longer live."""
    for folder in scratch.glob("*") if scratch.is_dir() else ():
        try:
            os.kill(int(folder.name), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (ValueError, PermissionError):
            continue


def _content(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSetting(
            name="TOML", value=str(error), where=str(file), expected=Words("valid TOML in UTF-8", "UTF-8 编码的有效 TOML")
        ) from error


def _settings_of(file: Path) -> dict[str, Any]:
    found = _content(file).get("settings", {})
    if not isinstance(found, dict):
        raise InvalidSetting(name="settings", value=found, where=str(file), expected=Words("a [settings] section", "[settings] 小节"))
    _without_secrets(found, file)
    return found


def _without_secrets(settings: Mapping[str, Any], file: Path) -> None:
    """Refuse a password in a file that others may read and that every backup copies."""
    url = str(settings.get("database_url", ""))
    if without_password(url) != url:
        expected = Words(
            "an address without a password; one with a password goes into the environment, as MOUSHI_DATABASE_URL",
            "不含密码的地址；含密码的地址请放在环境变量 MOUSHI_DATABASE_URL 中",
        )
        raise InvalidSetting(name="database_url", value="…", where=str(file), expected=expected)
