"""Readers: from a file of any kind to tables of text.

What a file is, is seen from its bytes; its name decides only between text
formats.  Private to `collect`; others use `collect.source`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from moushi.collect.readers.blob import Blob, FileBlob
from moushi.collect.readers.kinds import Kind, kind_of
from moushi.collect.readers.limits import Budget
from moushi.collect.readers.unpack import Unpacking, gzip_member, tar_members, zip_members
from moushi.collect.source import RawTable
from moushi.errors import SourceUnreadable, Words
from moushi.settings import Settings

_DEEPEST = 3


def tables_of(path: Path, settings: Settings, scratch: Path | None) -> Iterator[RawTable]:
    """Open a file and yield its tables; see `source.open_source`."""
    blob = FileBlob(path)
    budget = Budget(name=blob.name, size=blob.size, settings=settings)
    return _tables(blob, settings, Unpacking(budget, scratch), 0)


def _tables(blob: Blob, settings: Settings, unpacking: Unpacking, depth: int) -> Iterator[RawTable]:
    kind = kind_of(blob)
    if kind in ("zip", "gzip", "tar"):
        yield from _unpacked(blob, kind, settings, unpacking, depth)
    elif kind in ("xlsx", "xls"):
        from moushi.collect.readers.excel import open_excel

        yield from open_excel(blob, unpacking.budget, zipped=kind == "xlsx")
    elif kind == "parquet":
        from moushi.collect.readers.parquet import open_parquet

        yield open_parquet(blob)
    else:
        yield _text_table(blob, kind, settings)


def _text_table(blob: Blob, kind: Kind, settings: Settings) -> RawTable:
    if kind == "delimited":
        from moushi.collect.readers.delimited import open_delimited

        return open_delimited(blob, settings)
    from moushi.collect.readers.records import open_json

    return open_json(blob, settings, by_line=kind == "json_lines")


def _unpacked(blob: Blob, kind: Kind, settings: Settings, unpacking: Unpacking, depth: int) -> Iterator[RawTable]:
    if depth >= _DEEPEST:
        raise SourceUnreadable(
            path=blob.name, kind=kind, detail=Words(f"archives are nested more than {_DEEPEST} deep", f"压缩包嵌套超过 {_DEEPEST} 层")
        )
    found = False
    for member in _members(blob, kind, unpacking):
        if member.size:
            found = True
            yield from _tables(member, settings, unpacking, depth + 1)
    if not found:
        raise SourceUnreadable(
            path=blob.name, kind=kind, detail=Words("it holds no file of a kind that can be read", "其中没有可读取的文件")
        )


def _members(blob: Blob, kind: Kind, unpacking: Unpacking) -> Iterator[Blob]:
    if kind == "zip":
        return zip_members(blob, unpacking)
    if kind == "tar":
        return tar_members(blob, unpacking)
    return iter([gzip_member(blob, unpacking)])
