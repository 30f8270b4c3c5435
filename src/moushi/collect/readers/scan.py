"""The first pass over a text file: checksum, encoding and line ends, in one streamed reading."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from moushi.collect.readers.blob import CHUNK, Blob
from moushi.collect.readers.text_encoding import MARKS, UTF8, Votes, utf16_without_mark
from moushi.errors import SourceTooLarge, SourceUnreadable, Words

HOPELESS = 16  # times the longest line allowed: a file with such a line is no table

_HEAD = 1 << 16
_ENCODING = Words("the encoding of its text was not recognised; save it as UTF-8", "无法识别文本编码；请另存为 UTF-8")
_NO_TEXT = Words("it is not text, nor any other kind of file that is known", "既不是文本，也不是已知的其他文件类型")
_CONTROL = bytes(set(range(32)) - {1, 7, 8, 9, 10, 12, 13, 26, 27, 28, 29, 30, 31})


@dataclass(frozen=True)
class TextScan:
    """What is known of a text file before it is parsed.

    Parameters
    ----------
    encoding : codec of the text, or of most of it
    mark : bytes of a byte order mark at the beginning
    mixed : some lines may be UTF-8 although `encoding` is another
    bare_returns : lines end with carriage returns alone
    """

    encoding: str
    mark: int = 0
    mixed: bool = False
    bare_returns: bool = False

    @property
    def wide(self) -> bool:
        """Whether characters are of two bytes."""
        return self.encoding.startswith("utf-16")

    @property
    def label(self) -> str:
        """The encoding's name for records: with "-sig" for UTF-8 with a mark."""
        return f"{self.encoding}-sig" if self.mark and self.encoding == UTF8 else self.encoding


def scan_text(blob: Blob, *, kind: str, max_line_bytes: int | None) -> TextScan:
    """Read all of a text file once and say how to decode it; sets the blob's identity.

    Parameters
    ----------
    max_line_bytes : refuse the file if its first line is longer, or a later
        one many times longer; None for formats that need no lines

    Raises
    ------
    SourceUnreadable : if it is no text, or in no encoding that is recognised
    SourceTooLarge : if such a line is found
    """
    with blob.open() as file:
        head = file.read(_HEAD)
    mark, encoding = _mark(head)
    if not mark:
        _check_is_text(head, blob, kind)
    votes, ends = Votes(), _LineEnds(blob, max_line_bytes)
    for block in _blocks(blob, ends):
        if encoding is None:
            votes.add(block)
    if encoding is None:
        encoding = votes.winner()
    if encoding is None:
        raise SourceUnreadable(path=blob.name, kind=kind, detail=_ENCODING)
    return TextScan(encoding, mark, votes.mixed(encoding), ends.bare_returns)


def _mark(head: bytes) -> tuple[int, str | None]:
    for mark, encoding in MARKS:
        if head.startswith(mark):
            # Lines of a marked UTF-8 file can still be in another encoding; its lines are tried one by one.
            return len(mark), encoding
    return 0, utf16_without_mark(head)


def _check_is_text(head: bytes, blob: Blob, kind: str) -> None:
    odd = len(head) - len(head.translate(None, _CONTROL))
    if odd * 50 > len(head) and utf16_without_mark(head) is None:
        raise SourceUnreadable(path=blob.name, kind=kind, detail=_NO_TEXT)


def _blocks(blob: Blob, ends: _LineEnds) -> Iterator[bytes]:
    """Yield pieces of the file that end where lines end, as far as lines are short enough."""
    digest = None if blob.identified else hashlib.blake2b(digest_size=16)
    carry = b""
    for chunk in blob.chunks():
        if digest is not None:
            digest.update(chunk)
        cut = ends.add(chunk)
        if cut or len(carry) > 4 * CHUNK:
            yield carry + chunk[:cut]
            carry = chunk[cut:]
        else:
            carry += chunk
    if carry:
        yield carry
    if digest is not None:
        blob.identify(digest.hexdigest())


class _LineEnds:
    """Watches which bytes end lines, and that lines do end."""

    def __init__(self, blob: Blob, limit: int | None) -> None:
        self._blob = blob
        self._limit = limit
        self._read = 0
        self._ended = 0
        self._feeds = False
        self._returns = False

    def add(self, chunk: bytes) -> int:
        """Take the next piece and return where its last line ends, 0 if none does."""
        feed, back = chunk.rfind(b"\n"), chunk.rfind(b"\r")
        self._feeds |= feed >= 0
        self._returns |= back >= 0
        end = max(feed, back) + 1
        if end:
            self._ended = self._read + end
        self._read += len(chunk)
        self._check()
        return end

    def _check(self) -> None:
        """Refuse a file whose first line is too long, or any line so long that it can be no table."""
        if self._limit is None:
            return
        limit = self._limit * HOPELESS if self._ended else self._limit
        if self._read - self._ended > limit + CHUNK:
            detail = Words(
                f"the line that begins at byte {self._ended:,} is longer than {limit:,} bytes",
                f"从第 {self._ended:,} 字节开始的一行超过 {limit:,} 字节",
            )
            raise SourceTooLarge(path=self._blob.name, detail=detail, setting="max_line_bytes")

    @property
    def bare_returns(self) -> bool:
        return self._returns and not self._feeds


def incremental_decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Return a strict decoder that takes a text in pieces; UTF-16 lets lone surrogates through, to be found later."""
    errors = "surrogatepass" if encoding.startswith("utf-16") else "strict"
    return codecs.getincrementaldecoder(encoding)(errors)
