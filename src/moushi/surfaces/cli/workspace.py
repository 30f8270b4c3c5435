"""Commands about the workspace itself: make, check, keep and explain it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import DAMAGED, OK, Session

if TYPE_CHECKING:
    from rich.console import Console


@command("init")
@click.argument("shop", type=click.Path(path_type=Path))
def init(session: Session, shop: Path) -> None:
    """Make a workspace."""
    import moushi

    with session.progress().task("cli.task.init"):
        workspace = moushi.Workspace.create(shop, **session.settings)
    result = {"path": str(workspace.path), "settings": workspace.settings.shown()}
    session.finish(result, lambda out: out.print(session.say("init.done", path=shop), markup=False, soft_wrap=True))


@command("verify")
@click.argument("shop", type=click.Path(path_type=Path), default=".")
@click.option("--clean", is_flag=True)
def verify(session: Session, shop: Path, clean: bool) -> None:
    """Check every file of a workspace; exit with 5 if something is wrong."""
    workspace = session.open(shop)
    problems = workspace.verify(clean=clean, progress=session.progress())
    damaged = [problem for problem in problems if problem.severity == "damage"]

    def show(out: Console) -> None:
        if not problems:
            out.print(session.say("verify.sound", path=shop), style="green", markup=False, soft_wrap=True)
            return
        for problem in problems:
            style = "red" if problem.severity == "damage" else "yellow"
            out.print(problem.message(session.language), style=style, markup=False, soft_wrap=True)
            out.print(f"  {problem.remedy(session.language)}", markup=False, soft_wrap=True)
        key = "verify.damaged" if damaged else "verify.notes"
        out.print(session.say(key, count=len(damaged or problems)), style="red" if damaged else "green", markup=False)

    plain = [
        {
            "code": p.code,
            "where": p.where,
            "severity": p.severity,
            "message": p.message(session.language),
            "remedy": p.remedy(session.language),
        }
        for p in problems
    ]
    session.finish({"problems": plain}, show, exit_code=DAMAGED if damaged else OK)


@command("backup")
@click.argument("shop", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--without-keys", is_flag=True)
def backup(session: Session, shop: Path, file: Path, without_keys: bool) -> None:
    """Write everything of a workspace into one file."""
    from moushi.locale.format import size

    workspace = session.open(shop)
    with session.progress().task("cli.task.backup"):
        workspace.backup(file, with_keys=not without_keys)
    written = file.stat().st_size
    session.finish(
        {"path": str(file), "bytes": written, "keys": not without_keys},
        lambda out: out.print(session.say("backup.done", path=file, size=size(written, session.language)), markup=False, soft_wrap=True),
    )


@command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("shop", type=click.Path(path_type=Path))
def restore(session: Session, file: Path, shop: Path) -> None:
    """Make a workspace from a backup."""
    import moushi

    with session.progress().task("cli.task.restore"):
        moushi.restore(file, shop)
    session.finish({"path": str(shop)}, lambda out: out.print(session.say("restore.done", path=shop), markup=False, soft_wrap=True))


@command("settings")
@click.argument("shop", type=click.Path(path_type=Path), required=False)
def settings(session: Session, shop: Path | None) -> None:
    """List every setting, with its value in a workspace."""
    from moushi.settings import SETTINGS, Settings

    values = (session.open(shop).settings if shop is not None else Settings(explicit=session.settings)).shown()
    listed = [
        {
            "name": setting.name,
            "value": values[setting.name],
            "default": setting.default,
            "unit": setting.unit,
            "environment": setting.environment,
            "expected": getattr(setting.expected(), session.language),
            "help": session.say(f"setting.{setting.name}"),
        }
        for setting in SETTINGS.values()
    ]

    def show(out: Console) -> None:
        rows = [(str(s["name"]), _shown(s["value"]), _shown(s["default"]), str(s["unit"]), str(s["help"])) for s in listed]
        _table(out, session, ("name", "value", "default", "unit", "meaning"), rows)
        out.print(session.say("settings.how"), style="dim", markup=False)

    session.finish({"settings": listed}, show)


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def _table(out: Console, session: Session, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from moushi.surfaces.cli.tables import table

    out.print(table(session, columns, rows))
