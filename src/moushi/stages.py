"""What a stage is, and what it is given.

A stage reads canonical tables and writes canonical tables.  It lives in a
folder of its own, whose `stage.py` holds a class with this shape, and is named
once in `pipeline.py`.  It never imports another stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import pyarrow as pa

from moushi.columns import OrderLines
from moushi.engine.base import Engine
from moushi.schema import Table
from moushi.settings import Settings

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.llm.gateway import Gateway
    from moushi.trust.shield import Shield


class Advance(Protocol):
    """Tells that `steps` more of the current task's steps are done."""

    def __call__(self, steps: int = 1) -> None:
        """Count steps."""
        ...


class Progress(Protocol):
    """Shows how far long work has come; surfaces decide how."""

    def task(self, code: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """Open a task; `code` is looked up in the locale files, `total` its number of steps."""
        ...


class Context(Protocol):
    """What a stage may use while it runs; reads are pinned to the run's table versions."""

    engine: Engine
    settings: Settings
    progress: Progress
    artifacts: Path
    issue_id: str

    @property
    def shield(self) -> Shield:
        """The workspace's privacy shield."""
        ...

    @property
    def llm(self) -> Gateway:
        """The door to language models, under the budget of this run; with none configured, the local tier does the work."""
        ...

    def read(self, table: type[Table]) -> ir.Table:
        """Return a table this stage declared in `reads`, at the version pinned by the run; or as the stage itself just wrote it."""
        ...

    def write(
        self, table: type[Table], rows: ir.Table | pa.Table | pa.RecordBatchReader, *, replace: bool | Mapping[str, str] = True
    ) -> None:
        """Write a table this stage declared in `writes`; see `Engine.write`."""
        ...


class Stage(Protocol):
    """A step of the pipeline.

    Attributes
    ----------
    name : the stage's name, as in settings' `affects` and in run records
    version : raised when the same inputs give other results
    reads, writes : the tables it may read and write
    """

    name: ClassVar[str]
    version: ClassVar[int]
    reads: ClassVar[tuple[type[Table], ...]]
    writes: ClassVar[tuple[type[Table], ...]]

    def run(self, context: Context) -> None:
        """Read, work, write.  Same inputs, settings and version: same bytes."""
        ...


def last_day(engine: Engine, lines: ir.Table, settings: Settings) -> date | None:
    """Return the last day with trade in prepared order lines, in the shop's time zone; None without lines."""
    last = engine.to_arrow(lines.aggregate(last=lines[OrderLines.ordered_at].max()))["last"][0].as_py()
    return None if last is None else last.astimezone(settings.zone).date()


class Silent:
    """A progress that shows nothing."""

    def task(self, code: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """Open a task that is not shown."""
        return _Nothing()


class _Nothing(AbstractContextManager[Advance]):
    def __enter__(self) -> Advance:
        return _ignore

    def __exit__(self, *_: Any) -> None:
        return None


def _ignore(steps: int = 1) -> None:
    return None
