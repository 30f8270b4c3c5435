"""Collection: reads what a business has, proposes what it means, and lands it with personal data masked."""

from __future__ import annotations

from moushi.collect.collector import Ask, Collector
from moushi.collect.contracts import Contracts
from moushi.collect.mapping import Mapping, Rule
from moushi.collect.proposal import propose
from moushi.collect.result import AddResult, Check, Choice, Note, Proposal, SourceResult

__all__ = [
    "AddResult",
    "Ask",
    "Check",
    "Choice",
    "Collector",
    "Contracts",
    "Mapping",
    "Note",
    "Proposal",
    "Rule",
    "SourceResult",
    "propose",
]
