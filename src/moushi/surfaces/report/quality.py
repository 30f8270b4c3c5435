"""What the data are like: what was read, what was set aside and why, what a person should know."""

from __future__ import annotations

import json

from moushi.columns import Findings, Quarantine, Reconciliation, Sources
from moushi.surfaces.report.parts import Count, Files, Finding, Quality, Reason
from moushi.surfaces.report.source import Source

SHOWN = 12


def quality(source: Source) -> Quality | None:
    """Return what is known of the data, None before anything was added."""
    files, read = _files(source)
    counts = _counts(source)
    if not files and not counts:
        return None
    reasons = _reasons(source)
    findings = _findings(source)
    witness = {
        "files": source.witnesses.add("files", Sources.name, rows=read),
        "counts": source.witnesses.add("reconciliation", Reconciliation.name, rows=len(counts)),
        "reasons": source.witnesses.add("quarantine", Quarantine.name, rows=sum(reason.rows for reason in reasons)),
        "findings": source.witnesses.add("findings", Findings.name, rows=len(findings)),
    }
    return Quality(counts, findings, reasons, files, witness)


def _counts(source: Source) -> tuple[Count, ...]:
    columns = (Reconciliation.table_name, Reconciliation.read, Reconciliation.kept, Reconciliation.quarantined, Reconciliation.duplicates)
    table = source.read(Reconciliation)
    rows = source.rows(table.select(*columns).filter(table[Reconciliation.read] > 0).order_by(Reconciliation.table_name))
    return tuple(Count(*(row[name] for name in columns)) for row in rows)


def _findings(source: Source) -> tuple[Finding, ...]:
    rows = source.rows(source.read(Findings))
    rows.sort(key=lambda row: (-row[Findings.rows], row[Findings.finding], row[Findings.table_name], row[Findings.subject]))
    return tuple(
        Finding(
            row[Findings.finding],
            row[Findings.table_name],
            row[Findings.subject],
            row[Findings.rows],
            row[Findings.amount_home],
            json.loads(row[Findings.facts]),
        )
        for row in rows
    )


def _reasons(source: Source) -> tuple[Reason, ...]:
    """Return why rows are in quarantine, with the first place of each reason."""
    table = source.read(Quarantine)
    place = table[Quarantine.source_name].concat("\t", table[Quarantine.line].fill_null(0).cast("string").lpad(12, "0"))
    placed = table.mutate(place=place)
    reasons = placed.group_by([Quarantine.reason, Quarantine.table_name, Quarantine.step])
    rows = source.rows(reasons.aggregate(n=placed.count(), place=placed["place"].min()))
    rows.sort(key=lambda row: (-row["n"], row[Quarantine.reason], str(row[Quarantine.table_name]), row[Quarantine.step]))
    made = []
    for row in rows:
        example, _, line = row["place"].partition("\t")
        made.append(Reason(row[Quarantine.reason], row[Quarantine.table_name], row[Quarantine.step], row["n"], example, int(line) or None))
    return tuple(made)


def _files(source: Source) -> tuple[tuple[Files, ...], int]:
    """Return files by mapping, and how many there are."""
    table = source.read(Sources)
    rows = source.rows(
        table.group_by([Sources.mapping, Sources.format]).aggregate(
            files=table.count(),
            rows=table[Sources.rows].sum(),
            quarantined=table[Sources.quarantined].sum(),
            example=table[Sources.source_name].min(),
        )
    )
    rows.sort(key=lambda row: (-row["rows"], str(row[Sources.mapping]), row[Sources.format]))
    made = [Files(row[Sources.mapping], row[Sources.format], row["files"], row["rows"], row["quarantined"], row["example"]) for row in rows]
    return tuple(made), sum(each.files for each in made)
