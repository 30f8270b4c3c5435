"""Win-back decisions: lapsing customers worth contacting, by segment and value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from moushi.columns import Approvals, Customers, Decisions, DecisionUnits, Profiles, Settlements
from moushi.ledger.facts import FactSheet, Witness
from moushi.strategy.candidates import Candidate, Unit, decision_id, interval
from moushi.strategy.demand import SAMPLES, Array, generator
from moushi.strategy.economics import Economics
from moushi.strategy.holdout import arm
from moushi.strategy.response import Response, learn, measured

if TYPE_CHECKING:
    from moushi.stages import Context

MODEL = "win-back 1"
WINDOW_DAYS = 28
"""Orders within this many days of the decision count as its outcome."""
BAND_CUSTOMERS = 30
"""Segments with fewer customers are not split by value."""


@dataclass(frozen=True)
class Lapsing:
    """Customers that may be contacted, sorted by identifier, and how many may not or need not be."""

    customers: tuple[str, ...]
    segments: tuple[str, ...]
    order_values: Array
    gap_ratios: Array
    found: int
    refused: int
    busy: int


def win_back_candidates(context: Context, as_of: date, economics: Economics) -> list[Candidate]:
    """Return win-back decisions that are worth money.

    Left out are customers who refused marketing, those who take part in an
    approved win-back that is not yet judged (in either arm), and those whose
    expected gain does not cover the contact.
    """
    lapsing = _read_lapsing(context, as_of)
    response = _response(context)
    margin = economics.margin_rate
    gains = response.mean * lapsing.order_values * margin - context.settings.number("contact_cost")
    worth = gains > 0
    groups = _groups(lapsing, worth)
    found = []
    for subject in sorted(groups):
        group = _Group(subject, groups[subject], lapsing, gains, response, margin)
        candidate = _candidate(context, as_of, group, economics)
        if candidate is not None:
            found.append(candidate)
    return found


def _read_lapsing(context: Context, as_of: date) -> Lapsing:
    profiles, customers = context.read(Profiles), context.read(Customers)
    late = profiles.filter(profiles[Profiles.lapsing])
    consent = customers.select(Customers.customer_id, Customers.consent_marketing)
    joined = late.left_join(consent, Profiles.customer_id)
    columns = [Profiles.customer_id, Profiles.segment, Profiles.mean_order_home, Profiles.gap_ratio, Customers.consent_marketing]
    rows = context.engine.to_arrow(joined.select(*columns).order_by(Profiles.customer_id)).to_pylist()
    busy = _busy(context, as_of) if rows else set()
    allowed = [row for row in rows if row[Customers.consent_marketing] is not False]
    free = [row for row in allowed if row[Profiles.customer_id] not in busy]
    return Lapsing(
        customers=tuple(row[Profiles.customer_id] for row in free),
        segments=tuple(row[Profiles.segment] for row in free),
        order_values=np.maximum(np.array([float(row[Profiles.mean_order_home]) for row in free]), 0),
        gap_ratios=np.array([float(row[Profiles.gap_ratio]) for row in free]),
        found=len(rows),
        refused=len(rows) - len(allowed),
        busy=len(allowed) - len(free),
    )


def _busy(context: Context, as_of: date) -> set[str]:
    """Return customers in an approved win-back of an earlier day whose outcome is still open."""
    decisions, approvals, units = context.read(Decisions), context.read(Approvals), context.read(DecisionUnits)
    # Only earlier days: the decisions of this day must not depend on which of them were approved meanwhile.
    still = (decisions[Decisions.as_of] < as_of) & (decisions[Decisions.judged_on] > as_of)
    still &= decisions[Decisions.kind_of_decision] == "win_back"
    approved = approvals.filter(approvals[Approvals.status] == "approved")
    running = decisions.filter(still).semi_join(approved, Decisions.decision_id)
    rows = context.engine.to_arrow(units.semi_join(running, DecisionUnits.decision_id).select(DecisionUnits.unit_id).distinct())
    return set(rows[DecisionUnits.unit_id].to_pylist())


def _response(context: Context) -> Response:
    settled = context.read(Settlements)
    carried_out = (settled[Settlements.kind_of_claim] == "win_back") & (settled[Settlements.status] == "approved")
    judged = settled.filter(carried_out & settled[Settlements.facts].notnull())
    facts = context.engine.to_arrow(judged.order_by(Settlements.claim_id))[Settlements.facts].to_pylist()
    return learn(context.settings.number("win_back_response"), measured(facts))


def _groups(lapsing: Lapsing, worth: np.ndarray[Any, np.dtype[np.bool_]]) -> dict[str, list[int]]:
    """Return the places of customers by subject: segment, and third of order value within large segments."""
    by_segment: dict[str, list[int]] = {}
    for place, segment in enumerate(lapsing.segments):
        if worth[place]:
            by_segment.setdefault(segment, []).append(place)
    groups: dict[str, list[int]] = {}
    for segment, places in by_segment.items():
        if len(places) < BAND_CUSTOMERS:
            groups[f"{segment}/all"] = places
            continue
        bounds = np.quantile(lapsing.order_values[places], [1 / 3, 2 / 3])
        for place in places:
            band = ("low", "middle", "high")[int(np.searchsorted(bounds, lapsing.order_values[place], side="left"))]
            groups.setdefault(f"{segment}/{band}", []).append(place)
    return groups


@dataclass(frozen=True)
class _Group:
    subject: str
    places: list[int]
    lapsing: Lapsing
    gains: Array
    response: Response
    margin: float


def _candidate(context: Context, as_of: date, group: _Group, economics: Economics) -> Candidate | None:
    settings = context.settings
    share, seed, contact = settings.number("holdout_share"), settings.count("seed"), settings.number("contact_cost")
    identifier = decision_id("win_back", group.subject, as_of)
    names = [group.lapsing.customers[place] for place in group.places]
    arms = [arm(identifier, name, share=share, seed=seed) for name in names]
    treated = np.array([drawn == "treat" for drawn in arms])
    if not treated.any():
        return None
    values = group.lapsing.order_values[group.places]
    margins = values[treated] * group.margin
    expected = float(group.gains[group.places][treated].sum())
    gains = sample_gains(margins, group.response, contact, generator(seed, identifier))
    _, low, high = interval(gains)
    units = [Unit(name, drawn, float(group.gains[place])) for name, drawn, place in zip(names, arms, group.places, strict=True)]
    return Candidate(
        kind="win_back",
        subject=group.subject,
        decision_id=identifier,
        as_of=as_of,
        facts=_facts(context, as_of, group, treated, economics),
        value=expected,
        low=min(low, expected),
        high=max(high, expected),
        cost=contact * int(treated.sum()),
        judged_by="holdout_increment",
        judged_on=as_of + timedelta(days=WINDOW_DAYS),
        model=MODEL,
        holdout_share=share,
        units=units,
    )


def sample_gains(margins: Array, response: Response, contact: float, random: np.random.Generator) -> Array:
    """Draw the gain of contacting customers: response rate, then who responds, then what their orders are worth.

    Parameters
    ----------
    margins : expected margin of one order, per contacted customer
    response : distribution of the added response
    contact : cost of one contact
    """
    rates = response.draw(random, SAMPLES)
    responders = random.binomial(len(margins), rates)
    spread = float(margins.std())
    # The sum of many orders; a normal is close enough beside the doubt about the response.
    worth = responders * margins.mean() + np.sqrt(responders) * spread * random.standard_normal(SAMPLES)
    gains: Array = np.maximum(worth, 0) - contact * len(margins)
    return gains


def _facts(context: Context, as_of: date, group: _Group, treated: np.ndarray[Any, np.dtype[np.bool_]], economics: Economics) -> FactSheet:
    segment, band = group.subject.rsplit("/", 1)
    settings, lapsing = context.settings, group.lapsing
    sheet = FactSheet()
    day, kept = as_of.isoformat(), f"segment={segment}"
    sheet.witness("profiles", Witness("lapsing_customers", "profiles+customers", len(group.places), last=day, filters=kept))
    sheet.witness("looked", Witness("lapsing_customers", "profiles+customers", lapsing.found, last=day))
    learned = group.response.measured
    sheet.witness(
        "response",
        Witness("added_response", "settlements" if learned else "", learned or None, setting=None if learned else "win_back_response"),
    )
    partly = None if economics.measured_share > 0.5 else "gross_margin"
    sheet.witness("margin", Witness("margin_rate", "order_lines+products", len(economics.sold), last=day, setting=partly))
    sheet.witness("contact", Witness("contact_cost", setting="contact_cost"))
    sheet.witness("holdout", Witness("holdout_draw", rows=len(group.places), setting="holdout_share"))
    sheet.add("segment", segment, "segment", "profiles")
    sheet.add("band", band, "band", "profiles")
    sheet.add("customers", len(group.places), "count", "profiles")
    sheet.add("contacted", int(treated.sum()), "count", "holdout")
    sheet.add("held_out", int((~treated).sum()), "count", "holdout")
    sheet.add("holdout_share", settings.number("holdout_share"), "share", "holdout")
    sheet.add("order_value", float(lapsing.order_values[group.places].mean()), "money", "profiles")
    sheet.add("order_margin", float(lapsing.order_values[group.places].mean()) * group.margin, "money", "margin")
    sheet.add("margin_rate", group.margin, "share", "margin")
    sheet.add("gap_ratio", float(np.median(lapsing.gap_ratios[group.places])), "number", "profiles")
    sheet.add("response", group.response.mean, "share", "response")
    sheet.add("response_assumed", None if learned else group.response.mean, "share", "response")
    sheet.add("response_customers", learned or None, "count", "response")
    sheet.add("contact_cost", settings.number("contact_cost"), "money", "contact")
    sheet.add("window_days", WINDOW_DAYS, "days", "holdout")
    sheet.add("looked_at", lapsing.found, "count", "looked")
    sheet.add("refused", lapsing.refused or None, "count", "looked")
    sheet.add("busy", lapsing.busy or None, "count", "looked")
    return sheet
