"""Makes the page of a report: content and language in, one HTML text out."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from moushi.columns import Decisions
from moushi.errors import Language
from moushi.ledger.words import Described, Shown, describe
from moushi.locale import format as form
from moushi.surfaces.report import charts
from moushi.surfaces.report.parts import Content, Proposal
from moushi.surfaces.report.pen import Pen

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN_IN_FULL = 10
SHOWN_IN_LIST = 40
TAGS = {"en": "en", "zh": "zh-CN"}


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Everything is escaped, whatever the template is called: product names and texts come from strangers.
    return Environment(
        loader=PackageLoader("moushi.surfaces.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(content: Content, language: Language) -> str:
    """Return the report as one HTML page that needs nothing else.

    Parameters
    ----------
    content : the numbers
    language : "en" or "zh"

    Returns
    -------
    str : the same bytes for the same content and language
    """
    pen = Pen(content, language)
    facts: dict[str, Any] = {
        "content": content,
        "pen": pen,
        "say": pen.say,
        "tag": TAGS[language],
        # Chinese sentences follow each other without a space.
        "space": "" if language == "zh" else " ",
        "cards": [_card(place, proposal, pen) for place, proposal in enumerate(content.proposals[:SHOWN_IN_FULL], 1)],
        "listed": [_card(place, proposal, pen) for place, proposal in enumerate(content.proposals[SHOWN_IN_FULL:][:SHOWN_IN_LIST], 11)],
        "more": max(0, len(content.proposals) - SHOWN_IN_FULL - SHOWN_IN_LIST),
        "history_chart": _history_chart(pen),
        "forecast_chart": _forecast_chart(pen),
        "style": _style(),
    }
    return _environment().get_template("report.html").render(facts)


@functools.cache
def _style() -> Markup:
    from importlib import resources

    return Markup(resources.files(__package__).joinpath("templates", "style.css").read_text("utf-8"))  # noqa: S704 - ours


class Card:
    """A decision in words, with its number in the page.

    Attributes
    ----------
    place : its number, from 1
    proposal : the decision
    said : its words
    """

    def __init__(self, place: int, proposal: Proposal, said: Described) -> None:
        self.place = place
        self.proposal = proposal
        self.said = said

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The numbers its words show."""
        return self.said.shown


def _card(place: int, proposal: Proposal, pen: Pen) -> Card:
    said = describe(proposal.row, pen.language, money=pen.money)
    if not said.title:
        # Facts of a newer or older version may not fill the words; the kind and the subject always do.
        said = replace(said, title=f"{pen.named('decisions.kind', proposal.kind)}: {proposal.name or proposal.row[Decisions.subject]}")
    return Card(place, proposal, said)


def _history_chart(pen: Pen) -> Markup:
    happened = pen.content.happened
    if happened is None or len(happened.points) < 2:
        return Markup("")
    about = pen.say(
        f"chart.{happened.step}.about",
        first=form.day(happened.points[0].at, pen.language),
        last=form.day(happened.points[-1].at, pen.language),
        most=pen.money(max(point.value for point in happened.points)),
    )
    day = _months(pen) if happened.step == "week" else _days(pen)
    return charts.history_chart(
        happened.points, charts.Words(str(pen.say(f"chart.{happened.step}.name")), str(about), pen.short_money, day)
    )


def _forecast_chart(pen: Pen) -> Markup:
    ahead = pen.content.ahead
    if ahead is None or not ahead.days:
        return Markup("")
    about = pen.say(
        "chart.forecast.about",
        first=form.day(ahead.days[0].at, pen.language),
        last=form.day(ahead.days[-1].at, pen.language),
        low=pen.money(min(band.q05 for band in ahead.days)),
        high=pen.money(max(band.q95 for band in ahead.days)),
    )
    words = charts.Words(str(pen.say("chart.forecast.name")), str(about), pen.short_money, _days(pen), str(pen.say("chart.now")))
    return charts.forecast_chart(ahead.history, ahead.days, words)


def _months(pen: Pen) -> charts.WriteDay:
    def write(day: date, first: bool) -> str:
        # A year stands where it begins; elsewhere the month is enough.
        return form.month(day, pen.language, year=first or day.month == 1)

    return write


def _days(pen: Pen) -> charts.WriteDay:
    return lambda day, first: form.day(day, pen.language, year=False)
