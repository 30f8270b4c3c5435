"""The command that writes the report."""

from __future__ import annotations

import time
from pathlib import Path

import click

from moushi.locale.format import duration, size
from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import Session


@command("report")
@click.argument("shop", type=click.Path(path_type=Path), default=".")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--open", "opening", is_flag=True)
def report(session: Session, shop: Path, output: Path | None, opening: bool) -> None:
    """Write the report as one HTML file."""
    workspace = session.open(shop)
    began = time.perf_counter()
    with session.progress().task("cli.task.report"):
        written = workspace.report(output, language=session.language)
    seconds = time.perf_counter() - began
    facts = {"path": str(written), "bytes": written.stat().st_size, "language": session.language, "seconds": round(seconds, 3)}
    words = session.say(
        "report.done", path=written, size=size(written.stat().st_size, session.language), seconds=duration(seconds, session.language)
    )
    session.finish(facts, lambda out: out.print(words, markup=False, soft_wrap=True))
    if opening:
        click.launch(str(written))
