"""Decides which mapping a file is loaded by: an approved one, a new one, or none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from moushi.collect.contracts import Contracts
from moushi.collect.converter import is_number
from moushi.collect.evidence import Sample, Siblings, decimal_of, no_siblings
from moushi.collect.mapping import Mapping
from moushi.collect.matching import Match, match
from moushi.collect.proposal import Proposer
from moushi.collect.result import Note, Proposal
from moushi.collect.source import RawTable
from moushi.errors import CollectError, ContractBroken, MappingRefused
from moushi.settings import Settings

if TYPE_CHECKING:
    from moushi.collect.collector import Ask
    from moushi.trust.shield import Shield

_SHOWN_COLUMNS = 12


@dataclass(frozen=True)
class Decided:
    """What was decided for a file.

    Attributes
    ----------
    mapping : to load it by, None where it is not to be loaded
    known : the mapping was approved before
    proposal : where a new one was worked out
    notes : what a person should know
    error : why it is not to be loaded
    """

    mapping: Mapping | None
    known: bool = False
    proposal: Proposal | None = None
    notes: tuple[Note, ...] = ()
    error: CollectError | None = None

    def take_back(self, contracts: Contracts) -> None:
        """Forget a new mapping whose file turned out not to fit it."""
        if self.mapping is not None and not self.known:
            contracts.forget(self.mapping.name)


@dataclass
class Decider:
    """Decides for each file of one call.

    Attributes
    ----------
    ask : confirms new mappings
    table : the table that the rows are, where a person said so
    remap : work out anew what a mapping exists for
    siblings : other files of the call
    """

    settings: Settings
    contracts: Contracts
    shield: Shield
    ask: Ask | None = None
    table: str | None = None
    remap: bool = False
    siblings: Siblings = no_siblings
    _remapped: set[str] = field(default_factory=set, init=False)

    def decide(self, raw: RawTable) -> Decided:
        """Decide by which mapping a file is loaded, and keep a new one among the contracts."""
        found = match(raw.columns, self.contracts.mappings)
        if found is not None and self._holds(found):
            return self._by_contract(raw, found)
        sample = Sample.of(raw, self.siblings)
        proposal = Proposer(sample, self.settings, self.shield).propose(raw.source_name, self.contracts, table=self.table)
        return self._by_proposal(proposal, found)

    def _holds(self, found: Match) -> bool:
        """Tell whether an approved mapping decides; a person may overrule it."""
        if self.remap and found.mapping.name not in self._remapped:
            return False
        return self.table is None or found.mapping.grain == self.table

    def _by_contract(self, raw: RawTable, found: Match) -> Decided:
        if not found.fits:
            error = ContractBroken(path=raw.source_name, mapping=found.mapping.name, difference=found.difference())
            return Decided(None, known=True, error=error)
        notes = []
        if found.added:
            notes.append(Note("columns_new", {"columns": ", ".join(found.added)}))
        if found.dropped:
            notes.append(Note("columns_gone", {"columns": ", ".join(found.dropped)}))
        return Decided(_as_written(found.mapping, raw), known=True, notes=tuple(notes))

    def _by_proposal(self, proposal: Proposal, found: Match | None) -> Decided:
        refusal = MappingRefused(
            path=proposal.source_name,
            columns=", ".join(proposal.columns[:_SHOWN_COLUMNS]) + (" …" if len(proposal.columns) > _SHOWN_COLUMNS else ""),
            choices="; ".join(map(str, proposal.choices)) or "–",
        )
        sure = proposal.mapping is not None and (self.table is not None or proposal.confidence >= self.settings.number("mapping_threshold"))
        if self.ask is not None:
            answered = self.ask(proposal)
            if answered is None or answered.mapping is None:
                return Decided(None, proposal=proposal, notes=proposal.notes, error=refusal)
            proposal = replace(answered, mapping=replace(answered.mapping, decided_by="person"))
        elif not sure:
            return Decided(None, proposal=proposal, notes=proposal.notes, error=refusal)
        assert proposal.mapping is not None
        # An approved change takes the place of what it changes.
        replaces = found is not None and self.remap and found.mapping.grain == proposal.mapping.grain
        mapping = replace(proposal.mapping, name=found.mapping.name) if found is not None and replaces else proposal.mapping
        self.contracts.put(mapping)
        self._remapped.add(mapping.name)
        decided = Note("decided", {"table": ", ".join(mapping.tables), "mapping": mapping.name, "confidence": f"{mapping.confidence:.0%}"})
        return Decided(mapping, proposal=proposal, notes=(decided, *proposal.notes) if self.ask is None else proposal.notes)


def _as_written(mapping: Mapping, raw: RawTable) -> Mapping:
    """Read numbers by the file's own decimal mark where it is no text file: a workbook has its own, whatever the export before had."""
    if raw.format == "csv" or all(rule.decimal == "." for _, _, rule in mapping.rules()):
        return mapping
    return with_own_decimal(mapping, raw) or mapping


def with_own_decimal(mapping: Mapping, raw: RawTable) -> Mapping | None:
    """Return the mapping with the decimal mark that the file's own numbers show; None where that is the mapping's."""
    sample = Sample.of(raw)
    numeric = {source for table, column, rule in mapping.rules() if is_number(table, column) for source in rule.sources}
    mark = decimal_of(sample.facts[source].values for source in sorted(numeric))
    if all(rule.decimal == mark for table, column, rule in mapping.rules() if is_number(table, column) and rule.sources):
        return None
    tables = {
        table: {column: replace(rule, decimal=mark) if is_number(table, column) else rule for column, rule in rules.items()}
        for table, rules in mapping.tables.items()
    }
    return replace(mapping, tables=tables)
