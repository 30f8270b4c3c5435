"""The words of texts: what is glued, what may stand in a keyword, what parts them."""

from __future__ import annotations

import pytest

from moushi.understand.corpus import Corpus
from moushi.understand.phrases import units


def content(text: str, language: str | None = None, lexicon: tuple[str, ...] = ()) -> list[str]:
    corpus = Corpus([text], [language], lexicon)
    found = units(corpus)
    return [word for word, says in zip(corpus.strings(found.spans), found.content, strict=True) if says]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("The USB-C port of this X200 is broken", None, ["usb-c", "port", "x200", "broken"]),
        ("电池的续航和屏幕", None, ["电池", "续航", "屏幕"]),
        ("O presidente da câmara não falou", "pt", ["presidente", "câmara", "falou"]),
        ("3.5 + 12", None, []),
        ("", None, []),
    ],
)
def test_words_that_say_something(text: str, language: str | None, words: list[str]) -> None:
    assert content(text, language) == words


def test_own_words_are_content_whatever_they_look_like() -> None:
    assert content("the of is it", lexicon=("Of",)) == ["of"]


def test_runs_end_at_function_words_marks_lines_and_other_texts() -> None:
    corpus = Corpus(["red shoe box of wood, steel\nrope", "cotton"])
    found = units(corpus)
    runs: dict[int, list[str]] = {}
    for word, run, says in zip(corpus.strings(found.spans), found.runs.tolist(), found.content, strict=True):
        if says:
            runs.setdefault(run, []).append(word)
    assert list(runs.values()) == [["red", "shoe", "box"], ["wood"], ["steel"], ["rope"], ["cotton"]]


def test_capitals_at_the_beginning_of_a_sentence_tell_nothing() -> None:
    corpus = Corpus(["Great phone. Sent by Amazon with SF"])
    found = units(corpus)
    named = [word for word, upper in zip(corpus.strings(found.spans), found.upper, strict=True) if upper]
    shouted = [word for word, capital in zip(corpus.strings(found.spans), found.capitals, strict=True) if capital]
    assert (named, shouted) == (["amazon", "sf"], ["sf"])
