"""Names topics by the words and phrases that their texts have and others have not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from moushi.understand.background import occurrences
from moushi.understand.corpus import ZH, Corpus, Places, Spans
from moushi.understand.phrases import Floats, units

MOST = 8
"""Words that name a topic, per language."""
_LONGEST = 2
# Less than this share of a topic's texts names nothing.
_LEAST_SHARE = 0.01


class Names(NamedTuple):
    """The most telling words of a topic, most telling first."""

    zh: list[str]
    en: list[str]


def names(corpus: Corpus, topics: Places, count: int) -> list[Names]:
    """Return the names of topics.

    Parameters
    ----------
    corpus : texts
    topics : number of the topic of each text
    count : how many topics there are

    Source
    ------
    Class-based tf-idf in the manner of Grootendorst, "BERTopic" (2022), on texts
    instead of words: the share of the topic's texts that have the word, times
    the logarithm of how many times that of the others it is.
    """
    found = units(corpus)
    places = occurrences(corpus, found, longest=_LONGEST)
    if not len(places.firsts):
        return [Names([], []) for _ in range(count)]
    phrases, first, numbers = np.unique(places.hashes, return_index=True, return_inverse=True)
    once = np.unique(numbers * len(corpus) + places.texts)
    owners, texts = once // len(corpus), once % len(corpus)
    have = np.zeros((len(phrases), count))
    np.add.at(have, (owners, topics[texts]), 1)
    told = _telling(have, np.bincount(topics, minlength=count))
    spans = found.spans
    where = Spans(spans.starts[places.firsts[first]], spans.ends[places.lasts[first]], places.texts[first])
    chinese = corpus.tongues[where.texts] == ZH
    return [Names(*(_best(corpus, where, told[:, topic], rows) for rows in (chinese, ~chinese))) for topic in range(count)]


def _telling(have: Floats, sizes: Places) -> Floats:
    total = have.sum(axis=1, keepdims=True)
    inside = have / np.maximum(1, sizes)
    outside = (total - have + 1) / np.maximum(1, sizes.sum() - sizes + 2)
    told: Floats = inside * np.log(np.maximum(inside, 1e-9) / outside)
    told[(inside < _LEAST_SHARE) | (have < 2)] = 0
    return told


def _best(corpus: Corpus, where: Spans, told: Floats, rows: Places) -> list[str]:
    """Return the most telling phrases, none of which is a part of another."""
    chosen: list[str] = []
    for row in np.lexsort((where.starts, -np.where(rows, told, 0)))[: 4 * MOST]:
        if told[row] <= 0 or not rows[row] or len(chosen) == MOST:
            break
        text = corpus.string(int(where.starts[row]), int(where.ends[row]))
        if not any(text in other or other in text for other in chosen):
            chosen.append(text)
    return chosen
