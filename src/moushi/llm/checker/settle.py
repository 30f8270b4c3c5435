"""What happens to a text that is refused: it is repaired once, then a sentence without a model stands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from moushi.errors import Language
from moushi.llm.checker.check import check
from moushi.llm.checker.fault import Fault
from moushi.llm.references import Evidence
from moushi.llm.template import write

Repair = Callable[[str, str], str | None]
"""Takes the refused prose and its faults as text; returns new prose, None where none is to be had."""


@dataclass(frozen=True)
class Settled:
    """Prose that may be shown.

    Parameters
    ----------
    prose : the text, with its references
    source : who wrote it: the model at once, the model after one repair, or the template
    faults : what was wrong with what was refused, in the order of the attempts
    """

    prose: str
    source: Literal["model", "repair", "template"]
    faults: tuple[tuple[Fault, ...], ...] = ()


def settle(
    prose: str | None, evidence: Evidence, language: Language, *, repair: Repair | None = None, template: Callable[[], str] | None = None
) -> Settled:
    """Return prose that may be shown: the given one, its repair, or the template.

    Parameters
    ----------
    prose : what a model wrote; None where there is no model
    evidence : the facts it may rest on
    repair : asks the model once more, with the faults in the language of the text
    template : writes without a model; sentences from the evidence where not given
    """
    refused: list[tuple[Fault, ...]] = []
    if prose is not None:
        faults = check(prose, evidence, language)
        if not faults:
            return Settled(prose, "model")
        refused.append(faults)
        again = repair(prose, explain(faults, language)) if repair else None
        if again is not None:
            faults = check(again, evidence, language)
            if not faults:
                return Settled(again, "repair", tuple(refused))
            refused.append(faults)
    return Settled(template() if template else write(evidence, language), "template", tuple(refused))


def explain(faults: tuple[Fault, ...], language: Language) -> str:
    """Return faults as a list for a model or a person, one a line; the same words are explained once."""
    return "\n".join(dict.fromkeys(f"- {fault.message(language)}" for fault in faults))
