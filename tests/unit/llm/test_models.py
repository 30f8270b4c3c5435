"""The [[model]] sections of moushi.toml, and the keys that are not in it."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from moushi.errors import KeyExposed, MissingExtra, ModelInvalid, ModelKeyMissing, MoushiError
from moushi.llm import providers
from moushi.llm.keys import find_key
from moushi.llm.models import Measured, Model, measured, read_models, write_model
from moushi.llm.presets import PRESETS
from tests.unit.llm.fault_server import Act, FaultServer
from tests.unit.llm.support import Colour, colour, gateway, model

FILE = """\
# my shop
workspace = 1

[settings]
currency = "CNY"  # yuan

[[model]]
name = "cheap"  # for reviews
provider = "deepseek"
model = "deepseek-chat"
price_input = 2
price_output = 8.0
"""
SECRET = "sk-abcdef0123456789"


def write(path, text=FILE):
    file = path / "moushi.toml"
    file.write_text(text, "utf-8")
    return file


def test_a_section_needs_little_and_the_preset_knows_the_rest(tmp_path):
    (found,) = read_models(write(tmp_path))
    assert (found.role, found.address, found.variable, found.prices) == (
        "fast",
        "https://api.deepseek.com/v1",
        "DEEPSEEK_API_KEY",
        (2.0, 8.0),
    )
    assert read_models(tmp_path / "none.toml") == ()


@pytest.mark.parametrize("name", [name for name, preset in PRESETS.items() if preset.protocol == "openai" and preset.base_url])
def test_every_preset_opens_without_speaking(name):
    client = providers.open_model(Model("x", name, "some-model"), "key")
    assert str(client.base_url).rstrip("/") == PRESETS[name].base_url


def test_what_runs_in_ones_own_house_costs_nothing():
    assert Model("x", "ollama", "y").prices == (0.0, 0.0)
    assert Model("x", "compatible", "y", base_url="http://192.168.1.9:8000/v1").prices == (0.0, 0.0)
    assert Model("x", "compatible", "y", base_url="https://api.example.com/v1").prices is None


def test_changing_a_model_leaves_everything_else_as_it_is(tmp_path):
    file = write(tmp_path)
    write_model(file, Model("big", "qwen", "qwen-max", role="strong", extra_body={"enable_thinking": False}))
    (first, second) = read_models(file)
    write_model(file, measured(first, Measured("2026-01-01", mode="tool", languages=("en", "zh"), latency_s=0.5)))
    text = file.read_text("utf-8")
    for kept in ("# my shop", "# yuan", "# for reviews"):
        assert kept in text
    again = read_models(file)
    assert [each.name for each in again] == ["cheap", "big"]
    assert again[0].measured == Measured("2026-01-01", mode="tool", languages=("en", "zh"), latency_s=0.5)
    assert again[1] == second
    write_model(file, replace(again[0], price_input=3.0))
    assert read_models(file)[0].price_input == 3.0
    assert read_models(file)[0].measured == again[0].measured


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (f'api_key = "{SECRET}"', "looks like a key"),
        (f'token = "{SECRET}"', "looks like a key"),
        (f'key_variable = "{SECRET}"', "NAME of an environment variable"),
        (f'base_url = "https://user:{SECRET}@example.com/v1"', "looks like a key"),
        (f'base_url = "https://example.com/v1?key={SECRET}"', "looks like a key"),
        (f'extra_body = {{ api_key = "{SECRET}" }}', "looks like a key"),
        ('colour = "red"', "no field colour"),
        ('role = "boss"', "fast, strong, embedding"),
        ("price_input = -1", "more than 0"),
        ("requests_per_minute = 0", "more than 0"),
        ('base_url = "ftp://x"', "http://"),
        ("context_tokens = true", "number"),
    ],
)
def test_a_wrong_section_is_refused_and_its_values_are_not_said(tmp_path, change, words):
    text = FILE.replace("price_input = 2", change) if change.startswith("price") else f"{FILE}{change}\n"
    with pytest.raises(ModelInvalid) as raised:
        read_models(write(tmp_path, text))
    assert words in str(raised.value)
    assert SECRET not in str(raised.value) + raised.value.message("zh") + repr(raised.value.__cause__) + repr(raised.value.__context__)
    assert re.search("[\u4e00-\u9fff]", raised.value.message("zh"))


def test_all_faults_are_said_at_once_and_names_are_not_given_twice(tmp_path):
    with pytest.raises(ModelInvalid, match=r"provider is missing.*model is missing"):
        read_models(write(tmp_path, '[[model]]\nname = "x"\n'))
    with pytest.raises(ModelInvalid, match="another model of the same name"):
        read_models(write(tmp_path, FILE + FILE[FILE.index("[[model]]") :]))
    with pytest.raises(ModelInvalid, match="sections"):
        read_models(write(tmp_path, "model = 7\n"))
    with pytest.raises(ModelInvalid):
        write_model(write(tmp_path), Model("x", "compatible", "y"))
    assert (tmp_path / "moushi.toml").read_text("utf-8") == FILE


def test_a_key_comes_from_the_environment_or_from_a_file_of_ones_own(tmp_path):
    cheap = Model("cheap", "deepseek", "deepseek-chat")
    path = tmp_path / "models.key"
    with pytest.raises(ModelKeyMissing, match="DEEPSEEK_API_KEY"):
        find_key(cheap, path, {})
    path.write_text(f"# keys\n\nDEEPSEEK_API_KEY = '{SECRET}'\n", "utf-8")
    path.chmod(0o644)
    with pytest.raises(KeyExposed, match="0644"):
        find_key(cheap, path, {})
    path.chmod(0o600)
    assert find_key(cheap, path, {}) == SECRET
    assert find_key(cheap, path, {"DEEPSEEK_API_KEY": "other"}) == "other"
    assert find_key(Model("own", "ollama", "x"), path, {}) is None
    path.write_text(SECRET, "utf-8")
    with pytest.raises(ModelInvalid, match="line 1") as raised:
        find_key(cheap, path, {})
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(("provider", "module"), [("anthropic", "pydantic_ai.models.anthropic"), ("google", "pydantic_ai.models.google")])
def test_a_provider_whose_software_is_missing_names_the_extra(provider, module, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtra, match=rf"moushi\[{provider}\]"):
        providers.open_model(Model("x", provider, "y"), "key")


class Other:
    """A server of another protocol: one answer to every request, kept with its path."""

    def __init__(self, answer):
        outer = self
        self.seen = []

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                return

            def do_POST(self):
                outer.seen.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


ANTHROPIC = {
    "id": "m1", "type": "message", "role": "assistant", "model": "claude-x", "stop_reason": "tool_use", "stop_sequence": None,
    "content": [{"type": "tool_use", "id": "t1", "name": "answer", "input": {"colour": "red"}}],
    "usage": {"input_tokens": 9, "output_tokens": 4},
}  # fmt: skip
GOOGLE = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": '{"colour": "red"}'}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13}, "modelVersion": "gemini-x",
}  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "mode", "answer", "path"),
    [("anthropic", "tool", ANTHROPIC, "/v1/messages"), ("google", "prompted", GOOGLE, "generateContent")],
)
def test_the_other_two_protocols_are_spoken(tmp_path, monkeypatch, provider, mode, answer, path):
    variable = PRESETS[provider].key_variable
    monkeypatch.setenv(variable, "key")
    with Other(answer) as server:
        made = Model("x", provider, "claude-some-model" if provider == "anthropic" else "gemini-2.5-flash", base_url=server.url)
        with gateway(tmp_path, replace(made, measured=Measured("", mode=mode))) as door:
            found = door.ask(colour(), {"thing": "a tomato"})
            (call,) = door.book.calls()
    assert found.output == Colour(colour="red")
    assert path in server.seen[0][0]
    assert (call["input_tokens"], call["output_tokens"], call["provider"]) == (9, 4, provider)


def test_embeddings_go_the_same_way(tmp_path):
    def serve(request):
        data = [
            {"object": "embedding", "index": index, "embedding": [float(len(text)), 1.0]} for index, text in enumerate(request["input"])
        ]
        return Act(body=json.dumps({"object": "list", "model": "e", "data": data, "usage": {"prompt_tokens": 5, "total_tokens": 5}}))

    with FaultServer(serve) as server, gateway(tmp_path, model(server.url, role="embedding")) as door:
        mailed = "write to zhang.san@example.com"
        vectors = door.embed(["one", mailed, "one"])
        again = door.embed(["one"])
        bodies = b"".join(server.bodies).decode()
        (call,) = door.book.calls()
        assert len(server.bodies) == 1
        assert door.lines_for("fast") == []
    assert vectors[0] == vectors[2] == again[0] == [3.0, 1.0]
    assert vectors[1] != [float(len(mailed)), 1.0]
    assert "zhang.san" not in bodies
    assert (call["purpose"], call["items"], call["input_tokens"]) == ("embed", 2, 5)
    failing = FaultServer(Act(status=500))
    with failing, gateway(tmp_path, model(failing.url, role="embedding"), model_retries=0) as door, pytest.raises(MoushiError):
        door.embed(["two"])
    with gateway(tmp_path) as door, pytest.raises(MoushiError, match="no model is configured"):
        door.embed(["three"])
