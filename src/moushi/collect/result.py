"""What adding and checking files gives back."""

from __future__ import annotations

from collections.abc import Mapping as Facts
from dataclasses import dataclass, field
from typing import Any, Literal

from moushi.collect.mapping import Mapping
from moushi.errors import Language, MoushiError
from moushi.locale import say

Status = Literal["loaded", "unchanged", "quarantined", "refused"]
Cell = str | None


@dataclass(frozen=True)
class Note:
    """Something a person should know about how a file was read.

    Attributes
    ----------
    code : key of the words under `collect.note`
    facts : what the words name; column names and counts, no personal data
    """

    code: str
    facts: Facts[str, Any] = field(default_factory=dict)

    def message(self, language: Language = "en") -> str:
        """Return the words in `language`."""
        return say(f"collect.note.{self.code}", language, **self.facts)


@dataclass(frozen=True)
class SourceResult:
    """What became of one file, sheet or member of an archive.

    Attributes
    ----------
    name : file name, and the sheet or member in it
    status : "loaded"; "unchanged", it was loaded before; "quarantined" whole;
        "refused", nothing of it was kept
    mapping : name of the mapping in moushi.toml, None if there is none
    tables : table to rows landed
    rows : data rows read
    quarantined : rows put in quarantine
    notes : what a person should know
    error : why it was refused or quarantined whole
    """

    name: str
    status: Status
    mapping: str | None = None
    tables: Facts[str, int] = field(default_factory=dict)
    rows: int = 0
    quarantined: int = 0
    notes: tuple[Note, ...] = ()
    error: MoushiError | None = None

    def message(self, language: Language = "en") -> str:
        """Return why, or what else, in `language`; empty when there is nothing to say."""
        if self.error is not None:
            return self.error.message(language)
        return " ".join(note.message(language) for note in self.notes)


@dataclass(frozen=True)
class AddResult:
    """What became of everything that was added, in the order it was read."""

    sources: tuple[SourceResult, ...]

    def count(self, status: Status) -> int:
        """Return how many sources have that status."""
        return sum(source.status == status for source in self.sources)

    @property
    def rows(self) -> int:
        """Data rows read from sources that were loaded."""
        return sum(source.rows for source in self.sources if source.status == "loaded")

    @property
    def quarantined(self) -> int:
        """Rows set aside from sources that were loaded."""
        return sum(source.quarantined for source in self.sources if source.status == "loaded")

    @property
    def tables(self) -> dict[str, int]:
        """Table to rows landed, over all sources."""
        totals: dict[str, int] = {}
        for source in self.sources:
            for table, rows in source.tables.items():
                totals[table] = totals.get(table, 0) + rows
        return dict(sorted(totals.items()))

    @property
    def exit_code(self) -> int:
        """0 if every source was loaded or is unchanged, else the highest code of its errors."""
        return max((source.error.exit_code for source in self.sources if source.error is not None), default=0)


@dataclass(frozen=True)
class Check:
    """What adding a source would do; nothing was kept.

    Attributes
    ----------
    name : file name, and the sheet or member in it
    mapping : the mapping that would be used, None where none is certain enough
    known : the mapping stands in moushi.toml already
    confidence : of the mapping, or of the best that was found, 0 to 1
    columns : the file's columns
    unused : columns that would not be stored
    choices : tables considered, with confidence and what they lack
    notes : what a person should know
    errors : why it would be refused or quarantined
    preview : table to its first ten rows as they would land, personal data hidden
    """

    name: str
    mapping: Mapping | None
    known: bool
    confidence: float
    columns: tuple[str, ...]
    unused: tuple[str, ...]
    choices: tuple[Choice, ...]
    notes: tuple[Note, ...]
    errors: tuple[MoushiError, ...]
    preview: Facts[str, tuple[dict[str, Cell], ...]]

    @property
    def exit_code(self) -> int:
        """0 if it would be loaded, else the highest code of its errors."""
        return max((error.exit_code for error in self.errors), default=0)


@dataclass(frozen=True)
class Choice:
    """A table that a file might be.

    Attributes
    ----------
    table : its name
    confidence : 0 to 1
    missing : columns it would need and that were not found
    """

    table: str
    confidence: float
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        lacking = "".join(f" −{name}" for name in self.missing)
        return f"{self.table} {self.confidence:.0%}{lacking}"


@dataclass(frozen=True)
class Proposal:
    """How a file's columns would fill the tables; what the `ask` callback is shown, and may return changed.

    Attributes
    ----------
    source_name : the file
    columns : the file's columns
    mapping : the best mapping found, None where no table fits at all
    choices : tables considered, best first
    unused : columns that would not be stored
    personal : of those, the ones that hold personal data
    samples : column to a few of its values, personal data hidden
    notes : what a person should know
    """

    source_name: str
    columns: tuple[str, ...]
    mapping: Mapping | None
    choices: tuple[Choice, ...]
    unused: tuple[str, ...]
    personal: tuple[str, ...]
    samples: Facts[str, tuple[str, ...]]
    notes: tuple[Note, ...]

    @property
    def confidence(self) -> float:
        """Confidence of the mapping, or of the best choice, 0 to 1."""
        if self.mapping is not None:
            return self.mapping.confidence
        return max((choice.confidence for choice in self.choices), default=0.0)
