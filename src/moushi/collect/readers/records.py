"""JSON: arrays of objects, objects that hold one, and one object per line.

Nested objects become columns with dotted names (`buyer.name`); a list of
objects inside an object (the lines of an order) becomes one row per element,
with the outer values repeated.  Numbers keep the digits they were written with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa

from moushi.collect.readers.blob import Blob
from moushi.collect.readers.clean import finish
from moushi.collect.readers.json_stream import Located, json_lines, json_values
from moushi.collect.readers.scan import TextScan, scan_text
from moushi.collect.source import RawBatch, RawTable, Rejected
from moushi.errors import SourceUnreadable, Words
from moushi.settings import Settings

_OBJECTS_PER_PART = 4096
_MOST_COLUMNS = 5000
_TOO_MANY = Words(f"its objects have more than {_MOST_COLUMNS:,} different keys", f"对象的键超过 {_MOST_COLUMNS:,} 种")

Flat = dict[str, str | None]


@dataclass
class Shape:
    """The columns met so far, in order, and the one list of objects that makes rows."""

    columns: dict[str, None] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)

    @property
    def exploded(self) -> str | None:
        """The path of the list whose elements become rows: the one with most elements, the first of equals."""
        return max(self.lists, key=lambda path: self.lists[path]) if self.lists else None


class JsonTable(RawTable):
    """Objects of a JSON file as rows."""

    def __init__(self, blob: Blob, scan: TextScan, opened: _Opened) -> None:
        super().__init__(
            source_name=blob.name,
            source_id=blob.identity,
            format="json",
            encoding=scan.label,
            bytes=blob.size,
            columns=opened.columns,
            header_line=0,
        )
        self._source = opened

    def batches(self, batch_rows: int = 65_536) -> Iterator[RawBatch]:
        """Read the rows; see `RawTable.batches`."""
        objects = self._source.objects()
        part = list(islice(objects, _OBJECTS_PER_PART))
        while part:
            following = list(islice(objects, _OBJECTS_PER_PART))
            yield from self._batches(part, batch_rows, last=not following)
            part = following

    def _batches(self, part: list[Located], size: int, *, last: bool) -> Iterator[RawBatch]:
        rejected = [item.rejected for item in part if item.rejected]
        rows = [(item.line, row) for item in part if not item.rejected for row in flatten(item.value, self._source.exploded)]
        for begin in range(0, max(1, len(rows)), size):
            some = rows[begin : begin + size]
            end = begin + size >= len(rows)
            yield self._batch(some, rejected if end else [], last=last and end)

    def _batch(self, rows: list[tuple[int, Flat]], rejected: list[Rejected], *, last: bool) -> RawBatch:
        columns = [pa.array([row.get(name) for _, row in rows], pa.string()) for name in self.columns]
        lines = np.array([line for line, _ in rows], np.int64)

        def raw(row: int) -> bytes:
            return json.dumps(rows[row][1], ensure_ascii=False).encode()

        return finish(columns, lines, names=self.columns, raw=raw, rejected=rejected, last=last)


@dataclass(frozen=True)
class _Opened:
    """A JSON file ready to be read: how, and into which columns."""

    blob: Blob
    scan: TextScan
    by_line: bool
    limit: int
    columns: tuple[str, ...] = ()
    exploded: str | None = None

    def objects(self) -> Iterator[Located]:
        read = json_lines if self.by_line else json_values
        return read(self.blob, self.scan, self.limit)


def open_json(blob: Blob, settings: Settings, *, by_line: bool) -> RawTable:
    """Open a JSON file; all of it is read once to find its columns.

    Raises
    ------
    SourceUnreadable : if it is no JSON, or holds no objects
    SourceTooLarge : if one object is longer than the settings allow a line to be
    """
    limit = settings.count("max_line_bytes")
    scan = scan_text(blob, kind="json", max_line_bytes=limit if by_line else None)
    opened = _Opened(blob, scan, by_line, limit)
    shape = Shape()
    for item in opened.objects():
        if item.rejected is None:
            _note(item.value, "", shape)
    exploded = shape.exploded
    # The other lists stay whole, as JSON, and so have no columns of their own.
    others = [path for path in shape.lists if path != exploded]
    columns = [c for c in shape.columns if c != exploded and not any(c.startswith(f"{path}.") for path in others)]
    if not columns:
        raise SourceUnreadable(path=blob.name, kind="json", detail=Words("it holds no objects", "其中没有任何对象"))
    if len(columns) > _MOST_COLUMNS:
        raise SourceUnreadable(path=blob.name, kind="json", detail=_TOO_MANY)
    return JsonTable(blob, scan, _Opened(blob, scan, by_line, limit, tuple(columns), exploded))


def _note(value: dict[str, Any], prefix: str, shape: Shape) -> None:
    for key, inner in value.items():
        path = prefix + key
        if isinstance(inner, dict):
            _note(inner, f"{path}.", shape)
        elif _is_list_of_objects(inner):
            shape.lists[path] = shape.lists.get(path, 0) + len(inner)
            shape.columns.setdefault(path)
            for element in inner:
                _note_element(element, f"{path}.", shape)
        else:
            shape.columns.setdefault(path)


def _note_element(element: dict[str, Any], prefix: str, shape: Shape) -> None:
    """Note an element's columns; lists inside it stay whole."""
    for key, inner in element.items():
        if isinstance(inner, dict):
            _note_element(inner, f"{prefix}{key}.", shape)
        else:
            shape.columns.setdefault(prefix + key)


def flatten(value: dict[str, Any], exploded: str | None) -> list[Flat]:
    """Return an object's rows: one, or one per element of the list at `exploded`."""
    outer: Flat = {}
    elements: list[dict[str, Any]] = []
    _flatten_into(outer, value, "", exploded, elements)
    if not elements:
        return [outer]
    rows = []
    for element in elements:
        row = dict(outer)
        _flatten_into(row, element, f"{exploded}.", None, [])
        rows.append(row)
    return rows


def _flatten_into(row: Flat, value: dict[str, Any], prefix: str, exploded: str | None, elements: list[dict[str, Any]]) -> None:
    for key, inner in value.items():
        path = prefix + key
        if isinstance(inner, dict):
            _flatten_into(row, inner, f"{path}.", exploded, elements)
        elif path == exploded and _is_list_of_objects(inner):
            elements.extend(inner)
        else:
            row[path] = _text(inner)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(element, dict) for element in value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(element, (list, dict)) for element in value):
        return ", ".join(_text(element) or "" for element in value) or None
    return json.dumps(value, ensure_ascii=False)
