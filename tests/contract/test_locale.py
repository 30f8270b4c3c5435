import re
from importlib import resources

import pytest

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
