"""Reading JSON objects one after another, each with its line, without holding the whole file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moushi.collect.readers.blob import CHUNK, Blob
from moushi.collect.readers.cells import number_text
from moushi.collect.readers.lines import RAW_KEPT, line_blocks
from moushi.collect.readers.scan import TextScan, incremental_decoder
from moushi.collect.source import Rejected
from moushi.errors import SourceTooLarge, SourceUnreadable, Words

_BLANK = " \t\r\n\ufeff"
_WRAPPED = 16  # an object around an array may be this many times the limit of one object
_DECODER = json.JSONDecoder(parse_float=number_text, parse_int=str, parse_constant=lambda _: None, strict=False)


@dataclass(frozen=True)
class Located:
    """An object and the line it begins on; or a line that is none."""

    line: int
    value: dict[str, Any] = field(default_factory=dict)
    rejected: Rejected | None = None


def is_json_object(line: str) -> bool:
    """Tell whether a line is a whole JSON object."""
    try:
        return isinstance(_DECODER.decode(line), dict)
    except (json.JSONDecodeError, RecursionError):
        return False


def json_lines(blob: Blob, scan: TextScan, limit: int) -> Iterator[Located]:
    """Yield the objects of a file with one object per line; other lines are rejected."""
    for block in line_blocks(blob, scan, max_line_bytes=limit):
        broken = {rejected.line: rejected for rejected in block.rejected}
        for line, data in enumerate(block.data.split(b"\n"), block.first_line):
            if line in broken:
                yield Located(line, rejected=broken[line])
            elif data.strip():
                yield _located_line(line, data)


def _located_line(line: int, data: bytes) -> Located:
    text = data.decode()
    try:
        value = _DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError):
        return Located(line, rejected=Rejected(line, "not_json", "", data[:RAW_KEPT]))
    return _checked(line, value, text)


def _checked(line: int, value: Any, source: str) -> Located:
    """Return a value that was read; rejected if it is no object, or holds half of a character."""
    if not isinstance(value, dict):
        return Located(line, rejected=Rejected(line, "not_json", "not an object", source.encode()[:RAW_KEPT]))
    if "\\u" in source and not _is_text(json.dumps(value, ensure_ascii=False)):
        return Located(line, rejected=Rejected(line, "undecodable", "half of a character", source.encode()[:RAW_KEPT]))
    return Located(line, value)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def json_values(blob: Blob, scan: TextScan, limit: int) -> Iterator[Located]:
    """Yield the objects of an array, of the largest array inside an object, or those that stand one after another.

    Raises
    ------
    SourceUnreadable : if the text is not JSON, or breaks off
    SourceTooLarge : if one object is longer than `limit`
    """
    text = _Text(blob, scan, limit)
    while text.next_character():
        if text.next_character() == "[":
            yield from text.elements()
        else:
            yield from _unwrapped(*text.value(_WRAPPED))


def _unwrapped(line: int, value: Any, source: str) -> Iterator[Located]:
    if not isinstance(value, dict):
        yield _checked(line, value, source)
        return
    best: list[tuple[int, int, dict[str, Any]]] = []
    for elements in _arrays(source, 0):
        best = elements if len(elements) > len(best) else best
    if len(best) < 2:  # an object with a list of one: an order with one line, say
        yield _checked(line, value, source)
        return
    counted, position = line, 0
    for begin, end, element in best:
        counted += source.count("\n", position, begin)
        position = begin
        yield _checked(counted, element, source[begin:end])


def _arrays(source: str, position: int) -> Iterator[list[tuple[int, int, dict[str, Any]]]]:
    """Yield the arrays of objects found in an object at any depth of objects, with their elements' positions."""
    position = _skip(source, position + 1)
    while source[position] != "}":
        _, position = _DECODER.raw_decode(source, position)
        position = _skip(source, _skip(source, position) + 1)
        if source[position] == "{":
            yield from _arrays(source, position)
        elif source[position] == "[":
            elements = list(_elements(source, position))
            if elements and all(isinstance(element, dict) for *_, element in elements):
                yield elements
        _, position = _DECODER.raw_decode(source, position)
        position = _skip(source, position)
        if source[position] == ",":
            position = _skip(source, position + 1)


def _elements(source: str, position: int) -> Iterator[tuple[int, int, Any]]:
    position = _skip(source, position + 1)
    while source[position] != "]":
        value, end = _DECODER.raw_decode(source, position)
        yield position, end, value
        position = _skip(source, end)
        if source[position] == ",":
            position = _skip(source, position + 1)


def _skip(source: str, position: int) -> int:
    while position < len(source) and source[position] in _BLANK:
        position += 1
    return position


class _Text:
    """A decoded text that is read as far as the value in hand needs."""

    def __init__(self, blob: Blob, scan: TextScan, limit: int) -> None:
        self._name = blob.name
        self._limit = limit
        self._pieces = self._decoded(blob, scan)
        self._buffer = ""
        self._position = 0
        self._line = 1

    def _decoded(self, blob: Blob, scan: TextScan) -> Iterator[str]:
        decoder, skip = incremental_decoder(scan.encoding), scan.mark
        try:
            for chunk in blob.chunks(CHUNK):
                yield decoder.decode(chunk[skip:])
                skip = 0
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            self._refuse(Words(f"its text is not all in {scan.encoding}", f"文本并非全部为 {scan.encoding} 编码"), error)

    def _refuse(self, detail: Words, error: Exception | None = None) -> None:
        located = Words(f"line {self._line:,}: {detail.en}", f"第 {self._line:,} 行：{detail.zh}")
        raise SourceUnreadable(path=self._name, kind="json", detail=located) from error

    def _more(self) -> bool:
        """Read another piece behind what is not used yet; False at the end."""
        self._buffer = self._buffer[self._position :]
        self._position = 0
        wanted = max(CHUNK, len(self._buffer))  # doubling, so that long values are not tried too often
        before = len(self._buffer)
        pieces = [self._buffer]
        while wanted > 0 and (piece := next(self._pieces, None)) is not None:
            pieces.append(piece)
            wanted -= len(piece)
        self._buffer = "".join(pieces)
        return len(self._buffer) > before

    def _advance(self, position: int) -> None:
        self._line += self._buffer.count("\n", self._position, position)
        self._position = position

    def next_character(self) -> str:
        """Return the next character that is no blank, "" at the end."""
        while True:
            self._advance(_skip(self._buffer, self._position))
            if self._position < len(self._buffer):
                return self._buffer[self._position]
            if not self._more():
                return ""

    def value(self, times: int = 1) -> tuple[int, Any, str]:
        """Return the next value, with its line and source text; it may be `times` as long as the limit."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._position)
            except (json.JSONDecodeError, RecursionError) as error:
                self._extend(times, error)
                continue
            # A number at the end of what was read may go on.
            if end == len(self._buffer) and not isinstance(value, dict) and self._more():
                continue
            line, source = self._line, self._buffer[self._position : end]
            self._advance(end)
            return line, value, source

    def _extend(self, times: int, error: Exception) -> None:
        if len(self._buffer) - self._position > self._limit * times:
            detail = Words(
                f"the value at line {self._line:,} is longer than {self._limit * times:,} characters, or not JSON",
                f"第 {self._line:,} 行的值超过 {self._limit * times:,} 个字符，或不是 JSON",
            )
            raise SourceTooLarge(path=self._name, detail=detail, setting="max_line_bytes") from error
        if not self._more():
            self._refuse(Words("it is not JSON, or breaks off", "不是 JSON，或内容中断"), error)

    def elements(self) -> Iterator[Located]:
        """Yield the elements of the array that begins here."""
        self._advance(self._position + 1)
        while (character := self.next_character()) != "]":
            if character == ",":
                self._advance(self._position + 1)
                continue
            if not character:
                self._refuse(Words("it breaks off inside an array", "在数组中间中断"))
            yield _checked(*self.value())
        self._advance(self._position + 1)
