"""What to do: the decisions of one issue, best first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from moushi.columns import Approvals, Decisions, Products
from moushi.surfaces.report.parts import Proposal
from moushi.surfaces.report.source import Source

if TYPE_CHECKING:
    import ibis.expr.types as ir

PROPOSED = "proposed"


def proposals(source: Source, issue_id: str, statuses: Mapping[str, str] | None = None) -> tuple[Proposal, ...]:
    """Return the decisions of an issue with their status, by rank.

    Parameters
    ----------
    statuses : decision_id to status, where it is known better than from the table of approvals
    """
    table = source.read(Decisions)
    kept = table.filter(table[Decisions.issue_id] == issue_id)
    rows = source.rows(kept.order_by([Decisions.rank, Decisions.decision_id]))
    known = dict(_approved(source)) | dict(statuses or {})
    names = _names(source, kept)
    return tuple(_proposal(row, known, names) for row in rows)


def _approved(source: Source) -> dict[str, str]:
    table = source.read(Approvals).select(Approvals.decision_id, Approvals.status)
    return {row[Approvals.decision_id]: row[Approvals.status] for row in source.rows(table)}


def _names(source: Source, decisions: ir.Table) -> dict[str, str]:
    products = source.read(Products)
    named = products.semi_join(decisions, products[Products.product_id] == decisions[Decisions.subject])
    rows = source.rows(named.select(Products.product_id, Products.product_name))
    return {row[Products.product_id]: row[Products.product_name] for row in rows if row[Products.product_name]}


def _proposal(row: Mapping[str, Any], statuses: Mapping[str, str], names: Mapping[str, str]) -> Proposal:
    decision_id = row[Decisions.decision_id]
    return Proposal(decision_id, names.get(row[Decisions.subject]), row, statuses.get(decision_id, PROPOSED))
