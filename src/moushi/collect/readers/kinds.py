"""What kind of file some bytes are."""

from __future__ import annotations

import zipfile
from pathlib import PurePath
from typing import Literal

from moushi.collect.readers.blob import Blob
from moushi.collect.readers.faults import A_FILE, A_TABLE, EMPTY
from moushi.collect.readers.json_stream import is_json_object
from moushi.collect.readers.text_encoding import MARKS, utf16_without_mark
from moushi.errors import SourceUnreadable, Words

Kind = Literal["zip", "gzip", "tar", "xlsx", "xls", "parquet", "json", "json_lines", "delimited"]

_HEAD = 1 << 16
_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
)
_PICTURE = Words("it is a picture", "这是图片")
_FOREIGN = (
    (b"%PDF", Words("it is a PDF", "这是 PDF 文件")),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"Rar!", Words("it is a RAR archive", "这是 RAR 压缩包")),
    (b"7z\xbc\xaf\x27\x1c", Words("it is a 7z archive", "这是 7z 压缩包")),
    (b"SQLite format 3", Words("it is a database", "这是数据库文件")),
    (b"BZh", Words("it is a bzip2 file", "这是 bzip2 文件")),
)
_PAGE = Words("it is a web page or XML under another name; save it as xlsx or csv", "这是改了扩展名的网页或 XML；请另存为 xlsx 或 csv")
_PAGES = ("<!doctype", "<html", "<table", "<meta", "<?xml")
_LINE_SUFFIXES = (".jsonl", ".ndjson")
_WORKBOOK_PARTS = ("xl/", "content.xml", "Index/")


def kind_of(blob: Blob) -> Kind:
    """Return what a blob is, from its first bytes.

    Raises
    ------
    SourceUnreadable : if it is empty, or of a kind that holds no tables
    """
    with blob.open() as file:
        head = file.read(_HEAD)
    if not head:
        raise SourceUnreadable(path=blob.name, kind=A_FILE, detail=EMPTY)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _zip_kind(blob)
    if head[257:262] == b"ustar":
        return "tar"
    for signature, words in _FOREIGN:
        if head.startswith(signature):
            raise SourceUnreadable(path=blob.name, kind=A_TABLE, detail=words)
    return _text_kind(blob, head)


def _zip_kind(blob: Blob) -> Kind:
    """Tell a workbook from an archive; one that is cut off has no list of members, so its name decides."""
    try:
        with blob.open() as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        suffix = PurePath(blob.name).suffix.lower()
        return "xlsx" if suffix in (".xlsx", ".xlsm", ".xlsb", ".ods") else "zip"
    parts = any(name.startswith(_WORKBOOK_PARTS) for name in names)
    return "xlsx" if parts and ("[Content_Types].xml" in names or "mimetype" in names) else "zip"


def _text_kind(blob: Blob, head: bytes) -> Kind:
    text = _decoded(head).lstrip("\ufeff \t\r\n")
    if text[:64].lower().startswith(_PAGES):
        raise SourceUnreadable(path=blob.name, kind=A_TABLE, detail=_PAGE)
    if PurePath(blob.name).suffix.lower() in _LINE_SUFFIXES:
        return "json_lines"
    if not text.startswith(("{", "[")):
        return "delimited"
    lines = [line for line in text.split("\n", 2) if line.strip()]
    if len(lines) > 1 and is_json_object(lines[0]) and lines[1].lstrip().startswith("{"):
        return "json_lines"
    return "json" if PurePath(blob.name).suffix.lower() == ".json" or _begins_json(text) else "delimited"


def _begins_json(text: str) -> bool:
    """Tell whether a text without a telling name begins as JSON does: with a key, an object or an array."""
    inner = text[1:].lstrip()
    return inner.startswith('"') if text[0] == "{" else inner.startswith(("{", "]"))


def _decoded(head: bytes) -> str:
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode(utf16_without_mark(head) or "utf-8", "replace")
