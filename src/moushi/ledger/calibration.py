"""How forecasts and decisions have done, from their settlements."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import Decisions, Settlements

if TYPE_CHECKING:
    from moushi.engine.base import Engine

Statuses = Mapping[str, tuple[str, str, str | None]]

CALIBRATION = pa.schema(
    [
        pa.field("claim", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("issued", pa.int64(), nullable=False),
        pa.field("approved", pa.int64()),
        pa.field("rejected", pa.int64()),
        pa.field("settled", pa.int64(), nullable=False),
        pa.field("counted", pa.int64(), nullable=False),
        pa.field("coverage_80", pa.float64()),
        pa.field("coverage_80_low", pa.float64()),
        pa.field("coverage_80_high", pa.float64()),
        pa.field("coverage_90", pa.float64()),
        pa.field("coverage_90_low", pa.float64()),
        pa.field("coverage_90_high", pa.float64()),
        pa.field("skill", pa.float64()),
        pa.field("bias", pa.float64()),
        pa.field("measured", pa.int64(), nullable=False),
        pa.field("expected_home", pa.float64()),
        pa.field("realised_home", pa.float64()),
    ]
)
"""Columns of the calibration.

claim : "forecast" or "decision"; kind : target or kind of decision
issued : decisions proposed, or forecasts settled in part or whole
approved, rejected : decisions only
settled : claims with an outcome row; counted : periods or decisions with a known outcome
coverage_80, coverage_90 : share of outcomes inside the interval, with 90 % Wilson intervals
skill : 1 - error / error of the seasonal naive, over the same periods (absolute error of the median)
bias : expected over actual, less one
measured : approved decisions whose realised money is known
expected_home, realised_home : money of those, workspace currency
"""


def calibration_of(engine: Engine, statuses: Statuses) -> pa.Table:
    """Return one row per forecast target, then per kind of decision, in alphabetical order; see `CALIBRATION`.

    Notes
    -----
    The intervals of coverage take periods as independent; periods of one
    forecast are not quite, so that they are somewhat too narrow.
    """
    settled = engine.to_arrow(engine.read(Settlements).order_by(Settlements.claim_id))
    decisions = engine.read(Decisions).select(Decisions.decision_id, Decisions.kind_of_decision)
    proposed = engine.to_arrow(decisions.order_by(Decisions.decision_id))
    rows = [*_forecasts(_claims(settled, "forecast")), *_decisions(_claims(settled, "decision"), proposed, statuses)]
    return pa.Table.from_pylist(rows, schema=CALIBRATION)


def _claims(settled: pa.Table, claim: str) -> pa.Table:
    return settled.filter(pc.equal(settled[Settlements.claim], claim))


def _forecasts(claims: pa.Table) -> Iterator[dict[str, Any]]:
    for target in sorted(set(claims[Settlements.kind_of_claim].to_pylist())):
        mine = claims.filter(pc.equal(claims[Settlements.kind_of_claim], target))
        compared = mine.filter(mine[Settlements.naive_absolute_error].is_valid())
        known = mine.filter(mine[Settlements.actual].is_valid())
        error = _over(compared, Settlements.absolute_error, Settlements.naive_absolute_error)
        bias = _over(known, Settlements.expected, Settlements.actual)
        yield {
            "claim": "forecast",
            "kind": target,
            "issued": mine.num_rows,
            "settled": mine.num_rows,
            "skill": None if error is None else 1 - error,
            "bias": None if bias is None else bias - 1,
            "measured": 0,
            **_coverage(mine, Settlements.inside_80, "coverage_80"),
            **_coverage(mine, Settlements.inside, "coverage_90"),
        }


def _decisions(claims: pa.Table, proposed: pa.Table, statuses: Statuses) -> Iterator[dict[str, Any]]:
    for kind in sorted(set(proposed[Decisions.kind_of_decision].to_pylist())):
        names = proposed.filter(pc.equal(proposed[Decisions.kind_of_decision], kind))[Decisions.decision_id].to_pylist()
        said = [statuses[name][0] for name in names if name in statuses]
        mine = claims.filter(pc.equal(claims[Settlements.kind_of_claim], kind))
        earned = mine.filter(pc.and_(pc.equal(mine[Settlements.status], "approved"), mine[Settlements.actual].is_valid()))
        yield {
            "claim": "decision",
            "kind": kind,
            "issued": len(names),
            "approved": said.count("approved"),
            "rejected": said.count("rejected"),
            "settled": mine.num_rows,
            "measured": earned.num_rows,
            "expected_home": _total(earned, Settlements.expected) if earned.num_rows else None,
            "realised_home": _total(earned, Settlements.actual) if earned.num_rows else None,
            **_coverage(mine, Settlements.inside, "coverage_90"),
        }


def _total(rows: pa.Table, column: str) -> float:
    # Exactly rounded, so that the order of rows does not matter.
    return math.fsum(value for value in rows[column].to_pylist() if value is not None)


def _over(rows: pa.Table, over: str, under: str) -> float | None:
    total = _total(rows, under)
    return _total(rows, over) / total if total > 0 else None


def _coverage(rows: pa.Table, column: str, name: str) -> dict[str, Any]:
    counted, inside = int(_total(rows, Settlements.counted)), int(_total(rows, column))
    if not counted:
        return {"counted": 0}
    low, high = wilson(inside, counted)
    return {"counted": counted, name: inside / counted, f"{name}_low": low, f"{name}_high": high}


def wilson(successes: int, trials: int, *, z: float = 1.645) -> tuple[float, float]:
    """Return the Wilson interval of a share, 90 % by default.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.541, 0.931]

    Source
    ------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    share, square = successes / trials, z * z / trials
    middle = (share + square / 2) / (1 + square)
    reach = z / (1 + square) * math.sqrt(share * (1 - share) / trials + square / (4 * trials))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
