from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from moushi.columns import Findings, OrderLines, Quarantine, Reconciliation, Sources
from moushi.prepare.stage import PrepareStage
from moushi.schema import Table, landing
from tests.support import LakeContext


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Shop:
    """Lands rows as collection does, runs preparation, and shows what became of them."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.context = LakeContext(folder, **settings)
        self.sources: list[dict[str, Any]] = []

    def land(self, table: type[Table], rows: list[dict[str, Any]], source: str = "a.csv", load: int = 1, visible: bool = True) -> None:
        if visible and source not in [known[Sources.source_id] for known in self.sources]:
            self._acknowledge(source, load)
        where = {Sources.load_id: load, Sources.source_id: source}
        self.context.put(landing(table), [{**row, **where, "line": line} for line, row in enumerate(rows, 2)], replace=False)

    def _acknowledge(self, source: str, load: int, status: str = "loaded") -> None:
        fixed = {Sources.format: "csv", Sources.bytes: 1, Sources.rows: 1, Sources.quarantined: 0, Sources.tables: "{}"}
        row = {Sources.source_id: source, Sources.source_name: source, Sources.load_id: load, Sources.status: status}
        self.sources.append({**fixed, **row, Sources.position: len(self.sources)})
        self.context.put(Sources, self.sources)

    def whole_file_aside(self, source: str) -> None:
        self._acknowledge(source, 1, "quarantined")

    def quarantine(self, table: str | None, source: str, load: int = 1, rows: int = 1) -> None:
        fixed = {Quarantine.source_name: source, Quarantine.step: "collect", Quarantine.reason: "ragged", Quarantine.line: 9}
        row = {Quarantine.table_name: table, Quarantine.source_id: source, Quarantine.load_id: load}
        self.context.put(Quarantine, [{**fixed, **row}] * rows, replace=False)

    def lines(self, *rows: dict[str, Any], **options: Any) -> None:
        usual = {
            OrderLines.ordered_at: at("2024-03-01T10:00"),
            OrderLines.quantity: 1,
            OrderLines.unit_price: 10,
            OrderLines.currency: "EUR",
        }
        self.land(OrderLines, [{**usual, **row} for row in rows], **options)

    def run(self) -> Shop:
        PrepareStage().run(self.context)
        return self

    def rows(self, table: type[Table]) -> list[dict[str, Any]]:
        return self.context.rows(table)

    def finding(self, code: str) -> dict[str, Any] | None:
        return next((row for row in self.rows(Findings) if row[Findings.finding] == code), None)

    def reasons(self) -> Counter[str]:
        return Counter(row[Quarantine.reason] for row in self.rows(Quarantine) if row[Quarantine.step] == "prepare")

    def reconciled(self, table: type[Table]) -> tuple[int, int, int, int]:
        row = next(row for row in self.rows(Reconciliation) if row[Reconciliation.table_name] == table.name)
        counts = tuple(row[name] for name in ("read", "kept", "quarantined", "duplicates"))
        assert counts[0] == sum(counts[1:])
        return counts  # type: ignore[return-value]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


@pytest.fixture(scope="module")
def module_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def make_shop(tmp_path: Path) -> Any:
    return lambda **settings: Shop(tmp_path, **settings)
