"""How much a compressed file may unpack to; counted while it unpacks, never believed from its headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from moushi.collect.readers.blob import CHUNK
from moushi.errors import SourceTooLarge, Words
from moushi.settings import Settings

_HARMLESS = 10_000_000  # bytes that may come out of a file of any size


class Budget:
    """What one file, with all archives inside it, may still unpack to.

    Parameters
    ----------
    name, size : of the outermost file
    settings : `max_unpacked_bytes` and `max_unpack_ratio`
    """

    def __init__(self, *, name: str, size: int, settings: Settings) -> None:
        self._name = name
        self._bytes = settings.count("max_unpacked_bytes")
        self._ratio = settings.number("max_unpack_ratio")
        self._size = max(1, size)
        self._unpacked = 0

    def spend(self, count: int) -> None:
        """Count unpacked bytes.

        Raises
        ------
        SourceTooLarge : if they are too many, in all or for the size of the file
        """
        self._unpacked += count
        if self._unpacked > self._bytes:
            words = Words(f"it unpacks to more than {self._bytes:,} bytes", f"解压后超过 {self._bytes:,} 字节")
            self._refuse(words, "max_unpacked_bytes")
        if self._unpacked > _HARMLESS and self._unpacked > self._ratio * self._size:
            words = Words(
                f"it unpacks to more than {self._ratio:g} times its size of {self._size:,} bytes",
                f"解压后超过其大小（{self._size:,} 字节）的 {self._ratio:g} 倍",
            )
            self._refuse(words, "max_unpack_ratio")

    def _refuse(self, detail: Words, setting: str) -> None:
        raise SourceTooLarge(path=self._name, detail=detail, setting=setting)

    def read(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Yield what comes out of an unpacking stream, counted."""
        while chunk := stream.read(CHUNK):
            self.spend(len(chunk))
            yield chunk
