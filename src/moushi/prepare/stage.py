"""The stage that turns landed rows into canonical tables."""

from __future__ import annotations

from typing import ClassVar

from moushi.columns import (
    CategoryNames,
    Customers,
    Findings,
    OrderLines,
    Orders,
    Products,
    Quarantine,
    Reconciliation,
    Sources,
    Texts,
    input_tables,
)
from moushi.prepare.account import Account
from moushi.prepare.heads import persons
from moushi.prepare.lines import prepare_lines
from moushi.prepare.spelling import product_spelling
from moushi.prepare.tables import Identities, prepare_table
from moushi.prepare.texts import prepare_texts
from moushi.schema import Table, landing
from moushi.stages import Context

FIRST: tuple[type[Table], ...] = (CategoryNames, Customers, Products, Orders)
"""Tables that others look things up in."""


class PrepareStage:
    """Cleans, completes and judges what was collected; nothing is dropped silently.

    Every landed row whose load is acknowledged ends as a row of a canonical
    table, in `Quarantine` with its reason, or as a duplicate of a business key;
    `Reconciliation` holds the counts, `Findings` what a person should know.
    """

    name: ClassVar[str] = "prepare"
    version: ClassVar[int] = 2
    # A load is there from the moment `Sources` names it; landing tables also change while one is under way.
    triggers: ClassVar[tuple[type[Table], ...]] = (Sources,)
    reads: ClassVar[tuple[type[Table], ...]] = (*triggers, *(landing(table) for table in input_tables().values()), Quarantine)
    writes: ClassVar[tuple[type[Table], ...]] = (*input_tables().values(), Quarantine, Reconciliation, Findings)

    def run(self, context: Context) -> None:
        """Prepare every input table; see the class."""
        others = [table for table in input_tables().values() if table not in (*FIRST, OrderLines, Texts)]
        account = Account.open(context)
        with context.progress.task("prepare.progress", len(FIRST) + len(others) + 2) as advance:
            identities = Identities(product_spelling(context, account), persons(context))
            for table in (*FIRST, *others):
                prepare_table(context, account, table, identities)
                advance()
            prepare_lines(context, account, identities)
            advance()
            prepare_texts(context, account, identities)
            advance()
        account.close(context)
