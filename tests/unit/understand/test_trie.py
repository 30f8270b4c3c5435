from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from moushi.understand.trie import Trie

UNITS = st.integers(1, 4)
WORDS = st.lists(st.lists(UNITS, min_size=1, max_size=4).map(tuple), min_size=1, max_size=8, unique=True)


def one_by_one(words: list[tuple[int, ...]], text: list[int]) -> list[tuple[int, int, int]]:
    found, place = [], 0
    while place < len(text):
        fitting = [word for word in words if tuple(text[place : place + len(word)]) == word]
        if fitting:
            word = max(fitting, key=len)
            found.append((place, place + len(word), words.index(word)))
        place = found[-1][1] if fitting else place + 1
    return found


@given(WORDS, st.lists(st.integers(0, 4), max_size=30))
def test_words_are_found_as_one_looks_for_them_from_the_left(words: list[tuple[int, ...]], text: list[int]) -> None:
    starts, ends, which = Trie(words, 4).find(np.array(text, np.int64))
    assert list(zip(starts.tolist(), ends.tolist(), which.tolist(), strict=True)) == one_by_one(words, text)


def test_nothing_is_found_in_nothing() -> None:
    assert [part.tolist() for part in Trie([(1, 2)], 2).find(np.zeros(0, np.int64))] == [[], [], []]
    assert [part.tolist() for part in Trie([(1, 2)], 2).find(np.array([1]))] == [[], [], []]
