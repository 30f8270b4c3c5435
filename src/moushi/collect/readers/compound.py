"""Whether the container of an old Excel file (an OLE compound file) is all there."""

from __future__ import annotations

import struct

from moushi.collect.readers.blob import Blob
from moushi.collect.readers.faults import CUT_OFF, PASSWORD
from moushi.errors import SourceUnreadable

_HEADER = 512
_IN_HEADER = 109  # positions of table sectors that stand in the header
_SPECIAL = 0xFFFFFFFA  # and above: not the position of a sector
_FREE = 0xFFFFFFFF
# Name of the entry that holds a protected workbook; names of entries are padded to 64 bytes.
_PROTECTED = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")


def check_compound(blob: Blob) -> None:
    """Check that a compound file reaches to its last sector in use.

    The reader of workbooks panics on many that are cut off; this finds them first.

    Raises
    ------
    SourceUnreadable : if the file is cut off, or a newer workbook behind a password
    """
    with blob.open() as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            _refuse(blob)
        sector = 1 << struct.unpack_from("<H", header, 30)[0]
        if sector not in (512, 4096):
            _refuse(blob)
        if _PROTECTED in file.read():
            raise SourceUnreadable(path=blob.name, kind="excel", detail=PASSWORD)
        last = 0
        tables = [position for position in struct.unpack_from(f"<{_IN_HEADER}I", header, 76) if position < _SPECIAL]
        for index, position in enumerate(tables):
            file.seek((position + 1) * sector)
            entries = file.read(sector)
            if len(entries) < sector:
                _refuse(blob)
            used = [i for i, entry in enumerate(struct.unpack(f"<{sector // 4}I", entries)) if entry != _FREE]
            last = index * (sector // 4) + used[-1] if used else last
    # Some writers leave out the padding of the last sector.
    if not tables or blob.size <= (last + 1) * sector:
        _refuse(blob)


def _refuse(blob: Blob) -> None:
    raise SourceUnreadable(path=blob.name, kind="excel", detail=CUT_OFF)
