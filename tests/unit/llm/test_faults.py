"""Whatever an endpoint does, a question ends in a good answer, the local tier, or an error that says why."""

from __future__ import annotations

import json

import pytest

from moushi.errors import ModelAnswerInvalid, ModelRejected, ModelUnavailable
from tests.unit.llm.fault_server import Act, FaultServer
from tests.unit.llm.support import CHINESE, Colour, Sleeper, colour, gateway, model, prose

RED = Act(json.dumps({"colour": "red"}))
FACTS = {"thing": "a ripe tomato"}


def ask(tmp_path, script, task=None, *, local=None, mode="native", sleep=None, **settings):
    """Ask once; return the answer, the server's requests and the rows that were written."""
    with FaultServer(script) as server, gateway(tmp_path, model(server.url, mode=mode), sleep=sleep, **settings) as door:
        answer = door.ask(task or colour(), FACTS, evidence=["t1"], local=local)
        return answer, server.requests, door.book.calls()


def test_a_good_answer_is_typed_and_written_down(tmp_path):
    answer, requests, (call,) = ask(tmp_path, RED)
    assert (answer.output, answer.tier, answer.model, answer.reason) == (Colour(colour="red"), "model", "tiny", None)
    assert len(requests) == 1
    assert requests[0]["response_format"]["json_schema"]["schema"]["required"] == ["colour"]
    assert {name: call[name] for name in ("purpose", "prompt", "prompt_version", "language", "model", "model_id", "provider")} == {
        "purpose": "test", "prompt": "colour", "prompt_version": "1", "language": "en",
        "model": "tiny", "model_id": "tiny-1", "provider": "compatible",
    }  # fmt: skip
    assert (call["outcome"], call["tier"], call["attempts"], call["mode"]) == ("answered", "model", 1, "native")
    assert (call["input_tokens"], call["output_tokens"], call["cost"], call["evidence"]) == (100, 20, 0.0, '["t1"]')
    assert call["finished_at"] is not None
    assert call["latency_s"] > 0


def test_a_busy_endpoint_is_asked_again_when_it_says(tmp_path):
    sleep = Sleeper()
    answer, requests, (call,) = ask(tmp_path, [Act(status=429, headers={"Retry-After": "7"}), RED], sleep=sleep)
    assert answer.output == Colour(colour="red")
    assert len(requests) == call["attempts"] == 2
    assert 7 <= sleep.waits[0] <= 7.5


def test_a_busy_endpoint_that_does_not_say_is_asked_again_after_growing_random_waits(tmp_path):
    sleep = Sleeper()
    answer, _, _ = ask(tmp_path, [Act(status=429), Act(status=429), Act(status=429), RED], sleep=sleep)
    assert answer.tier == "model"
    assert [wait <= most for wait, most in zip(sleep.waits, (1, 2, 4), strict=True)] == [True] * 3
    assert len(set(sleep.waits)) == 3


def test_an_endpoint_that_wants_long_patience_is_left_alone(tmp_path):
    with FaultServer(Act(status=429, headers={"Retry-After": "3600"})) as server, gateway(tmp_path, model(server.url)) as door:
        answers = [door.ask(colour(), {"thing": each}, local=lambda: Colour(colour="grey")) for each in ("one", "two")]
        assert len(server.bodies) == 1
    assert [answer.reason.kind for answer in answers] == ["rate", "paused"]


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_a_failing_endpoint_is_asked_again(tmp_path, status):
    answer, requests, _ = ask(tmp_path, [Act(status=status), RED])
    assert answer.tier == "model"
    assert len(requests) == 2


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (Act(status=500), "server"),
        (Act(status=503), "server"),
        (Act(status=429), "rate"),
        (Act(RED.text, cut=True), "connection"),
        (Act(body="<html>gateway</html>"), "garbled"),
        (Act(body='{"choices": "none"}'), "garbled"),
        (Act(body="[]"), "garbled"),
        (Act(body=""), "garbled"),
    ],
)
def test_an_endpoint_that_keeps_failing_leaves_the_work_to_the_local_tier(tmp_path, act, kind):
    answer, requests, (call,) = ask(tmp_path, act, local=lambda: Colour(colour="grey"), model_retries=2)
    assert (answer.output, answer.tier) == (Colour(colour="grey"), "local")
    assert isinstance(answer.reason, ModelUnavailable)
    assert (call["outcome"], call["tier"], call["attempts"]) == (kind, "local", 3)
    assert len(requests) == 3


def test_a_hanging_endpoint_is_not_waited_for(tmp_path):
    answer, _, (call,) = ask(tmp_path, Act(delay_s=20), local=lambda: Colour(colour="grey"), model_timeout_s=0.2, model_retries=1)
    assert (answer.tier, call["outcome"], call["attempts"]) == ("local", "timeout", 2)
    assert call["latency_s"] < 20


def test_nobody_at_the_address_is_said(tmp_path):
    with gateway(tmp_path, model("http://127.0.0.1:9/v1"), model_retries=0) as door, pytest.raises(ModelUnavailable) as raised:
        door.ask(colour(), FACTS)
    assert "cannot be reached" in str(raised.value)
    assert "无法连接" in raised.value.message("zh")


@pytest.mark.parametrize(
    ("act", "kind", "words"),
    [
        (Act(status=401), "key", "key"),
        (Act(status=403), "key", "key"),
        (Act(status=404), "not_found", "tiny-1"),
        (Act(status=402), "quota", "credit"),
        (
            Act(status=429, body=json.dumps({"error": {"message": "", "type": "insufficient_quota", "code": "insufficient_quota"}})),
            "quota",
            "credit",
        ),
        (Act(status=400, body=json.dumps({"error": {"message": "", "code": "context_length_exceeded"}})), "too_long", "longer"),
    ],
)
def test_what_would_fail_again_is_not_asked_again(tmp_path, act, kind, words):
    with FaultServer(act) as server, gateway(tmp_path, model(server.url)) as door:
        with pytest.raises(ModelRejected, match=words):
            door.ask(colour(), FACTS)
        assert len(server.bodies) == 1
        assert door.book.calls()[0]["outcome"] == kind


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"colour": "red"}\n```',
        'Sure! Here it is: {"colour": "red"} I hope it helps.',
        '<think>Is it red?</think>{"colour": "red"}',
        '{"colour": "red", "invented": {"by": "the model"}}',
    ],
)
def test_a_right_answer_in_odd_clothes_is_taken(tmp_path, text):
    answer, requests, _ = ask(tmp_path, Act(text))
    assert answer.output == Colour(colour="red")
    assert len(requests) == 1


@pytest.mark.parametrize("text", ['{"colour": "red', "red", "", "{}", '{"color": "red"}', '{"colour": 7}', "[1, 2]", '{"a":' * 5000])
def test_a_wrong_answer_is_repaired_once(tmp_path, text):
    answer, requests, (call,) = ask(tmp_path, [Act(text), RED])
    assert answer.output == Colour(colour="red")
    assert (call["outcome"], call["attempts"], call["input_tokens"]) == ("repaired", 2, 200)
    told = requests[1]["messages"][-1]["content"]
    assert told.startswith('"a ripe tomato"\n\nYour last answer could not be used:')


@pytest.mark.parametrize("text", ['{"colour": "red', "I am sorry, but I cannot help with that.", '{"colour": null}'])
def test_an_answer_that_stays_wrong_leaves_the_work_to_the_local_tier(tmp_path, text):
    answer, requests, (call,) = ask(tmp_path, Act(text), local=lambda: Colour(colour="grey"))
    assert (answer.output, answer.tier) == (Colour(colour="grey"), "local")
    assert isinstance(answer.reason, ModelAnswerInvalid)
    assert text not in str(answer.reason)
    assert (len(requests), call["outcome"]) == (2, "invalid")


def test_without_a_local_tier_the_error_says_what_was_wrong(tmp_path):
    with pytest.raises(ModelAnswerInvalid, match="not one JSON object"):
        ask(tmp_path, Act("no"))


@pytest.mark.parametrize("act", [Act(refusal="I will not."), Act("", finish="content_filter")])
def test_a_refusal_is_not_argued_with(tmp_path, act):
    answer, requests, (call,) = ask(tmp_path, act, local=lambda: Colour(colour="grey"))
    assert (answer.tier, len(requests), call["outcome"]) == ("local", 1, "refused")


def test_an_answer_in_the_wrong_language_is_repaired_or_refused(tmp_path):
    right = Act("成熟的番茄是红色的。")
    answer, requests, _ = ask(tmp_path, [Act("A ripe tomato is red."), right], prose(CHINESE))
    assert answer.output == right.text
    assert "必须使用中文" in requests[1]["messages"][-1]["content"]
    answer, _, _ = ask(tmp_path / ".", Act("成熟的番茄是红色的。"), prose(), local=lambda: "Red.")
    assert (answer.output, answer.tier) == ("Red.", "local")


@pytest.mark.parametrize("said", ["[EMAIL:em_aaaaaaaaaaaaaaaaaaaa]", "em_aaaaaaaaaaaaaaaaaaaa", "wang.wei@example.com", "13912345678"])
def test_an_answer_with_another_persons_data_is_refused(tmp_path, said):
    answer, requests, (call,) = ask(tmp_path, Act(json.dumps({"colour": said})), local=lambda: Colour(colour="grey"))
    assert (answer.output, call["outcome"]) == (Colour(colour="grey"), "invalid")
    assert said not in requests[1]["messages"][-1]["content"]
    assert said not in str(answer.reason)


def test_tokens_that_were_in_the_question_may_come_back(tmp_path):
    def echo(request):
        return Act(json.dumps({"colour": request["messages"][-1]["content"].strip('"')}))

    with FaultServer(echo) as server, gateway(tmp_path, model(server.url)) as door:
        answer = door.ask(colour(), {"thing": "write to zhang.san@example.com"})
    assert answer.output.colour.startswith("write to [EMAIL:em_")


def test_a_way_of_asking_that_the_endpoint_refuses_is_given_up_for_a_simpler_one(tmp_path):
    def serve(request):
        if "response_format" in request or "tools" in request:
            return Act(status=400, body=json.dumps({"error": {"message": "unknown field", "type": "invalid_request_error"}}))
        return RED

    with FaultServer(serve) as server, gateway(tmp_path, model(server.url, mode=None)) as door:
        assert door.ask(colour(), FACTS).tier == "model"
        assert door.ask(colour(), {"thing": "another"}).tier == "model"
        first, second, third, last = server.requests
    assert "response_format" in first
    assert second["tools"][0]["function"]["name"] == "answer"
    assert '"colour"' in third["messages"][0]["content"]
    # What was learnt is kept: the next question goes the simple way at once.
    assert "response_format" not in last
    assert "tools" not in last


def test_a_model_that_ignores_the_schema_is_told_it_in_words(tmp_path):
    answer, requests, _ = ask(tmp_path, lambda request: RED if "response_format" not in request else Act("It is red."), mode=None)
    assert answer.output == Colour(colour="red")
    assert '"colour"' in requests[1]["messages"][0]["content"]


def test_an_answer_by_tool_call_is_taken(tmp_path):
    answer, requests, (call,) = ask(tmp_path, Act(RED.text, as_tool=True), mode="tool")
    assert (answer.output, call["mode"]) == (Colour(colour="red"), "tool")
    assert requests[0]["tool_choice"] in ("required", {"type": "function", "function": {"name": "answer"}})


def test_a_check_of_the_caller_is_heard(tmp_path):
    from moushi.llm.task import Fault

    task = colour(check=lambda output, facts: [] if output.colour in facts["thing"] else [Fault("unknown_code", "colour")])
    answer, requests, _ = ask(tmp_path, [RED, Act('{"colour": "ripe"}')], task)
    assert answer.output == Colour(colour="ripe")
    assert "colour: is not one of the codes given" in requests[1]["messages"][-1]["content"]


def test_failures_in_a_row_open_the_circuit(tmp_path):
    with FaultServer(Act(status=500)) as server, gateway(tmp_path, model(server.url), model_retries=0, model_faults=2) as door:
        answers = [door.ask(colour(), {"thing": f"{number}"}, local=lambda: Colour(colour="grey")) for number in range(4)]
        assert [answer.reason.kind for answer in answers] == ["server", "server", "paused", "paused"]
        assert len(server.bodies) == 2


def test_the_next_model_of_the_role_stands_in(tmp_path):
    with (
        FaultServer(Act(status=500)) as bad,
        FaultServer(RED) as good,
        gateway(tmp_path, model(bad.url, "first"), model(good.url, "second"), model_retries=0) as door,
    ):
        answer = door.ask(colour(), FACTS)
        assert [(call["model"], call["outcome"]) for call in door.book.calls()] == [("first", "server"), ("second", "answered")]
    assert (answer.model, answer.tier) == ("second", "model")


def test_no_model_means_the_local_tier_and_no_connection(tmp_path):
    with gateway(tmp_path) as door:
        answer = door.ask(colour(), FACTS, local=lambda: Colour(colour="grey"))
        assert (answer.tier, answer.reason.kind) == ("local", "no_model")
        assert "没有为此配置模型" in answer.reason.message("zh")
        with pytest.raises(ModelUnavailable):
            door.ask(colour(), FACTS)
        assert door.book.calls() == []
