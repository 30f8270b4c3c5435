"""Writes down every call of a model as it happens, keeps the answers, and holds the budgets."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from moushi.errors import ModelBudgetSpent, Words
from moushi.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy import Engine as Database

_MICRO = 1_000_000
_NO_BOUND = 2**62
_TAKE = (
    "INSERT INTO model_budgets (scope, tokens, cost_micro) VALUES (:scope, :tokens, :cost) ON CONFLICT (scope) DO UPDATE "
    "SET tokens = model_budgets.tokens + :tokens, cost_micro = model_budgets.cost_micro + :cost "
    "WHERE model_budgets.tokens + :tokens <= :most_tokens AND model_budgets.cost_micro + :cost <= :most_cost RETURNING scope"
)
_PERIODS = {"run": Words("run", "次运行"), "day": Words("day", "天")}


@dataclass(frozen=True)
class Spending:
    """Tokens, and money in millionths of the workspace's currency."""

    tokens: int
    cost_micro: int

    @classmethod
    def of(cls, input_tokens: int, output_tokens: int, prices: tuple[float, float] | None) -> Spending:
        """Return what tokens cost at prices per million; rounded up, nothing where the price is not known."""
        read, written = prices or (0.0, 0.0)
        return cls(input_tokens + output_tokens, -int(-(input_tokens * read + output_tokens * written) // 1))


@dataclass(frozen=True)
class Taken:
    """What calls took: texts asked about, tokens, and money; None where the price is not known."""

    items: int
    tokens: int
    cost: float | None


@dataclass(frozen=True)
class Bound:
    """A budget: whose (a day, a run), the setting that sets it, and the most it allows; None for no bound."""

    scope: str
    period: str
    tokens: int | None
    cost_micro: int | None


class Book:
    """The calls, answers and budgets of a workspace, in its application database.

    Parameters
    ----------
    database : opens the application database
    settings : hold the budgets

    Notes
    -----
    A call is written down, and the most that it can cost is taken from the
    budgets, before anything is sent; after, what it did cost takes that place,
    and its end and its answers are written in one transaction.  Killed in
    between, a call stays "open" and its cost taken: it may have been charged.
    """

    def __init__(self, database: Callable[[], Database], settings: Settings) -> None:
        self._open = database
        self._settings = settings

    def bounds(self, run_id: str | None) -> list[Bound]:
        """Return the budgets that a call of a run is under, that of the day first."""
        day = self.today()
        scopes = [("day", f"day:{day}"), *([("run", f"run:{run_id}")] if run_id else [])]
        found = []
        for period, scope in scopes:
            money = self._settings[f"model_budget_{period}"]
            cost = None if money is None else round(float(money) * _MICRO)
            found.append(Bound(scope, period, self._settings.count(f"model_tokens_{period}"), cost))
        return found

    @property
    def counts_money(self) -> bool:
        """Whether there is a budget in money."""
        return any(self._settings[f"model_budget_{period}"] is not None for period in _PERIODS)

    def today(self) -> str:
        """Return the day in the shop's time zone."""
        return datetime.now(self._settings.zone).date().isoformat()

    def begin(self, facts: Mapping[str, Any]) -> str:
        """Write down a call before it is made and return its identifier."""
        call_id = uuid.uuid4().hex
        with self._open().begin() as connection:
            self._insert(connection, {"call_id": call_id, "outcome": "open", "tier": "none", **facts})
        return call_id

    def note(self, facts: Mapping[str, Any]) -> str:
        """Write down what was done without a call, such as answers that were there already."""
        call_id = uuid.uuid4().hex
        with self._open().begin() as connection:
            self._insert(connection, {"call_id": call_id, "finished_at": datetime.now(UTC), **facts})
        return call_id

    def _insert(self, connection: Connection, facts: Mapping[str, Any]) -> None:
        import sqlalchemy as sa

        from moushi.database.tables import model_calls

        nothing = {"attempts": 0, "input_tokens": 0, "output_tokens": 0, "cached": False}
        values = {**nothing, "day": self.today(), "started_at": datetime.now(UTC), **facts}
        connection.execute(sa.insert(model_calls).values(values))

    def reserve(self, most: Spending, bounds: Iterable[Bound]) -> None:
        """Take the most that a call can cost from every budget, or from none.

        Raises
        ------
        ModelBudgetSpent : naming the budget that does not allow it
        """
        with self._open().begin() as connection:
            for bound in bounds:
                if not _take(connection, bound, most):
                    # Leaving by an exception takes back what was taken from the budgets before.
                    raise _spent(connection, bound, most)

    def settle(self, most: Spending, real: Spending, bounds: Iterable[Bound]) -> None:
        """Put what a call did cost in the place of what was taken for it."""
        import sqlalchemy as sa

        from moushi.database.tables import model_budgets as table

        tokens, cost = real.tokens - most.tokens, real.cost_micro - most.cost_micro
        with self._open().begin() as connection:
            for bound in bounds:
                changed = {"tokens": table.c.tokens + tokens, "cost_micro": table.c.cost_micro + cost}
                connection.execute(sa.update(table).where(table.c.scope == bound.scope).values(changed))

    def finish(self, call_id: str, facts: Mapping[str, Any], answers: Mapping[str, Any]) -> None:
        """Write down how a call ended, with its answers by key, in one step."""
        import sqlalchemy as sa

        from moushi.database.tables import model_calls

        now = datetime.now(UTC)
        with self._open().begin() as connection:
            connection.execute(sa.update(model_calls).where(model_calls.c.call_id == call_id).values(finished_at=now, **facts))
            for key in sorted(answers):
                _keep(connection, key, now, call_id, json.dumps(answers[key], ensure_ascii=False))

    def answers(self, keys: Iterable[str], until: datetime | None = None) -> dict[str, Any]:
        """Return the answers that are there already, by key; those that were there at a time, where one is given."""
        import sqlalchemy as sa

        from moushi.database.tables import model_answers as table

        wanted = sorted(set(keys))
        found: dict[str, Any] = {}
        with self._open().connect() as connection:
            for start in range(0, len(wanted), 500):
                part = sa.select(table.c.key, table.c.answer).where(table.c.key.in_(wanted[start : start + 500]))
                if until is not None:
                    part = part.where(table.c.made_at <= until)
                found |= {key: json.loads(answer) for key, answer in connection.execute(part)}
        return found

    def spent(self) -> dict[str, Spending]:
        """Return what is taken from each budget, by scope."""
        import sqlalchemy as sa

        from moushi.database.tables import model_budgets as table

        with self._open().connect() as connection:
            return {row.scope: Spending(row.tokens, row.cost_micro) for row in connection.execute(sa.select(table))}

    def taken(self, purpose: str, until: datetime | None = None) -> Taken:
        """Return what the calls that runs sent for a purpose took together; until a time, where one is given."""
        import sqlalchemy as sa

        from moushi.database.tables import model_calls as table

        # What found no budget, or a model that is left alone, was not sent.
        made = [table.c.purpose == purpose, table.c.run_id.is_not(None), table.c.attempts > 0]
        if until is not None:
            made.append(table.c.started_at <= until)
        taken = table.c.input_tokens + table.c.output_tokens
        items, tokens, cost = (sa.func.sum(column) for column in (table.c["items"], taken, table.c.cost))
        calls, priced = sa.func.count(table.c.call_id), sa.func.count(table.c.cost)
        with self._open().connect() as connection:
            found = connection.execute(sa.select(items, tokens, cost, calls, priced).where(*made)).one()
        return Taken(found[0] or 0, found[1] or 0, found[2] if found[3] == found[4] else None)

    def calls(self) -> list[dict[str, Any]]:
        """Return all calls, oldest first."""
        import sqlalchemy as sa

        from moushi.database.tables import model_calls as table

        with self._open().connect() as connection:
            return [dict(row._mapping) for row in connection.execute(sa.select(table).order_by(table.c.sequence))]


def _take(connection: Connection, bound: Bound, most: Spending) -> bool:
    """Add to a budget in one statement, so that no other process can come between looking and taking."""
    import sqlalchemy as sa

    allowed = _NO_BOUND if bound.tokens is None else bound.tokens, _NO_BOUND if bound.cost_micro is None else bound.cost_micro
    if most.tokens > allowed[0] or most.cost_micro > allowed[1]:
        return False
    given = {"scope": bound.scope, "tokens": most.tokens, "cost": most.cost_micro, "most_tokens": allowed[0], "most_cost": allowed[1]}
    return connection.execute(sa.text(_TAKE), given).first() is not None


def _keep(connection: Connection, key: str, now: datetime, call_id: str, answer: str) -> None:
    """Keep an answer; the first of two that came at the same time stays."""
    import sqlalchemy as sa

    from moushi.database.tables import model_answers as table

    put = sa.text(
        "INSERT INTO model_answers (key, made_at, call_id, answer) VALUES (:key, :made_at, :call_id, :answer) ON CONFLICT (key) DO NOTHING"
    ).bindparams(sa.bindparam("made_at", type_=table.c.made_at.type))
    connection.execute(put, {"key": key, "made_at": now, "call_id": call_id, "answer": answer})


def _spent(connection: Connection, bound: Bound, most: Spending) -> ModelBudgetSpent:
    import sqlalchemy as sa

    from moushi.database.tables import model_budgets as table

    row = connection.execute(sa.select(table).where(table.c.scope == bound.scope)).first()
    tokens, cost = (row.tokens, row.cost_micro) if row is not None else (0, 0)
    money = bound.cost_micro is not None and cost + most.cost_micro > bound.cost_micro
    facts: dict[str, Any] = {
        "setting": f"model_{'budget' if money else 'tokens'}_{bound.period}",
        "limit": (bound.cost_micro or 0) / _MICRO if money else bound.tokens,
        "spent": cost / _MICRO if money else tokens,
        "needed": most.cost_micro / _MICRO if money else most.tokens,
        "period": _PERIODS[bound.period],
    }
    return ModelBudgetSpent(**facts)
