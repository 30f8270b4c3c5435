"""The command that runs the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from moushi.locale.format import duration, number
from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import FAILED, OK, Session
from moushi.surfaces.cli.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.face import Workspace
    from moushi.pipeline import RunResult
    from moushi.workspace.models import Asked


@command("run")
@click.argument("shop", type=click.Path(path_type=Path), default=".")
@click.option("--list", "listing", is_flag=True)
@click.option("--repeat", metavar="RUN_ID")
@click.option("--from-start", is_flag=True)
def run(session: Session, shop: Path, listing: bool, repeat: str | None, from_start: bool) -> None:
    """Bring every result up to date with what was added."""
    workspace = session.open(shop)
    if listing:
        _list(session, workspace)
        return
    result = workspace.run(repeat=repeat, from_start=from_start, progress=session.progress())

    def show(out: Console) -> None:
        show_run(out, session, result)
        _show_asked(out, session, workspace.models.asked(result.run_id) if repeat is None else None)
        if any(stage.status == "ran" for stage in result.stages):
            out.print(session.say("run.next", path=shop), style="dim", markup=False)

    different = any(stage.status == "different" for stage in result.stages)
    session.finish(result, show, exit_code=FAILED if different else OK)


def show_run(out: Console, session: Session, result: RunResult) -> None:
    """Show the stages of a run: what each did and how long it took."""
    if all(stage.status == "skipped" for stage in result.stages):
        out.print(session.say("run.nothing", seconds=duration(result.seconds, session.language)), markup=False)
        return
    rows = []
    for stage in result.stages:
        seconds = "" if stage.status == "skipped" else duration(stage.seconds, session.language)
        rows.append((session.say(f"stage.{stage.name}"), session.say(f"status.{stage.status}"), seconds))
    out.print(table(session, ("stage", "status", "time"), rows, right=("time",)))
    out.print(session.say("run.done", run=result.run_id, seconds=duration(result.seconds, session.language)), markup=False)


def _show_asked(out: Console, session: Session, asked: Asked | None) -> None:
    """Show what language models were asked, and why texts were left to the local tier."""
    if asked is None:
        return
    facts = {"texts": number(asked.texts, session.language), "tokens": number(asked.tokens, session.language)}
    out.print(session.say("run.asked", **facts), markup=False)
    for outcome, count in asked.left.items():
        left = session.say("run.left", texts=number(count, session.language), why=session.say(f"outcome.{outcome}"))
        out.print(left, style="yellow", markup=False)


def _list(session: Session, workspace: Workspace) -> None:
    runs = list(workspace.runs())

    def show(out: Console) -> None:
        if not runs:
            out.print(session.say("run.none", path=workspace.path), markup=False)
            return
        rows = [(each.run_id, each.issue_id, f"{each.started_at:%Y-%m-%d %H:%M}", session.say(f"status.{each.status}")) for each in runs]
        out.print(table(session, ("run", "issue", "started", "status"), rows, fixed=("run", "issue", "started")))

    plain = [
        {
            "run_id": each.run_id,
            "issue_id": each.issue_id,
            "status": each.status,
            "started_at": each.started_at,
            "finished_at": each.finished_at,
        }
        for each in runs
    ]
    session.finish({"runs": plain}, show)
