"""What is seen of each phrase of a text: how often and where it stands, of what words it is made, what is beside it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from moushi.understand.background import Background, Beside, Occurrences, beside, occurrences
from moushi.understand.corpus import Corpus, Places
from moushi.understand.features import Hashes, distinct, mixed
from moushi.understand.phrases import Flags, Floats, Units, units


@dataclass(frozen=True)
class Candidates:
    """The distinct phrases of each text.

    Attributes
    ----------
    texts : number of the text
    starts, ends : where the phrase first stands, as places in `Corpus.codes`
    traits : what is seen of it, by name
    """

    texts: Places
    starts: Places
    ends: Places
    traits: dict[str, Floats]


@dataclass(frozen=True)
class _Groups:
    """Places of phrases put together by text and phrase: the first of each group, which group each is in, and how large it is."""

    first: Places
    which: Places
    sizes: Floats

    def mean(self, values: Floats | Flags) -> Floats:
        return np.bincount(self.which, values, len(self.first)) / self.sizes

    def most(self, values: Floats | Places) -> Floats:
        result = values[self.first].astype(np.float64)
        np.maximum.at(result, self.which[self._later], values[self._later])
        return result

    @functools.cached_property
    def _later(self) -> Places:
        """The places that are not the first of their group."""
        later = np.ones(len(self.which), np.bool_)
        later[self.first] = False
        return np.flatnonzero(later)


def candidates(corpus: Corpus, background: Background) -> Candidates:
    """Return the phrases of texts with what is seen of them, by text."""
    found = units(corpus)
    places = occurrences(corpus, found)
    if not len(places.firsts):
        empty = np.zeros(0, np.int64)
        return Candidates(empty, empty, empty, {})
    first, which = distinct(mixed(places.hashes ^ mixed(places.texts, 3), 5))
    groups = _Groups(first, which, np.bincount(which).astype(np.float64))
    before, after = beside(found)
    spans = found.spans
    traits = (
        _places(found, places, groups, first)
        | _sides(found, places, groups, before, after)
        | _words(found, places, first, background)
        | _shape(found, places, groups, first)
    )
    traits |= _whole(traits, places.hashes[first], background)
    texts, starts, ends = places.texts[first], spans.starts[places.firsts[first]], spans.ends[places.lasts[first]]
    return Candidates(texts, starts, ends, traits)


def _places(found: Units, places: Occurrences, groups: _Groups, first: Places) -> dict[str, Floats]:
    """Where and how often it stands in its text, alone or within longer phrases."""
    texts = found.spans.texts
    bounds = found.spans.of(int(texts[-1]) + 1)
    unit, text = places.firsts[first], places.texts[first]
    place = unit - bounds[text]
    length = np.maximum(1, bounds[text + 1] - bounds[text])
    last = groups.most(places.firsts) - bounds[text]
    count = groups.sizes[groups.which]
    return {
        "often": np.log(groups.sizes),
        "place": place / length,
        "early": 1 / (1 + place / 20),
        "last_place": last / length,
        "share": groups.sizes / length * 10,
        "nested": groups.most(_around(places, count, len(texts))) / groups.sizes,
    }


def _around(places: Occurrences, count: Floats, total: int) -> Floats:
    """Return per place how often the longer phrases around it stand in the text; the most frequent counts."""
    around = np.zeros(len(count))
    sizes = places.lasts - places.firsts
    for size in range(int(sizes.max())):
        longer = np.zeros(total + 1)
        larger = sizes == size + 1
        longer[places.firsts[larger] + 1] = count[larger]
        here = np.flatnonzero(sizes == size)
        begins = places.firsts[here]
        around[here] = np.maximum(longer[begins + 1], longer[begins])
    return around


def _sides(found: Units, places: Occurrences, groups: _Groups, before: Beside, after: Beside) -> dict[str, Floats]:
    """What stands beside it."""
    left, right = before.wall[places.firsts], after.wall[places.lasts]
    return {
        "left": groups.mean(left),
        "right": groups.mean(right),
        "both": groups.mean(left & right),
        "after_determiner": groups.mean(before.determiner[places.firsts]),
        "after_auxiliary": groups.mean(before.auxiliary[places.firsts]),
        "after_mark": groups.mean(before.mark[places.firsts]),
        "before_determiner": groups.mean(after.determiner[places.lasts]),
        "before_auxiliary": groups.mean(after.auxiliary[places.lasts]),
        "before_mark": groups.mean(after.mark[places.lasts]),
        "name": groups.mean(found.upper[places.firsts]),
    }


def _words(found: Units, places: Occurrences, first: Places, background: Background) -> dict[str, Floats]:
    """Of what words it is made: how rare they are, and where in phrases they use to stand."""
    head, tail = places.firsts[first], places.lasts[first]
    hashes, numbers = found.words.hashes, found.numbers
    rarity = background.rarity(hashes)[numbers]
    # What the phrase would count, were its words strangers to each other.
    everywhere = np.log(max(2.0, float(background.words["places"].sum())))
    often = np.log(background.count("places", hashes) + 1)[numbers] - everywhere
    size = tail - head + 1
    summed, least, unlikely = rarity[head].copy(), rarity[head].copy(), everywhere + often[head]
    for step in range(1, int(size.max())):
        longer = np.flatnonzero(size > step)
        word = head[longer] + step
        summed[longer] += rarity[word]
        least[longer] = np.minimum(least[longer], rarity[word])
        unlikely[longer] += often[word]
    traits = {"rare_sum": summed, "rare_mean": summed / size, "rare_least": least, "rare_first": rarity[head], "rare_last": rarity[tail]}
    for name in ("left", "right", "driven"):
        rate = background.rate(name, hashes)[numbers]
        traits |= {f"{name}_first": rate[head], f"{name}_last": rate[tail]}
    traits["determined_first"] = background.rate("determined", hashes)[numbers][head]
    burst = np.log(np.maximum(1, background.count("places", hashes)) / np.maximum(1, background.count("texts", hashes)))
    return traits | {"burst_last": burst[numbers][tail], "unlikely": unlikely}


def _shape(found: Units, places: Occurrences, groups: _Groups, first: Places) -> dict[str, Floats]:
    """What its characters tell."""
    head, tail = places.firsts[first], places.lasts[first]
    size, spans = tail - head + 1, found.spans
    length = spans.ends[tail] - spans.starts[head]
    traits: dict[str, Any] = {"words_1": size == 1, "words_4": size == 4, "words_5": size >= 5}
    traits |= {"length_2": length == 2, "length_4": length == 4, "length_7": length >= 7}
    traits["long_last"] = np.minimum(found.words.lengths[found.numbers[tail]], 12) / 10
    for name in ("ed", "ly", "adjective", "noun", "term"):
        traits[f"{name}_last"] = found.trait(name)[tail]
    for name in ("digit", "hyphen", "brand"):
        total = np.concatenate([[0], np.cumsum(found.trait(name))])
        traits[name] = total[tail + 1] > total[head]
    traits["capitals"] = found.capitals[head] | found.capitals[tail]
    return {name: np.asarray(values, np.float64) for name, values in traits.items()}


def _whole(traits: dict[str, Floats], hashes: Hashes, background: Background) -> dict[str, Floats]:
    """What the corpus tells of the phrase as a whole, and what holds for single words only."""
    places, texts = background.phrase_count("places", hashes), background.phrase_count("texts", hashes)
    one = traits["words_1"]
    return {
        "rare": np.log((background.rows + 1) / (texts + 0.5)),
        "burst": np.log(np.maximum(1, places) / np.maximum(1, texts)),
        "cohesion": np.where(one > 0, 0, np.log(places + 0.1) - traits.pop("unlikely")),
        "one_name": one * traits["name"],
        "one_often": one * traits["often"],
        "one_rare": one * traits["rare_first"],
        "one_alone": one * traits["left"] * traits["right"],
        "one_nested": one * traits["nested"],
    }
