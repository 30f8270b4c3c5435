"""Evidence: the facts that a text for people may rest on, and the references by which prose names them.

Prose never holds a number.  It says `{{kind:id}}` where a value belongs::

    Revenue rose {{change:revenue.week.change}} to {{money:revenue.week}}.

A fact is computed by a query and carries its witness.  Facts also license the
words around them: a change with its sign licenses "rose" or "fell", a ranking
"best", an experiment "led to", a first time "for the first time".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from moushi.errors import EvidenceInvalid, Words
from moushi.ledger.facts import FactSheet, Witness

Kind = Literal["number", "money", "share", "count", "date", "period", "name", "change", "ranking", "quote", "experiment", "first"]
Value = str | int | float

MEASURED: frozenset[Kind] = frozenset({"number", "money", "share", "count"})
"""Kinds that are one measured amount."""

MOVES: frozenset[Kind] = frozenset({"change", "experiment"})
"""Kinds with a sign, which licenses words of direction."""

TAGS: Mapping[str, frozenset[Kind]] = {
    "metric": MEASURED,
    "number": frozenset({"number", "count"}),
    "money": frozenset({"money"}),
    "share": frozenset({"share"}),
    "count": frozenset({"count"}),
    "date": frozenset({"date"}),
    "period": frozenset({"period"}),
    "change": frozenset({"change"}),
    "rank": frozenset({"ranking"}),
    "quote": frozenset({"quote"}),
    "experiment": frozenset({"experiment"}),
    "first": frozenset({"first"}),
    "name": frozenset({"name"}),
}
"""What may stand before the colon, besides what a name names (product, brand, campaign ...)."""

REFERENCE = re.compile(r"\{\{[ ]*([a-z_]+)[ ]*:[ ]*([^\s{}:]+)[ ]*\}\}")
_IDENTIFIER = re.compile(r"[^\s{}:]+")


@dataclass(frozen=True)
class Fact:
    """A value that a query computed, and what may be said with it.

    Parameters
    ----------
    kind : what it is
    value : the value: a share of 1 for shares; the ISO day of a date; "first/last" ISO days of a period; the text of
        a name or quote; the place of a ranking, from 1; the signed move of a change or an experiment; the ISO day on
        which records begin for a first time
    witness : where it comes from
    unit : ISO 4217 code for money; what is counted for counts and numbers (text `references.unit.<unit>`); what is
        named for names; "highest" or "lowest" for what takes a ranking's first place; "share", "points", a currency
        or a counted thing for changes and experiments
    low, high : interval of the value, where it is uncertain
    level : probability that the interval is meant to hold, 0 to 1
    about : identifiers of the names it is about; none means the whole shop
    against : what a change is measured against: "previous", "year" or "expected"
    among : how many were ranked
    relative : what people call the day or period when the text is made: "day-1" is yesterday, "week+0" this week
    forecast : whether it says what is to come, not what was
    """

    kind: Kind
    value: Value
    witness: Witness
    unit: str = ""
    low: float | None = None
    high: float | None = None
    level: float = 0.9
    about: tuple[str, ...] = ()
    against: str = ""
    among: int | None = None
    relative: str = ""
    forecast: bool = False

    @property
    def amount(self) -> float:
        """The value as a number."""
        return float(self.value)

    @property
    def days(self) -> tuple[date, date]:
        """First and last day of a date or period."""
        first, _, last = str(self.value).partition("/")
        return date.fromisoformat(first), date.fromisoformat(last or first)

    @property
    def sign(self) -> int:
        """Sign of a move as people are shown it: 0 where it would be written as nothing."""
        least = 0.0005 if self.unit in ("share", "points") else 0.0
        return 0 if abs(self.amount) <= least else 1 if self.amount > 0 else -1

    @property
    def sure(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and self.low * self.high > 0


@dataclass(frozen=True)
class Reference:
    """A reference in prose: what it claims to be, what it names, and where it stands."""

    tag: str
    identifier: str
    start: int
    end: int


def find_references(prose: str) -> list[Reference]:
    """Return the references of a text, in order.

    Examples
    --------
    >>> [(one.tag, one.identifier) for one in find_references("Revenue: {{money:revenue.week}}.")]
    [('money', 'revenue.week')]
    """
    return [Reference(match[1], match[2], match.start(), match.end()) for match in REFERENCE.finditer(prose)]


def fits(tag: str, fact: Fact) -> bool:
    """Tell whether a reference with that tag may name the fact."""
    return fact.kind in TAGS.get(tag, ()) or (fact.kind == "name" and tag == fact.unit)


def tag_of(fact: Fact) -> str:
    """Return the tag by which a fact is best named."""
    if fact.kind == "name":
        return fact.unit or "name"
    return {"ranking": "rank", "number": "metric"}.get(fact.kind, fact.kind)


@dataclass
class Evidence:
    """Facts by identifier, and the names that the workspace knows.

    Parameters
    ----------
    facts : the facts, by identifier
    known : names of the workspace (products, brands, rivals, people), so that one that is no fact here is noticed
        where a text says it

    Examples
    --------
    >>> evidence = Evidence()
    >>> evidence.add("revenue", Fact("money", 1234.5, Witness("revenue", "order_lines"), unit="GBP"))
    >>> Evidence.load(evidence.dump()).facts["revenue"].value
    1234.5
    """

    facts: dict[str, Fact] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def add(self, identifier: str, fact: Fact) -> None:
        """Add a fact.

        Raises
        ------
        EvidenceInvalid : if it could not be shown: a value that is not of its kind, or a name it is about that is
            not among the facts
        """
        if not _IDENTIFIER.fullmatch(identifier):
            raise EvidenceInvalid(
                identifier=identifier, expected=Words("an identifier without blanks, braces and colons", "不含空格、花括号和冒号的标识")
            )
        if expected := _fault(fact, self.facts):
            raise EvidenceInvalid(identifier=identifier, expected=expected)
        self.facts[identifier] = fact

    def reference(self, identifier: str) -> str:
        """Return how prose names a fact."""
        return f"{{{{{tag_of(self.facts[identifier])}:{identifier}}}}}"

    def dump(self) -> str:
        """Return the evidence as JSON; equal evidence gives equal text."""
        facts = {identifier: _present(asdict(fact)) for identifier, fact in self.facts.items()}
        content = {"facts": facts, "known": sorted(self.known)}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> Evidence:
        """Return the evidence that `dump` wrote; facts are in the order of their identifiers."""
        content = json.loads(text)
        return cls({identifier: _restore(fields) for identifier, fields in content["facts"].items()}, frozenset(content["known"]))

    @classmethod
    def of(cls, sheet: FactSheet, *, currency: str, known: Iterable[str] = ()) -> Evidence:
        """Return the facts of a decision as evidence.

        Parameters
        ----------
        sheet : its facts
        currency : the workspace's own currency, ISO 4217
        known : names that the workspace knows
        """
        made = cls(known=frozenset(known))
        for identifier, fact in sheet.facts.items():
            kind, unit = _FROM_LEDGER[fact.unit]
            made.add(identifier, Fact(kind, fact.value, fact.witness, unit=currency if kind == "money" else unit))
        return made


_FROM_LEDGER: Mapping[str, tuple[Kind, str]] = {
    "money": ("money", ""),
    "units": ("count", "units"),
    "count": ("number", ""),
    "days": ("count", "days"),
    "share": ("share", ""),
    "number": ("number", ""),
    "day": ("date", ""),
    "text": ("name", "name"),
    "segment": ("name", "segment"),
    "aspect": ("name", "aspect"),
    "country": ("name", "place"),
    "band": ("name", "band"),
}


def _fault(fact: Fact, facts: Mapping[str, Fact]) -> Words | None:
    """Return what was expected of a fact that cannot be shown, None if it can."""
    if any(name not in facts or facts[name].kind != "name" for name in fact.about):
        return Words("a fact about names that were added before", "所涉及的名称须先加入")
    if fact.kind in ("name", "quote"):
        return None if isinstance(fact.value, str) and fact.value.strip() else Words("a text", "文本")
    if fact.kind in ("date", "period", "first"):
        return _day_fault(fact)
    numbers = (fact.value, fact.low or 0, fact.high or 0)
    if isinstance(fact.value, str) or not all(math.isfinite(float(one)) for one in numbers):
        return Words("finite numbers", "有限的数")
    if fact.kind == "ranking" and (fact.amount < 1 or fact.unit not in ("highest", "lowest") or (fact.among or 1) < fact.amount):
        return Words('a place from 1 up to `among`, and the unit "highest" or "lowest"', "从 1 到 among 的名次，单位为 highest 或 lowest")
    if fact.kind == "money" and not re.fullmatch(r"[A-Z]{3}", fact.unit):
        return Words("a currency code such as GBP", "货币代码，如 CNY")
    return None


def _day_fault(fact: Fact) -> Words | None:
    try:
        first, last = fact.days
    except ValueError:
        first, last = date.max, date.min
    return (
        None
        if first <= last
        else Words("ISO days such as 2025-03-04 or 2025-03-01/2025-03-31", "ISO 日期，如 2025-03-04 或 2025-03-01/2025-03-31")
    )


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in fields.items() if value not in (None, "", (), False) and (name, value) != ("level", 0.9)}
    # Zero is a value, and equal to False.
    kept |= {name: fields[name] for name in ("value", "low", "high") if fields.get(name) is not None}
    return kept | {"witness": {name: value for name, value in fields["witness"].items() if value not in (None, "")}}


def _restore(fields: Mapping[str, Any]) -> Fact:
    return Fact(**{**fields, "about": tuple(fields.get("about", ())), "witness": Witness(**fields["witness"])})
