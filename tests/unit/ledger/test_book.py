from __future__ import annotations

from datetime import date

import pytest

from moushi.columns import Decisions, DecisionUnits, Forecasts, OrderLines, Settlements, Stock, Texts
from moushi.database.connect import open_database
from moushi.errors import DecisionClosed, DecisionNotFound, ReasonMissing
from moushi.ledger import Ledger, gap_words
from moushi.ledger.calibration import CALIBRATION
from tests.support import LakeContext
from tests.unit.ledger.test_settle import ORDER, approve, decision, forecast, settle, sold


@pytest.fixture
def lake(tmp_path):
    return LakeContext(tmp_path)


@pytest.fixture
def ledger(lake, tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/app.db", "a" * 32)
    yield Ledger(lake.engine, database)
    database.dispose()


def put(lake, *names, **more):
    rows = [decision("reorder", f"p{place}", ORDER, name=name) | {Decisions.rank: place + 1} | more for place, name in enumerate(names)]
    lake.put(Decisions, rows, replace=False)


def test_an_empty_ledger_lists_nothing(ledger):
    assert ledger.decisions().num_rows == 0
    assert ledger.settlements().num_rows == 0
    assert ledger.calibration().equals(CALIBRATION.empty_table())
    with pytest.raises(DecisionNotFound):
        ledger.get("RO-A")


def test_the_newest_issue_is_listed_by_rank(ledger, lake):
    put(lake, "RO-OLD", **{Decisions.issue_id: "issue-9", Decisions.as_of: date(2025, 1, 1)})
    put(lake, "RO-B", "RO-A")
    rows = ledger.decisions()
    assert rows[Decisions.decision_id].to_pylist() == ["RO-B", "RO-A"]
    assert rows["status"].to_pylist() == ["proposed", "proposed"]
    assert ledger.decisions(limit=1)[Decisions.decision_id].to_pylist() == ["RO-B"]
    assert ledger.decisions("issue-9")[Decisions.decision_id].to_pylist() == ["RO-OLD"]


def test_approving_and_rejecting(ledger, lake):
    put(lake, "RO-A", "RO-B", "RO-C")
    assert ledger.approve("RO-A", "ann")["status"] == "approved"
    assert ledger.reject("RO-B", "ann", reason="no room")["reason"] == "no room"
    rows = ledger.decisions()
    assert rows["status"].to_pylist() == ["approved", "rejected", "proposed"]
    assert rows["decided_by"].to_pylist() == ["ann", "ann", None]
    assert ledger.decisions(status="rejected")[Decisions.decision_id].to_pylist() == ["RO-B"]


def test_a_rejection_needs_a_reason(ledger, lake):
    put(lake, "RO-A")
    with pytest.raises(ReasonMissing, match="reason"):
        ledger.reject("RO-A", "ann", reason="  ")
    assert ledger.get("RO-A")["status"] == "proposed"


def test_what_was_decided_stays(ledger, lake):
    put(lake, "RO-A", "RO-B")
    ledger.approve("RO-A", "ann")
    with pytest.raises(DecisionClosed, match="already approved") as caught:
        ledger.reject("RO-A", "bob", reason="late")
    assert "批准" in caught.value.message("zh")
    with pytest.raises(DecisionClosed):
        ledger.approve("RO-A", "bob")
    assert ledger.get("RO-A")["decided_by"] == "ann"


def test_what_was_settled_cannot_be_decided(ledger, lake):
    put(lake, "RO-A")
    lake.put(OrderLines, [sold(14, 1)])
    settle(lake)
    with pytest.raises(DecisionClosed, match="settled"):
        ledger.approve("RO-A", "ann")


def test_the_beginning_of_an_identifier_is_enough_if_it_is_unique(ledger, lake):
    put(lake, "RO-AB1", "RO-AC1", "WB-A")
    assert ledger.get("ro-ab")[Decisions.decision_id] == "RO-AB1"
    assert ledger.approve("wb", "ann")[Decisions.decision_id] == "WB-A"
    for unclear in ("RO-A", "XX", "", "%"):
        with pytest.raises(DecisionNotFound):
            ledger.get(unclear)


def test_units_of_a_decision(ledger, lake):
    put(lake, "WB-A", "WB-B")
    unit = {DecisionUnits.issue_id: "issue-1", DecisionUnits.arm: "treat", DecisionUnits.expected_value_home: 1}
    lake.put(DecisionUnits, [unit | {DecisionUnits.decision_id: name, DecisionUnits.unit_id: f"{name}-1"} for name in ("WB-A", "WB-B")])
    assert ledger.units("wb-b")[DecisionUnits.unit_id].to_pylist() == ["WB-B-1"]


def test_calibration_by_hand(ledger, lake):
    lake.put(OrderLines, [sold(after, 9) for after in range(-6, 1)] + [sold(1, 10), sold(2, 13), sold(3, 8.4), sold(14, 1)])
    lake.put(Forecasts, forecast(3))
    put(lake, "RO-A", "RO-B")
    ledger.approve("RO-A", "ann")
    approve(lake, "RO-A")
    settle(lake)
    forecasts, decisions = ledger.calibration().to_pylist()
    assert (forecasts["kind"], forecasts["counted"]) == ("revenue", 3)
    assert forecasts["coverage_90"] == pytest.approx(2 / 3)
    assert forecasts["coverage_80"] == pytest.approx(1 / 3)
    assert forecasts["coverage_90_low"] < 2 / 3 < forecasts["coverage_90_high"]
    assert forecasts["skill"] == pytest.approx(1 - 46 / 56)
    assert forecasts["bias"] == pytest.approx(303 / 314 - 1)
    assert (decisions["issued"], decisions["approved"], decisions["rejected"], decisions["settled"]) == (2, 1, 0, 2)
    assert decisions["expected_home"] == 100
    # 31.4 sold before the order came left nothing of 30; then 1 was sold thanks to it.
    assert decisions["realised_home"] == pytest.approx(4 - 0.7 * (40 - 0.5))
    assert ledger.settlements()[Settlements.claim_id].to_pylist() == sorted(ledger.settlements()[Settlements.claim_id].to_pylist())


def test_gaps_say_which_data_would_help(ledger, lake):
    lake.put(Texts, [{Texts.text_id: "t", Texts.body: "x"}])
    assert ledger.gaps() == ["no_stock", "no_customers", "no_text_dates"]
    lake.put(Stock, [{Stock.product_id: "p", Stock.day: date(2025, 1, 1), Stock.place: "a", Stock.on_hand: 1}])
    assert ledger.gaps()[0] == "no_supply"
    assert all(gap_words(code, language) for code in ledger.gaps() for language in ("en", "zh"))


def test_two_people_deciding_at_once_get_one_answer(ledger, lake, monkeypatch):
    put(lake, "RO-A")
    # Both saw the decision open before either wrote.
    row = ledger.get("RO-A")
    ledger.approve("RO-A", "ann")
    monkeypatch.setattr(ledger, "get", lambda name: row)
    with pytest.raises(DecisionClosed):
        ledger.reject("RO-A", "bob", reason="no")
    assert ledger.decisions()["decided_by"].to_pylist() == ["ann"]
