"""What goes along with speaking of an aspect or theme: ratings, returns, orders that follow.

Source
------
Partialling out: Frisch, Waugh (1933) and Lovell (1963).  Intervals: cluster-robust
variance after Liang, Zeger, "Longitudinal data analysis using generalized linear
models" (Biometrika 1986), with the usual correction for few clusters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.chance.tails import student_quantile
from moushi.columns import OrderLines, TextImpacts, Texts
from moushi.engine.days import local_day_number
from moushi.ledger.mentions import ASPECT, DAY, POLARITY, categorised, mentions

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

MODEL = "controlled difference 1"
MOST_TEXTS = 200_000
"""Texts looked at; of more, a sample that depends on their identifiers only."""
LEAST_TEXTS = 30
"""Texts that speak of a thing, and that do not, before its effect is told."""
LEAST_CLUSTERS = 10
REPEAT_DAYS = 90
MOST_LEVELS = 60
"""Commonest values of a control that are told apart; the others count as one."""

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
RETURNED, AGAIN = "returned", "again"


@dataclass(frozen=True)
class Effect:
    """A difference between texts, its 95 % interval, and the clusters behind it."""

    value: float
    low: float
    high: float
    clusters: int


def impact_rows(context: Context, texts: ir.Table) -> pa.Table:
    """Return the rows of `TextImpacts`.

    Parameters
    ----------
    texts : counted texts with country and channel; see `moushi.ledger.mentions`
    """
    sample = context.engine.keep(_sample(texts))
    facts = context.engine.to_arrow(_with_outcomes(context, sample).order_by(Texts.text_id))
    if not facts.num_rows:
        return TextImpacts.empty()
    spoken = context.engine.to_arrow(mentions(context, sample).order_by([Texts.text_id, "dimension", "subject"]))
    rows: list[dict[str, Any]] = []
    for outcome, column, cluster in (
        ("rating", Texts.rating, Texts.product_id),
        ("return", RETURNED, Texts.product_id),
        ("repeat", AGAIN, Texts.customer_id),
    ):
        rows += _effects(facts, spoken, outcome, (column, cluster))
    return pa.Table.from_pylist(rows, schema=TextImpacts.schema())


def _sample(texts: ir.Table) -> ir.Table:
    import ibis

    mixed = texts[Texts.text_id].hexdigest("md5")
    return texts.order_by([mixed, ibis.asc(Texts.text_id)]).limit(MOST_TEXTS)


def _with_outcomes(context: Context, texts: ir.Table) -> ir.Table:
    """Add what happened: whether the thing came back, and whether its customer ordered again."""
    lines = context.read(OrderLines)
    sold = lines.filter(lines[OrderLines.kind_of_line] == "sale")
    back = (sold[OrderLines.returned_quantity] > 0).cast("float64")
    bought = sold.group_by(OrderLines.customer_id, OrderLines.product_id).aggregate(returned=back.max())
    joined = (
        categorised(context, texts)
        .left_join(bought, [Texts.customer_id, Texts.product_id])
        .drop(f"{Texts.customer_id}_right", f"{Texts.product_id}_right")
    )
    days = sold.select(OrderLines.customer_id, on=local_day_number(sold[OrderLines.ordered_at], context.settings))
    last = context.engine.to_arrow(days.aggregate(last=days["on"].max()))["last"][0].as_py()
    orders = days.filter(days[OrderLines.customer_id].notnull()).distinct()
    later = joined.filter(joined[DAY].notnull()).select(Texts.text_id, Texts.customer_id, DAY).inner_join(orders, Texts.customer_id)
    later = later.filter((later["on"] > later[DAY]) & (later["on"] <= later[DAY] + REPEAT_DAYS)).select(Texts.text_id).distinct()
    joined = joined.left_join(later.mutate(ordered=True), Texts.text_id).drop(f"{Texts.text_id}_right")
    # Whether a customer comes back is known once the time for it has passed.
    known = joined[Texts.customer_id].notnull() & (joined[DAY] + REPEAT_DAYS <= (last if last is not None else -1))
    again = known.ifelse(joined["ordered"].fill_null(False).cast("float64"), None)
    return joined.select(
        Texts.text_id, Texts.rating, Texts.product_id, Texts.customer_id, Texts.category, Texts.language, DAY,
        returned=joined[RETURNED], again=again,
    )  # fmt: skip


def _effects(facts: pa.Table, spoken: pa.Table, outcome: str, columns: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the effects on one outcome."""
    values = facts[columns[0]].to_numpy(zero_copy_only=False).astype(float)
    known = np.flatnonzero(~np.isnan(values))
    if len(known) < 2 * LEAST_TEXTS or np.ptp(values[known]) == 0:
        return
    rows = facts.take(pa.array(known))
    clusters = _clusters(rows, columns[1])
    design, controls = _controls(rows)
    place = {name: number for number, name in enumerate(rows[Texts.text_id].to_pylist())}
    outcome_left = residuals(values[known][:, None], design)[:, 0]
    for key, wheres in sorted(_speaking(spoken, place).items()):
        if min(len(wheres), len(known) - len(wheres)) < LEAST_TEXTS:
            continue
        said = np.zeros((len(known), 1))
        said[wheres] = 1
        effect = difference(outcome_left, residuals(said, design)[:, 0], clusters)
        if effect is None:
            continue
        dimension, subject, tone = key
        yield {
            TextImpacts.dimension: dimension,
            TextImpacts.subject: subject,
            TextImpacts.tone: tone,
            TextImpacts.outcome: outcome,
            TextImpacts.effect: effect.value,
            TextImpacts.low: effect.low,
            TextImpacts.high: effect.high,
            TextImpacts.texts: len(wheres),
            TextImpacts.compared: len(known),
            TextImpacts.clusters: effect.clusters,
            TextImpacts.controls: controls,
            TextImpacts.evidence: "moved_together",
            TextImpacts.model: MODEL,
        }


def _speaking(spoken: pa.Table, place: Mapping[str, int]) -> dict[tuple[str, str, str], Whole]:
    """Return, by dimension, subject and tone, which texts speak so: of aspects well or badly, of themes at all."""
    found: dict[tuple[str, str, str], list[int]] = {}
    columns = (spoken[name].to_pylist() for name in (Texts.text_id, "dimension", "subject", POLARITY))
    for text, dimension, subject, polarity in zip(*columns, strict=True):
        where = place.get(text)
        tone = "any" if dimension != ASPECT else "good" if polarity > 0 else "bad" if polarity < 0 else None
        if where is not None and tone is not None:
            found.setdefault((dimension, subject, tone), []).append(where)
    return {key: np.array(wheres, np.int64) for key, wheres in found.items()}


def _clusters(rows: pa.Table, column: str) -> Whole:
    """Return a number per text; texts of one product or customer share it, those of none stand alone."""
    names = rows[column].to_pylist()
    numbers: dict[str, int] = {}
    return np.array(
        [numbers.setdefault(name, len(numbers)) if name is not None else len(names) + row for row, name in enumerate(names)], np.int64
    )


def _controls(rows: pa.Table) -> tuple[Floats, str]:
    """Return dummies of category, language and month with a constant, and their names."""
    days = rows[DAY].to_numpy(zero_copy_only=False).astype(float)
    months = [None if np.isnan(day) else int(day // 30.4375) for day in days]
    parts = {"category": rows[Texts.category].to_pylist(), "language": rows[Texts.language].to_pylist(), "month": months}
    columns, used = [np.ones(rows.num_rows)], []
    for name, values in parts.items():
        dummies = _dummies(values)
        if dummies:
            used.append(name)
            columns += dummies
    return np.column_stack(columns), "+".join(used) or "none"


def _dummies(values: Sequence[Any]) -> list[Floats]:
    """Return a column per value but the commonest; rare values share the one that is left out."""
    array = np.array([str(value) for value in values])
    names, counts = np.unique(array, return_counts=True)
    order = sorted(range(len(names)), key=lambda place: (-counts[place], names[place]))
    return [(array == names[place]).astype(float) for place in order[1:MOST_LEVELS] if counts[place] >= 2]


def residuals(values: Floats, design: Floats) -> Floats:
    """Return what least squares on the columns of `design` leave of each column of `values`."""
    gram = design.T @ design
    coefficients: Floats = np.linalg.pinv(gram) @ (design.T @ values)
    left: Floats = values - design @ coefficients
    return left


def difference(outcome: Floats, said: Floats, clusters: Whole) -> Effect | None:
    """Return the slope of an outcome on an indicator, both freed of the controls.

    Parameters
    ----------
    clusters : number per text; errors within one may go together

    Returns
    -------
    Effect, or None with too few clusters, or where the controls leave nothing of the indicator
    """
    spread = float(said @ said)
    names, numbers = np.unique(clusters, return_inverse=True)
    if len(names) < LEAST_CLUSTERS or spread < 1e-6 * len(said):
        return None
    value = float(said @ outcome) / spread
    scores = np.bincount(numbers, said * (outcome - value * said))
    correction = len(names) / (len(names) - 1)
    error = float(np.sqrt(correction * (scores @ scores))) / spread
    half = student_quantile(0.975, len(names) - 1) * error
    rounded = [float(f"{number:.9g}") for number in (value, value - half, value + half)]
    return Effect(rounded[0], rounded[1], rounded[2], len(names))
