"""Where a number comes from: the witness that every number of the report carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Witness:
    """What a number means and what stands behind it.

    Attributes
    ----------
    number : its place in the report's list of witnesses, from 1
    metric : code of the definition, text `report.metric.<metric>`
    tables : canonical tables read
    filters : codes of the filters, texts `report.filter.<code>`
    rows : rows of those tables that were counted; None where the number is computed from other numbers
    period : first and last day counted; None where days do not matter
    fresh : last day of the data
    model : model and version; None where nothing was modelled
    error : what was measured about the model: `skill`, `coverage_80`, `coverage_90`, `bias`, `origins`, `points`
    """

    number: int
    metric: str
    tables: tuple[str, ...]
    filters: tuple[str, ...] = ()
    rows: int | None = None
    period: tuple[date, date] | None = None
    fresh: date | None = None
    model: str | None = None
    error: Mapping[str, float | None] = field(default_factory=dict)


class Witnesses:
    """The witnesses of one report, in the order in which its numbers appear."""

    def __init__(self, fresh: date | None) -> None:
        self.fresh = fresh
        self._all: list[Witness] = []

    def add(
        self,
        metric: str,
        *tables: str,
        filters: tuple[str, ...] = (),
        rows: int | None = None,
        period: tuple[date, date] | None = None,
        model: str | None = None,
        error: Mapping[str, float | None] | None = None,
    ) -> int:
        """Register a witness and return its number; the same witness is registered once."""
        made = Witness(0, metric, tables, filters, rows, period, self.fresh, model, dict(error or {}))
        for known in self._all:
            if (known.metric, known.tables, known.filters, known.rows, known.period, known.model) == (
                made.metric, made.tables, made.filters, made.rows, made.period, made.model,
            ):  # fmt: skip
                return known.number
        number = len(self._all) + 1
        self._all.append(Witness(number, metric, tables, filters, rows, period, self.fresh, model, made.error))
        return number

    def all(self) -> tuple[Witness, ...]:
        """Return them by number."""
        return tuple(self._all)
