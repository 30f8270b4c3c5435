"""The command that shows what Moushi does: a simulated shop, from its files to the ten best decisions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from moushi.locale.format import duration
from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import Session

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.face import Workspace

BEST = 10
EXPORTS = "exports"
WORKSPACE_FILE = "moushi.toml"


@command("demo")
@click.argument("path", type=click.Path(path_type=Path), default="moushi-demo")
@click.option("--customers", type=click.IntRange(min=1), default=20_000)
@click.option("--products", type=click.IntRange(min=1), default=300)
@click.option("--weeks", type=click.IntRange(min=1), default=104)
@click.option("--seed", type=click.IntRange(min=0), default=0)
def demo(session: Session, path: Path, customers: int, products: int, weeks: int, seed: int) -> None:
    """Make a simulated shop, run the loop on it, and show the ten best decisions."""
    from moushi.surfaces.cli.decisions import as_plain, currency_of, show_decisions

    watch = Watch(session)
    progress = session.progress()
    with watch.step("shop"):
        workspace = _workspace(session, path)
    with watch.step("twin"):
        from moushi import Twin

        files = Twin(seed=seed, customers=customers, products=products, weeks=weeks, progress=progress).observe(path / EXPORTS)
    with watch.step("add"):
        added = workspace.add(files, progress=progress)
    with watch.step("run"):
        result = workspace.run(progress=progress)
    with watch.step("report"), progress.task("cli.task.report"):
        report = workspace.report(language=session.language)
    rows = workspace.ledger.decisions(limit=BEST).to_pylist()
    currency = currency_of(workspace)

    def show(out: Console) -> None:
        show_decisions(out, session, rows, currency)
        total = duration(sum(watch.seconds.values()), session.language)
        out.print(session.say("demo.done", report=report, path=path, seconds=total), markup=False, soft_wrap=True)

    facts = {
        "path": str(path),
        "report": str(report),
        "files": len(files),
        "rows": added.rows,
        "run_id": result.run_id,
        "seconds": {name: round(seconds, 3) for name, seconds in watch.seconds.items()},
        "currency": currency,
        "decisions": [as_plain(session, row, currency) for row in rows],
    }
    session.finish(facts, show)


def _workspace(session: Session, path: Path) -> Workspace:
    """Make the demo's workspace, or go on with the one that an earlier call made."""
    import moushi

    # Only a demo has exports inside: the simulated shop must never mix with a real one.
    if (path / WORKSPACE_FILE).is_file() and (path / EXPORTS).is_dir():
        return session.open(path)
    return moushi.Workspace.create(path, **session.settings)


class Watch:
    """Tells how long each step took.

    Attributes
    ----------
    seconds : step to seconds
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step, and say so when it is done."""
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began
        self.session.note(f"demo.{name}", seconds=duration(self.seconds[name], self.session.language))
