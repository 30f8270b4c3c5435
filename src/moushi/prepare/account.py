"""Keeps account of every row: what was kept, set aside or repeated, and what a person should know of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.columns import Findings, Quarantine, Reconciliation, Sources
from moushi.prepare.query import count
from moushi.prepare.visible import PROVENANCE, quarantined_at_collect
from moushi.prepare.work import AT_FAULT, REASON
from moushi.schema import Table
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass
class Account:
    """What happened to the rows of all tables in one run of preparation.

    Attributes
    ----------
    findings : rows of `Findings`
    tables : rows of `Reconciliation`
    aside : expressions of `Quarantine` rows
    """

    collected: dict[str | None, int] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    aside: list[ir.Table] = field(default_factory=list)

    @classmethod
    def open(cls, context: Context) -> Account:
        """Begin an account with what collection already set aside."""
        account = cls(collected=quarantined_at_collect(context))
        account._note_whole_files(context)
        return account

    def _note_whole_files(self, context: Context) -> None:
        sources = context.read(Sources)
        whole = sources.filter(sources[Sources.status] == "quarantined")
        rows = count(context, whole)
        self.find("files_quarantined", Sources, rows=rows)

    def find(
        self, finding: str, table: type[Table], subject: str = "", *, rows: int, amount_home: Decimal | None = None, **facts: Any
    ) -> None:
        """Note a finding, unless no row is concerned."""
        if not rows:
            return
        self.findings.append(
            {
                Findings.finding: finding,
                Findings.table_name: table.name,
                Findings.subject: subject,
                Findings.rows: rows,
                Findings.amount_home: amount_home,
                Findings.facts: json.dumps(facts, ensure_ascii=False, sort_keys=True),
            }
        )

    def set_aside(self, table: type[Table], rows: ir.Table) -> None:
        """Put rows in quarantine; they carry where they came from, REASON and AT_FAULT."""
        import ibis

        fixed = {
            Quarantine.table_name: ibis.literal(table.name),
            Quarantine.step: ibis.literal("prepare"),
            Quarantine.detail: ibis.null("string"),
            Quarantine.payload: ibis.null("binary"),
        }
        self.aside.append(rows.select(*PROVENANCE, REASON, AT_FAULT).mutate(**fixed).select(*Quarantine.columns()))

    def reconcile(self, table: type[Table], *, read: int, kept: int, quarantined: int, duplicates: int) -> None:
        """Note a table's counts; what collection set aside is added to `read` and `quarantined`."""
        before = self.collected.get(table.name, 0)
        counts = (read + before, kept, quarantined + before, duplicates)
        names = (Reconciliation.read, Reconciliation.kept, Reconciliation.quarantined, Reconciliation.duplicates)
        self.tables.append({Reconciliation.table_name: table.name, **dict(zip(names, counts, strict=True))})

    def close(self, context: Context) -> None:
        """Write quarantine, reconciliation and findings."""
        import ibis

        rows: Any = Quarantine.empty()
        if self.aside:
            rows = ibis.union(*self.aside) if len(self.aside) > 1 else self.aside[0]
        context.write(Quarantine, rows, replace={Quarantine.step: "prepare"})
        context.write(Reconciliation, pa.Table.from_pylist(self.tables, schema=Reconciliation.schema()))
        findings = [{**row, Findings.amount_home: _money(row[Findings.amount_home])} for row in self.findings]
        context.write(Findings, pa.Table.from_pylist(findings, schema=Findings.schema()))


def _money(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(Decimal("0.0001"))
