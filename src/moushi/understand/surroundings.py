"""What stands around a named aspect, as features: words by place, opinions by how they relate to it.

Source
------
Windows, lexicon scores weighted by distance and words of the own clause after
Kiritchenko, Zhu, Cherry and Mohammad, "NRC-Canada-2014" (SemEval 2014).  In
place of a parser stand the function words between an opinion and the aspect,
and the other aspects that are nearer to it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from moushi.understand.characters import CLAUSE, SENTENCE
from moushi.understand.corpus import Corpus
from moushi.understand.lexicon import Entry, lexicon
from moushi.understand.sentiment_lexicon import judgements

Span = tuple[int, int]
Features = dict[str, float]
"""Features by name; what stands before the first ":" is their group."""

DENSE = "#"
"""Group of the features that are measures, not words."""

# What negation leaves of an opinion.
_NEGATED = -0.7
_BESIDE = 0.5
_REACH = 4
_WINDOW = 6
_TURNS = frozenset(
    (
        "but", "however", "although", "though", "except", "yet", "while", "because", "if", "which", "whereas", "despite",
        "unless", "until", "when", "where", "但", "但是", "不过", "可是", "而", "虽然", "就是", "只是",
    )
)  # fmt: skip
_DEGREES = frozenset(
    (
        "very", "so", "too", "really", "extremely", "quite", "super", "absolutely", "incredibly", "totally", "way", "rather",
        "somewhat", "little", "bit", "most", "more", "much", "很", "太", "最", "非常", "更", "比较", "有点", "挺", "真",
    )
)  # fmt: skip
_LINKS = frozenset(
    (
        "is", "was", "are", "were", "be", "been", "being", "'s", "seems", "seemed", "looks", "looked", "tastes", "tasted",
        "feels", "felt", "sounds", "works", "runs", "是",
    )
)  # fmt: skip
_FUNCTIONS = frozenset(
    (
        "the", "a", "an", "and", "or", "of", "for", "with", "to", "in", "on", "at", "as", "have", "has", "had", "do",
        "does", "did", "will", "would", "can", "could", "'d", "'m", "'ve", "there", "their", "my", "our", "its",
        "from", "by", "i", "we", "you", "it", "they", "this", "that", "的",
        "了", "和", "都", "就", "在", "也", "还", "我", "这", "那", "与", "有", "得",
        "地", "着", "给",
    )
)  # fmt: skip


@dataclass
class Opinion:
    """An opinion of a sentence: its words, what it says, and that with negation."""

    first: int
    last: int
    said: float
    meant: float


@dataclass
class Sentence:
    """A text in words.

    Attributes
    ----------
    words : in plain form
    begins, ends : where each stands in the text as given
    walls : whether each is a stop or turns the thought
    negated : whether a negator stands before each, within reach
    opinions : in their order
    tones : words of judgement by the lexicon of sentiment, each with what it is meant to say
    """

    words: list[str]
    begins: list[int]
    ends: list[int]
    walls: list[bool]
    negated: list[bool]
    opinions: list[Opinion] = field(default_factory=list)
    tones: list[tuple[int, float]] = field(default_factory=list)

    def between(self, start: int, end: int) -> Span:
        """Return the words that a part of the text touches; at the least, the place where it would stand."""
        first = next((place for place, stop in enumerate(self.ends) if stop > start), len(self.words))
        last = next((place for place in range(len(self.words) - 1, -1, -1) if self.begins[place] < end), -1) + 1
        return first, max(first, last)


def sentences(corpus: Corpus) -> list[Sentence]:
    """Return the texts in words, with their opinions by the lexicon."""
    spans = corpus.words
    words, bounds = corpus.strings(spans), spans.of(len(corpus)).tolist()
    stops = np.isin(corpus.kinds[spans.starts], (CLAUSE, SENTENCE)) | np.isin(corpus.codes[spans.starts], (ord("."), ord("-")))
    found = _hits(corpus)
    tones = _tones(corpus)
    result = []
    for text in range(len(corpus)):
        low, high = bounds[text], bounds[text + 1]
        places = [corpus.origin(text, spans.starts[n], spans.ends[n]) for n in range(low, high)]
        walls = [bool(stops[n]) or words[n] in _TURNS for n in range(low, high)]
        sentence = Sentence(words[low:high], [a for a, _ in places], [b for _, b in places], walls, [False] * (high - low))
        sentence.tones = [(word - low, value) for word, value in tones.get(text, [])]
        _judge(sentence, [(entry, *_words_of(spans.starts[low:high], start, end)) for entry, start, end in found.get(text, [])])
        result.append(sentence)
    return result


def _hits(corpus: Corpus) -> dict[int, list[tuple[Entry, int, int]]]:
    by_text: dict[int, list[tuple[Entry, int, int]]] = {}
    for book in (lexicon("zh", broad=True), lexicon("en", broad=True)):
        hits = book.find(corpus)
        columns = (column.tolist() for column in (hits.texts, hits.words, hits.starts, hits.ends))
        for text, word, start, end in zip(*columns, strict=True):
            by_text.setdefault(text, []).append((book.entries[word], start, end))
    return by_text


def _tones(corpus: Corpus) -> dict[int, list[tuple[int, float]]]:
    by_text: dict[int, list[tuple[int, float]]] = {}
    starts, values = judgements(corpus)
    words = np.searchsorted(corpus.words.starts, starts, "right") - 1
    for text, word, value in zip(corpus.text_of[starts].tolist(), words.tolist(), values.tolist(), strict=True):
        by_text.setdefault(text, []).append((word, value))
    return by_text


def _words_of(starts: np.ndarray[tuple[int], np.dtype[np.int64]], start: int, end: int) -> Span:
    first = int(np.searchsorted(starts, start, "right")) - 1
    return first, max(first + 1, int(np.searchsorted(starts, end, "left")))


def _judge(sentence: Sentence, hits: list[tuple[Entry, int, int]]) -> None:
    """Mark what is negated, and keep the opinions."""
    for entry, _, last in hits:
        if entry.negates:
            for place in range(last, min(last + _REACH, len(sentence.words))):
                if sentence.walls[place]:
                    break
                sentence.negated[place] = True
    for entry, first, last in hits:
        said = entry.general or next(iter(entry.implied.values()), 0.0) or _BESIDE * next(iter(entry.here.values()), 0.0)
        if said:
            turned = sentence.negated[first] and not entry.fixed
            sentence.opinions.append(Opinion(first, last, said, said * _NEGATED if turned else said))


def features(sentence: Sentence, target: Span, others: Sequence[int]) -> Features:
    """Return the features of an aspect in a sentence.

    Parameters
    ----------
    target : the words that name it, first and after the last
    others : first words of the sentence's other aspects
    """
    view = _View(sentence, target, others)
    view.words()
    view.pairs()
    view.pattern()
    view.opinions()
    view.tones()
    if any(HAN_FROM <= word < HAN_TO for word in sentence.words):
        view.characters()
    return {name: value for name, value in view.found.items() if value}


HAN_FROM, HAN_TO = "\u3400", "\ua000"


class _View:
    """A sentence seen from one of its aspects."""

    def __init__(self, sentence: Sentence, target: Span, others: Sequence[int]) -> None:
        self.found: Features = {}
        self._sentence = sentence
        self._words = sentence.words
        self._first, self._last = target
        self._others = others
        self._walls = np.concatenate([[0], np.cumsum(sentence.walls)]).tolist()

    def _add(self, name: str, value: float = 1.0) -> None:
        self.found[name] = self.found.get(name, 0.0) + value

    def _away(self, place: int) -> tuple[int, int]:
        """Return how many words and how many walls are between a word and the aspect."""
        if place < self._first:
            return self._first - place, self._walls[self._first] - self._walls[place + 1]
        return place - self._last + 1, self._walls[place] - self._walls[self._last]

    def words(self) -> None:
        """Add each word: alone, by side, by distance, in the own clause, near."""
        for place, word in enumerate(self._words):
            if self._first <= place < self._last:
                self._add("t:" + word)
                continue
            away, walls = self._away(place)
            weight = 1 / (1 + 0.25 * away + 0.8 * walls)
            side = "l" if place < self._first else "r"
            stem = _stem(word)
            for form in (stem, "not " + stem) if self._sentence.negated[place] else (stem,):
                self._add("s:" + form)
                self._add("d:" + form, weight)
            self._add("e:" + word)
            self._add(f"h{side}:{stem}", weight)
            if not walls:
                self._add("c:" + form)
            if away <= _WINDOW:
                self._add(f"w{side}:{word}")
            if away <= 2:
                self._add(f"w{side}{away}:{word}")
        self._add("n:" + " ".join(self._words[self._first : self._last]))

    def pairs(self) -> None:
        """Add pairs of words, and near ones again, with triples."""
        marked = [*self._words[: self._first], "*", *self._words[self._last :]]
        for place in range(len(marked) - 1):
            pair = f"{marked[place]} {marked[place + 1]}"
            self._add("b:" + pair)
            if abs(place - self._first) < _WINDOW:
                self._add("v:" + pair)
                if place + 2 < len(marked):
                    self._add(f"v3:{pair} {marked[place + 2]}")

    def pattern(self) -> None:
        """Add the surroundings with opinions as signs and words that are no function words as one."""
        signs = {each.first: each for each in self._sentence.opinions}
        signed: list[str] = []
        place = 0
        while place < len(self._words):
            if place == self._first:
                signed.append("T")
            if self._first <= place < self._last:
                place += 1
                continue
            opinion = signs.get(place)
            word = self._words[place]
            if opinion:
                signed.append(("+" if opinion.said > 0 else "-") + ("" if abs(opinion.said) > 0.6 else "?"))
                place = opinion.last if self._first >= opinion.last or place >= self._first else place + 1
                continue
            sign = self._kind(place, word)
            if sign != "*" or not signed or signed[-1] != "*":
                signed.append(sign)
            place += 1
        if self._first >= len(self._words):
            signed.append("T")
        here = signed.index("T")
        for left in range(min(5, here) + 1):
            for right in range(min(5 - left, len(signed) - here - 1) + 1):
                if left + right:
                    self._add("k:" + " ".join(signed[here - left : here + right + 1]))

    def _kind(self, place: int, word: str) -> str:
        if self._sentence.walls[place] or word in _LINKS or word in _FUNCTIONS:
            return word
        return "DEG" if word in _DEGREES else "*"

    def opinions(self) -> None:
        """Add what opinions say by how they relate to the aspect, and their sums."""
        nearest, sums = (99.0, 0.0), dict.fromkeys(("+", "-", "c+", "c-", "own", "other", "all"), 0.0)
        for each in self._sentence.opinions:
            meant = each.meant
            if each.first < self._last and each.last > self._first:
                self._add("#inside", meant)
                continue
            on_left = each.last <= self._first
            away, walls = self._away(each.last - 1 if on_left else each.first)
            low, high = (each.last, self._first) if on_left else (self._last, each.first)
            rivals = sum(low <= other < high for other in self._others)
            for relation in self._relations(each, low, high, rivals):
                self._add("#q" + relation, meant)
            sign, weight = "+" if meant > 0 else "-", 1 / (1 + 0.25 * away + 0.8 * walls)
            own = all(
                abs(other - each.first) >= min(abs(self._first - each.first), abs(self._last - 1 - each.first)) for other in self._others
            )
            sums[sign] += 2 * abs(meant) * weight
            sums["c" + sign] += abs(meant) * (walls == 0)
            sums["own" if own else "other"] += 2 * meant * weight
            sums["all"] += meant
            nearest = min(nearest, (away + 4.0 * walls + 3.0 * rivals, meant))
        for name, value in sums.items():
            self._add("#" + name, value)
        balance = sums["+"] - sums["-"]
        self._add("#balance", balance)
        self._add("#sign" + ("+" if balance > 0 else "-" if balance < 0 else "0"))
        self._add("#clause" + ("+" if sums["c+"] > sums["c-"] else "-" if sums["c-"] > sums["c+"] else "0"))
        self._add("#nearest", nearest[1])
        self._add("#nearest" + ("+" if nearest[1] > 0 else "-" if nearest[1] < 0 else "0"), 1 / (1 + 0.2 * nearest[0]))
        self._add("#others", min(len(self._others), 4) / 2)
        self._add("#questions", float("?" in self._words))

    def tones(self) -> None:
        """Add what the words of judgement say, by side, clause and distance."""
        nearest = (99.0, 0.0)
        balance = 0.0
        for place, value in self._sentence.tones:
            if self._first <= place < self._last:
                self._add("#tone inside", value)
                continue
            away, walls = self._away(place)
            weighed = value / (1 + 0.25 * away + 0.8 * walls)
            balance += weighed
            self._add("#tone", value)
            self._add("#tone" + ("L" if place < self._first else "R"), weighed)
            self._add("#tone" + ("+" if value > 0 else "-"), abs(weighed))
            self._add("#tone clause", value * (walls == 0))
            nearest = min(nearest, (away + 4.0 * walls, value))
        self._add("#tone nearest", nearest[1])
        self._add("#tone sign", float(np.sign(balance)))

    def _relations(self, opinion: Opinion, low: int, high: int, rivals: int) -> Iterator[str]:
        side = "L" if opinion.last <= self._first else "R"
        middle = self._words[low:high]
        walls = self._walls[high] - self._walls[low]
        reach = next(number for number, most in enumerate((1, 2, 3, 6, 11, 1 << 30)) if len(middle) < most)
        after = self._words[opinion.last] if opinion.last < len(self._words) else ""
        elsewhere = opinion.last < len(self._words) and opinion.last != self._first and self._kind(opinion.last, after) == "*"
        yield side
        yield f"{side}{reach}"
        yield f"{side} walls {min(walls, 3)}"
        yield f"{side} rivals {min(rivals, 2)}"
        yield f"{side}{reach} {min(walls, 2)} {min(rivals, 1)} {elsewhere}"
        signs = [self._kind(place, self._words[place]) for place in range(low, min(high, low + 9))]
        short = [sign for number, sign in enumerate(signs) if sign != "DEG" and (sign != "*" or number == 0 or signs[number - 1] != "*")]
        if len(short) <= 5:
            yield f"{side}|{' '.join(short)}"
        if any(word in _LINKS for word in middle) and not walls:
            yield f"{side} link {rivals > 0}"
        if any(word in _TURNS for word in middle):
            yield side + " turn"

    def characters(self) -> None:
        """Add n-grams of characters: of the whole, of the aspect, of either side, and those next to it."""
        left, name, right = (
            "".join(part) for part in (self._words[: self._first], self._words[self._first : self._last], self._words[self._last :])
        )
        for group, text, most in (("z:", left + name + right, 4), ("zl:", left, 3), ("zn:", name, 3), ("zr:", right, 3)):
            for size in range(1, most + 1):
                for start in range(len(text) - size + 1):
                    away = start if group == "zr:" else len(text) - start - size if group == "zl:" else 0
                    self._add(group + text[start : start + size], 1 / (1 + 0.1 * away))
        for size in range(1, 5):
            self._add(f"y{size}:{right[:size]}")
            self._add(f"x{size}:{left[-size:]}")
            self._add(f"u{size}:{(left + name + right)[-size:]}")
            self._add(f"p{size}:{name[-size:]}")


@functools.lru_cache(1 << 16)
def _stem(word: str) -> str:
    """Return a word without its English ending."""
    if len(word) > 4 and word.isascii():
        for ending in ("ies", "ing", "ed", "ly", "es", "s"):
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                return word[: -len(ending)]
    return word
