import json

import numpy as np
import pyarrow as pa
import pytest

from moushi.columns import Decisions, DecisionUnits
from moushi.errors import InvalidRows
from moushi.twin import Twin
from moushi.twin.truth import Known


@pytest.fixture(scope="module")
def shop():
    return Twin(seed=7, customers=4_000, products=40, weeks=60)


def reorder(product, quantity, **more):
    return {Decisions.kind_of_decision: "reorder", Decisions.subject: product, "quantity": quantity, **more}


def last(twin):
    return twin._state()[1].weeks[-1]


def test_forks_with_the_same_decisions_stay_the_same(shop):
    first, second = shop.fork(), shop.fork()
    for _ in range(3):
        assert first.step() == second.step()
    assert (last(first).lines == last(second).lines).all()
    assert shop.weeks_lived == 60


def test_profit_adds_up_the_steps(shop):
    twin = shop.fork()
    assert twin.profit == 0
    assert sum(twin.step() for _ in range(3)) == pytest.approx(twin.profit)


def test_a_step_adds_a_week_and_new_customers(shop):
    twin = shop.fork()
    before, customers = twin.today, twin.truth.customers.num_rows
    twin.step()
    assert (twin.today - before).days == 7
    assert twin.truth.customers.num_rows > customers


def test_refilling_empty_shelves_earns_more_than_leaving_them(shop):
    """Eight weeks' demand of everything that is nearly out, against none of it; ten weeks, same luck."""
    empty, filled = shop.fork(), shop.fork()
    world, state = shop._state()
    expected = np.array(shop.truth.expected_demand(8)[Known.expected].to_pylist()).reshape(8, 40, 2).sum(axis=0)
    # What would not last two weeks, deliveries on their way included.
    out = list(zip(*np.nonzero(state.stock.position < expected / 4), strict=True))
    assert out
    places = [(world.catalogue.ids[p], world.shape.countries[m], int(expected[p, m])) for p, m in out]
    filled.step([reorder(product, units, country=country) for product, country, units in places])
    empty.step([reorder(product, 0, country=country) for product, country, _ in places])
    for _ in range(9):
        filled.step([reorder(product, 0, country=country) for product, country, _ in places])
        empty.step([reorder(product, 0, country=country) for product, country, _ in places])
    assert filled.profit > empty.profit


def test_an_order_of_none_is_kept(shop):
    twin = shop.fork()
    ids = twin._state()[0].catalogue.ids
    before = twin._state()[1].stock.coming.sum()
    twin.step([reorder(product, 0) for product in ids])
    arrived = before - last(twin).on_order[-1].sum()
    assert arrived >= 0
    own = shop.fork()
    own.step()
    assert last(own).on_order[-1].sum() > last(twin).on_order[-1].sum()


def test_an_order_without_a_place_is_split_over_places(shop):
    twin = shop.fork()
    world, _ = twin._state()
    product = world.catalogue.ids[0]
    before = twin._state()[1].stock.position[0].sum()
    twin.step([reorder(product, 500)])
    after = last(twin).on_hand[-1][0] + last(twin).on_order[-1][0]
    assert after.sum() - before + last(twin).sold[0].sum() >= 500
    assert (after > 0).all()


def test_winning_back_brings_the_told_share(shop):
    """Everyone who has left is contacted: extra orders about the sum of the told chances."""
    twin, own = shop.fork(), shop.fork()
    people = [row for row in shop.truth.customers.to_pylist() if not row[Known.alive]]
    told = sum(row[Known.response] for row in people)
    twin.step([{Decisions.kind_of_decision: "win_back", "unit_ids": [row["customer_id"] for row in people]}])
    own.step()
    extra = len(np.unique(last(twin).lines["order"])) - len(np.unique(last(own).lines["order"]))
    # The chances stood a week earlier than the contact counts, and some orders meet empty shelves.
    assert extra == pytest.approx(told, abs=4 * np.sqrt(told) + 3)
    assert last(twin).money["contacts"] == pytest.approx(-0.5 * len(people))
    assert last(own).money["contacts"] == 0


def test_those_who_came_back_order_again_later(shop):
    twin, own = shop.fork(), shop.fork()
    people = [row["customer_id"] for row in shop.truth.customers.to_pylist() if not row[Known.alive]]
    twin.step([{Decisions.kind_of_decision: "win_back", "unit_ids": people}])
    own.step()
    later = [twin.step() - own.step() for _ in range(8)]
    assert sum(later) > 0


@pytest.mark.parametrize(("factor", "more"), [(0.6, True), (1.6, False)])
def test_prices_move_demand(shop, factor, more):
    twin, own = shop.fork(), shop.fork()
    world, state = twin._state()
    prices = state.prices.shown[:, 0] / 100 * factor
    ids = world.catalogue.ids
    changed = [
        {Decisions.kind_of_decision: "price", Decisions.subject: ids[p], "price": prices[p], "country": "CN"} for p in range(len(ids))
    ]
    twin.step(changed)
    own.step()
    for _ in range(3):
        twin.step()
        own.step()
    there, here = (sum(week.demand for week in t._state()[1].weeks[-4:]) for t in (twin, own))
    assert (there[:, 0].sum() > here[:, 0].sum()) == more
    assert (there[:, 1] == here[:, 1]).all()
    told = (factor**world.catalogue.elasticity * here[:, 0]).sum()
    assert there[:, 0].sum() == pytest.approx(told, rel=0.2)


def test_decisions_of_moushi_are_read_with_their_units_and_facts(shop):
    twin = shop.fork()
    world, _ = twin._state()
    people = [row["customer_id"] for row in shop.truth.customers.to_pylist()][:6]
    facts = json.dumps({"variant": "", "values": {"quantity": [120, "units", "plan"]}, "witnesses": {"plan": {"metric": "plan"}}})
    rows = [
        {
            Decisions.decision_id: "R-1",
            Decisions.kind_of_decision: "reorder",
            Decisions.subject: world.catalogue.ids[3],
            Decisions.facts: facts,
        },
        {Decisions.decision_id: "W-1", Decisions.kind_of_decision: "win_back", Decisions.subject: "lapsing/1", Decisions.facts: "{}"},
        {Decisions.decision_id: "I-1", Decisions.kind_of_decision: "investigate", Decisions.subject: "DE", Decisions.facts: "{}"},
    ]
    units = [
        {DecisionUnits.decision_id: "W-1", DecisionUnits.unit_id: f"cu_{name}", DecisionUnits.arm: "treat" if place % 2 else "holdout"}
        for place, name in enumerate(people)
    ]
    before = twin._state()[1].stock.position[3].sum()
    twin.step(pa.Table.from_pylist(rows), pa.Table.from_pylist(units), reveal=lambda token: token.removeprefix("cu_"))
    assert last(twin).money["contacts"] == pytest.approx(-0.5 * 3)
    assert last(twin).on_hand[-1][3].sum() + last(twin).on_order[-1][3].sum() + last(twin).sold[3].sum() >= before + 120


def test_what_cannot_be_done_is_refused_whole(shop):
    twin = shop.fork()
    ids = twin._state()[0].catalogue.ids
    wrong = [
        reorder("nothing", 5),
        reorder(ids[0], -1),
        reorder(ids[0], 1, country="FR"),
        {Decisions.kind_of_decision: "reorder", Decisions.subject: ids[0]},
        {Decisions.kind_of_decision: "price", Decisions.subject: ids[0], "price": 5},
        {Decisions.kind_of_decision: "price", Decisions.subject: ids[0], "price": 0, "country": "CN"},
        {Decisions.kind_of_decision: "dance"},
        {Decisions.kind_of_decision: "win_back", "unit_ids": ["nobody"]},
    ]
    with pytest.raises(InvalidRows) as caught:
        twin.step(wrong)
    assert all(f"row {number}" in str(caught.value) for number in range(1, 8))
    assert "1 accounts" in str(caught.value)
    assert twin.weeks_lived == 60
    assert twin.step() == shop.fork().step()
