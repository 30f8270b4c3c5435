"""What is not known: inputs that are missing, forecasts that are weak, numbers that were assumed."""

from __future__ import annotations

from collections.abc import Iterable

from moushi.columns import Customers, OrderLines, Products, Rates, Stock, Supply, Texts
from moushi.schema import Table
from moushi.settings import SETTINGS
from moushi.surfaces.report.happened import YEAR_DAYS, Window
from moushi.surfaces.report.parts import Ahead, Gap, Proposal
from moushi.surfaces.report.source import Source

WIDE = 1.0
SHOWN_WEAK = 8
INPUTS: tuple[type[Table], ...] = (OrderLines, Products, Customers, Stock, Supply, Texts)
ASSUMED = ("gross_margin", "lead_time_days", "holding_cost_year", "win_back_response", "contact_cost")


def unknown(source: Source, window: Window | None, ahead: Ahead | None, proposals: tuple[Proposal, ...]) -> tuple[Gap, ...]:
    """Return what a reader should keep in mind, most consequential first."""
    return (*_missing(source, window), *_weak(source, ahead), *_assumed(source, proposals))


def _missing(source: Source, window: Window | None) -> Iterable[Gap]:
    for table in INPUTS:
        if _is_empty(source, table):
            yield Gap("missing", table.name, {})
    if not _is_empty(source, Products):
        yield from _uncosted(source)
    if window is not None and (window.last - window.begins).days < 2 * YEAR_DAYS:
        days = (window.last - window.begins).days + 1
        witness = source.witnesses.add("history_days", OrderLines.name, period=(window.begins, window.last))
        yield Gap("missing", "short_history", {"days": days}, witness)
    if window is not None:
        yield from _foreign(source)


def _is_empty(source: Source, table: type[Table]) -> bool:
    return not sum(file.rows for file in source.engine.files(table))


def _uncosted(source: Source) -> Iterable[Gap]:
    products = source.read(Products)
    row = source.rows(products.aggregate(n=products.count(), without=products[Products.unit_cost].isnull().sum()))[0]
    if row["without"]:
        witness = source.witnesses.add("uncosted", Products.name, rows=row["n"])
        yield Gap("missing", "unit_cost", {"count": row["without"], "total": row["n"]}, witness)


def _foreign(source: Source) -> Iterable[Gap]:
    """Say when money in other currencies was converted without a table of rates."""
    lines = source.read(OrderLines)
    row = source.rows(lines.aggregate(n=(lines[OrderLines.currency] != source.currency).sum()))[0]
    if row["n"] and _is_empty(source, Rates):
        witness = source.witnesses.add("foreign_lines", OrderLines.name, rows=row["n"])
        yield Gap("missing", "rates", {"count": row["n"], "currency": source.currency}, witness)


def _weak(source: Source, ahead: Ahead | None) -> Iterable[Gap]:
    if ahead is None:
        yield Gap("weak", "no_forecast", {})
        return
    total = ahead.total
    if total is not None and total.low is not None and total.high is not None and total.value:
        width = (float(total.high) - float(total.low)) / float(total.value)
        if width > WIDE:
            yield Gap("weak", "wide_total", {"share": width}, total.witness)
    if ahead.measured is None or ahead.measured.skill is None:
        yield Gap("weak", "unmeasured", {})
    elif ahead.measured.skill <= 0:
        yield Gap("weak", "total_skill", {"skill": ahead.measured.skill}, ahead.witness["days"])
    weak = [each for each in ahead.products if each.measured and each.measured.skill is not None and each.measured.skill <= 0]
    for each in weak[:SHOWN_WEAK]:
        assert each.measured is not None
        yield Gap("weak", "product_skill", {"name": each.name, "skill": each.measured.skill}, ahead.witness["products"])


def _assumed(source: Source, proposals: tuple[Proposal, ...]) -> Iterable[Gap]:
    """Name the settings that stand in for what was not measured, where decisions rest on them."""
    if not proposals:
        return
    witness = source.witnesses.add("assumption")
    for name in ASSUMED:
        yield Gap("assumed", name, {"value": source.settings[name], "is_default": source.settings[name] == SETTINGS[name].default}, witness)
