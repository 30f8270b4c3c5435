"""The facts of a decision or a settlement: values that people are shown, each with its witness.

A witness says where a number comes from: what was measured, in which table,
over which days and rows, by which model and how good that model has been, or
which setting it was assumed by.  Facts are kept as JSON in the lake::

    {"variant": "product_drop",
     "values": {"quantity": [120, "units", "demand"]},
     "witnesses": {"demand": {"metric": "demand", "source": "forecasts", "rows": 8, ...}}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

Unit = Literal["money", "units", "count", "days", "share", "number", "day", "text", "segment", "aspect", "country", "band", "names"]
Value = str | int | float


@dataclass(frozen=True)
class Witness:
    """Where a number comes from.

    Parameters
    ----------
    metric : code of what is measured; its words are `ledger.metric.<code>`
    source : the table or tables read, joined by "+"
    rows : rows it rests on, where counted
    first, last : the days it covers, as ISO dates
    filters : what was kept, as column=value
    model : model and version, where the number is computed by one
    skill : the model's skill over the naive baseline in its backtest, where it has one
    setting : name of the setting that assumes the number, where it is not measured
    """

    metric: str
    source: str = ""
    rows: int | None = None
    first: str | None = None
    last: str | None = None
    filters: str | None = None
    model: str | None = None
    skill: float | None = None
    setting: str | None = None


@dataclass(frozen=True)
class Fact:
    """A value, what it is counted in, and its witness."""

    value: Value
    unit: Unit
    witness: Witness


@dataclass
class FactSheet:
    """Facts by name, and the variant that chooses the words.

    Examples
    --------
    >>> sheet = FactSheet()
    >>> sheet.witness("stock", Witness("stock_on_hand", "stock", rows=2))
    >>> sheet.add("on_hand", 12, "units", "stock")
    >>> FactSheet.load(sheet.dump()).facts["on_hand"].value
    12
    """

    variant: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    witnesses: dict[str, Witness] = field(default_factory=dict)

    def witness(self, name: str, witness: Witness) -> None:
        """Register a witness that facts name."""
        self.witnesses[name] = witness

    def add(self, name: str, value: Value | date | None, unit: Unit, witness: str) -> None:
        """Add a fact; None is not kept, so that sentences which need it are not said."""
        if value is None:
            return
        kept = value.isoformat() if isinstance(value, date) else value
        # Nine figures: enough for money, and free of binary dust.
        kept = float(f"{kept:.9g}") if isinstance(kept, float) else kept
        self.facts[name] = Fact(kept, unit, self.witnesses[witness])

    def number(self, name: str) -> float:
        """Return a fact that is a number.

        Raises
        ------
        KeyError : if there is no such fact
        """
        return float(self.facts[name].value)

    def dump(self) -> str:
        """Return the facts as JSON; equal facts give equal text."""
        names = {witness: name for name, witness in self.witnesses.items()}
        content = {
            "variant": self.variant,
            "values": {name: [fact.value, fact.unit, names[fact.witness]] for name, fact in self.facts.items()},
            "witnesses": {name: _present(asdict(witness)) for name, witness in self.witnesses.items()},
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> FactSheet:
        """Return the facts that `dump` wrote."""
        content = json.loads(text)
        witnesses = {name: Witness(**fields) for name, fields in content["witnesses"].items()}
        facts = {name: Fact(value, unit, witnesses[key]) for name, (value, unit, key) in content["values"].items()}
        return cls(content["variant"], facts, witnesses)


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "")}
