"""The command that says what is installed, what is set and what a workspace holds: what a person asks first when something is odd."""

from __future__ import annotations

import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moushi.locale.format import duration, number, size
from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import Session
from moushi.surfaces.cli.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.face import Workspace

PACKAGES = ("moushi", "ibis-framework", "duckdb", "deltalake", "pyarrow", "numpy", "statsforecast", "sqlalchemy", "cryptography", "rich")
WORKSPACE_FILE = "moushi.toml"


@command("doctor")
@click.argument("shop", type=click.Path(path_type=Path), required=False)
def doctor(session: Session, shop: Path | None) -> None:
    """Describe this machine and, where one is named, a workspace; no personal data."""
    facts: dict[str, Any] = {"machine": _machine(Path.cwd() if shop is None else shop), "packages": _packages()}
    if shop is not None:
        facts["workspace"] = _workspace(session.open(shop))

    def show(out: Console) -> None:
        for section, values in facts.items():
            rows = [(name, _shown(session, name, value)) for name, value in values.items() if not isinstance(value, (dict, list))]
            out.print(session.say(f"doctor.{section}"), style="bold", markup=False)
            out.print(table(session, ("what", "value"), rows, fixed=("what",)))
        if shop is not None:
            _show_tables(out, session, facts["workspace"])

    session.finish(facts, show)


def _machine(place: Path) -> dict[str, Any]:
    from moushi.settings import Settings

    existing = next(folder for folder in (place, *place.resolve().parents) if folder.exists())
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processes": Settings().processes,
        "free_bytes": shutil.disk_usage(existing).free,
        "encoding": sys.getfilesystemencoding(),
    }


def _packages() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _workspace(workspace: Workspace) -> dict[str, Any]:
    from moushi.columns import all_tables
    from moushi.settings import SETTINGS

    tables = []
    for name, kind in all_tables().items():
        latest = workspace.engine.version(kind)
        if latest is not None:
            files = workspace.engine.files(kind)
            tables.append(
                {
                    "table": name,
                    "version": latest,
                    "rows": sum(file.rows for file in files),
                    "files": len(files),
                    "bytes": sum(file.bytes for file in files),
                }
            )
    runs = workspace.runs()
    newest = runs[0] if runs else None
    seconds = (newest.finished_at - newest.started_at).total_seconds() if newest is not None and newest.finished_at is not None else None
    return {
        "path": str(workspace.path),
        "runs": len(runs),
        "last_run": newest.run_id if newest is not None else None,
        "last_run_status": newest.status if newest is not None else None,
        "last_run_seconds": seconds,
        "settings": {name: value for name, value in workspace.settings.shown().items() if value != SETTINGS[name].default},
        "tables": tables,
    }


def _shown(session: Session, name: str, value: Any) -> str:
    if value is None:
        return "–"
    if name.endswith("bytes"):
        return size(value, session.language)
    return duration(value, session.language) if name.endswith("seconds") else str(value)


def _show_tables(out: Console, session: Session, facts: dict[str, Any]) -> None:
    if facts["settings"]:
        out.print(session.say("doctor.settings"), style="bold", markup=False)
        out.print(table(session, ("name", "value"), [(name, str(value)) for name, value in facts["settings"].items()]))
    rows = [
        (
            each["table"],
            str(each["version"]),
            number(each["rows"], session.language),
            number(each["files"], session.language),
            size(each["bytes"], session.language),
        )
        for each in facts["tables"]
    ]
    out.print(session.say("doctor.tables"), style="bold", markup=False)
    out.print(table(session, ("table", "version", "rows", "files", "size"), rows, right=("version", "rows", "files", "size")))
