"""Budgets hold: with many questions at once, in several processes, and when a process is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from moushi.errors import ModelBudgetSpent, ModelPriceMissing
from moushi.llm.book import Spending
from tests.unit.llm.fault_server import Act, FaultServer
from tests.unit.llm.support import Colour, colour, gateway, model
from tests.unit.llm.test_each import ask, items, well

RED = '{"colour": "red"}'


def spent(door, period="day"):
    return next((each for scope, each in door.book.spent().items() if scope.startswith(period)), Spending(0, 0))


def test_money_is_counted_per_million_tokens_and_rounded_up():
    assert Spending.of(1_000_000, 500_000, (2.0, 8.0)) == Spending(1_500_000, 6_000_000)
    assert Spending.of(1, 0, (0.5, 0.0)) == Spending(1, 1)
    assert Spending.of(10, 10, None) == Spending(20, 0)


def test_what_a_call_did_cost_takes_the_place_of_the_most_it_could(tmp_path):
    with FaultServer(Act(RED, tokens=(100, 20))) as server, gateway(tmp_path, model(server.url, price_input=2, price_output=8)) as door:
        door.ask(colour(), {"thing": "one"})
        assert spent(door) == Spending(120, 100 * 2 + 20 * 8)
        assert door.book.calls()[0]["cost"] == pytest.approx(0.00036)


def test_a_failure_costs_nothing_unless_it_may_have_been_charged(tmp_path):
    with FaultServer(Act(status=500)) as server, gateway(tmp_path, model(server.url), model_retries=0) as door:
        door.ask(colour(), {"thing": "one"}, local=lambda: Colour(colour="grey"))
        assert spent(door).tokens == 0
    with FaultServer(Act(delay_s=20)) as server, gateway(tmp_path, model(server.url), model_retries=0, model_timeout_s=0.2) as door:
        door.ask(colour(), {"thing": "two"}, local=lambda: Colour(colour="grey"))
        assert spent(door).tokens > 1024


def test_an_endpoint_that_does_not_count_is_taken_to_have_used_the_most(tmp_path):
    with FaultServer(Act(RED, tokens=None)) as server, gateway(tmp_path, model(server.url)) as door:
        door.ask(colour(), {"thing": "one"})
        assert spent(door).tokens > 1024


@pytest.mark.parametrize("setting", ["model_tokens_day", "model_tokens_run"])
def test_a_budget_is_not_overrun_by_many_questions_at_once(tmp_path, setting):
    tokens = 30_000
    act = Act(well_text(), tokens=(2_000, 150))
    with FaultServer(lambda request: Act(well(request).text, tokens=act.tokens)) as server:
        named = {setting: tokens, "model_concurrency": 16, "model_batch_texts": 1}
        with gateway(tmp_path, model(server.url), **named) as door:
            answers = ask(door.during("r1"), items(60))
            assert spent(door, setting[-3:]).tokens <= tokens
            used = [answer.tier for answer in answers].count("model")
            # Calls under way are waited for, so that what they leave of their most is used.
            assert used >= (tokens - 6_000) // 2_150
            assert {answer.tier for answer in answers} == {"model", "local"}
            assert all(isinstance(answer.reason, ModelBudgetSpent) for answer in answers if answer.tier == "local")
            assert setting in str(next(answer.reason for answer in answers if answer.reason))


def well_text():
    return '{"readings": []}'


def test_a_budget_in_money_holds_and_needs_prices(tmp_path):
    with FaultServer(Act(RED, tokens=(1000, 500))) as server:
        named = {"price_input": 10, "price_output": 20}
        with gateway(tmp_path, model(server.url, **named), model_budget_day=0.1) as door:
            tiers = [door.ask(colour(), {"thing": f"{number}"}, local=lambda: Colour(colour="grey")).tier for number in range(12)]
            assert spent(door).cost_micro <= 100_000
        # Each takes 0.02; the fifth could take more than is left.
        assert tiers == ["model"] * 4 + ["local"] * 8
    with gateway(tmp_path, model("https://example.com/v1"), model_budget_day=0.1) as door, pytest.raises(ModelPriceMissing, match="tiny"):
        door.ask(colour(), {"thing": "x"})


def test_no_budget_at_all_asks_nothing(tmp_path):
    with FaultServer(Act(RED)) as server, gateway(tmp_path, model(server.url), model_tokens_day=0) as door:
        assert door.ask(colour(), {"thing": "x"}, local=lambda: Colour(colour="grey")).tier == "local"
        assert server.bodies == []


def test_a_run_has_its_own_budget(tmp_path):
    with FaultServer(Act(RED, tokens=(1000, 200))) as server, gateway(tmp_path, model(server.url), model_tokens_run=2600) as door:
        grey = Colour(colour="grey")
        tiers = [door.during(run).ask(colour(), {"thing": f"{run}{n}"}, local=lambda: grey).tier for run in ("a", "b") for n in range(2)]
    assert tiers == ["model", "local"] * 2


CHILD = """
import sys
from pathlib import Path
from tests.unit.llm.support import gateway, model
from tests.unit.llm.test_each import ask, items
with gateway(Path(sys.argv[1]), model(sys.argv[2]), model_batch_texts=1, model_tokens_day=40_000) as door:
    ask(door, items(40, int(sys.argv[3])))
"""


def test_several_processes_share_a_budget(tmp_path):
    root = Path(__file__).parents[3]
    with FaultServer(lambda request: Act(well(request).text, tokens=(2_000, 150))) as server:
        with gateway(tmp_path, model(server.url)) as door:
            door.book.calls()
        children = [subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path), server.url, str(n * 100)], cwd=root) for n in range(3)]
        assert [child.wait() for child in children] == [0, 0, 0]
        with gateway(tmp_path, model(server.url)) as door:
            taken = spent(door).tokens
            calls = door.book.calls()
    assert taken == sum(call["input_tokens"] + call["output_tokens"] for call in calls) <= 40_000
    assert taken == len(server.bodies) * 2_150
    assert {call["outcome"] for call in calls} <= {"answered", "budget"}


def test_what_a_killed_call_may_have_cost_stays_taken(tmp_path):
    root = Path(__file__).parents[3]

    def kill(request):
        child.kill()
        return well(request)

    with FaultServer(kill) as server:
        child = subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path), server.url, "0"], cwd=root)
        child.wait()
        with gateway(tmp_path, model(server.url)) as door:
            assert spent(door).tokens >= 1024
            assert "open" in {call["outcome"] for call in door.book.calls()}
