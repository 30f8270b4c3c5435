"""Parity: the same said in Chinese and in English, and how alike the two are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from moushi.understand.lexicon import ASPECTS

CLEAR = 0.2
"""Scores between this and its negative are no judgement, as in `moushi.understand.reading`."""
FOLDER = Path(__file__).parent / "truths"
KNOWN, HELD = "known", "held"
"""Words were chosen with the first file at hand; the second was written with it, and read once."""


class Pair(NamedTuple):
    """The same in both languages.

    Attributes
    ----------
    kind : what it was written for, such as "irony"
    sign : 1, -1, or 0 for both or none
    aspects : what it judges, and how: 1 or -1
    marks : what else a reader should find: intent, emotion, wish (its words in each language), urgent or calm
    zh, en : the texts
    """

    kind: str
    sign: int
    aspects: dict[str, int]
    marks: dict[str, str]
    zh: str
    en: str


def pairs(name: str) -> list[Pair]:
    """Return the pairs of a file."""
    return [_pair(*line.split("|")) for line in (FOLDER / f"parity_{name}.txt").read_text("utf-8").splitlines()]


def _pair(kind: str, gold: str, zh: str, en: str) -> Pair:
    sign, *words = gold.split()
    marks = dict((*word.partition("=")[::2],) for word in words if word[-1] not in "+-")
    aspects = {word[:-1]: _SIGNS[word[-1]] for word in words if word[-1] in "+-"}
    return Pair(kind, _SIGNS.get(sign, 0), aspects, marks, zh, en)


_SIGNS = {"+": 1, "-": -1}


class Read(NamedTuple):
    """What was read of a text: score, polarity per judged aspect, intent, emotion, urgency, and quoted wishes."""

    score: float
    aspects: dict[str, float]
    intent: str
    emotion: str
    urgency: float
    wishes: tuple[str, ...]


def read(texts: Sequence[str]) -> list[Read]:
    """Read texts with what ships, nothing learned."""
    import moushi

    return [_read(row, text) for row, text in zip(moushi.TextReader().fit([]).read(list(texts)).to_pylist(), texts, strict=True)]


def _read(row: dict[str, Any], text: str) -> Read:
    aspects = {each["aspect"]: each["polarity"] for each in row["aspects"] or () if each["polarity"]}
    wishes = tuple(text[each["start"] : each["end"]] for each in row["needs"] or ())
    return Read(row["score"] or 0.0, aspects, row["intent"], row["emotion"], row["urgency"] or 0.0, wishes)


@dataclass
class Tally:
    """How an aspect is read in pairs that speak of it: found in each language and in both, and there with which signs."""

    pairs: int = 0
    zh: int = 0
    en: int = 0
    both: int = 0
    alike: int = 0
    gaps: list[float] = field(default_factory=list)

    @property
    def cells(self) -> str:
        """The tally as cells of a table."""
        gap = f"{np.mean(self.gaps):.2f}" if self.gaps else ""
        return f"{self.pairs} | {self.zh} | {self.en} | {self.both} | {self.alike} | {gap}"


@dataclass(frozen=True)
class Parity:
    """How alike pairs are read.

    Attributes
    ----------
    pairs : how many there are
    same_sign : share of which the scores have the same sign, or neither has one
    gap : mean absolute difference of the scores
    right : share with the right sign in Chinese and in English, of those that have one
    aspects : per aspect
    """

    pairs: int
    same_sign: float
    gap: float
    right: tuple[float, float]
    aspects: dict[str, Tally]

    @property
    def found(self) -> tuple[float, float, float]:
        """Shares of aspects found with some sign in Chinese, in English, and in both."""
        total = max(1, sum(each.pairs for each in self.aspects.values()))
        zh, en, both = (sum(getattr(each, name) for each in self.aspects.values()) / total for name in ("zh", "en", "both"))
        return zh, en, both

    @property
    def alike(self) -> float:
        """Share of the aspects found in both that have the same sign."""
        return sum(each.alike for each in self.aspects.values()) / max(1, sum(each.both for each in self.aspects.values()))


def compare(said: Iterable[tuple[int, Iterable[str]]], zh: Sequence[Read], en: Sequence[Read]) -> Parity:
    """Compare two readings.

    Parameters
    ----------
    said : the sign of each pair, and the aspects it judges
    zh, en : what was read of the two texts of each
    """
    signs, tallies = [], defaultdict[str, Tally](Tally)
    for (sign, aspects), one, other in zip(said, zh, en, strict=True):
        signs.append((sign, _sign(one.score), _sign(other.score)))
        for aspect in aspects:
            _count(tallies[aspect], one.aspects.get(aspect), other.aspects.get(aspect))
    gold, first, second = (np.array(column) for column in zip(*signs, strict=True))
    told = gold != 0
    gap = float(np.mean([abs(one.score - other.score) for one, other in zip(zh, en, strict=True)]))
    right = float((first == gold)[told].mean()), float((second == gold)[told].mean())
    return Parity(len(gold), float((first == second).mean()), gap, right, dict(tallies))


def _sign(score: float) -> int:
    return int(score > CLEAR) - int(score < -CLEAR)


def _count(tally: Tally, one: float | None, other: float | None) -> None:
    tally.pairs += 1
    tally.zh += one is not None
    tally.en += other is not None
    if one is not None and other is not None:
        tally.both += 1
        tally.alike += one * other > 0
        tally.gaps.append(abs(one - other))


def of_pairs(found: Sequence[Pair]) -> tuple[Parity, list[Read], list[Read]]:
    """Read and compare pairs."""
    zh, en = read([pair.zh for pair in found]), read([pair.en for pair in found])
    return compare([(pair.sign, pair.aspects) for pair in found], zh, en), zh, en


def heard(pair: Pair, told: Read, place: int) -> dict[str, bool]:
    """Tell which of a pair's other marks were read right in the language of number `place`."""
    found = {"intent": told.intent, "emotion": told.emotion}
    right = {name: pair.marks[name] == value for name, value in found.items() if name in pair.marks}
    if "wish" in pair.marks:
        right["wish"] = any(pair.marks["wish"].split("/")[place] in wish for wish in told.wishes)
    if "urgent" in pair.marks or "calm" in pair.marks:
        right["urgency"] = (told.urgency >= CLEAR) == ("urgent" in pair.marks)
    return right


def of_twin(most: int = 1_500) -> Parity:
    """Read and compare what a twin's reviews say in one language and in the other; those that say nothing are left out."""
    import moushi

    truth = moushi.Twin(seed=4, customers=6_000, products=60, weeks=52).truth
    both = zip(truth.said_in("zh").to_pylist(), truth.said_in("en").to_pylist(), strict=True)
    told = [(one, other) for one, other in both if one["aspects"] and other["aspects"]][:most]
    said = [(int(np.sign(one["rating"] - 3)), [each["aspect"] for each in one["aspects"] if each["polarity"]]) for one, _ in told]
    zh, en = (read([pair[place]["body"] for pair in told]) for place in (0, 1))
    return compare(said, *([each._replace(aspects=in_twin_words(each.aspects)) for each in reads] for reads in (zh, en)))


def in_twin_words(found: dict[str, float]) -> dict[str, float]:
    """Return aspects by the twin's names: what a thing is like in use is its quality."""
    values: dict[str, list[float]] = defaultdict(list)
    for aspect, polarity in found.items():
        values[_TWIN.get(aspect, "quality")].append(polarity)
    return {aspect: sum(each) / len(each) for aspect, each in values.items()}


_KEPT = ("delivery", "service", "packaging", "appearance", "overall")
_TWIN = {"price": "value", "size_fit": "size", **{name: name for name in _KEPT}}


def table() -> str:
    """Return the parity of the pairs and of the twin as Markdown, and the table per aspect."""
    parts = {name: of_pairs(pairs(name)) for name in (KNOWN, HELD)}
    found = {f"written, {name}": parity for name, (parity, _, _) in parts.items()} | {"the twin's": of_twin()}
    lines = [_HEAD, "|---|--:|--:|--:|---|---|--:|", *(_line(name, parity) for name, parity in found.items())]
    lines += ["", "| written pairs, other than sentiment | zh | en |", "|---|---|---|"]
    lines += [_marks(name, pairs(name), *told[1:]) for name, told in parts.items()]
    return "\n".join([*lines, "", *_aspects(found)]) + "\n"


_HEAD = "| pairs | number | same sign | gap of scores | sign right: zh, en | aspects found: zh, en, both | of them, same sign |"


def _line(name: str, parity: Parity) -> str:
    right, found = (", ".join(f"{100 * value:.0f}" for value in values) for values in (parity.right, parity.found))
    told = f"{100 * parity.same_sign:.0f} % | {parity.gap:.2f} | {right} % | {found} % | {100 * parity.alike:.0f} %"
    return f"| {name} | {parity.pairs} | {told} |"


def _marks(name: str, found: Sequence[Pair], *told: Sequence[Read]) -> str:
    cells = []
    for place, reads in enumerate(told):
        counts: dict[str, list[bool]] = defaultdict(list)
        for pair, each in zip(found, reads, strict=True):
            for mark, right in heard(pair, each, place).items():
                counts[mark].append(right)
        cells.append(", ".join(f"{mark} {sum(rights)} of {len(rights)}" for mark, rights in sorted(counts.items())))
    return f"| {name} | {' | '.join(cells)} |"


def _aspects(found: dict[str, Parity]) -> list[str]:
    lines = ["| aspect | pairs | found in zh | en | both | same sign | gap |", "|---|--:|--:|--:|--:|--:|--:|"]
    for aspect in (*ASPECTS, "value", "size"):
        lines += [f"| {aspect}, {name} | {parity.aspects[aspect].cells} |" for name, parity in found.items() if aspect in parity.aspects]
    return lines
