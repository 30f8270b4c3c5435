"""Where the records of delimited text begin and end, with quoted line ends told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moushi.collect.readers.dialect import Dialect

_NEWLINE = 10
_RETURN = 13


@dataclass(frozen=True)
class Boundaries:
    """Records of a block of text that begins where a record begins.

    Parameters
    ----------
    starts, ends : offsets of each whole record, its line end included
    lines : on which line of the block each begins, from 0
    cut : where the last whole record ends; what follows is inside quotes
    cut_line : lines before the cut
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lines: NDArray[np.int64]
    cut: int
    cut_line: int


def find_records(data: bytes, dialect: Dialect) -> Boundaries:
    """Find the records of `data`, whole lines of UTF-8.

    A line with an even number of quotes leaves the state as it was; only the
    others are looked at byte by byte, so the cost is that of counting bytes.
    """
    if dialect.escape is not None:
        data = _without_escapes(data, dialect.escape.encode())
    codes = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(codes == _NEWLINE)
    closing = np.arange(newlines.size)
    if dialect.quote is not None and dialect.quote.encode() in data:
        closing = _closing_lines(data, newlines, codes, dialect)
    ends = newlines[closing] + 1
    starts = np.concatenate([np.zeros(min(1, ends.size), np.int64), ends[:-1]])
    lines = np.concatenate([np.zeros(min(1, ends.size), np.int64), closing[:-1] + 1])
    cut, cut_line = (int(ends[-1]), int(closing[-1]) + 1) if ends.size else (0, 0)
    return Boundaries(starts, ends, lines, cut, cut_line)


def _without_escapes(data: bytes, escape: bytes) -> bytes:
    """Return `data` with escaped characters made harmless, every offset as it was."""
    return re.sub(re.escape(escape) + rb"[\x00-\x7f]", b"xx", data)


def _closing_lines(data: bytes, newlines: NDArray[Any], codes: NDArray[np.uint8], dialect: Dialect) -> NDArray[Any]:
    """Return the lines at whose end a record ends."""
    quote, delimiter = (dialect.quote or "").encode(), dialect.delimiter.encode()
    quotes = np.flatnonzero(codes == quote[0])
    counts = np.diff(np.searchsorted(quotes, newlines), prepend=0)
    closes = np.ones(newlines.size, bool)
    inside, opened = False, 0
    for line in np.flatnonzero(counts % 2).tolist():
        begin = int(newlines[line - 1]) + 1 if line else 0
        was_inside = inside
        inside = ends_inside(data[begin : int(newlines[line])], inside, quote, delimiter)
        if inside and not was_inside:
            opened = line
        elif was_inside and not inside:
            closes[opened:line] = False
    if inside:
        closes[opened:] = False
    return np.flatnonzero(closes)


def ends_inside(line: bytes, inside: bool, quote: bytes, delimiter: bytes) -> bool:
    """Tell whether a line ends inside quotes; quotes open only where a field begins, doubled ones are text."""
    position = 0
    while True:
        if inside:
            close = line.find(quote, position)
            if close < 0:
                return True
            if line[close + 1 : close + 2] == quote:
                position = close + 2
                continue
            inside, position = False, close + 1
        elif line[position : position + 1] == quote and (position == 0 or line[position - 1 : position] == delimiter):
            inside, position = True, position + 1
            continue
        following = line.find(delimiter, position)
        if following < 0:
            return False
        position = following + 1


def blank_records(data: bytes, found: Boundaries) -> NDArray[np.bool_]:
    """Return which records are empty lines."""
    length = found.ends - found.starts
    blank: NDArray[np.bool_] = length == 1
    short = np.flatnonzero(length == 2)
    if short.size:
        blank[short] = np.frombuffer(data, np.uint8)[found.starts[short]] == _RETURN
    return blank
