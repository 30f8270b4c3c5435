from __future__ import annotations

from moushi.understand.corpus import Corpus
from moushi.understand.surroundings import features, sentences


def seen(text: str, first: int, last: int, others: tuple[int, ...] = ()) -> dict[str, float]:
    (sentence,) = sentences(Corpus([text]))
    return features(sentence, (first, last), others)


def test_words_are_known_by_their_place_in_the_text_as_given() -> None:
    text = "Great <b>food</b>, slow service"
    (sentence,) = sentences(Corpus([text]))
    first, last = sentence.between(text.index("food"), text.index("food") + 4)
    assert sentence.words[first:last] == ["food"]
    assert sentence.between(len(text), len(text)) == (len(sentence.words), len(sentence.words))


def test_a_negated_opinion_counts_the_other_way() -> None:
    (sentence,) = sentences(Corpus(["the food was not good"]))
    (opinion,) = sentence.opinions
    assert (opinion.said, opinion.meant) == (1.0, -0.7)


def test_opinions_weigh_less_the_farther_they_are() -> None:
    near, far = seen("awful soup", 1, 2), seen("awful place , they had soup", 5, 6)
    # Distance 1 without a wall: 2 / 1.25; distance 5 beyond a comma: 2 / (1 + 5/4 + 0.8).
    assert near["#-"] == 1.6
    assert round(far["#-"], 4) == round(2 / 3.05, 4)
    assert near["#c-"] == 1
    assert "#c-" not in far


def test_an_opinion_beyond_another_aspect_is_its_rival_s() -> None:
    alone, rivalled = seen("soup and fish were awful", 0, 1), seen("soup and fish were awful", 0, 1, (2,))
    assert alone["#own"] < 0
    assert "#own" not in rivalled
    assert rivalled["#other"] < 0


def test_the_aspect_itself_is_no_word_around_it() -> None:
    found = seen("good soup", 1, 2)
    assert found["t:soup"] == 1
    assert "s:soup" not in found
    assert found["k:+ T"] == 1
