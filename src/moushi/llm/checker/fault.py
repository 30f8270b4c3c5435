"""What a text may be refused for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from moushi.errors import Language
from moushi.locale import say

Rule = Literal[
    "form", "language", "unknown", "kind", "token", "quote", "name", "number", "money", "date", "comparative",
    "superlative", "direction", "degree", "negation", "cause", "forecast", "subject",
]  # fmt: skip
"""Rules by code; what each refuses is the text `references.fault.<rule>`."""

Severity = Literal["refuse", "warn"]

LENIENT: frozenset[Rule] = frozenset({"degree"})
"""Rules whose faults misjudge a size rather than contradict a fact."""


@dataclass(frozen=True)
class Fault:
    """Something that a text says without evidence, or against it.

    Parameters
    ----------
    rule : which rule it breaks
    start, end : where it stands in the prose
    text : what stands there
    fields : what its message names besides
    """

    rule: Rule
    start: int
    end: int
    text: str
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def severity(self) -> Severity:
        """Whether the text must not be shown, or could be."""
        return "warn" if self.rule in LENIENT else "refuse"

    def message(self, language: Language) -> str:
        """Return what is wrong and what to do, for a model or a person."""
        return say(f"references.fault.{self.rule}", language, text=self.text, **dict(self.fields))
