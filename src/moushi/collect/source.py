"""What reading a file gives: tables of text, in batches, each row with its line.

A reader knows a kind of file and nothing of what the columns mean; mapping
knows columns and nothing of files.  They meet in `RawTable`.
"""

from __future__ import annotations

import hashlib
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from moushi.errors import SourceNotFound
from moushi.settings import Settings

_TEXTS = (".csv", ".tsv", ".tab", ".psv", ".txt", ".dat", ".json", ".jsonl", ".ndjson")
_BINARIES = (".parquet", ".pq", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".zip", ".gz", ".tgz", ".tar")
SUFFIXES = frozenset((*_TEXTS, *_BINARIES))
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Rejected:
    """A row that could not be read.

    Parameters
    ----------
    line : line on which the row begins, from 1 (sheets: row number)
    reason : "ragged", "undecodable", "line_too_long", "unclosed_quote",
        "not_json" or "total_row"
    detail : facts for the reason (counts, encodings), no content of the row
    raw : the row as it stands in the file, at most 64 KiB of it; personal
    """

    line: int
    reason: str
    detail: str
    raw: bytes


@dataclass(frozen=True)
class RawBatch:
    """Some rows of a raw table, in the order of the file.

    Parameters
    ----------
    rows : columns as in `RawTable.columns`, all strings; stripped; empty and
        clearly missing values ("NULL", "N/A", "-") are null; no row is all null
    lines : int64, the line on which each row begins; as many as `rows`
    rejected : rows that stand among these and could not be read
    """

    rows: pa.RecordBatch
    lines: pa.Int64Array
    rejected: tuple[Rejected, ...] = ()


class RawTable(ABC):
    """One table of text found in a file, sheet or archive member.

    Parameters
    ----------
    source_name : file name, with "#sheet" or "/member"
    source_id : checksum of the file's bytes, with "/" and the sheet or member
    format : "csv", "excel", "json" or "parquet"
    encoding : text encoding found; None where the format has none
    bytes : size of the file, sheet's workbook or unpacked member
    columns : unique names; blank headers are `column_N`, N from 1
    header_line : line of the header, 0 if there is none
    """

    def __init__(
        self,
        *,
        source_name: str,
        source_id: str,
        format: str,
        bytes: int,
        columns: Sequence[str],
        header_line: int,
        encoding: str | None = None,
    ) -> None:
        self.source_name = source_name
        self.source_id = source_id
        self.format = format
        self.encoding = encoding
        self.bytes = bytes
        self.columns = tuple(columns)
        self.header_line = header_line

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.source_name} ({len(self.columns)} columns)>"

    @abstractmethod
    def batches(self, batch_rows: int = 65_536) -> Iterator[RawBatch]:
        """Read the rows, at most `batch_rows` at a time; may be called again.

        Raises
        ------
        SourceUnreadable : if the content breaks off, or changed since it was opened
        """


def open_source(path: Path, settings: Settings, *, scratch: Path | None = None) -> Iterator[RawTable]:
    """Open one file and yield its tables: one for text, one per sheet or archive member.

    Parameters
    ----------
    scratch : folder for what archives unpack to (the system's own if None);
        the files there have no name and vanish with their table

    Raises
    ------
    SourceUnreadable : if the file, or a part of it, cannot be read; parts
        yielded before stay readable
    SourceTooLarge : if it is over a limit of the settings
    SourceNotFound : if it does not exist
    """
    from moushi.collect.readers import tables_of

    return tables_of(path, settings, scratch)


def file_checksum(path: Path) -> str:
    """Return the BLAKE2b checksum of a file's bytes, 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that `paths` name, folders walked, each file once.

    Named files are taken as they are, in the given order; of folders, files
    of a readable kind, in natural order ("2.csv" before "10.csv"), without
    hidden ones and those that operating systems and offices leave behind.

    Raises
    ------
    SourceNotFound : if a path leads to nothing, or a folder holds no such file
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        files = _walk(path) if path.is_dir() else [path]
        if not files or not path.exists():
            raise SourceNotFound(path=str(path))
        found.update(dict.fromkeys(files))
    return list(found)


def is_data_name(name: str) -> bool:
    """Tell whether a file of that name, in a folder or archive, may hold data."""
    parts = re.split(r"[\\/]", name)
    if any(part == "__MACOSX" or part.startswith("~$") or (part.startswith(".") and part.strip(".")) for part in parts):
        return False
    return Path(parts[-1]).suffix.lower() in SUFFIXES


def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Return a sorting key by which numbers inside names count as numbers."""
    pieces = re.findall(r"\d+|\D+", name)
    keys = ((0, int(piece), "") if piece.isdecimal() else (1, 0, piece.casefold()) for piece in pieces)
    return tuple(keys), name


def _walk(folder: Path) -> list[Path]:
    names: Iterable[str] = (str(Path(root, name).relative_to(folder)) for root, _, files in os.walk(folder) for name in files)
    return [folder / name for name in sorted(filter(is_data_name, names), key=natural_key)]
