"""Finding a text's encoding from the whole of it.

UTF-8 is recognised by its own structure, UTF-16 by its mark or by the zero
bytes of its commas and line ends.  What is neither is compared, line by line,
with GB18030, Big5 and Windows-1252: how much of it decodes, and how much of
what comes out is what such texts are made of.
"""

from __future__ import annotations

import contextlib
import functools
import re
from dataclasses import dataclass, field

UTF8 = "utf-8"
LEGACY = ("gb18030", "big5", "cp1252")
MARKS = ((b"\xef\xbb\xbf", UTF8), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

_PLAUSIBLE = 0.75  # of a single line that is not in the file's main encoding
_RECOGNISED = 0.3  # of a whole file; below, no encoding is good enough to trust
_RARER = 0.9
_EVIDENCE_LINES = 512
_LONG = 4096  # bytes of a line that are enough as evidence
_HIGH = re.compile(rb"[\x80-\xff]")
_LONE_HIGH = re.compile(rb"(?<![\x80-\xff])[\x80-\x9f\xa1-\xff](?![\x80-\xff])")
_WIDE = re.compile(rb"[\xe3-\xe9][\x80-\xbf][\x80-\xbf]")
_PLAIN = re.compile(r"[\t\n\r -~]")


@functools.cache
def _usual(encoding: str) -> frozenset[str]:
    """Return the characters that most of a Chinese text in `encoding` consists of."""
    leads, trails = [0xA1, 0xA3, *range(0xB0, 0xD8)], [*range(0xA1, 0xFF)]
    more = b"".join(bytes((0xA8, trail)) for trail in range(0xA1, 0xC1))  # letters of pinyin
    if encoding == "big5":
        leads, trails, more = [0xA1, 0xA2, *range(0xA4, 0xC7)], [*range(0x40, 0x7F), *trails], b""
    pairs = b"".join(bytes((lead, trail)) for lead in leads for trail in trails)
    return frozenset((pairs + more).decode(encoding, "ignore"))


def plausibility(line: bytes, encoding: str) -> float:
    """Return which share of the non-ASCII part of `line` looks like text in `encoding`, 0 to 1."""
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    if encoding == UTF8:
        return 1.0
    if encoding == "cp1252":
        return len(_LONE_HIGH.findall(line)) / max(1, len(_HIGH.findall(line)))
    usual = _usual(encoding)
    odd = [character in usual for character in text if character > "\x7f"]
    return sum(odd) / max(1, len(odd))


def decode_line(line: bytes, main: str) -> str | None:
    """Decode one line of a file that is mainly in `main`; None if nothing plausible fits."""
    if main != UTF8 and _is_foreign_utf8(line, main):
        return line.decode(UTF8)
    # A line that is not in the file's encoding may still be in another.
    with contextlib.suppress(UnicodeDecodeError):
        return line.decode(main)
    best = max((e for e in (UTF8, *LEGACY) if e != main), key=lambda e: plausibility(line, e))
    return line.decode(best) if plausibility(line, best) >= _PLAUSIBLE else None


def _is_foreign_utf8(line: bytes, main: str) -> bool:
    """Tell whether a line is UTF-8 though the file is not; two-byte sequences are ordinary GBK."""
    if main != "cp1252" and not _WIDE.search(line):
        return False
    return plausibility(line, UTF8) == 1.0


def utf16_without_mark(head: bytes) -> str | None:
    """Return the byte order if `head` is UTF-16 without a mark, None if it is not."""
    if head.count(0) * 100 < len(head):
        return None
    head = head[: len(head) // 2 * 2]
    plain = {e: len(_PLAIN.findall(head.decode(e, "replace"))) for e in ("utf-16-le", "utf-16-be")}
    best = max(plain, key=lambda e: plain[e])
    return best if plain[best] * 2 * 20 >= len(head) and plain[best] > 2 * min(plain.values()) else None


@dataclass
class Votes:
    """What the lines of a text say about its encoding, gathered block by block."""

    utf8_bytes: int = 0
    other_bytes: int = 0
    wide_lines: int = 0
    _evidence: list[bytes] = field(default_factory=list)
    _stride: int = 1
    _seen: int = 0

    def add(self, block: bytes) -> None:
        """Count a block of whole lines."""
        if block.isascii():
            return
        if plausibility(block, UTF8):
            self.utf8_bytes += len(block)
            self.wide_lines += 1
            return
        foreign: list[bytes] = []
        for line in block.split(b"\n"):
            if line.isascii():
                continue
            try:
                line.decode(UTF8)
            except UnicodeDecodeError:
                foreign.append(line)
            else:
                self.utf8_bytes += len(line)
                self.wide_lines += bool(_WIDE.search(line))
        self.other_bytes += sum(map(len, foreign))
        self._keep(foreign)

    def _keep(self, lines: list[bytes]) -> None:
        """Keep some lines as evidence, from all over the file."""
        first = -self._seen % self._stride
        self._evidence += [line if len(line) <= _LONG else line[:_LONG].rpartition(b",")[0] for line in lines[first :: self._stride]]
        self._seen += len(lines)
        while len(self._evidence) > _EVIDENCE_LINES:
            self._evidence = self._evidence[::2]
            self._stride *= 2

    def mixed(self, main: str) -> bool:
        """Whether some lines of a file that is mainly in `main` are UTF-8 for certain."""
        return self.utf8_bytes > 0 if main == "cp1252" else self.wide_lines > 0

    def winner(self) -> str | None:
        """Return the encoding of most of the text; None if none is recognised."""
        if self.utf8_bytes >= self.other_bytes:
            return UTF8
        scores = {e: sum(plausibility(line, e) for line in self._evidence) / len(self._evidence) for e in LEGACY}
        scores["big5"] *= _RARER  # short words in GBK are often words in Big5 too
        best = max(scores, key=lambda e: scores[e])
        return best if scores[best] >= _RECOGNISED else None
