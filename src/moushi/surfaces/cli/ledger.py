"""The command that shows how forecasts and decisions have done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from moushi.locale import say
from moushi.locale.format import money, number, percent
from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.decisions import currency_of
from moushi.surfaces.cli.session import Session
from moushi.surfaces.cli.tables import table

if TYPE_CHECKING:
    from rich.console import Console

Line = Callable[[Session, Mapping[str, Any], str], tuple[str, ...]]

FORECAST_COLUMNS = ("claim", "settled", "periods", "coverage_80", "coverage_90", "skill", "bias")
DECISION_COLUMNS = ("claim", "issued", "approved", "rejected", "settled", "coverage_90", "expected", "realised")


@command("ledger")
@click.argument("shop", type=click.Path(path_type=Path), default=".")
def ledger(session: Session, shop: Path) -> None:
    """Show how forecasts and decisions have done."""
    workspace = session.open(shop)
    rows = workspace.ledger.calibration().to_pylist()
    gaps = workspace.ledger.gaps()
    currency = currency_of(workspace)

    def show(out: Console) -> None:
        from moushi.ledger.words import gap_words

        if not any(row["settled"] or row["issued"] for row in rows):
            out.print(session.say("ledger.none"), markup=False, soft_wrap=True)
        _show_claims(out, session, [row for row in rows if row["claim"] == "forecast"], _forecast_line, FORECAST_COLUMNS, currency)
        _show_claims(out, session, [row for row in rows if row["claim"] == "decision"], _decision_line, DECISION_COLUMNS, currency)
        for gap in gaps:
            out.print(gap_words(gap, session.language), style="yellow", markup=False, soft_wrap=True)

    session.finish({"currency": currency, "calibration": rows, "gaps": gaps}, show)


def _show_claims(
    out: Console, session: Session, rows: Sequence[Mapping[str, Any]], line: Line, columns: tuple[str, ...], currency: str
) -> None:
    if rows:
        out.print(table(session, columns, [line(session, row, currency) for row in rows], right=columns[1:]))


def _forecast_line(session: Session, row: Mapping[str, Any], _: str) -> tuple[str, ...]:
    counts = [number(row[name], session.language) for name in ("settled", "counted")]
    shares = [_share(session, row, name) for name in ("coverage_80", "coverage_90")]
    changes = ["–" if row[name] is None else percent(row[name], session.language, signed=True) for name in ("skill", "bias")]
    return (session.say(f"target.{row['kind']}"), *counts, *shares, *changes)


def _decision_line(session: Session, row: Mapping[str, Any], currency: str) -> tuple[str, ...]:
    counts = [number(row[name] or 0, session.language) for name in ("issued", "approved", "rejected", "settled")]
    amounts = ["–" if row[name] is None else money(row[name], currency, session.language) for name in ("expected_home", "realised_home")]
    return (say(f"decisions.kind.{row['kind']}", session.language), *counts, _share(session, row, "coverage_90"), *amounts)


def _share(session: Session, row: Mapping[str, Any], name: str) -> str:
    if row[name] is None:
        return "–"
    low, high = (percent(row[f"{name}_{end}"], session.language) for end in ("low", "high"))
    return f"{percent(row[name], session.language)} [{low}, {high}]"
