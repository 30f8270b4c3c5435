"""What Python's csv module writes in any dialect and encoding is read back the same."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moushi.collect.readers.boundaries import find_records
from moushi.collect.readers.clean import BLANKS, null_marks
from moushi.collect.readers.dialect import Dialect
from tests.unit.collect.reading import read_bytes

NAMES = ["order", "客户", "amount", "备注", "city", "状态"]
LETTERS = 'abcXYZ019.,;|\t"\n ü中文订单号，。'


def cleaned(cell: str) -> str | None:
    text = cell.strip(BLANKS)
    if quoted := re.fullmatch(r'"([^"]*)"', text):
        text = quoted.group(1).strip(BLANKS)
    return None if text in null_marks() else text


@st.composite
def tables(draw: st.DrawFn, alphabet: Sequence[str]) -> list[list[str]]:
    width = draw(st.integers(2, 6))
    cell = st.lists(st.sampled_from(alphabet), max_size=12).map("".join)
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=3, max_size=25))
    # A number in every row is what shows where the header ends.
    return [NAMES[:width], *([str(100 + i), *row[1:]] for i, row in enumerate(rows))]


def written(table: list[list[str]], delimiter: str, quoting: int, end: str) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(table)
    return buffer.getvalue()


@given(
    table=tables(LETTERS),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)
@settings(max_examples=60, deadline=None)
def test_tables_of_text_survive(table: list[list[str]], delimiter: str, quoting: int, end: str, encoding: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        whole = read_bytes(Path(folder), written(table, delimiter, quoting, end).encode(encoding))
    assert whole.table.columns == tuple(table[0])
    assert whole.rejected == []
    assert whole.rows == [tuple(cleaned(cell) for cell in row) for row in table[1:]]


@given(table=tables(["a", "b", " ", "é,", "€ ", "ün", "'", "0", "-", "/"]), encoding=st.sampled_from(["cp1252", "utf-8"]))
@settings(max_examples=25, deadline=None)
def test_western_tables_survive(table: list[list[str]], encoding: str) -> None:
    table[0] = ["order", "città", "amount", "größe", "prénom", "état"][: len(table[0])]
    with tempfile.TemporaryDirectory() as folder:
        whole = read_bytes(Path(folder), written(table, ",", csv.QUOTE_ALL, "\r\n").encode(encoding))
    expected = [tuple(cleaned(re.sub(r"^\s*'([-+]?\d[^']*)$", r"\1", cell.strip())) for cell in row) for row in table[1:]]
    assert (whole.table.columns, whole.rows) == (tuple(table[0]), expected)


@given(table=tables('ab",\n 1'), ends=st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=40, deadline=None)
def test_lines_are_those_of_the_file(table: list[list[str]], ends: str) -> None:
    text = written(table, ",", csv.QUOTE_MINIMAL, ends)
    reader = csv.reader(io.StringIO(text, newline=""))
    begins, line = [], 1
    for _ in reader:
        begins.append(line)
        line = reader.line_num + 1
    with tempfile.TemporaryDirectory() as folder:
        whole = read_bytes(Path(folder), text.encode())
    assert whole.lines == begins[1:]


@given(st.text(st.sampled_from('a",\n'), max_size=60))
@settings(max_examples=200, deadline=None)
def test_boundaries_agree_with_a_parser_that_looks_at_every_character(text: str) -> None:
    data = (text + "\n").encode()
    found = find_records(data, Dialect(","))
    ends, inside, begin = [], False, True
    position = 0
    while position < len(data):
        code = data[position : position + 1]
        if inside and code == b'"':
            if data[position + 1 : position + 2] == b'"':
                position += 1
            else:
                inside = False
        elif not inside and code == b'"' and begin:
            inside = True
        elif not inside and code == b"\n":
            ends.append(position + 1)
        begin = not inside and code in b",\n"
        position += 1
    if _is_plain(text):
        assert found.ends.tolist() == ends
    assert found.cut == (found.ends[-1] if len(found.ends) else 0)


def _is_plain(text: str) -> bool:
    """Leave out lines with stray quotes inside fields that also open one: they are taken apart in the slow path."""
    return not re.search(r'[a"]"|"a', text)


@pytest.mark.parametrize("end", ["\r"])
def test_old_line_ends(tmp_path: Path, end: str) -> None:
    table = [["order", "客户"], ["1", 'a "b", c'], ["2", "中文"]]
    whole = read_bytes(tmp_path, written(table, ";", csv.QUOTE_MINIMAL, end).encode("gbk"))
    assert whole.rows == [("1", 'a "b", c'), ("2", "中文")]
