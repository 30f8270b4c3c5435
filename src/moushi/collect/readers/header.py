"""Finding the header among a table's first rows: titles above it, two rows merged into one, or none at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from moushi.collect.readers.clean import clean

Row = Sequence[str | None]

SAMPLE_ROWS = 60
_HEADER_WITHIN = 40
_LONGEST_NAME = 60
_KIND_ROWS = 20
_TITLE_ROWS = 6
_NUMBER = re.compile(r"[-+(]{0,2}\s?[¥￥$€£]?\s?\d[\d.,'\s]*%?\)?([eE][-+]?\d+)?")
_DATE = re.compile(r"\d{1,4}([-/.年])\d{1,2}([-/.月]\d{1,4}日?|月)?([ T]\d{1,2}:\d{2}.*)?|\d{8}|\d{1,2}:\d{2}(:\d{2})?")


@dataclass(frozen=True)
class Header:
    """Where a table's data begin, and what its columns are called.

    Parameters
    ----------
    names : unique, one per column
    row : position of the header's last row among the rows looked at; -1 if there is none
    data : position of the first row of data
    """

    names: tuple[str, ...]
    row: int
    data: int


def find_header(rows: Sequence[Row], width: int) -> Header:
    """Find the header among a table's first rows.

    The header is the first row that fills at least half of the columns, unless
    it looks like data: numbers and dates where the rows below have them too.
    A row of group names above (merged cells) is joined to it.

    Parameters
    ----------
    rows : first rows of the table, blank rows included; cleaned cells or None
    width : columns of the table
    """
    grid = [[*row[:width], *([None] * (width - len(row)))] for row in rows[:SAMPLE_ROWS]]
    used = {j for row in grid for j in range(width) if row[j]}
    least = max(1, min(len(used), 2), (len(used) + 1) // 2)
    start = next((i for i, row in enumerate(grid[:_HEADER_WITHIN]) if _filled(row) >= least), None)
    if start is None:
        start = next((i for i, row in enumerate(grid) if _filled(row)), 0)
    if not grid or not _is_header(grid[start], grid[start + 1 :]):
        return Header(unique_names([None] * width), -1, start if grid else 0)
    upper, lower = _two_rows(grid, _fuller(grid, start))
    return Header(unique_names(_joined(upper, grid[lower])), lower, lower + 1)


def unique_names(names: Sequence[str | None]) -> tuple[str, ...]:
    """Return names with blanks as `column_N` and repeated ones numbered."""
    taken: set[str] = set()
    result: list[str] = []
    for position, name in enumerate(names, 1):
        base = " ".join(name.split()) if name and name.split() else f"column_{position}"
        unique, count = base, 1
        while unique in taken:
            count += 1
            unique = f"{base}_{count}"
        taken.add(unique)
        result.append(unique)
    return tuple(result)


def clean_cells(rows: Sequence[Sequence[str | None]]) -> list[list[str | None]]:
    """Clean the cells of some rows."""
    cleaned = iter(clean(pa.array([cell for row in rows for cell in row], pa.string())).to_pylist())
    return [[next(cleaned) for _ in row] for row in rows]


def _filled(row: Row) -> int:
    return sum(cell is not None for cell in row)


def _kind(cell: str | None) -> str | None:
    """Return "number" or "date" for a value that looks like one, "text" for others, None for none."""
    if cell is None:
        return None
    if _DATE.fullmatch(cell):
        return "date"
    return "number" if _NUMBER.fullmatch(cell) else "text"


def _column_kind(rows: Sequence[Row], column: int) -> str | None:
    kinds = Counter(kind for row in rows[:_KIND_ROWS] if (kind := _kind(row[column])))
    if not kinds:
        return None
    kind, count = max(kinds.items(), key=lambda item: (item[1], item[0]))
    return kind if count * 10 >= kinds.total() * 7 else "text"


def _is_header(row: Row, below: Sequence[Row]) -> bool:
    """Tell whether a row names columns rather than holding values of them."""
    cells = [cell for cell in row if cell]
    if not cells:
        return False
    columns = [(cell, _column_kind(below, j), j) for j, cell in enumerate(row) if cell]
    valued = [(_kind(cell), kind) for cell, kind, _ in columns if kind in ("number", "date")]
    if valued:
        return sum(own in (kind, "number") for own, kind in valued) * 2 < len(valued)
    if sum(_kind(cell) != "text" for cell in cells) * 2 >= len(cells):
        return False
    short = all(len(cell) <= _LONGEST_NAME for cell in cells)
    repeated = any(cell == other[j] for cell, _, j in columns for other in below)
    return short and not repeated and len(set(cells)) == len(cells)


def _fuller(grid: Sequence[Row], start: int) -> int:
    """Return the position of a fuller header soon after `start`, where that row is a title of several cells."""
    if start + 1 < len(grid) and _is_pair(grid[start], grid[start + 1], grid[start + 2 :]):
        return start
    for position in range(start + 1, min(start + 1 + _TITLE_ROWS, len(grid))):
        row, below = grid[position], grid[position + 1 :]
        named = any(_column_kind(below, j) in ("number", "date") for j, cell in enumerate(row) if cell and _kind(cell) == "text")
        if _filled(row) > _filled(grid[start]) and named and _is_header(row, below):
            return position
    return start


def _two_rows(grid: Sequence[Row], start: int) -> tuple[Row | None, int]:
    """Return the row of group names, if there is one, and the position of the header proper."""
    if start + 1 < len(grid) and _is_pair(grid[start], grid[start + 1], grid[start + 2 :]):
        return grid[start], start + 1
    if start and _is_pair(grid[start - 1], grid[start], grid[start + 1 :]):
        return grid[start - 1], start
    return None, start


def _is_pair(upper: Row, lower: Row, below: Sequence[Row]) -> bool:
    """Tell whether two rows are one header: each fills gaps of the other, and both are only names."""
    gaps = [j for j, cell in enumerate(upper) if cell is None and lower[j]]
    if not gaps or _filled(upper) < 2 or any(_kind(cell) not in ("text", None) for cell in (*upper, *lower)):
        return False
    # Something must be grouped: a name above, with names below it and to the right of it.
    grouped = any(j and lower[j - 1] and (upper[j - 1] or j - 1 in gaps) for j in gaps)
    whole = all(upper[j] or lower[j] for j in range(len(upper)) if _column_kind(below, j))
    valued = any(_column_kind(below, j) in ("number", "date") for j, cell in enumerate(lower) if cell)
    return grouped and whole and valued


def _joined(upper: Row | None, lower: Row) -> list[str | None]:
    """Return one name per column: the lower, with its group before it where it is not unique."""
    if upper is None:
        return list(lower)
    groups: list[str | None] = []
    for j, cell in enumerate(upper):
        groups.append(cell or (groups[-1] if groups and lower[j] else None))
    counts = Counter(cell for cell in lower if cell)
    return [groups[j] if not cell else f"{groups[j]}.{cell}" if counts[cell] > 1 and groups[j] else cell for j, cell in enumerate(lower)]
