import ast
import pickle
import re
from importlib import resources
from pathlib import Path

import pytest

from moushi import errors
from moushi.locale import say, system_language, words

PARTS = sorted(file.name.removesuffix(".toml") for file in resources.files("moushi.locale").joinpath("en").iterdir())


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"(?<!\{)\{(\w+)", text))


def test_both_languages_have_the_same_files():
    assert sorted(file.name.removesuffix(".toml") for file in resources.files("moushi.locale").joinpath("zh").iterdir()) == PARTS
    assert "workspace" in PARTS


@pytest.mark.parametrize("part", PARTS)
def test_both_languages_say_the_same_things_with_the_same_facts(part):
    en, zh = words(part, "en"), words(part, "zh")
    assert set(en) == set(zh)
    assert {key for key in en if placeholders(en[key]) != placeholders(zh[key])} == set()
    assert {key for key in en if not en[key].strip() or not zh[key].strip()} == set()


def test_every_code_that_reading_gives_has_a_name():
    from moushi.understand.emotion import EMOTIONS
    from moushi.understand.intent import INTENTS
    from moushi.understand.lexicon import ASPECTS

    named = words("understand", "zh")
    codes = [("intent", INTENTS), ("emotion", EMOTIONS), ("aspect", ASPECTS)]
    assert [f"{kind}.{code}" for kind, known in codes for code in known if f"{kind}.{code}" not in named] == []


def test_facts_are_filled_in():
    assert "0644" in say("workspace.key_exposed.what", "zh", where="keys", mode="0644")


@pytest.mark.parametrize(
    ("variable", "value", "expected"), [("LANG", "zh_CN.UTF-8", "zh"), ("LC_ALL", "en_GB.UTF-8", "en"), ("LANG", "C", "en")]
)
def test_the_language_follows_the_locale(monkeypatch, variable, value, expected):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    assert system_language() == expected


def prose_in_one_language(tree):
    """Literal words handed to an error in one language only."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(getattr(errors, getattr(call.func, "id", ""), None), type):
            yield from (word for word in call.keywords if word.arg in PROSE and isinstance(word.value, (ast.Constant, ast.JoinedStr)))


PROSE = ("detail", "expected", "unit")


def test_errors_are_explained_in_both_languages():
    folder = Path(errors.__file__).parent
    found = [
        f"{file.relative_to(folder)}:{word.value.lineno}"
        for file in sorted(folder.rglob("*.py"))
        for word in prose_in_one_language(ast.parse(file.read_text("utf-8")))
    ]
    assert found == []


def test_a_part_of_a_message_is_said_in_the_language_of_the_message():
    error = errors.TableDamaged(table="orders", detail=errors.Words("gone", "丢失"))
    assert "gone" in str(error)
    assert "丢失" not in str(error)
    assert "丢失" in error.message("zh")
    assert "gone" not in error.message("zh")
    again = pickle.loads(pickle.dumps(error))
    assert again.message("zh") == error.message("zh")
