"""Learns from labelled sentences whether they compare, and which of two named things they prefer.

Source
------
Panchenko et al., "Categorizing comparative sentences" (2019), whose words
before, between and after the two things we take up, and what they mean.  Which
of the two is the "first" is a matter of who asks: we learn about the one that is mentioned first
and the one mentioned second, and turn the answer round, so that both directions
teach each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from moushi.errors import NotFitted
from moushi.understand import comparatives
from moushi.understand.corpus import Corpus
from moushi.understand.features import Matrix
from moushi.understand.members import MEMBERS, Fitted, Floats
from moushi.understand.vectors import Vectors

_COLUMNS = 1 << 20
# How closely each member fits: liblinear's C.
_SENTENCES, _PAIRS = {"svm": 0.5, "nbsvm": 0.1}, {"logistic": 12.0, "nbsvm": 0.003}
# What words mean weighs so much beside the words, and is read of so many words beside the two things.
_MEANING_WEIGHS, _BESIDE = 0.3, 4
# Cues and words of grammar that, in this order and at any distance, make a Chinese comparison.
_CUES = re.compile(
    "性价比|比较|相比|对比|比起|不比|比(?![赛如例方重分])|不如|不及|比不上|没有?|更加?|最|优于|超过|胜过|高于|低于|大于|小于|强于|领先|落后|一样|差不多|相同|同样"
    "|媲美|堪比|相当|相对|较(?![为好大高强])|一致|无异|不亚于|相像|好过|差距|只及|及不上|等同|远远|一般的?|普通的?|前一代|上一代|唯一|区别|差别|还是|还要|要比|还|要|都"
    "|同价|同类|同级|同档|别的|其他|其它|原来|以前|之前|得多|多了|一点|些|和|跟|与|没|同|而|但|也|就|不|贵|差|#|@"
)
_BRAND, _NUMBER = re.compile(r"[a-z]+[a-z0-9-]*|[0-9]+[a-z]+[a-z0-9]*"), re.compile(r"[0-9]+(?:\.[0-9]+)?")
_CLAUSE = re.compile(r"[,。!?;~ ]")
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[!?]+|[^\sa-z0-9]")
_GOOD = frozenset(
    ("better", "faster", "cheaper", "easier", "nicer", "stronger", "safer", "superior", "cleaner", "simpler", "quicker", "lighter",
     "smoother",
     "best", "fastest", "easiest", "prefer", "preferred", "prefers", "beats", "beat", "outperforms", "outperform", "surpasses",
     "wins", "win",
     "winner", "ahead", "higher", "greater", "improved", "more", "advantage")
)  # fmt: skip
_BAD = frozenset(
    ("worse", "slower", "harder", "weaker", "inferior", "poorer", "worst", "less", "lower", "behind", "loses", "lost", "lacks", "fewer",
     "uglier", "heavier")
)  # fmt: skip
_FRAME = frozenset(
    ("than", "as", "not", "over", "to", "<good>", "<bad>", "<er>", "much", "no", "so", "but", "while", "vs", "like", "compared",
     "is", "was", "are")
)  # fmt: skip
_THAN = re.compile(r"\b(better|worse|(?:more|less) \w+|\w{3,}er) than\b")
# Words that say with the two things, in their order, who is preferred.
_ORDER = _FRAME.union(
    ("<one>", "<two>", "better", "worse", "never", "don't", "isn't", "prefer", "if", "?", "would", "because", "which", "both",
     "or", "and")
)  # fmt: skip
_ZONES = {"before": slice(-12, None), "between": slice(0, 25), "after": slice(0, 12)}


class Pair(NamedTuple):
    """A sentence and the two things it names."""

    sentence: str
    first: str
    second: str


class _Linear:
    """Members of the classifier, on features of one's own, added up; `by_rarity`: what is rare counts more.

    What is dense, a row per case, is read beside them by all members but naive Bayes.
    """

    def __init__(self, costs: dict[str, float], by_rarity: bool) -> None:
        self.costs = costs
        self.by_rarity = by_rarity

    def fit(
        self, features: Iterable[dict[str, float]], labels: Sequence[Any], importance: Floats | None = None, dense: Floats | None = None
    ) -> None:
        self.classes_ = sorted(set(labels), key=str)
        place = {label: number for number, label in enumerate(self.classes_)}
        y = np.array([place[label] for label in labels], np.int64)
        counts = self._hashed(features)
        self.columns_ = np.flatnonzero(np.bincount(counts.indices, minlength=_COLUMNS) >= 2)
        frequency = np.bincount(counts[:, self.columns_].indices, minlength=len(self.columns_))
        self.rarity_ = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1 if self.by_rarity else np.ones(len(self.columns_))
        views = self._views(counts, dense)
        self.fitted_: list[tuple[Fitted, float]] = []
        for name, view in views.items():
            model = MEMBERS[name](view, y, self.costs[name], importance)
            self.fitted_.append((model, float(model.decide(view).std()) or 1.0))

    def decide(self, features: Iterable[dict[str, float]], dense: Floats | None = None) -> list[Any]:
        views = self._views(self._hashed(features), dense)
        summed = sum(model.decide(view) / spread for (model, spread), view in zip(self.fitted_, views.values(), strict=True))
        decided = np.asarray(summed)
        places = decided.argmax(axis=1) if decided.shape[1] > 1 else (decided[:, 0] > 0).astype(np.int64)
        return [self.classes_[number] for number in places]

    def _hashed(self, features: Iterable[dict[str, float]]) -> Matrix:
        from sklearn.feature_extraction import FeatureHasher

        return FeatureHasher(_COLUMNS, alternate_sign=False, dtype=np.float32).transform(features)

    def _views(self, counts: Matrix, dense: Floats | None) -> dict[str, Matrix]:
        from scipy import sparse
        from sklearn.preprocessing import normalize

        kept = counts[:, self.columns_]
        present = kept.copy()
        present.data[:] = 1
        weighted = normalize(kept @ sparse.diags(self.rarity_.astype(np.float32)))
        if dense is not None:
            weighted = sparse.hstack([weighted, sparse.csr_matrix(dense)]).tocsr()
        return {name: present if name == "nbsvm" else weighted for name in self.costs}


class ComparisonDetector:
    """Tells whether sentences compare, in Chinese.

    Examples
    --------
    >>> texts = ["比小米好用", "没有苹果流畅", "屏幕很好", "物流很快"] * 3
    >>> ComparisonDetector().fit(texts, [True, True, False, False] * 3).decide(["比华为好用", "屏幕很快"])
    [True, False]
    """

    def fit(self, texts: Sequence[str], labels: Sequence[Any]) -> ComparisonDetector:
        """Learn from sentences and whether each compares."""
        self.model_ = _Linear(_SENTENCES, by_rarity=True)
        self.model_.fit(_sentence_features(texts), labels)
        return self

    def decide(self, texts: Sequence[str]) -> list[Any]:
        """Return the label of each sentence.

        Raises
        ------
        NotFitted : if `fit` was not called
        """
        if not hasattr(self, "model_"):
            raise NotFitted(where="ComparisonDetector.decide", model="ComparisonDetector")
        return self.model_.decide(_sentence_features(texts))


class PreferenceModel:
    """Tells which of two things English sentences prefer.

    Parameters
    ----------
    first, second : the labels for the first of a pair being preferred, and the second; any other label is kept as it is
    """

    def __init__(self, first: str = "BETTER", second: str = "WORSE") -> None:
        self.first = first
        self.second = second

    def fit(self, pairs: Sequence[Pair], labels: Sequence[str], importance: Floats | None = None) -> PreferenceModel:
        """Learn from pairs and their labels; `importance` says how much each counts."""
        read = [_read(pair) for pair in pairs]
        self.model_ = _Linear(_PAIRS, by_rarity=False)
        wanted = self._turned(labels, [turned for _, turned in read])
        self.model_.fit([_pair_features(zones) for zones, _ in read], wanted, importance, _meaning([zones for zones, _ in read]))
        return self

    def decide(self, pairs: Sequence[Pair]) -> list[str]:
        """Return the label of each pair.

        Raises
        ------
        NotFitted : if `fit` was not called
        """
        if not hasattr(self, "model_"):
            raise NotFitted(where="PreferenceModel.decide", model="PreferenceModel")
        read = [_read(pair) for pair in pairs]
        decided = self.model_.decide([_pair_features(zones) for zones, _ in read], _meaning([zones for zones, _ in read]))
        return self._turned(decided, [turned for _, turned in read])

    def _turned(self, labels: Sequence[str], turned: Sequence[bool]) -> list[str]:
        other = {self.first: self.second, self.second: self.first}
        return [other.get(label, label) if turn else label for label, turn in zip(labels, turned, strict=True)]


def _sentence_features(texts: Sequence[str]) -> list[dict[str, float]]:
    import rjieba

    corpus = Corpus(texts)
    features = []
    for start, end in zip(corpus.starts.tolist(), corpus.ends.tolist(), strict=True):
        text = corpus.string(start, end)
        masked = _NUMBER.sub("#", _BRAND.sub("@", text))
        found = dict.fromkeys(_grams("w", rjieba.cut(text), 2), 1.0)
        found.update(dict.fromkeys(_grams("m", rjieba.cut(masked), 3), 1.0))
        found.update({f"c{masked[i : i + size]}": 1.0 for size in range(1, 5) for i in range(len(masked) - size + 1)})
        found.update(dict.fromkeys(_cue_features(masked), _CUE_WEIGHT))
        features.append(found)
    for hit in comparatives.book().find(corpus):
        opinion = hit.match.groupdict().get("opinion") or ""
        features[hit.text].update({f"h{hit.cue.label}": _CUE_WEIGHT, "h": _CUE_WEIGHT, f"o{opinion}": _CUE_WEIGHT})
    for row in comparatives.read(corpus)["row"].to_pylist():
        features[row]["r"] = _CUE_WEIGHT
    return features


# Cues are few among the n-grams of a sentence: each counts for several.
_CUE_WEIGHT = 2.0


def _cue_features(text: str) -> Iterator[str]:
    cues = [match[0] for match in _CUES.finditer(text)]
    yield f"n{min(4, len(cues))}"
    for place, cue in enumerate(cues):
        yield from (f"g{cue}..{later}" for later in cues[place + 1 : place + 6])
    for clause in _CLAUSE.split(text):
        inside = [match[0] for match in _CUES.finditer(clause)]
        for place, cue in enumerate(inside):
            yield from (f"k{cue}..{later}" for later in inside[place + 1 :])


def _grams(name: str, words: Iterable[str], longest: int) -> Iterator[str]:
    listed = [word for word in words if not word.isspace()]
    for size in range(1, longest + 1):
        yield from (f"{name}{size}{'_'.join(listed[i : i + size])}" for i in range(len(listed) - size + 1))


class _Zones(NamedTuple):
    """A sentence in lower case, where the two things stand, and what stands before, between and after them."""

    text: str
    one: tuple[int, int]
    two: tuple[int, int]
    parts: dict[str, str]
    words: dict[str, list[str]]


def _read(pair: Pair) -> tuple[_Zones, bool]:
    """Return what stands around two things, and whether the second of the pair is mentioned first."""
    text = pair.sentence.lower()
    one, two, turned = _placed(text, pair.first.lower(), pair.second.lower())
    parts = {"before": text[: one[0]], "between": text[one[1] : max(one[1], two[0])], "after": text[max(one[1], two[1]) :]}
    return _Zones(text, one, two, parts, {name: _TOKEN.findall(part) for name, part in parts.items()}), turned


def _pair_features(zones: _Zones) -> dict[str, float]:
    words = {name: listed[_ZONES[name]] for name, listed in zones.words.items()}
    found: dict[str, float] = {f"gap{min(9, len(words['between']))}": 1.0}
    for name, listed in words.items():
        shapes = [_shape(word) for word in listed]
        for source in (listed, shapes):
            found.update(dict.fromkeys(_grams(name, source, 3), 1.0))
            found.update({f"w{word}": 1.0 for word in source})
        found.update(dict.fromkeys(_zone_features(name, listed, shapes), 1.0))
        spelled = f" {' '.join(listed)} "
        found.update({f"c{spelled[i : i + size]}": 0.5 for size in (4, 5) for i in range(len(spelled) - size + 1)})
    found.update(dict.fromkeys(_than(zones.text, zones.one, zones.two), 2.0))
    found.update(dict.fromkeys(_crossing(zones.words), 1.0))
    return found


def _crossing(words: dict[str, list[str]]) -> Iterator[str]:
    """Yield runs of words with a thing in them, and telling words with the things in their order."""
    before, between, after = (
        [_shape(word) for word in listed] for listed in (words["before"][-6:], words["between"][:20], words["after"][:6])
    )
    row = [*before, "<one>", *between, "<two>", *after]
    for size in range(2, 6):
        runs = (row[i : i + size] for i in range(len(row) - size + 1))
        yield from (f"x{'_'.join(run)}" for run in runs if "<one>" in run or "<two>" in run)
    telling = [word for word in row if word in _ORDER]
    for i, first in enumerate(telling):
        for j in range(i + 1, min(i + 4, len(telling))):
            yield from (f"y{first}..{telling[j]}..{third}" for third in telling[j + 1 : j + 3])


def _meaning(read: Sequence[_Zones]) -> Floats:
    """Return what is meant before, between and after the things, and by the words next to them."""
    texts: list[str] = []
    for zones in read:
        before, between, after = (zones.words[name] for name in _ZONES)
        near = (before[-_BESIDE:], between[:_BESIDE], between[-_BESIDE:], after[:_BESIDE])
        texts += [*zones.parts.values(), *(" ".join(words) for words in near)]
    vectors = Vectors.load()
    result: Floats = vectors.mean(Corpus(texts)).reshape(len(read), -1) * np.float32(_MEANING_WEIGHS)
    return result


def _placed(text: str, first: str, second: str) -> tuple[tuple[int, int], tuple[int, int], bool]:
    """Return where two things stand, the earlier first; a name inside the other's is looked for elsewhere."""
    i, j = max(text.find(first), 0), max(text.find(second), 0)
    if i < j + len(second) and j < i + len(first):
        # The shorter name is the one that stands in the other.
        if len(first) >= len(second):
            j = max(text.find(second, i + len(first)), j)
        else:
            i = max(text.find(first, j + len(second)), i)
    spans = [(i, i + len(first)), (j, j + len(second))]
    return (spans[1], spans[0], True) if j < i else (spans[0], spans[1], False)


def _shape(word: str) -> str:
    kinds: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("<good>", _GOOD.__contains__),
        ("<bad>", _BAD.__contains__),
        ("<er>", lambda word: word.endswith("er") and len(word) > 4),
        ("<est>", lambda word: word.endswith("est") and len(word) > 5),
        ("<n>", str.isdigit),
    )
    return next((name for name, fits in kinds if fits(word)), word)


def _zone_features(name: str, words: list[str], shapes: list[str]) -> Iterator[str]:
    frame = [shape for shape in shapes if shape in _FRAME]
    for place, shape in enumerate(frame):
        yield from (f"{name}g{shape}..{later}" for later in frame[place + 1 : place + 4])
    good, bad = (min(2, sum(word in listed for word in words)) for listed in (_GOOD, _BAD))
    denied = any(word in ("not", "no", "never") or word.endswith("n't") for word in words)
    yield f"{name} good{good} bad{bad} denied{denied} than{'than' in words}"
    edges = {"before": (shapes[-3:],), "between": (shapes[:3], shapes[-3:]), "after": (shapes[:3],)}[name]
    for side, near in enumerate(edges):
        yield f"{name}{side}edge{'_'.join(near)}"
        yield from (f"{name}{side}edge{place}{shape}" for place, shape in enumerate(near))


def _than(text: str, one: tuple[int, int], two: tuple[int, int]) -> Iterator[str]:
    """Yield where "better than" stands, and whether right before the second thing."""
    match = _THAN.search(text)
    if match:
        worse = match[1] in _BAD or match[1].startswith("less")
        inside = match.start() >= one[1] and match.end() <= two[0] + 1
        zone = "before" if match.end() <= one[0] else "between" if inside else "after" if match.start() >= two[1] else "across"
        yield f"than {worse} {zone} {inside and two[0] - match.end() < 12}"
