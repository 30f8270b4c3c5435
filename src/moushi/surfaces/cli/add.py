"""Commands that bring files in: look first, or load."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moushi.locale.format import number, percent
from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import OK, REFUSED, Session
from moushi.surfaces.cli.tables import table as make_table

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.collect import AddResult, Check
    from moushi.collect.result import SourceResult
    from moushi.face import Workspace
    from moushi.surfaces.cli.question import Question

WORKSPACE_FILE = "moushi.toml"
SHOWN = 20


@command("add")
@click.argument("shop", type=click.Path(path_type=Path))
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--table", metavar="NAME")
@click.option("--remap", is_flag=True)
@click.option("--yes", is_flag=True)
def add(session: Session, shop: Path, paths: tuple[Path, ...], table: str | None, remap: bool, yes: bool) -> None:
    """Load files of any mixture into a workspace."""
    from moushi.surfaces.cli.question import Question

    workspace = session.open(shop)
    progress = session.progress()
    ask = Question(session, progress) if session.interactive and not yes else None
    result = workspace.add(paths, table=table, remap=remap, ask=ask, progress=progress)
    if ask is not None and ask.again:
        result = _again(workspace, paths, ask, result)
    session.finish(as_plain(session, result), lambda out: show_added(out, session, result), exit_code=exit_code(result.exit_code))


def _again(workspace: Workspace, paths: Sequence[Path], ask: Question, first: AddResult) -> AddResult:
    """Add the files of which a person said which table they are, and return the results of both rounds."""
    from moushi.collect import AddResult

    results = [source for source in first.sources if source.name not in ask.again]
    for name, table in sorted(ask.again.items()):
        path = next(path for path in _files(paths) if name == path.name or name.startswith((f"{path.name}#", f"{path.name}/")))
        found = workspace.add([path], table=table, ask=ask, progress=ask.progress)
        results += [source for source in found.sources if source.name == name]
    return AddResult(tuple(results))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def exit_code(found: int) -> int:
    """Return 3 where a file was refused or quarantined for any reason, else 0: what could be loaded was loaded."""
    return REFUSED if found else OK


def as_plain(session: Session, result: AddResult) -> dict[str, Any]:
    """Return an addition as JSON has it."""
    sources = [
        {
            "name": source.name,
            "status": source.status,
            "mapping": source.mapping,
            "tables": dict(source.tables),
            "rows": source.rows,
            "quarantined": source.quarantined,
            "message": source.message(session.language),
        }
        for source in result.sources
    ]
    return {"sources": sources, "tables": result.tables, "rows": result.rows, "quarantined": result.quarantined}


def show_added(out: Console, session: Session, result: AddResult) -> None:
    """Show what became of each file; of many alike only how many."""
    rows: list[tuple[str, ...]] = []
    for group in _groups(result.sources):
        first = group[0]
        name = first.name if len(group) == 1 else session.say("add.and_more", name=first.name, count=len(group) - 1)
        landed = ", ".join(f"{table} {number(count, session.language)}" for table, count in _tables(group).items())
        aside = sum(source.quarantined for source in group)
        rows.append((name, session.say(f"status.{first.status}"), landed or "–", number(aside, session.language) if aside else ""))
    out.print(make_table(session, ("file", "status", "landed", "quarantined"), rows[:SHOWN], right=("quarantined",)))
    if len(rows) > SHOWN:
        out.print(session.say("add.more_rows", count=len(rows) - SHOWN), style="dim", markup=False)
    _show_messages(out, session, result.sources)
    counts = {name: number(count, session.language) for name, count in (("rows", result.rows), ("aside", result.quarantined))}
    out.print(session.say("add.done", files=result.count("loaded"), unchanged=result.count("unchanged"), **counts), markup=False)


def _groups(sources: Sequence[SourceResult]) -> list[list[SourceResult]]:
    """Return sources that came out alike together, in the order of their first."""
    groups: dict[tuple[object, ...], list[SourceResult]] = {}
    for source in sources:
        alike = (source.status, source.mapping) if source.error is None else (source.status, source.name)
        groups.setdefault(alike, []).append(source)
    return list(groups.values())


def _tables(group: Sequence[SourceResult]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for source in group:
        for name, count in source.tables.items():
            totals[name] = totals.get(name, 0) + count
    return dict(sorted(totals.items()))


def _show_messages(out: Console, session: Session, sources: Sequence[SourceResult]) -> None:
    """Show each message once, with the first file it is about."""
    told: set[str] = set()
    for source in sources:
        text = source.message(session.language)
        if text and text not in told:
            told.add(text)
            out.print(f"{source.name}: {text}", style="red" if source.error is not None else "yellow", markup=False, soft_wrap=True)


@command("check")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
def check(session: Session, paths: tuple[Path, ...]) -> None:
    """Show how files would be read; nothing is loaded."""
    checks = _check(session, paths)
    found = max((each.exit_code for each in checks), default=0)
    plain = {"checks": [_check_plain(session, each) for each in checks]}
    session.finish(plain, lambda out: _show_checks(out, session, checks), exit_code=exit_code(found))


def _check(session: Session, paths: tuple[Path, ...]) -> list[Check]:
    """Check files in the light of a workspace's mappings where the first path is one, else of none."""
    import moushi

    if len(paths) > 1 and (paths[0] / WORKSPACE_FILE).is_file():
        workspace = session.open(paths[0])
        return [found for path in paths[1:] for found in workspace.check(path)]
    with tempfile.TemporaryDirectory() as folder, moushi.Workspace.create(Path(folder) / "check", **session.settings) as workspace:
        return [found for path in paths for found in workspace.check(path)]


def _check_plain(session: Session, found: Check) -> dict[str, Any]:
    return {
        "name": found.name,
        "mapping": found.mapping.plain() if found.mapping is not None else None,
        "known": found.known,
        "confidence": found.confidence,
        "columns": found.columns,
        "unused": found.unused,
        "choices": [{"table": choice.table, "confidence": choice.confidence, "missing": choice.missing} for choice in found.choices],
        "notes": [note.message(session.language) for note in found.notes],
        "problems": [error.message(session.language) for error in found.errors],
        "preview": found.preview,
    }


def _show_checks(out: Console, session: Session, checks: Sequence[Check]) -> None:
    from moushi.surfaces.cli.question import mapping_rows

    for found in checks:
        out.print(session.say("check.name", name=found.name), style="bold", markup=False)
        if found.mapping is not None:
            known = session.say("check.known") if found.known else session.say("check.proposed")
            sure = percent(found.confidence, session.language)
            out.print(session.say("check.mapping", name=found.mapping.name, known=known, confidence=sure), markup=False)
            out.print(make_table(session, ("table", "column", "from"), mapping_rows(found.mapping)))
        if found.unused:
            out.print(session.say("check.unused", columns=", ".join(found.unused)), markup=False)
        for note in found.notes:
            out.print(note.message(session.language), style="yellow", markup=False, soft_wrap=True)
        for error in found.errors:
            out.print(error.message(session.language), style="red", markup=False, soft_wrap=True)
        _show_preview(out, session, found)


def _show_preview(out: Console, session: Session, found: Check) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    for name, rows in found.preview.items():
        if not rows:
            continue
        shown = Table(title=Text(session.say("check.preview", table=name)), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
        for column in rows[0]:
            shown.add_column(Text(column), overflow="ellipsis", no_wrap=True, max_width=22)
        for row in rows:
            shown.add_row(*(Text("" if cell is None else str(cell)) for cell in row.values()))
        out.print(shown)
