"""Shows what adding a file would do, with every personal value hidden; nothing is kept."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect.converter import Converter, Origin
from moushi.collect.deciding import Decider
from moushi.collect.mapping import Mapping
from moushi.collect.result import Cell, Check, Note
from moushi.collect.source import RawTable
from moushi.errors import CollectError, ContractBroken
from moushi.schema import Provenance
from moushi.settings import Settings
from moushi.trust.shield import Shield
from moushi.trust.spans import USUAL, Options
from moushi.trust.tokens import PREFIXES, TOKEN_PATTERN, VARIANT_PATTERN, TokenKind

ROWS = 10
_HIDDEN = "•••"
_UNSHOWN = (Provenance.load_id, Provenance.source_id)


class Blind:
    """Masks like a shield, but keeps nothing and gives all values the same token: `cu_•••`."""

    def __init__(self, options: Options = USUAL) -> None:
        # Its vault is in memory and goes with it; the key is of no importance, because no token is shown.
        self._shield = Shield(bytes(32), options=options)

    def token(self, values: pa.Array, kind: TokenKind) -> pa.Array:
        """Return hidden tokens."""
        hidden = pa.scalar(f"{PREFIXES[kind]}_{_HIDDEN}", pa.string())
        return pc.if_else(pc.is_valid(values), hidden, pa.scalar(None, pa.string()))

    def mask_texts(self, texts: pa.Array) -> pa.Array:
        """Return texts with personal data hidden."""
        masked = self._shield.mask_texts(texts)
        return pc.replace_substring_regex(masked, f"({'|'.join(PREFIXES.values())})_" + _TAIL, rf"\1_{_HIDDEN}")


_TAIL = re.sub(r"^\(\?:[^)]*\)_", "", TOKEN_PATTERN) + VARIANT_PATTERN


def check_source(raw: RawTable, decider: Decider, settings: Settings) -> Check:
    """Check one file, sheet or member.

    Notes
    -----
    The whole file is read, so that the problems named are those that adding it
    would meet; only its first rows are shown.
    """
    decided = decider.decide(raw)
    decided.take_back(decider.contracts)
    errors: list[Any] = [decided.error] if decided.error is not None else []
    notes = list(decided.notes)
    preview: dict[str, tuple[dict[str, Cell], ...]] = {}
    if decided.mapping is not None:
        try:
            converter, preview = _converted(raw, decided.mapping, settings)
            notes += _counts(converter)
            if broken := converter.broken():
                errors.append(ContractBroken(path=raw.source_name, mapping=decided.mapping.name, difference=", ".join(broken)))
        except CollectError as error:
            errors.append(error)
    proposal = decided.proposal
    used = set(decided.mapping.sources()) if decided.mapping is not None else set()
    return Check(
        name=raw.source_name,
        mapping=decided.mapping,
        known=decided.known,
        confidence=decided.mapping.confidence if decided.mapping is not None else (proposal.confidence if proposal is not None else 0.0),
        columns=raw.columns,
        unused=tuple(column for column in raw.columns if column not in used),
        choices=proposal.choices if proposal is not None else (),
        notes=tuple(notes),
        errors=tuple(errors),
        preview=preview,
    )


def unreadable(name: str, error: CollectError) -> Check:
    """Return the check of a file that cannot be read."""
    return Check(name, None, False, 0.0, (), (), (), (), (error,), {})


def _converted(raw: RawTable, mapping: Mapping, settings: Settings) -> tuple[Converter, dict[str, tuple[dict[str, Cell], ...]]]:
    blind = Blind(Options.of(settings))
    origin = Origin(0, raw.source_id, raw.source_name)
    converter = Converter(mapping, origin, shield=blind, encrypt=lambda _: b"", zone=settings.text("timezone"))
    preview: dict[str, list[dict[str, Cell]]] = {table: [] for table in mapping.tables}
    for batch in raw.batches():
        converted = converter.convert(batch)
        for table, rows in converted.landed.items():
            wanted = ROWS - len(preview[table])
            shown = rows.slice(0, wanted).to_pylist() if wanted > 0 else []
            filled = [
                name for name in rows.schema.names if name not in _UNSHOWN and (name in mapping.tables[table] or _has_values(rows, name))
            ]
            preview[table] += [{name: _shown(row[name]) for name in filled} for row in shown]
    return converter, {table: tuple(rows) for table, rows in preview.items()}


def _has_values(rows: pa.RecordBatch, name: str) -> bool:
    return bool(rows.column(name).null_count < rows.num_rows)


def _shown(value: object) -> Cell:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value)


def _counts(converter: Converter) -> list[Note]:
    tally = converter.tally
    notes = [Note("rows", {"rows": tally.rows})]
    if tally.quarantined:
        notes.append(Note("quarantined", {"rows": tally.quarantined}))
    failures = sorted(item for item in tally.failures.items() if item[1])
    return notes + [Note("unreadable_cells", {"table": table, "column": column, "cells": count}) for (table, column), count in failures]
