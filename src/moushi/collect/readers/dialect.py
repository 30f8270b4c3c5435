"""Finding the delimiter and the quoting of a text table from its first lines."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

# Of equally good ones, the first wins.
_DELIMITERS = (",", "\t", ";", "|", "\x01", "^", "~", ":", "#", "\x1f", "/")
_NO_DELIMITER = "\x1f"
_LEADING_LINES = 40
_SAMPLE_RECORDS = 120
_SEEN = 0.2  # least share of lines that hold a delimiter worth trying
_FIT = 0.5  # least share of records that must have the same number of fields
_TABLE = 0.3  # least share of all records, titles among them, that make the table
_LONGEST_FIELD = (1 << 31) - 1
_NAMED = re.compile(r"^\ufeff?sep=([\x01-\x7f])\r?\n", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How fields are divided; `quote` and `escape` are None where not used."""

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None

    def reader(self, lines: Iterable[str]) -> Any:
        """Return Python's CSV reader for this dialect, over lines with their line ends."""
        csv.field_size_limit(_LONGEST_FIELD)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL,
            escapechar=self.escape,
            doublequote=True,
        )


@dataclass(frozen=True)
class Record:
    """A record of the sample: the line it begins on, from 1, and its fields."""

    line: int
    fields: list[str]


def named_delimiter(sample: str) -> str | None:
    """Return the delimiter that a spreadsheet's `sep=` line names, if the sample begins with one."""
    match = _NAMED.match(sample)
    return match.group(1) if match else None


def sample_records(sample: str, dialect: Dialect, *, complete: bool) -> list[Record]:
    """Parse a sample; its last record is left out unless the sample is `complete`."""
    reader = dialect.reader(io.StringIO(sample, newline="\n"))
    records: list[Record] = []
    line = 1
    while len(records) < _SAMPLE_RECORDS:
        try:
            fields = next(reader)
        except StopIteration:
            if not complete and len(records) > 1:
                records.pop()
            break
        except csv.Error:
            line = reader.line_num + 1
            continue
        if fields:
            records.append(Record(line, fields))
        line = reader.line_num + 1
    return records


def find_dialect(sample: str, *, complete: bool) -> Dialect:
    """Return the dialect under which most records of `sample` have the same number of fields.

    Parameters
    ----------
    sample : the file's beginning, whole lines with their line ends
    complete : whether it is the whole file
    """
    best, best_fit = Dialect(","), (0.0, 0, 0, 0)
    for rank, dialect in enumerate(_candidates(sample)):
        share, skipped = _fit(sample_records(sample, dialect, complete=complete))
        fit = (round(share, 2), -skipped, int(dialect.quote is not None), -rank)
        if share >= _FIT and fit > best_fit:
            best, best_fit = dialect, fit
        if best_fit[:3] == (1.0, 0, 1):
            break  # nothing after it can be better
    if best_fit[0] == 0 and not _is_one_column(sample, complete):
        return Dialect(_NO_DELIMITER, None)
    if "'" in sample and _is_single_quoted(sample, best, complete=complete):
        return replace(best, quote="'")
    return best


def _candidates(sample: str) -> Iterator[Dialect]:
    lines = sample.split("\n", _SAMPLE_RECORDS)[:_SAMPLE_RECORDS]
    for delimiter in _DELIMITERS:
        if sum(delimiter in line for line in lines) >= _SEEN * len(lines):
            yield Dialect(delimiter)
            if '"' in sample:
                yield Dialect(delimiter, None)
            if '\\"' in sample:
                yield Dialect(delimiter, escape="\\")
            if "'" in sample:
                yield Dialect(delimiter, "'")


def _fit(records: list[Record]) -> tuple[float, int]:
    """Return the share of records that have the commonest width, and how many leading ones were passed over."""
    skipped = next((i for i, record in enumerate(records[:_LEADING_LINES]) if any(f.strip() for f in record.fields[1:])), 0)
    sizes = [len(record.fields) for record in records[skipped:]]
    if not sizes:
        return 0.0, 0
    width, count = max(Counter(sizes).items(), key=lambda item: (item[1], item[0]))
    enough = count >= max(min(2, len(records)), _TABLE * len(records))
    return (count / len(sizes) if width > 1 and enough else 0.0), skipped


def _is_one_column(sample: str, complete: bool) -> bool:
    return all(len(record.fields) == 1 for record in sample_records(sample, Dialect(","), complete=complete))


def _is_single_quoted(sample: str, dialect: Dialect, *, complete: bool) -> bool:
    records = sample_records(sample, replace(dialect, quote=None), complete=complete)
    filled = [field for record in records for field in record.fields if field]
    return sum(len(field) > 1 and field[0] == field[-1] == "'" for field in filled) * 2 > len(filled)
