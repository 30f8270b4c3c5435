"""Tables on a terminal; rich measures wide characters, so that Chinese columns stand in line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from moushi.surfaces.cli.session import Session

if TYPE_CHECKING:
    from rich.table import Table


def table(
    session: Session, columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = (), fixed: Sequence[str] = ()
) -> Table:
    """Return a table ready to print.

    Parameters
    ----------
    columns : codes of the headings, texts `cli.column.<code>`
    rows : cells as text, as many as columns; never read as markup
    right : columns of numbers, aligned right and never broken
    fixed : other columns that are never broken
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name in columns:
        heading = Text(session.say(f"column.{name}"))
        made.add_column(heading, justify="right" if name in right else "left", no_wrap=name in right or name in fixed, overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made
