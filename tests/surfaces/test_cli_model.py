"""`moushi model`: add, list, test, bench, against a server of this machine."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import moushi
from moushi.surfaces.cli.app import cli
from tests.unit.llm.fault_server import Act, FaultServer, texts_of


def call(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def document(result, code=0):
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)["result"]


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


@pytest.fixture
def shop(tmp_path):
    moushi.Workspace.create(tmp_path / "shop").close()
    return tmp_path / "shop"


def capable(request):
    """Answer everything that a probe asks, by JSON schema but not by tool call."""
    if request.get("tools"):
        return Act(status=400)
    asked = request["messages"][-1]["content"]
    if "apples" in asked:
        return Act('{"colour": "red", "count": 3}' if "response_format" in request else "red")
    return Act("晴天的天空是蓝色的。" if "天空" in asked else "On a clear day the sky is blue.")


def test_a_model_is_added_listed_and_tested(shop):
    with FaultServer(capable) as server:
        added = call("model", "add", shop, "tiny", "--provider", "compatible", "--model", "tiny-1", "--url", server.url)
        assert added.exit_code == 0, added.output
        assert "moushi model test" in added.stdout
        tested = document(call("model", "test", shop, "--json"))
        spoken = call("model", "test", shop, "tiny", "--language", "zh")
    (found,) = tested["models"]
    assert found["error"] is None
    kept = found["measured"]
    assert (kept["mode"], kept["streaming"], kept["json_schema"], kept["tools"], kept["languages"]) == (
        "native",
        True,
        True,
        False,
        ["en", "zh"],
    )
    assert kept["latency_s"] > 0
    assert "按 JSON 结构" in spoken.stdout
    (listed,) = document(call("model", "list", shop, "--json"))["models"]
    assert (listed["name"], listed["role"], listed["key"], listed["measured"]["mode"]) == ("tiny", "fast", "none", "native")
    assert "tiny-1" in call("model", "list", shop).stdout
    assert "measured = {" in (shop / "moushi.toml").read_text("utf-8")


def test_a_key_is_asked_for_and_never_shown(shop, monkeypatch):
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    added = call("model", "add", shop, "cheap", "--provider", "deepseek", "--model", "deepseek-chat")
    assert "DEEPSEEK_API_KEY" in added.stdout
    tested = call("model", "test", shop)
    assert tested.exit_code == 1
    assert "needs a key" in tested.stdout
    file = shop / "keys" / "models.key"
    file.write_text("DEEPSEEK_API_KEY=sk-0123456789", "utf-8")
    assert document(call("model", "list", shop, "--json"))["models"][0]["key"] == "exposed"
    file.chmod(0o600)
    listed = call("model", "list", shop, "--json")
    assert document(listed)["models"][0]["key"] == "found"
    assert "sk-0123456789" not in listed.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "x", "--provider", "nobody", "--model", "y"], "provider must be one of"),
        (["add", "x", "--provider", "compatible", "--model", "y"], "base_url is missing"),
        (["add", "x", "--provider", "ollama", "--model", "y", "--role", "boss"], "role must be one of"),
        (["add", "x", "--provider", "deepseek", "--model", "y", "--key-variable", "sk-012345"], "not the key itself"),
        (["test", "nobody"], "no model 'nobody'"),
        (["bench", "nobody"], "no model 'nobody'"),
    ],
)
def test_wrong_use_is_explained(shop, arguments, words):
    result = call("model", arguments[0], shop, *arguments[1:])
    assert words in result.output
    assert result.exit_code in (1, 2)
    assert "sk-012345" not in result.output


def test_models_stand_beside_the_local_tier(shop):
    gold = {}
    from moushi.llm.golden import load_golden

    for each in load_golden():
        gold[each.text] = each

    def oracle(request):
        """Read every golden text rightly, but for quotes, which it takes whole."""
        names = {1: "good", -1: "bad", 0: "mixed"}
        readings = [
            {
                "id": text["id"], "sentiment": gold[text["text"]].sentiment, "intent": gold[text["text"]].intent, "needs": [],
                "emotion": gold[text["text"]].emotion, "urgency": gold[text["text"]].urgency,
                "aspects": [{"code": c, "polarity": names[p], "quote": text["text"]} for c, p in gold[text["text"]].aspects.items()],
            }
            for text in texts_of(request)
        ]  # fmt: skip
        return Act(json.dumps({"readings": readings}))

    (shop / "golden").mkdir()
    own = {
        "language": "en",
        "text": "My own words.",
        "sentiment": 0,
        "aspects": {},
        "intent": "other",
        "emotion": "neutral",
        "urgency": "none",
    }
    (shop / "golden" / "read_texts.jsonl").write_text(json.dumps(own) + "\n", "utf-8")
    gold[own["text"]] = type("Own", (), own)
    with FaultServer(oracle) as server:
        prices = ("--price-input", "1", "--price-output", "2")
        call("model", "add", shop, "oracle", "--provider", "compatible", "--model", "o", "--url", server.url, *prices)
        scores = document(call("model", "bench", shop, "--json"))["scores"]
        shown = call("model", "bench", shop, "--language", "zh")
        asked_again = len(server.bodies)
    assert [(each["language"], each["who"]) for each in scores] == [("en", "local"), ("en", "oracle"), ("zh", "local"), ("zh", "oracle")]
    assert scores[1]["texts"] == scores[3]["texts"] + 1 == 25
    for each in scores[1::2]:
        assert [each[name] for name in ("answered", "sentiment", "aspects", "intent", "emotion", "urgency")] == [1.0] * 6
        assert each["cost_per_1000"] > 0
    for each in scores[::2]:
        assert each["cost_per_1000"] == 0
        assert each["sentiment"] > 0.5
    # Asked anew each time: five calls for 25 and 24 texts, twice.
    assert asked_again == 12
    assert "本地层" in shown.stdout
    (shop / "golden" / "read_texts.jsonl").write_text('{"text": "secret words"}\n', "utf-8")
    refused = call("model", "bench", shop)
    assert refused.exit_code == 2
    assert "line 1" in refused.output
    assert "secret words" not in refused.output


def test_without_a_model_the_local_tier_is_said_to_do_the_work(shop):
    assert "the local tier does all work" in call("model", "list", shop).stdout
    assert "the local tier does all work" in call("model", "test", shop).stdout
    scores = document(call("model", "bench", shop, "--json"))["scores"]
    assert [each["who"] for each in scores] == ["local", "local"]
