"""Archives: zip, gzip and tar files, one inside another at most three deep.

Members go to nameless temporary files, so the names in an archive, however
hostile, never become paths.
"""

from __future__ import annotations

import errno
import gzip
import lzma
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from moushi.collect.readers.blob import Blob, MemberBlob
from moushi.collect.readers.faults import PASSWORD, damaged
from moushi.collect.readers.limits import Budget
from moushi.collect.source import is_data_name, natural_key
from moushi.errors import DiskFull, SourceUnreadable

_IN_MEMORY = 1 << 23
_ENCRYPTED = 1
_UTF8_NAME = 1 << 11
_DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError)


@dataclass(frozen=True)
class Unpacking:
    """Where members go and what they may come to."""

    budget: Budget
    scratch: Path | None


def zip_members(blob: Blob, unpacking: Unpacking) -> Iterator[Blob]:
    """Unpack the data files of a zip archive, in natural order of their names.

    Raises
    ------
    SourceUnreadable : if it is cut off, damaged or encrypted
    SourceTooLarge : if it unpacks to more than the settings allow
    """
    with _readable(blob, "zip"), blob.open() as file, zipfile.ZipFile(file) as archive:
        named = sorted(((_name(info), info) for info in archive.infolist() if not info.is_dir()), key=lambda pair: natural_key(pair[0]))
        for name, info in named:
            if not is_data_name(name):
                continue
            if info.flag_bits & _ENCRYPTED:
                raise SourceUnreadable(path=blob.name, kind="zip", detail=PASSWORD)
            with archive.open(info) as stream:
                yield _member(blob, name, stream, unpacking)


def gzip_member(blob: Blob, unpacking: Unpacking) -> Blob:
    """Unpack a gzip file; its length and checksum are verified.

    Raises
    ------
    SourceUnreadable : if it is cut off or damaged
    SourceTooLarge : if it unpacks to more than the settings allow
    """
    with _readable(blob, "gzip"), blob.open() as file, gzip.GzipFile(fileobj=file) as stream:
        return _unpacked(cast("IO[bytes]", stream), name=blob.name, identity=blob.identity, unpacking=unpacking)


def tar_members(blob: Blob, unpacking: Unpacking) -> Iterator[Blob]:
    """Unpack the data files of a tar archive, in its order; links and devices are passed over.

    Raises
    ------
    SourceUnreadable : if it is cut off or damaged
    SourceTooLarge : if it unpacks to more than the settings allow
    """
    with _readable(blob, "tar"), blob.open() as file, tarfile.open(fileobj=file, mode="r:") as archive:
        for info in archive:
            stream = archive.extractfile(info) if info.isreg() and is_data_name(info.name) else None
            if stream is not None:
                yield _member(blob, info.name, stream, unpacking)


def check_unpacked(blob: Blob, budget: Budget, *, kind: str) -> None:
    """Unpack a zip file into nothing, so that its limits and checksums are known to hold.

    Raises
    ------
    SourceUnreadable : if it is cut off or damaged
    SourceTooLarge : if it unpacks to more than the settings allow
    """
    with _readable(blob, kind), blob.open() as file, zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.flag_bits & _ENCRYPTED:
                raise SourceUnreadable(path=blob.name, kind=kind, detail=PASSWORD)
            with archive.open(info) as stream:
                for _ in budget.read(stream):
                    pass


@contextmanager
def _readable(blob: Blob, kind: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        # The library's words name offsets and checksums, never content.
        raise SourceUnreadable(path=blob.name, kind=kind, detail=damaged(str(error) or type(error).__name__)) from error


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese systems write it in GBK, which zipfile reads as code page 437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        written = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _member(blob: Blob, name: str, stream: IO[bytes], unpacking: Unpacking) -> Blob:
    return _unpacked(stream, name=f"{blob.name}/{name}", identity=f"{blob.identity}/{name}", unpacking=unpacking)


def _unpacked(stream: IO[bytes], *, name: str, identity: str, unpacking: Unpacking) -> Blob:
    folder = None if unpacking.scratch is None else str(unpacking.scratch)
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=folder)  # noqa: SIM115 - lives as long as the blob
    try:
        size = _copy(unpacking.budget.read(stream), cast("IO[bytes]", file), name)
    except BaseException:
        file.close()
        raise
    return MemberBlob(cast("IO[bytes]", file), name=name, size=size, identity=identity)


def _copy(chunks: Iterable[bytes], file: IO[bytes], name: str) -> int:
    size = 0
    for chunk in chunks:
        try:
            file.write(chunk)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(where=name) from error
            raise
        size += len(chunk)
    return size
