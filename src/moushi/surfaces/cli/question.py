"""The question that a person is asked about a new kind of file, and what may be answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from moushi.locale.format import percent
from moushi.surfaces.cli.session import Session
from moushi.surfaces.cli.tables import table

if TYPE_CHECKING:
    from moushi.collect import Mapping, Proposal
    from moushi.stages import Progress

ACCEPT, CHANGE, TABLE, REFUSE = "y", "c", "t", "n"
DROP = "-"


class Question:
    """Asks on the terminal; called with each new proposal while files are added.

    Parameters
    ----------
    session : speaks
    progress : hidden while the question stands

    Attributes
    ----------
    again : source name to the table a person said it is; those files are added once more as that table
    """

    def __init__(self, session: Session, progress: Progress) -> None:
        self.session = session
        self.progress = progress
        self.again: dict[str, str] = {}

    def __call__(self, proposal: Proposal) -> Proposal | None:
        """Return the proposal as the person wants it, None to leave the file out."""
        with self._alone():
            return self._ask(proposal)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        from moushi.surfaces.cli.progress import Bars

        with self.progress.hidden() if isinstance(self.progress, Bars) else nullcontext():
            yield

    def _ask(self, proposal: Proposal) -> Proposal | None:
        while True:
            self._show(proposal)
            options = [ACCEPT, CHANGE, TABLE, REFUSE] if proposal.mapping is not None else [TABLE, REFUSE]
            answer = self._prompt("question.what" if proposal.mapping is not None else "question.no_mapping", options, options[0])
            if answer == ACCEPT:
                return proposal
            if answer == CHANGE:
                proposal = self._changed(proposal)
                continue
            if answer == TABLE:
                self._choose_table(proposal)
            return None

    def _prompt(self, key: str, options: list[str], default: str) -> str:
        shown = self.session.say(key)
        answer: str = click.prompt(shown, type=click.Choice(options, case_sensitive=False), default=default, err=True, show_choices=True)
        return answer

    def _show(self, proposal: Proposal) -> None:
        session, err = self.session, self.session.err
        err.print(session.say("question.file", name=proposal.source_name), style="bold", markup=False)
        if proposal.mapping is not None:
            sure = percent(proposal.confidence, session.language)
            err.print(session.say("question.proposed", table=", ".join(proposal.mapping.tables), confidence=sure), markup=False)
            rows = [(*row, self._samples(proposal, row[2])) for row in mapping_rows(proposal.mapping)]
            err.print(table(session, ("table", "column", "from", "samples"), rows))
        if proposal.unused:
            err.print(session.say("check.unused", columns=", ".join(proposal.unused)), markup=False)
        for note in proposal.notes:
            err.print(note.message(session.language), style="yellow", markup=False)
        choices = [f"{choice.table} {percent(choice.confidence, session.language)}" for choice in proposal.choices]
        err.print(session.say("question.choices", choices=", ".join(choices) or "–"), style="dim", markup=False)

    def _samples(self, proposal: Proposal, column: str) -> str:
        return " | ".join(proposal.samples.get(column, ()))

    def _choose_table(self, proposal: Proposal) -> None:
        from moushi.columns import input_tables

        names = list(dict.fromkeys([*(choice.table for choice in proposal.choices), *input_tables()]))
        chosen = click.prompt(self.session.say("question.which_table"), type=click.Choice(names), default=names[0], err=True)
        self.again[proposal.source_name] = chosen

    def _changed(self, proposal: Proposal) -> Proposal:
        """Return the proposal with one column filled from elsewhere, or not at all."""
        from moushi.collect import Rule

        mapping = proposal.mapping
        assert mapping is not None
        names = [f"{name}.{column}" for name in mapping.tables for column in _columns(name)]
        target = click.prompt(self.session.say("question.which_column"), type=click.Choice(names), err=True, show_choices=False)
        source = click.prompt(
            self.session.say("question.from_which", drop=DROP, columns=", ".join(proposal.columns)),
            type=click.Choice([DROP, *proposal.columns]),
            err=True,
            show_choices=False,
        )
        name, _, column = target.partition(".")
        rules = dict(mapping.tables[name])
        if source == DROP:
            rules.pop(column, None)
        else:
            rules[column] = replace(rules.get(column, Rule()), sources=(source,), value=None)
        return replace(proposal, mapping=replace(mapping, tables={**mapping.tables, name: rules}))


def _columns(name: str) -> list[str]:
    from moushi.columns import input_tables

    return list(input_tables()[name].collected())


def mapping_rows(mapping: Mapping) -> list[tuple[str, str, str]]:
    """Return the rules of a mapping as rows of table, column, and where its values come from."""
    rows = []
    for name, column, rule in mapping.rules():
        origin = " + ".join(rule.sources) if rule.sources else f"= {rule.value}"
        rows.append((name, column, origin))
    return rows
