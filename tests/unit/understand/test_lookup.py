"""Finding the phrases of a list: the longest, whole words in English, whatever stands around."""

from __future__ import annotations

from moushi.understand.corpus import Corpus
from moushi.understand.lookup import Phrases

LIST = ["好", "不好意思", "好看", "art", "not bad", "bad", "rip - off", "iphone很"]


def found(*texts: str) -> list[str]:
    corpus = Corpus(texts)
    hits = Phrases(LIST).find(corpus)
    assert [LIST[phrase] for phrase in hits.phrases] == [corpus.string(a, b) for a, b in zip(hits.starts, hits.ends, strict=True)]
    return [LIST[phrase] for phrase in hits.phrases]


def test_the_longest_from_left_to_right() -> None:
    assert found("不好意思，好看好") == ["不好意思", "好看", "好"]


def test_english_by_whole_words() -> None:
    assert found("start of art, NOT BAD", "bad art") == ["art", "not bad", "bad", "art"]


def test_over_no_border_of_texts() -> None:
    assert found("not", "bad", "好", "看") == ["bad", "好"]


def test_nothing_in_nothing() -> None:
    assert found() == found("", "x") == []
    assert len(Phrases([]).find(Corpus(["好"])).starts) == 0
