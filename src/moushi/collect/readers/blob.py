"""Bytes that can be read again and again: a file on disk, or a member unpacked from an archive."""

from __future__ import annotations

import hashlib
import io
import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

from moushi.collect.readers.faults import A_FILE
from moushi.errors import SourceNotFound, SourceUnreadable, Words

CHUNK = 1 << 20


class Blob(ABC):
    """Some bytes with a name, each `open` of which starts at their beginning.

    Parameters
    ----------
    name : as in `RawTable.source_name`
    size : bytes
    identity : the source_id; None until it has been computed
    """

    def __init__(self, *, name: str, size: int, identity: str | None) -> None:
        self.name = name
        self.size = size
        self._identity = identity

    @property
    def identity(self) -> str:
        """The checksum of the bytes, or of the archive's bytes and the path inside."""
        if self._identity is None:
            digest = hashlib.blake2b(digest_size=16)
            for chunk in self.chunks():
                digest.update(chunk)
            self.identify(digest.hexdigest())
        return cast("str", self._identity)

    @property
    def identified(self) -> bool:
        """Whether the identity is known without reading the bytes again."""
        return self._identity is not None

    def identify(self, identity: str) -> None:
        """Set the identity, computed while the bytes were read for something else."""
        self._identity = identity

    def chunks(self, size: int = CHUNK) -> Iterator[bytes]:
        """Yield the bytes in pieces of at most `size`.

        Raises
        ------
        SourceUnreadable : if the bytes are no longer what they were
        """
        with self.open() as file:
            while chunk := file.read(size):
                yield chunk
        self.check_unchanged()

    @abstractmethod
    def open(self) -> BinaryIO:
        """Open for reading, independent of other openings."""

    def check_unchanged(self) -> None:
        """Raise SourceUnreadable if the bytes are no longer what they were."""
        return


class FileBlob(Blob):
    """A file on disk; changes to it after its construction are noticed by size, time and inode."""

    def __init__(self, path: Path) -> None:
        try:
            self._stamp = _stamp(path)
        except FileNotFoundError:
            raise SourceNotFound(path=str(path)) from None
        super().__init__(name=path.name, size=self._stamp[0], identity=None)
        self.path = path

    def open(self) -> BinaryIO:
        """Open the file anew.

        Raises
        ------
        SourceUnreadable : if it was changed, or may not be read
        """
        self.check_unchanged()
        try:
            return self.path.open("rb")
        except OSError as error:
            detail = Words(f"the system does not let it be opened ({error.strerror})", f"系统不允许打开（{error.strerror}）")
            raise SourceUnreadable(path=self.name, kind=A_FILE, detail=detail) from error

    def check_unchanged(self) -> None:
        """Raise SourceUnreadable if the file was written, replaced or removed since."""
        try:
            same = _stamp(self.path) == self._stamp
        except FileNotFoundError:
            same = False
        if not same:
            raise SourceUnreadable(
                path=self.name, kind=A_FILE, detail=Words("it was changed while it was being read", "读取过程中文件被改动")
            )


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


class MemberBlob(Blob):
    """Unpacked bytes in a nameless temporary file (in memory while small)."""

    def __init__(self, file: IO[bytes], *, name: str, size: int, identity: str) -> None:
        super().__init__(name=name, size=size, identity=identity)
        self._file = file
        self._lock = threading.Lock()
        weakref.finalize(self, file.close)

    def open(self) -> BinaryIO:
        """Open a view with a position of its own."""
        return io.BufferedReader(_View(self, self._file, self._lock), CHUNK)


class _View(io.RawIOBase):
    """Reads a shared file from its own position; closing it leaves the file open."""

    def __init__(self, blob: MemberBlob, file: IO[bytes], lock: threading.Lock) -> None:
        self._blob = blob  # keeps the file open as long as there is a view of it
        self._file = file
        self._lock = lock
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._blob.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    # Typed as the base class has it: any writable buffer.
    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with self._lock:
            self._file.seek(self._position)
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
