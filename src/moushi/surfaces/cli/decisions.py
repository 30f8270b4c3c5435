"""Commands about decisions: list them, look at one, take or leave it."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moushi.locale import words
from moushi.locale.format import day, money
from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import Session
from moushi.surfaces.cli.tables import table

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.face import Workspace
    from moushi.ledger.words import Described

SHOWN = 20
WIDE = 120
KINDS = ("reorder", "win_back", "investigate")


@command("decisions")
@click.argument("shop", type=click.Path(path_type=Path), default=".")
@click.argument("decision_id", required=False)
@click.option("--all", "everything", is_flag=True)
@click.option("--kind", type=click.Choice(KINDS))
def decisions(session: Session, shop: Path, decision_id: str | None, everything: bool, kind: str | None) -> None:
    """List the decisions of the last run, best first, or show one in full."""
    workspace = session.open(shop)
    if decision_id is not None:
        _show_one(session, workspace, decision_id)
        return
    from moushi.columns import Decisions

    rows = workspace.ledger.decisions().to_pylist()
    chosen = [row for row in rows if kind in (None, row[Decisions.kind_of_decision])]
    shown = chosen if everything else chosen[:SHOWN]
    currency = currency_of(workspace)

    def show(out: Console) -> None:
        if not shown:
            out.print(session.say("decisions.none", path=shop), markup=False, soft_wrap=True)
            return
        show_decisions(out, session, shown, currency)
        if len(shown) < len(chosen):
            out.print(session.say("decisions.more", count=len(chosen) - len(shown)), style="dim", markup=False)
        out.print(session.say("decisions.next", path=shop), style="dim", markup=False)

    session.finish({"currency": currency, "decisions": [as_plain(session, row, currency) for row in shown], "total": len(chosen)}, show)


def currency_of(workspace: Workspace) -> str:
    """Return the workspace's own currency."""
    from moushi.surfaces.report.source import Source

    return Source(workspace.engine, workspace.settings).currency


def show_decisions(out: Console, session: Session, rows: Sequence[Mapping[str, Any]], currency: str) -> None:
    """Show decisions as a table, one line each."""
    from moushi.columns import Decisions
    from moushi.ledger.book import STATUS

    def amount(value: Any) -> str:
        return money(value, currency, session.language)

    lines: list[tuple[str, ...]] = []
    for row in rows:
        low, high = amount(row[Decisions.low_home]), amount(row[Decisions.high_home])
        lines.append(
            (
                str(row[Decisions.rank]),
                row[Decisions.decision_id],
                _words(session, row, currency).title,
                f"{amount(row[Decisions.expected_value_home])} [{low}, {high}]",
                amount(row[Decisions.cost_home]),
                words("decisions", session.language).get(f"judged_by.{row[Decisions.judged_by]}", row[Decisions.judged_by]),
                session.say(f"status.{row[STATUS]}"),
            )
        )
    columns = ["rank", "id", "what", "expected", "cost", "judged", "status"]
    if out.width < WIDE:
        # How it is judged stands with the decision itself; the rest must stay readable.
        columns.remove("judged")
        lines = [(*line[:5], line[6]) for line in lines]
    out.print(table(session, columns, lines, right=("rank", "expected", "cost"), fixed=("id", "status")))


def _words(session: Session, row: Mapping[str, Any], currency: str) -> Described:
    from moushi.ledger.words import describe

    described: Described = describe(row, session.language, money=lambda value: money(value, currency, session.language))
    return described


def as_plain(session: Session, row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return a decision as JSON has it: its row, its facts, and its words."""
    import json

    from moushi.columns import Decisions

    said = _words(session, row, currency)
    words = {part: getattr(said, part) for part in ("title", "what", "whom", "why", "judged")}
    return {**row, Decisions.facts: json.loads(row[Decisions.facts]), "words": words}


def _show_one(session: Session, workspace: Workspace, decision_id: str) -> None:
    from moushi.columns import Decisions, DecisionUnits
    from moushi.ledger.book import DECIDED_BY, REASON, STATUS
    from moushi.ledger.words import witness_words

    row = workspace.ledger.get(decision_id)
    currency = currency_of(workspace)
    arms = workspace.ledger.units(row[Decisions.decision_id])[DecisionUnits.arm].to_pylist()
    held = arms.count("holdout")
    said = _words(session, row, currency)

    def show(out: Console) -> None:
        out.print(f"{row[Decisions.decision_id]}  {said.title}", style="bold", markup=False)
        lines = [
            (session.say(f"decision.{part}"), getattr(said, part)) for part in ("what", "whom", "why", "judged") if getattr(said, part)
        ]
        if arms:
            lines.append((session.say("decision.units"), session.say("decision.arms", treated=len(arms) - held, held=held)))
        decided = session.say("decision.by", by=row[DECIDED_BY], reason=row[REASON] or "–") if row[DECIDED_BY] else ""
        lines.append((session.say("decision.status"), f"{session.say(f'status.{row[STATUS]}')} {decided}".strip()))
        made = session.say("decision.made_by", model=row[Decisions.model], day=day(row[Decisions.as_of], session.language))
        lines.append((session.say("decision.made"), made))
        _pairs(out, lines)
        out.print(f"\n{session.say('decision.evidence')}", style="bold", markup=False)
        _pairs(out, [(shown.text, witness_words(shown.witness, session.language)) for shown in said.shown])

    facts = {**as_plain(session, row, currency), "units": {"treat": len(arms) - held, "holdout": held}, "currency": currency}
    session.finish({"decision": facts}, show)


def _pairs(out: Console, lines: Sequence[tuple[str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold", max_width=28)
    grid.add_column(overflow="fold")
    for name, value in lines:
        grid.add_row(Text(name, style="dim"), Text(value))
    out.print(grid)


@command("approve")
@click.argument("shop", type=click.Path(path_type=Path))
@click.argument("decision_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--by", metavar="NAME")
@click.option("--reason", metavar="TEXT")
def approve(session: Session, shop: Path, decision_ids: tuple[str, ...], by: str | None, reason: str | None) -> None:
    """Approve decisions."""
    ledger = session.open(shop).ledger
    _finish_deciding(session, [ledger.approve(each, by or person(), reason=reason) for each in decision_ids])


@command("reject")
@click.argument("shop", type=click.Path(path_type=Path))
@click.argument("decision_ids", nargs=-1, required=True, metavar="ID...")
@click.option("--reason", required=True, metavar="TEXT")
@click.option("--by", metavar="NAME")
def reject(session: Session, shop: Path, decision_ids: tuple[str, ...], reason: str, by: str | None) -> None:
    """Reject decisions, saying why."""
    ledger = session.open(shop).ledger
    _finish_deciding(session, [ledger.reject(each, by or person(), reason=reason) for each in decision_ids])


def person() -> str:
    """Return the name of who is at the keyboard, as the operating system knows it."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # Containers run under numbers that have no name.
        return "?"


def _finish_deciding(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    from moushi.columns import Decisions
    from moushi.ledger.book import DECIDED_BY, STATUS

    done = [{name: row[name] for name in (Decisions.decision_id, STATUS, DECIDED_BY)} for row in rows]

    def show(out: Console) -> None:
        for each in done:
            out.print(session.say(f"decided.{each[STATUS]}", decision=each[Decisions.decision_id], by=each[DECIDED_BY]), markup=False)

    session.finish({"decisions": done}, show)
