"""Which approved mapping a file belongs to, and how it differs from it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from moushi.collect.mapping import Mapping, Rule
from moushi.collect.vocabulary import signature

ALIKE = 0.7
"""Least share of a mapping's headers that a file must have to be taken for one of its files."""
OWN = 0.5
"""Least share of a file's headers that the mapping must know."""


@dataclass(frozen=True)
class Match:
    """A mapping that a file looks like.

    Attributes
    ----------
    mapping : with its sources named as this file names them
    missing : columns the mapping needs and the file lacks; none: the file fits
    added : columns of the file that the mapping does not know
    dropped : columns the mapping knows and does not use, and the file lacks
    """

    mapping: Mapping
    missing: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the file can be loaded by the mapping."""
        return not self.missing

    def difference(self) -> str:
        """Say how the file differs, in signs: −gone, +new, old → new where one was likely renamed."""
        added = list(self.added)
        told = []
        for name in self.missing:
            close = difflib.get_close_matches(signature(name), [signature(each) for each in added], n=1, cutoff=0.6)
            renamed = next((each for each in added if close and signature(each) == close[0]), None)
            if renamed is not None:
                added.remove(renamed)
                told.append(f"{name!r} → {renamed!r}")
            else:
                told.append(f"−{name!r}")
        return ", ".join(told + [f"+{name!r}" for name in added])


def match(columns: Sequence[str], mappings: Iterable[Mapping]) -> Match | None:
    """Return the mapping whose files these columns most look like; None if they look like none.

    Notes
    -----
    A file that has all a mapping needs and knows most of its headers fits.  One
    that has most headers but lacks a needed one is that file, broken.  The
    order of columns, case and blanks do not count.
    """
    found = [each for each in (_compare(columns, mapping) for mapping in mappings) if each is not None]
    return max(found, key=lambda each: _score(each, columns), default=None)


def _score(found: Match, columns: Sequence[str]) -> tuple[bool, float]:
    shared = len(columns) - len(found.added)
    return found.fits, shared / len({*map(signature, columns), *map(signature, found.mapping.columns)})


def _compare(columns: Sequence[str], mapping: Mapping) -> Match | None:
    named = {signature(column): column for column in columns}
    known = {signature(column): column for column in mapping.columns}
    shared = set(named) & set(known)
    if len(shared) < ALIKE * len(known) or len(shared) < OWN * len(named):
        return None
    needed = {signature(column) for column in mapping.needed()}
    return Match(
        mapping=_renamed(mapping, {known[each]: named[each] for each in shared}),
        missing=tuple(column for each, column in known.items() if each in needed and each not in named),
        added=tuple(column for each, column in named.items() if each not in known),
        dropped=tuple(column for each, column in known.items() if each not in needed and each not in named),
    )


def _renamed(mapping: Mapping, names: dict[str, str]) -> Mapping:
    """Return the mapping with sources spelt as in this file; optional columns it lacks are left out."""
    tables: dict[str, dict[str, Rule]] = {}
    for table, column, rule in mapping.rules():
        if rule.optional and any(source not in names for source in rule.sources):
            continue
        tables.setdefault(table, {})[column] = replace(rule, sources=tuple(names.get(source, source) for source in rule.sources))
    return replace(mapping, tables=tables)
