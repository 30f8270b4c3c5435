"""The report: one HTML file that opens with no network.

`content.py` assembles the numbers, each with its witness; `render.py` makes the
page.  Same tables, same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from moushi.errors import Language

if TYPE_CHECKING:
    from moushi.engine.base import Engine
    from moushi.ledger import Ledger
    from moushi.settings import Settings
    from moushi.workspace.records import RunRecord


class Shop(Protocol):
    """What a report needs of a workspace."""

    @property
    def path(self) -> Path:
        """The workspace's folder; its name is the shop's."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        ...

    @property
    def engine(self) -> Engine:
        """Reads the lake."""
        ...

    @property
    def ledger(self) -> Ledger:
        """Knows what was decided."""
        ...

    def runs(self) -> Sequence[RunRecord]:
        """Return all runs, newest first."""
        ...


def write_report(workspace: Shop, path: Path, language: Language) -> Path:
    """Write the report of a workspace and return where it is.

    Parameters
    ----------
    path : the HTML file; its folder is made where it is missing
    language : "en" or "zh"

    Notes
    -----
    The file is replaced in one step: who opens it meanwhile sees the old report or the new one.
    """
    from moushi.columns import Decisions
    from moushi.ledger.book import STATUS
    from moushi.surfaces.report.content import build
    from moushi.surfaces.report.render import render

    runs = workspace.runs()
    known = workspace.ledger.decisions()
    statuses = dict(zip(known[Decisions.decision_id].to_pylist(), known[STATUS].to_pylist(), strict=True))
    content = build(
        workspace.engine,
        workspace.settings,
        name=workspace.path.resolve().name,
        issue_id=runs[0].issue_id if runs else None,
        statuses=statuses,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(render(content, language), "utf-8")
    draft.replace(path)
    return path
