"""Adds files: reads, maps, converts, masks and lands them; checks them without keeping anything."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from moushi.collect.contracts import Contracts
from moushi.collect.converter import Converter, Origin, quarantine_batch, quarantine_row
from moushi.collect.deciding import Decided, Decider, with_own_decimal
from moushi.collect.loading import Brought, Load, SourceSpools
from moushi.collect.mapping import Mapping
from moushi.collect.result import AddResult, Check, Note, Proposal, SourceResult
from moushi.collect.source import RawTable, file_checksum, find_files, open_source
from moushi.collect.together import GROUP_ROWS, SMALL_BYTES, Member, convert_together
from moushi.columns import Sources
from moushi.errors import CollectError, ContractBroken
from moushi.settings import Settings
from moushi.stages import Progress

if TYPE_CHECKING:
    from moushi.engine.base import Engine
    from moushi.trust.shield import Shield

Ask = Callable[[Proposal], Proposal | None]
"""Shows a proposal to a person; returns it, changed or not, or None to leave the file out."""

_MANY_FILES = 200


@dataclass
class Collector:
    """Brings files into the lake.

    Two collectors must not add to one workspace at once: hold its lock.

    Parameters
    ----------
    engine : the lake
    shield : masks personal data at the door; its vault is durable
    settings : time zone, threshold of mappings, limits of reading
    contracts : the approved mappings
    next_load_id : returns a number that was never returned before, in rising order
    progress : shows how far adding has come
    ask : confirms new mappings; without it Moushi decides and says so
    scratch : folder for what does not fit in memory, the system's own if None
    """

    engine: Engine
    shield: Shield
    settings: Settings
    contracts: Contracts
    next_load_id: Callable[[], int]
    progress: Progress
    ask: Ask | None = None
    scratch: Path | None = None
    _known: dict[str, tuple[str, str | None]] = field(default_factory=dict, init=False)
    _headers: dict[Path, tuple[tuple[str, ...], ...]] = field(default_factory=dict, init=False)
    _load: Load | None = field(default=None, init=False)
    _group: list[Member] = field(default_factory=list, init=False)
    _results: list[SourceResult] = field(default_factory=list, init=False)

    def add(self, paths: Sequence[Path], *, table: str | None = None, remap: bool = False) -> AddResult:
        """Add files and folders.

        Parameters
        ----------
        paths : taken in this order, folders in natural order; of two files that
            tell of the same thing the later one wins
        table : the table that the files' rows are, where a person says so
        remap : propose anew what a mapping exists for, and load again what was
            loaded by it

        Returns
        -------
        AddResult : one entry per file, sheet or member.  A file that cannot be
            read or mapped does not keep the others from being added

        Raises
        ------
        SourceNotFound : if a path leads to nothing
        MappingInvalid, DiskFull : what was acknowledged before stays
        """
        files = find_files(paths)
        self._known = self._collected()
        decider = Decider(self.settings, self.contracts, self.shield, ask=self.ask, table=table, remap=remap)
        self._results = []
        with self.progress.task("collect.progress.add", len(files)) as advance:
            for place, path in enumerate(files):
                decider.siblings = functools.partial(self._siblings, files, place)
                self._add_file(path, decider)
                self._finish_if_full()
                advance(1)
            self._convert_group()
            self._finish()
        return AddResult(tuple(self._results))

    def check(self, path: Path) -> list[Check]:
        """Say how a file, or each file of a folder, would be mapped and loaded; nothing is kept."""
        from moushi.collect.checking import check_source, unreadable

        files = find_files([path])
        checks: list[Check] = []
        for place, each in enumerate(files):
            decider = Decider(self.settings, self.contracts, self.shield)
            decider.siblings = functools.partial(self._siblings, files, place)
            try:
                for raw in open_source(each, self.settings, scratch=self.scratch):
                    checks.append(check_source(raw, decider, self.settings))
            except CollectError as error:
                checks.append(unreadable(each.name, error))
        return checks

    # --- one file ------------------------------------------------------------

    def _add_file(self, path: Path, decider: Decider) -> None:
        try:
            status, mapping = self._known.get(file_checksum(path), (None, None))
            if status == "loaded" and not decider.remap:
                # A file of one table is known by its bytes alone, and need not be opened.
                self._results.append(SourceResult(path.name, "unchanged", mapping))
                return
            for raw in open_source(path, self.settings, scratch=self.scratch):
                self._add_source(raw, decider)
        except CollectError as error:
            self._results.append(SourceResult(path.name, "refused", error=error))

    def _add_source(self, raw: RawTable, decider: Decider) -> None:
        status, name = self._known.get(raw.source_id, (None, None))
        if status == "loaded" and not decider.remap:
            self._results.append(SourceResult(raw.source_name, "unchanged", name))
            return
        decided = decider.decide(raw)
        if decided.mapping is None and not isinstance(decided.error, ContractBroken):
            self._results.append(SourceResult(raw.source_name, "refused", notes=decided.notes, error=decided.error))
            return
        if status is None and decided.known and decided.mapping is not None and self._wait(raw, decided):
            return
        # What waits came before, and is to come before in the load.
        self._convert_group()
        if isinstance(decided.error, ContractBroken):
            self._results.append(self._set_aside(raw, decided.error, decided.notes, known=status))
        else:
            self._results.append(self._convert(raw, decided, known=status))

    def _wait(self, raw: RawTable, decided: Decided) -> bool:
        """Let a small file of a known kind wait for others of its kind; False if it cannot."""
        if raw.bytes > SMALL_BYTES:
            return False
        member = Member(len(self._results), raw, decided, tuple(raw.batches()))
        if not member.is_plain():
            return False
        if self._group and not member.is_like(self._group[0]):
            self._convert_group()
        self._group.append(member)
        assert decided.mapping is not None
        self._known[raw.source_id] = ("loaded", decided.mapping.name)
        # Its place in the list of results, until it is converted.
        self._results.append(SourceResult(raw.source_name, "refused"))
        if sum(each.rows for each in self._group) >= min(GROUP_ROWS, self.settings.count("load_rows")):
            self._convert_group()
        return True

    def _convert_group(self) -> None:
        """Convert what waits; a file that needs a closer look is converted by itself."""
        members, self._group = self._group, []
        if not members:
            return
        load = self._open_load(members[0].raw, None)
        origins = [Origin(load.load_id, each.raw.source_id, self._masked(each.raw.source_name)) for each in members]
        assert members[0].decided.mapping is not None
        converter = self._converter(members[0].decided.mapping, origins[0])
        for member, origin, converted in zip(members, origins, convert_together(members, origins, converter), strict=True):
            if converted is None:
                self._known.pop(member.raw.source_id)
                self._results[member.place] = self._convert(member.raw, member.decided, known=None)
                continue
            landed = {table: rows.num_rows for table, rows in sorted(converted.landed.items())}
            result = SourceResult(member.raw.source_name, "loaded", converter.mapping.name, landed, member.rows, notes=member.decided.notes)
            spools = SourceSpools(self.scratch)
            spools.append(converted)
            self._results[member.place] = result
            self._take(load, Brought(member.raw, origin.source_name, result), spools)
        self._finish_if_full()

    def _convert(self, raw: RawTable, decided: Decided, *, known: str | None) -> SourceResult:
        assert decided.mapping is not None
        load = self._open_load(raw, known)
        origin = Origin(load.load_id, raw.source_id, self._masked(raw.source_name))
        notes, spools = decided.notes, SourceSpools(self.scratch)
        try:
            converter = self._read(raw, decided.mapping, origin, spools)
            if converter.misread_numbers() and (other := with_own_decimal(decided.mapping, raw)) is not None:
                # A decimal mark belongs to the file, and shows in it; days and months do not.
                spools.close()
                spools = SourceSpools(self.scratch)
                converter = self._read(raw, other, origin, spools)
                notes = (*notes, Note("decimal_other"))
        except CollectError as error:
            spools.close()
            decided.take_back(self.contracts)
            return SourceResult(raw.source_name, "refused", decided.mapping.name, notes=notes, error=error)
        if broken := converter.broken():
            spools.close()
            decided.take_back(self.contracts)
            fault = ContractBroken(path=raw.source_name, mapping=decided.mapping.name, difference=", ".join(broken))
            return self._set_aside(raw, fault, notes, known=known)
        tally = converter.tally
        landed = dict(sorted(tally.landed.items()))
        result = SourceResult(raw.source_name, "loaded", decided.mapping.name, landed, tally.rows, tally.quarantined, notes)
        self._take(load, Brought(raw, origin.source_name, result), spools)
        return result

    def _converter(self, mapping: Mapping, origin: Origin) -> Converter:
        return Converter(mapping, origin, shield=self.shield, encrypt=self.shield.encrypt, zone=self.settings.text("timezone"))

    def _read(self, raw: RawTable, mapping: Mapping, origin: Origin, spools: SourceSpools) -> Converter:
        """Convert all rows of a file into spools."""
        converter = self._converter(mapping, origin)
        for batch in raw.batches():
            spools.append(converter.convert(batch))
        return converter

    def _set_aside(self, raw: RawTable, error: ContractBroken, notes: tuple[Note, ...], *, known: str | None) -> SourceResult:
        """Put a whole file in quarantine; the file itself stays where it is."""
        rows = sum(batch.rows.num_rows + len(batch.rejected) for batch in raw.batches())
        result = SourceResult(raw.source_name, "quarantined", error.fields["mapping"], {}, rows, rows, notes, error)
        if known is not None:
            return result
        load = self._open_load(raw, known)
        origin = Origin(load.load_id, raw.source_id, self._masked(raw.source_name))
        spools = SourceSpools(self.scratch)
        detail = "{mapping}: {difference}".format_map(error.fields)
        spools.quarantine.append(quarantine_batch([quarantine_row(origin, reason="contract_broken", detail=detail)]))
        self._take(load, Brought(raw, origin.source_name, result), spools)
        return result

    # --- loads ---------------------------------------------------------------

    def _open_load(self, raw: RawTable, known: str | None) -> Load:
        """Return the load a source goes into: one of its own if it replaces what was collected before."""
        if known is not None:
            self._finish()
            return Load(self.engine, self.contracts, load_id=self.next_load_id(), replaces=raw.source_id, scratch=self.scratch)
        if self._load is None:
            self._load = Load(self.engine, self.contracts, load_id=self.next_load_id(), scratch=self.scratch)
        return self._load

    def _take(self, load: Load, brought: Brought, spools: SourceSpools) -> None:
        load.add(brought, spools)
        self._known[brought.raw.source_id] = (brought.result.status, brought.result.mapping)
        if load is not self._load:
            load.write()

    def _finish_if_full(self) -> None:
        if self._load is not None and self._load.rows >= self.settings.count("load_rows"):
            self._finish()

    def _finish(self) -> None:
        """Write the open load."""
        if self._load is not None:
            load, self._load = self._load, None
            load.write()

    def _collected(self) -> dict[str, tuple[str, str | None]]:
        """Return the sources that were collected: identifier to status and mapping."""
        if self.engine.version(Sources) is None:
            return {}
        sources = self.engine.read(Sources)
        rows = self.engine.to_arrow(sources.select(Sources.source_id, Sources.status, Sources.mapping)).to_pylist()
        return {row[Sources.source_id]: (row[Sources.status], row[Sources.mapping]) for row in rows}

    def _siblings(self, files: Sequence[Path], place: int, columns: tuple[str, ...]) -> Iterator[RawTable]:
        """Yield tables, of other files of the same call, with the same columns: they may show what one file leaves open."""
        others = [*files[place + 1 :], *files[:place]]
        for path in others[:: max(1, len(others) // _MANY_FILES)]:
            if columns in self._headers.get(path, (columns,)):
                try:
                    tables = list(open_source(path, self.settings, scratch=self.scratch))
                except CollectError:
                    # It is reported when its own turn comes.
                    tables = []
                self._headers[path] = tuple(raw.columns for raw in tables)
                yield from (raw for raw in tables if raw.columns == columns)

    def _masked(self, name: str) -> str:
        return self.shield.mask(name).text
