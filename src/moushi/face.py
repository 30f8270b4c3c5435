"""The public face: what a script or a surface may ask of a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moushi import pipeline
from moushi.columns import all_tables
from moushi.engine.base import Engine
from moushi.errors import Language, TableNotFound
from moushi.locale import system_language
from moushi.schema import Table
from moushi.settings import Settings
from moushi.stages import Progress, Silent
from moushi.workspace import records
from moushi.workspace.store import Store

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from moushi.collect import AddResult, Ask, Check, Collector
    from moushi.ledger import Ledger
    from moushi.workspace.choices import Choices
    from moushi.workspace.models import Models
    from moushi.workspace.verify import Problem

Paths = str | Path | Sequence[str | Path]


class Workspace:
    """A business's data, what Moushi makes of them, and the ledger of its decisions.

    Made by `moushi.open` or `Workspace.create`; usable as a context manager.
    Several processes may have the same workspace open.

    Parameters
    ----------
    store : the open workspace folder
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def create(cls, path: str | Path, **settings: Any) -> Workspace:
        """Make a workspace in a new or empty folder.

        Raises
        ------
        WorkspaceExists : if the folder holds anything
        UnknownSetting, InvalidSetting : if a setting is not one
        """
        return cls(Store.create(Path(path), settings))

    @property
    def path(self) -> Path:
        """The workspace's folder."""
        return self._store.path

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._store.settings

    @property
    def language(self) -> Language:
        """The workspace's language, or the system's where it has none."""
        chosen = self.settings["language"]
        return "zh" if chosen == "zh" else "en" if chosen == "en" else system_language()

    @property
    def engine(self) -> Engine:
        """The engine over the workspace's lake."""
        return self._store.engine

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of forecasts and decisions, and of what became of them."""
        from moushi.ledger import Ledger

        return Ledger(self._store.engine, self._store.database)

    @cached_property
    def choices(self) -> Choices:
        """What people chose about texts: themes and corrections."""
        from moushi.workspace.choices import Choices

        return Choices(self._store)

    @cached_property
    def models(self) -> Models:
        """The language models of the workspace; with none, the local tier does all work."""
        from moushi.workspace.models import Models

        return Models(self._store)

    def add(
        self,
        paths: Paths,
        *,
        table: str | None = None,
        remap: bool = False,
        ask: Ask | None = None,
        progress: Progress | None = None,
    ) -> AddResult:
        """Add files, or folders of them, in any mixture; what is what is inferred.

        Parameters
        ----------
        paths : files or folders
        table : the table the files hold, where it should not be inferred
        remap : approve a change of an approved mapping
        ask : asked to confirm each new mapping; without it Moushi decides

        Returns
        -------
        AddResult : per file what became of it; files already added are `unchanged`

        Raises
        ------
        SourceNotFound : if a path leads to nothing
        """
        with self._store.lock("collect"):
            return self._collector(progress, ask).add(_paths(paths), table=table, remap=remap)

    def check(self, path: str | Path) -> list[Check]:
        """Show how a file would be mapped, its problems and ten masked rows; nothing is loaded."""
        return self._collector(None, None).check(Path(path))

    def _collector(self, progress: Progress | None, ask: Ask | None) -> Collector:
        from moushi.collect import Collector, Contracts

        store = self._store
        contracts = Contracts(store.configuration)
        scratch = store.engine.scratch
        scratch.mkdir(parents=True, exist_ok=True)
        numbers = partial(store.next_number, "load")
        return Collector(store.engine, store.shield, store.settings, contracts, numbers, progress or Silent(), ask, scratch)

    def run(self, *, repeat: str | None = None, from_start: bool = False, progress: Progress | None = None) -> pipeline.RunResult:
        """Prepare, understand, profile, settle, forecast and decide, as far as there is anything new.

        Parameters
        ----------
        repeat : a run to do again on its pinned table versions, aside, to
            compare its results byte by byte; changes nothing
        from_start : do every stage, also those with nothing new to read
        """
        if repeat is not None:
            return pipeline.repeat(self._store, repeat, progress)
        return pipeline.run(self._store, from_start=from_start, progress=progress)

    def runs(self) -> list[records.RunRecord]:
        """Return all runs, newest first."""
        return records.all_runs(self._store.database)

    def read(self, table: type[Table]) -> ir.Table:
        """Return a table as an Ibis expression; empty if it was never written."""
        return self._store.engine.read(table)

    def table(self, name: str) -> pa.Table:
        """Return a table by name, as Arrow.

        Raises
        ------
        TableNotFound : if there is no table of that name
        """
        if name not in all_tables():
            raise TableNotFound(table=name, version="any")
        return self._store.engine.to_arrow(self.read(all_tables()[name]))

    def report(self, path: str | Path | None = None, *, language: Language | None = None) -> Path:
        """Write the report, one HTML file that opens with no network, and return its path."""
        from moushi.surfaces.report import write_report

        language = language or self.language
        target = Path(path) if path is not None else self.path / "reports" / f"report-{language}.html"
        return write_report(self, target, language)

    def verify(self, *, clean: bool = False, progress: Progress | None = None) -> list[Problem]:
        """Check that nothing in the workspace is lost or changed; an empty list means that it is whole."""
        from moushi.workspace.verify import verify

        return verify(self._store, clean=clean, progress=progress)

    def backup(self, path: str | Path, *, with_keys: bool = True) -> Path:
        """Write everything into one file and return its path."""
        from moushi.workspace.backup import backup

        return backup(self._store, Path(path), with_keys=with_keys)

    def close(self) -> None:
        """Let go of connections and scratch files."""
        self._store.close()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open(path: str | Path, **settings: Any) -> Workspace:
    """Open a workspace.

    Parameters
    ----------
    path : its folder
    **settings : settings that win over `moushi.toml` and the environment

    Raises
    ------
    WorkspaceNotFound : if the folder is not a workspace
    """
    return Workspace(Store(Path(path), settings))


def restore(backup: str | Path, path: str | Path) -> Workspace:
    """Make a workspace from a backup and open it.

    Raises
    ------
    BackupDamaged : if the file is not a whole backup; nothing is restored
    WorkspaceExists : if `path` holds anything
    """
    from moushi.workspace.backup import restore as restore_store

    return Workspace(restore_store(Path(backup), Path(path)))


def _paths(paths: Paths) -> list[Path]:
    return [Path(path) for path in ([paths] if isinstance(paths, (str, Path)) else paths)]
