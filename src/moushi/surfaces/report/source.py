"""What the report's sections read: the lake's tables, the shop's days and currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from moushi.columns import Decisions, Forecasts, OrderLines
from moushi.engine.base import Engine
from moushi.engine.days import local_day
from moushi.schema import Table
from moushi.settings import Settings
from moushi.surfaces.report.witness import Witnesses

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

DAY = "day"
SALE, RETURN = "sale", "return"


@dataclass
class Source:
    """The tables of one report, each read at one version.

    Parameters
    ----------
    engine : reads the lake
    settings : zone and currency of the shop
    """

    engine: Engine
    settings: Settings

    def __post_init__(self) -> None:
        self._tables: dict[str, ir.Table] = {}

    def read(self, table: type[Table]) -> ir.Table:
        """Return a table, always the same version of it."""
        if table.name not in self._tables:
            self._tables[table.name] = self.engine.read(table)
        return self._tables[table.name]

    def arrow(self, expression: ir.Table) -> pa.Table:
        """Return the rows of an expression."""
        return self.engine.to_arrow(expression)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Return the rows of an expression as dictionaries; for few rows only."""
        return cast("list[dict[str, Any]]", self.arrow(expression).to_pylist())

    @cached_property
    def _span(self) -> tuple[datetime | None, datetime | None, str | None]:
        lines = self.read(OrderLines)
        traded = lines.filter(lines[OrderLines.kind_of_line].isin([SALE, RETURN]))
        row = self.rows(traded.aggregate(first=traded[OrderLines.ordered_at].min(), last=traded[OrderLines.ordered_at].max()))[0]
        return row["first"], row["last"], self._commonest_currency(lines) if row["last"] else None

    def _commonest_currency(self, lines: ir.Table) -> str | None:
        # What preparation took as the workspace's own, where the settings name none.
        import ibis

        counted = lines.group_by(OrderLines.currency).aggregate(n=lines.count())
        found = self.rows(counted.order_by([ibis.desc("n"), OrderLines.currency]).limit(1))
        return found[0][OrderLines.currency] if found else None

    @cached_property
    def currency(self) -> str:
        """The workspace's own currency."""
        chosen = self.settings["currency"]
        return str(chosen) if chosen else self._span[2] or "XXX"

    @cached_property
    def first(self) -> date | None:
        """First day with trade."""
        return _day(self._span[0], self.settings)

    @cached_property
    def as_of(self) -> date | None:
        """Last day with trade."""
        return _day(self._span[1], self.settings)

    @cached_property
    def witnesses(self) -> Witnesses:
        """Where the report's numbers come from."""
        return Witnesses(self.as_of)

    def newest_issue(self, table: type[Forecasts] | type[Decisions], preferred: str | None) -> str | None:
        """Return the issue of a table that knew the most recent day, None where the table is empty.

        Parameters
        ----------
        preferred : the issue to take where several knew the same day
        """
        found = self.read(table)
        rows = self.rows(found.select(table.issue_id, table.as_of).distinct())
        ranked = sorted((row[table.as_of], row[table.issue_id] == preferred, row[table.issue_id]) for row in rows)
        return str(ranked[-1][-1]) if ranked else None

    def trade(self) -> ir.Table:
        """Return sales and returns with the shop's day of each."""
        lines = self.read(OrderLines)
        traded = lines.filter(lines[OrderLines.kind_of_line].isin([SALE, RETURN]))
        return traded.mutate(**{DAY: local_day(traded[OrderLines.ordered_at], self.settings)})


def _day(at: datetime | None, settings: Settings) -> date | None:
    return None if at is None else at.astimezone(settings.zone).date()
