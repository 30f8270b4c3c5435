"""All numbers of a report, each with its witness; no words and no layout."""

from __future__ import annotations

from collections.abc import Mapping

from moushi.columns import Decisions, Forecasts
from moushi.engine.base import Engine
from moushi.settings import Settings
from moushi.surfaces.report.ahead import ahead
from moushi.surfaces.report.decided import PROPOSED, proposals
from moushi.surfaces.report.happened import days_of, happened, window_of
from moushi.surfaces.report.parts import Ahead, Content, Figure, Happened, Proposal
from moushi.surfaces.report.quality import quality
from moushi.surfaces.report.source import Source
from moushi.surfaces.report.unknown import unknown
from moushi.surfaces.report.voice import voice


def build(
    engine: Engine,
    settings: Settings,
    *,
    name: str,
    issue_id: str | None = None,
    statuses: Mapping[str, str] | None = None,
) -> Content:
    """Assemble the numbers of a report.

    Parameters
    ----------
    engine : reads the lake
    settings : the workspace's
    name : the shop's name, shown as it is
    issue_id : the issue to show where several know the same last day
    statuses : decision_id to proposed, approved or rejected, as they stand now

    Returns
    -------
    Content : sections that have nothing to say yet are None
    """
    source = Source(engine, settings)
    window = window_of(source)
    days = days_of(source) if window is not None else {}
    past = happened(source, days, window) if window is not None else None
    forecast_issue = source.newest_issue(Forecasts, issue_id)
    future = ahead(source, days, window, forecast_issue) if window is not None and forecast_issue else None
    decided = source.newest_issue(Decisions, issue_id)
    proposed = proposals(source, decided, statuses) if decided else ()
    heard = voice(source)
    known = quality(source)
    return Content(
        name=name,
        currency=source.currency,
        timezone=settings.text("timezone"),
        first=source.first,
        as_of=source.as_of,
        issue_id=decided or forecast_issue,
        figures=_headline(source, past, future, proposed),
        happened=past,
        ahead=future,
        proposals=proposed,
        voice=heard,
        quality=known,
        gaps=unknown(source, window, future, proposed),
        witnesses=source.witnesses.all(),
    )


def _headline(source: Source, past: Happened | None, future: Ahead | None, proposed: tuple[Proposal, ...]) -> tuple[Figure, ...]:
    figures: list[Figure] = []
    if past is not None:
        figures.append(past.figures[0])
        figures += [figure for figure in past.customers if figure.code == "active"] or [past.figures[-1]]
    if future is not None and future.total is not None:
        figures.append(future.total)
    waiting = [each for each in proposed if each.status == PROPOSED]
    if waiting:
        worth = sum(each.expected for each in waiting)
        witness = source.witnesses.add("waiting_value", "decisions", filters=("proposed",), rows=len(waiting), model="strategy")
        figures.append(Figure("waiting_value", "money", worth, witness))
    return tuple(figures)
