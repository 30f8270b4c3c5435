from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.understand.corpus import Corpus
from moushi.understand.cues import _NEGATED, _NEGATION_ENDS, Book, book, together, words
from moushi.understand.cues.beginnings import LONGEST, beginnings


def found(content: dict[str, list[dict[str, object]]], *texts: str) -> list[tuple[int, str, str]]:
    corpus = Corpus(texts)
    return [(hit.text, hit.cue.label, corpus.string(hit.start, hit.end)) for hit in Book(content).find(corpus)]


def test_beginnings_are_those_of_every_alternative() -> None:
    assert beginnings("(再|还)?来买") == {"再来买", "来买", "还来买"}
    assert beginnings("don'?t x") == {"don'", "dont"}
    assert beginnings("[大小]号") == {"大号", "小号"}
    assert beginnings("比[^较]") == {"比"}
    assert beginnings("真(的)*+好") == {"真的", "真好"}


def test_a_look_around_takes_no_part_in_a_beginning() -> None:
    assert beginnings("(?<!不)要(?=好)") == {"要"}


@pytest.mark.parametrize("pattern", [".*好", "(好)?", "\\w+ x", "[^好]", "…好", "[a-z]b", "x{0,2}y"])
def test_a_pattern_that_can_begin_with_anything_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="begin with anything"):
        beginnings(pattern)


@given(
    st.lists(st.tuples(st.sampled_from(["ab", "(c|dd)", "e?", "[fg]", "h+", "好"]), st.booleans()), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_whatever_matches_begins_with_one_of_the_beginnings(parts: list[tuple[str, bool]], random: object) -> None:
    pattern = "".join(part for part, _ in parts) + "好"
    reading = {"ab": ["ab"], "(c|dd)": ["c", "dd"], "e?": ["", "e"], "[fg]": ["f", "g"], "h+": ["h", "hh"], "好": ["好"]}
    text = "".join(random.choice(reading[part]) for part, _ in parts) + "好"  # type: ignore[attr-defined]
    assert re.fullmatch(pattern, text)
    assert any(text.startswith(words) for words in beginnings(pattern))
    assert all(len(words) <= LONGEST for words in beginnings(pattern))


def test_the_longest_cue_wins() -> None:
    content = {"a": [{"zh": ["退货"]}], "b": [{"zh": ["退货率"]}]}
    assert found(content, "退货率高，要退货") == [(0, "b", "退货率"), (0, "a", "退货")]


def test_what_says_nothing_shuts_out_what_begins_in_it() -> None:
    content = {"a": [{"zh": ["问题大了"]}], "nothing": [{"zh": ["没问题"]}]}
    assert found(content, "没问题大了", "问题大了") == [(1, "a", "问题大了")]


def test_a_negated_cue_is_passed_over_unless_it_is_firm() -> None:
    assert found({"a": [{"zh": ["喜欢"], "en": ["happy"]}]}, "不喜欢", "喜欢", "not very happy", "happy") == [
        (1, "a", "喜欢"),
        (3, "a", "happy"),
    ]
    assert found({"a": [{"zh": ["喜欢"], "firm": True}]}, "不喜欢") == [(0, "a", "喜欢")]


def test_what_the_text_before_says_negates_nothing() -> None:
    assert found({"a": [{"zh": ["喜欢"], "en": ["happy"]}]}, "有没有", "喜欢", "is it not ", "happy") == [
        (1, "a", "喜欢"),
        (3, "a", "happy"),
    ]


def test_a_gap_stays_in_its_sentence() -> None:
    content = {"a": [{"zh": ["如果…就好"]}]}
    assert found(content, "如果有盖就好", "如果。有盖就好", "如果\n就好") == [(0, "a", "如果有盖就好")]


def test_an_english_cue_is_whole_words() -> None:
    assert found({"a": [{"en": ["rash"]}]}, "a rash", "trash", "rashly") == [(0, "a", "rash")]


def test_a_cue_for_its_sentence_is_quoted_from_the_beginning() -> None:
    assert found({"a": [{"zh": ["\\?"], "whole": True}]}, "好。有货?") == [(0, "a", "有货?")]


def test_independent_reasons_add_up_per_text_and_label() -> None:
    content = {"a": [{"weight": 0.5, "zh": ["退货"]}, {"weight": 0.6, "zh": ["退款"]}], "b": [{"weight": 0.9, "zh": ["差评"]}]}
    hits = Book(content).find(Corpus(["好，退货，退款，差评", "", "退货"]))
    said = together(hits, ["a", "b"])
    assert list(zip(said.texts.tolist(), said.labels.tolist(), said.confidences.tolist(), strict=True)) == [
        (0, 1, 0.9),
        (0, 0, 0.8),
        (2, 0, 0.5),
    ]
    # The surest is shown: where the first text says 退款.
    assert (said.starts[1], said.ends[1]) == (6, 8)
    assert [column.tolist() for column in together([], ["a"])] == [[]] * 5


@pytest.mark.parametrize("name", ["intent", "needs", "urgency", "emotion"])
def test_the_books_of_the_package_hold_both_languages_for_each_label(name: str) -> None:
    for label, entries in words(name).items():
        assert all(any(entry.get(tongue) for entry in entries) for tongue in ("zh", "en")), label
        assert all(0.0 < entry.get("weight", 1.0) <= 1.0 for entry in entries), label
    assert book(name).find(Corpus([])) == []


def test_every_wish_names_what_is_wished_for() -> None:
    patterns = [pattern for entry in words("needs")["wish"] for tongue in ("zh", "en") for pattern in entry[tongue]]
    assert [pattern for pattern in patterns if "?P<wish>" not in pattern] == []


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_one_character_tells_whether_a_negation_may_end(tongue: str) -> None:
    groups = re.findall(r"\(\?:([^()]*)\)", _NEGATED[tongue].pattern)
    ends = {" "} if tongue == "en" else {words[-1] for group in groups for words in group.split("|")}
    assert ends == _NEGATION_ENDS[tongue]
