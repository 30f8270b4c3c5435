"""The second pass over a text file: blocks of whole lines, transcoded to UTF-8, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from moushi.collect.readers.blob import Blob
from moushi.collect.readers.scan import TextScan, incremental_decoder
from moushi.collect.readers.text_encoding import UTF8, decode_line
from moushi.collect.source import Rejected

BLOCK = 1 << 22
RAW_KEPT = 1 << 16
_MARK = "\ufeff".encode()


@dataclass
class LineBlock:
    """Whole lines of UTF-8 text; lines in `rejected` stand as empty lines, so that counting stays right."""

    data: bytes
    first_line: int
    last: bool = False
    rejected: list[Rejected] = field(default_factory=list)


def line_blocks(blob: Blob, scan: TextScan, *, max_line_bytes: int, block_bytes: int = BLOCK) -> Iterator[LineBlock]:
    """Yield a text file's lines in blocks of about `block_bytes`; the last block is marked as such.

    Lines longer than `max_line_bytes`, and lines in no plausible encoding, are
    rejected; byte order marks inside the text are taken out.

    Raises
    ------
    SourceUnreadable : if the file changes meanwhile
    """
    cutter = _Cutter(max_line_bytes)
    waiting: LineBlock | None = None
    for piece in _pieces(blob, scan, block_bytes):
        block = cutter.cut(piece)
        if block is not None:
            if waiting is not None:
                yield waiting
            waiting = _to_utf8(block, scan)
    rest = cutter.finish()
    if rest is not None:
        if waiting is not None:
            yield waiting
        waiting = _to_utf8(rest, scan)
    if waiting is not None:
        waiting.last = True
        yield waiting


def _pieces(blob: Blob, scan: TextScan, size: int) -> Iterator[bytes]:
    """Yield the file without its mark; UTF-16 as UTF-8, so that line ends are single bytes."""
    decoder = incremental_decoder(scan.encoding) if scan.wide else None
    skip = scan.mark
    for chunk in blob.chunks(size):
        piece = chunk[skip:]
        skip = 0
        if decoder is not None:
            piece = decoder.decode(piece).encode(UTF8, "surrogatepass")
        yield piece.replace(b"\r", b"\n") if scan.bare_returns else piece
    if decoder is not None and decoder.getstate()[0]:
        yield b"\xff"  # half a character at the end: not UTF-8, so its line is rejected


class _Cutter:
    """Cuts pieces into blocks of whole lines and drops lines that are too long."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._carry = b""
        self._line = 1
        self._too_long: bytes | None = None
        self._skipped = 0

    def cut(self, piece: bytes) -> LineBlock | None:
        data = self._carry + piece
        end = data.rfind(b"\n") + 1
        if self._too_long is not None:
            return self._leave_long_line(piece)
        self._carry = data[end:]
        if len(self._carry) > self._limit:
            self._too_long, self._skipped, self._carry = self._carry[:RAW_KEPT], len(self._carry), b""
        return self._block(data[:end]) if end else None

    def _leave_long_line(self, piece: bytes) -> LineBlock | None:
        end = piece.find(b"\n")
        self._skipped += len(piece) if end < 0 else end
        if end < 0:
            return None
        rejected = self._reject_long()
        block = self.cut(piece[end + 1 :])
        if block is None:
            return LineBlock(b"\n", rejected.line, rejected=[rejected])
        return LineBlock(b"\n" + block.data, rejected.line, rejected=[rejected, *block.rejected])

    def _reject_long(self) -> Rejected:
        rejected = Rejected(self._line, "line_too_long", f"{self._skipped} bytes", self._too_long or b"")
        self._too_long = None
        self._line += 1
        return rejected

    def _block(self, data: bytes) -> LineBlock:
        block = LineBlock(data, self._line)
        if len(data) > self._limit:
            block = _without_long_lines(block, self._limit)
        self._line += data.count(b"\n")
        return block

    def finish(self) -> LineBlock | None:
        if self._too_long is not None:
            line = self._line
            return LineBlock(b"\n", line, rejected=[self._reject_long()])
        if not self._carry:
            return None
        return self._block(self._carry + b"\n")


def _without_long_lines(block: LineBlock, limit: int) -> LineBlock:
    ends = np.flatnonzero(np.frombuffer(block.data, np.uint8) == 10)
    if np.diff(ends, prepend=-1).max() - 1 <= limit:
        return block
    lines = block.data.split(b"\n")
    for index, line in enumerate(lines):
        if len(line) > limit:
            block.rejected.append(Rejected(block.first_line + index, "line_too_long", f"{len(line)} bytes", line[:RAW_KEPT]))
            lines[index] = b""
    return LineBlock(b"\n".join(lines), block.first_line, rejected=block.rejected)


def _to_utf8(block: LineBlock, scan: TextScan) -> LineBlock:
    if not block.data.isascii():
        _transcode(block, scan)
        if _MARK in block.data:
            block.data = block.data.replace(_MARK, b"")
    return block


def _transcode(block: LineBlock, scan: TextScan) -> None:
    main = UTF8 if scan.wide else scan.encoding
    text = None if scan.mixed and main != UTF8 else _decode(block.data, main)
    if text is None:
        _transcode_lines(block, scan)
    elif main != UTF8:
        block.data = text.encode(UTF8)


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _transcode_lines(block: LineBlock, scan: TextScan) -> None:
    lines = block.data.split(b"\n")
    for index, line in enumerate(lines):
        if line.isascii():
            continue
        # What came out of UTF-16 is in no third encoding: it is UTF-8 or broken.
        text = _decode(line, UTF8) if scan.wide else decode_line(line, scan.encoding)
        if text is None:
            block.rejected.append(Rejected(block.first_line + index, "undecodable", f"not {scan.encoding}", line[:RAW_KEPT]))
        lines[index] = (text or "").encode(UTF8)
    block.data = b"\n".join(lines)
