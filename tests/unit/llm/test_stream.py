"""Answers in words come as they are written, and never show what they must not."""

from __future__ import annotations

import threading

import pytest

from moushi.errors import ModelRejected
from tests.unit.llm.fault_server import Act, FaultServer
from tests.unit.llm.support import gateway, model, prose

WORDS = "The tomato is red, and the sky above it is blue."


def shown(pieces):
    """Return what a person sees in the end."""
    text = ""
    for piece in pieces:
        text = piece.text if piece.restart else text + piece.text
    return text


def test_the_words_come_in_pieces_and_the_whole_is_the_answer(tmp_path):
    with FaultServer(Act(WORDS, pieces=8)) as server, gateway(tmp_path, model(server.url)) as door:
        stream = door.stream(prose(), {"thing": "a tomato"})
        pieces = list(stream)
        assert server.requests[0]["stream"] is True
        (call,) = door.book.calls()
    assert len(pieces) > 3
    assert shown(pieces) == stream.answer.output == WORDS
    assert (call["outcome"], call["mode"], call["input_tokens"]) == ("answered", "text", 100)


def test_asked_again_the_words_are_there_at_once(tmp_path):
    with FaultServer(Act(WORDS)) as server, gateway(tmp_path, model(server.url)) as door:
        list(door.stream(prose(), {"thing": "a tomato"}))
        stream = door.stream(prose(), {"thing": "a tomato"})
        assert shown(stream) == WORDS
        assert stream.answer.tier == "cache"
        assert len(server.bodies) == 1


def test_a_stream_that_is_cut_begins_anew(tmp_path):
    with FaultServer([Act(WORDS, cut=True), Act(WORDS)]) as server, gateway(tmp_path, model(server.url)) as door:
        stream = door.stream(prose(), {"thing": "a tomato"})
        pieces = list(stream)
    assert sum(piece.restart for piece in pieces) == 1
    assert shown(pieces) == stream.answer.output == WORDS


def test_a_stream_that_is_always_cut_ends_with_the_local_tier(tmp_path):
    with FaultServer(Act(WORDS, cut=True)) as server, gateway(tmp_path, model(server.url), model_retries=1) as door:
        stream = door.stream(prose(), {"thing": "a tomato"}, local=lambda: "Red.")
        assert shown(stream) == "Red."
    assert stream.answer.tier == "local"


def test_a_placeholder_is_never_cut_in_two(tmp_path):
    def echo(request):
        asked = request["messages"][-1]["content"].strip('"')
        return Act(f"You can {asked} about the tomato.", pieces=40)

    with FaultServer(echo) as server, gateway(tmp_path, model(server.url)) as door:
        pieces = list(door.stream(prose(), {"thing": "write to zhang.san@example.com"}))
    assert next(piece.text for piece in pieces if "em_" in piece.text).count("]") == 1
    assert all(piece.text.count("[") == piece.text.count("]") for piece in pieces)


@pytest.mark.parametrize("secret", ["em_aaaaaaaaaaaaaaaaaaaa", "[EMAIL:em_aaaaaaaaaaaaaaaaaaaa]", "13912345678", "wang.wei@example.com"])
def test_another_persons_data_are_not_shown(tmp_path, secret):
    text = f"Ask the owner of the red tomato, {secret}, about it all."
    with FaultServer(Act(text, pieces=30)) as server, gateway(tmp_path, model(server.url)) as door:
        stream = door.stream(prose(), {"thing": "a tomato"}, local=lambda: "Red.")
        pieces = list(stream)
        (call,) = door.book.calls()
    assert secret not in "".join(piece.text for piece in pieces)
    assert shown(pieces) == "Red."
    assert call["outcome"] == "foreign"


def test_leaving_early_ends_the_work(tmp_path):
    gone = threading.Event()
    with FaultServer(Act(WORDS * 50, pieces=400)) as server, gateway(tmp_path, model(server.url)) as door:
        for _ in door.stream(prose(), {"thing": "a tomato"}):
            break
        gone.set()
        (call,) = door.book.calls()
    assert call["outcome"] in ("cancelled", "answered")
    assert call["finished_at"] is not None


def test_without_a_local_tier_the_error_is_raised_at_the_end(tmp_path):
    with FaultServer(Act(status=401)) as server, gateway(tmp_path, model(server.url)) as door, pytest.raises(ModelRejected):
        list(door.stream(prose(), {"thing": "a tomato"}))
    with gateway(tmp_path) as door:
        assert shown(door.stream(prose(), {"thing": "a tomato"}, local=lambda: "Red.")) == "Red."
