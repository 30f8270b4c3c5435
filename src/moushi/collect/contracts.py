"""The approved mappings, kept in `moushi.toml` where people can read and change them."""

from __future__ import annotations

from collections.abc import Mapping as Plain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moushi.collect.mapping import Mapping, MappingFault, Reading
from moushi.configuration import replace
from moushi.errors import Language, MappingInvalid, Words
from moushi.locale import LANGUAGES, say

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table as TomlTable

SECTION = "mapping"


class Contracts:
    """The `[[mapping]]` sections of a workspace's moushi.toml.

    Parameters
    ----------
    path : the file; it need not exist.  None keeps mappings in memory only

    Raises
    ------
    MappingInvalid : naming everything in the sections that cannot be used
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._pending: dict[str, Mapping] = {}
        self._mappings = {} if path is None or not path.exists() else _read(self._document(), path)

    @property
    def mappings(self) -> tuple[Mapping, ...]:
        """All mappings, in the order of the file, then those not saved yet."""
        return tuple(self._mappings.values())

    def named(self, name: str) -> Mapping | None:
        """Return the mapping of that name."""
        return self._mappings.get(name)

    def free_name(self, base: str) -> str:
        """Return `base`, or it with the first number that is not taken."""
        name, number = base, 1
        while name in self._mappings:
            number += 1
            name = f"{base}_{number}"
        return name

    def put(self, mapping: Mapping) -> None:
        """Add a mapping, or replace the one of the same name; kept in memory until `save`."""
        self._mappings[mapping.name] = mapping
        self._pending[mapping.name] = mapping

    def forget(self, name: str) -> None:
        """Take back a mapping that was put and not saved; the file's own stays."""
        if self._pending.pop(name, None) is not None:
            saved = {} if self.path is None or not self.path.exists() else _read(self._document(), self.path)
            self._mappings.pop(name, None)
            if name in saved:
                self._mappings[name] = saved[name]

    def save(self) -> None:
        """Write what was put into the file, in one step; all else in it, comments too, stays as it is.

        Raises
        ------
        DiskFull : the file is as it was
        """
        if not self._pending or self.path is None:
            return
        # Read again: a person may have changed the file since.
        document = self._document()
        for mapping in self._pending.values():
            _put(document, mapping)
        replace(self.path, document.as_string())
        self._pending.clear()

    def _document(self) -> TOMLDocument:
        import tomlkit
        from tomlkit.exceptions import TOMLKitError

        assert self.path is not None
        text = self.path.read_text("utf-8") if self.path.exists() else ""
        try:
            return tomlkit.parse(text)
        except TOMLKitError as error:
            place = getattr(error, "line", 0)
            raise _invalid(self.path, [("", MappingFault("not_toml", f"{place}"))]) from error


def _read(document: TOMLDocument, path: Path) -> dict[str, Mapping]:
    sections = document.unwrap().get(SECTION, [])
    faults: list[tuple[str, MappingFault]] = []
    mappings: dict[str, Mapping] = {}
    if not isinstance(sections, list):
        raise _invalid(path, [("", MappingFault("not_sections", SECTION))])
    for index, section in enumerate(sections, 1):
        reading = Reading()
        name = str(section.get("name", f"#{index}")) if isinstance(section, Plain) else f"#{index}"
        mapping = reading.read(section) if isinstance(section, Plain) else None
        faults += [(name, fault) for fault in reading.faults]
        if mapping is not None and mapping.name in mappings:
            faults.append((name, MappingFault("name_twice", "name", name)))
        elif mapping is not None:
            mappings[mapping.name] = mapping
    if faults:
        raise _invalid(path, faults)
    return mappings


def _invalid(path: Path, faults: list[tuple[str, MappingFault]]) -> MappingInvalid:
    said = {language: "; ".join(_explain(name, fault, language) for name, fault in faults) for language in LANGUAGES}
    return MappingInvalid(path=path.name, faults=Words(**said))


def _explain(name: str, fault: MappingFault, language: Language) -> str:
    text = say(f"collect.fault.{fault.code}", language, where=fault.where, found=fault.found, expected=fault.expected)
    return f"{name}: {text}" if name else text


def _put(document: TOMLDocument, mapping: Mapping) -> None:
    import tomlkit

    section = _section(mapping)
    if SECTION not in document:
        document[SECTION] = tomlkit.aot()
    sections: Any = document[SECTION]
    for index, existing in enumerate(sections):
        if existing.get("name") == mapping.name:
            sections[index] = section
            return
    sections.append(section)


def _section(mapping: Mapping) -> TomlTable:
    """Write a mapping the way a person would: one line per column."""
    import tomlkit

    section = tomlkit.table()
    plain = mapping.plain()
    for name in ("name", "grain", "columns", "confidence", "decided_by"):
        section[name] = plain[name]
    tables = tomlkit.table(is_super_table=True)
    for table, rules in plain["tables"].items():
        lines = tomlkit.table()
        for column, rule in rules.items():
            lines[column] = rule if isinstance(rule, str) else _inline(rule)
        tables[table] = lines
    section["tables"] = tables
    lines.add(tomlkit.nl())
    return section


def _inline(rule: Plain[str, Any]) -> Any:
    import tomlkit

    line = tomlkit.inline_table()
    line.update(rule)
    return line
