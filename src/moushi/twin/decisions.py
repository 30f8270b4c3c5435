"""Reads decisions, as Moushi proposes them or as a person writes them, into what the twin does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from moushi.columns import Decisions, DecisionUnits, Prices, Stock
from moushi.errors import InvalidRows
from moushi.ledger.facts import FactSheet
from moushi.twin.identities import identities
from moushi.twin.streams import Integers
from moushi.twin.week import Actions, State, World

Rows: TypeAlias = "pa.Table | Iterable[Mapping[str, Any]]"

QUANTITY, PRICE, COUNTRY, ACCOUNTS = "quantity", Prices.price, Prices.country, "unit_ids"
_SPLIT_WEEKS = 8


@dataclass(frozen=True)
class Reader:
    """Translates decisions for one state of a twin.

    Attributes
    ----------
    reveal : turns a customer token back into the shop's account; None where accounts are given
    """

    world: World
    state: State
    reveal: Callable[[str], str] | None = None

    def read(self, decisions: Rows | None, units: Rows | None) -> Actions:
        """Return the actions that decisions ask for; see `Twin.step`.

        Raises
        ------
        InvalidRows : naming every row that cannot be carried out
        """
        actions = Actions()
        faults: list[str] = []
        accounts: list[str] = []
        by_decision = _by_decision(units)
        for number, row in enumerate(_rows(decisions), start=1):
            kind = row.get(Decisions.kind_of_decision)
            if kind == "reorder":
                fault = self._reorder(row, actions)
            elif kind == "price":
                fault = self._price(row, actions)
            elif kind == "win_back":
                accounts += [str(unit) for unit in row.get(ACCOUNTS) or by_decision.get(row.get(Decisions.decision_id), [])]
                fault = ""
            else:
                fault = "" if kind == "investigate" else f"{Decisions.kind_of_decision} is not reorder, price, win_back or investigate"
            faults += [f"row {number}: {fault}"] if fault else []
        contacts, unknown = self._numbers(accounts)
        faults += [f"{unknown} accounts to contact are not this twin's"] if unknown else []
        if faults:
            raise InvalidRows(where="Twin.step", table=Decisions.name, faults="; ".join(faults[:20]))
        return Actions(actions.reorders, actions.prices, contacts)

    def _place(self, row: Mapping[str, Any]) -> tuple[int | None, int | None, str]:
        """Return product, market (None for all) and fault."""
        ids, codes = self.world.catalogue.ids, self.world.shape.countries
        product, country = row.get(Decisions.subject), row.get(COUNTRY) or row.get(Stock.place)
        if product not in ids:
            return None, None, f"{Decisions.subject} is not a product of this twin"
        if country is not None and country not in codes:
            return None, None, f"{COUNTRY} is not one of {', '.join(codes)}"
        return ids.index(product), None if country is None else codes.index(country), ""

    def _reorder(self, row: Mapping[str, Any], actions: Actions) -> str:
        product, market, fault = self._place(row)
        if product is None:
            return fault
        quantity = _quantity(row)
        if quantity is None or quantity < 0:
            return f"{QUANTITY} is not a number of at least 0"
        if market is not None:
            actions.reorders[product, market] = quantity
        else:
            for place, share in enumerate(self._shares(product, quantity)):
                actions.reorders[product, place] = int(share)
        return ""

    def _shares(self, product: int, quantity: int) -> Integers:
        """Split an order over places so that stock and order together follow recent sales."""
        recent = [week.sold[product] for week in self.state.weeks[-_SPLIT_WEEKS:]]
        sold = np.sum(recent, axis=0) + 0.1 if recent else np.ones(len(self.world.shape.markets))
        have = self.state.stock.position[product]
        wish = np.maximum(sold / sold.sum() * (have.sum() + quantity) - have, 0)
        wish = wish / max(float(wish.sum()), 1e-9) * quantity
        whole = np.floor(wish).astype(np.int64)
        whole[int(np.argmax(wish))] += quantity - int(whole.sum())
        return np.asarray(whole)

    def _price(self, row: Mapping[str, Any], actions: Actions) -> str:
        product, market, fault = self._place(row)
        if product is None:
            return fault
        price = row.get(PRICE)
        if price is None or float(price) <= 0:
            return f"{PRICE} is not a number above 0"
        if market is None and len(self.world.shape.markets) > 1:
            return f"{COUNTRY} is missing; a price is in one country's currency"
        actions.prices[product, market or 0] = round(float(price) * 100)
        return ""

    def _numbers(self, accounts: list[str]) -> tuple[Integers, int]:
        """Return the numbers of accounts, and how many of them are not known."""
        if not accounts:
            return np.zeros(0, dtype=np.int64), 0
        names = [self.reveal(account) for account in accounts] if self.reveal else accounts
        known = account_numbers(self.world, self.state)
        found = [known[name] for name in names if name in known]
        return np.array(sorted(set(found)), dtype=np.int64), len(names) - len(found)


def account_numbers(world: World, state: State) -> dict[str, int]:
    """Return the number of every account by its name in the exports."""
    numbers: dict[str, int] = {}
    for place, market in enumerate(world.shape.markets):
        own = np.flatnonzero(state.customers.country == place)
        names = identities(world.shape.seed, market, own, state.customers.person[own]).account.to_pylist()
        numbers.update(zip(names, own.tolist(), strict=True))
    return numbers


def _rows(decisions: Rows | None) -> list[Mapping[str, Any]]:
    if decisions is None:
        return []
    return decisions.to_pylist() if isinstance(decisions, pa.Table) else list(decisions)


def _by_decision(units: Rows | None) -> dict[Any, list[str]]:
    """Return the units to treat, by decision; the held out are left alone."""
    found: dict[Any, list[str]] = {}
    for row in _rows(units):
        if row.get(DecisionUnits.arm, "treat") == "treat":
            found.setdefault(row.get(DecisionUnits.decision_id), []).append(row[DecisionUnits.unit_id])
    return found


def _quantity(row: Mapping[str, Any]) -> int | None:
    """Return the units to order: given, or among the decision's facts."""
    value = row.get(QUANTITY)
    if value is None and row.get(Decisions.facts):
        fact = FactSheet.load(row[Decisions.facts]).facts.get(QUANTITY)
        value = None if fact is None else fact.value
    return None if value is None else int(np.ceil(float(value)))
