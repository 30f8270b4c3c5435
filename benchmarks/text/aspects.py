"""Aspects: polarity of named ones, categories with polarity, own truths, the twin, stars, and speed."""

from __future__ import annotations

import csv
import io
import itertools
import json
import random
import re
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.text import splits
from moushi.understand.aspect_learner import AspectLabel, AspectLearner
from moushi.understand.aspects import ROW, read, read_one
from moushi.understand.corpus import Corpus
from moushi.understand.lexicon import OVERALL, lexicon
from moushi.understand.polarity import AspectPolarity, Place

_GIVEN = {
    "restaurant14": (
        "110.SemEval/114.restaurant14/Restaurants_Train.xml.seg",
        "110.SemEval/114.restaurant14/Restaurants_Test_Gold.xml.seg",
    ),
    "laptop14": ("110.SemEval/113.laptop14/Laptops_Train.xml.seg", "110.SemEval/113.laptop14/Laptops_Test_Gold.xml.seg"),
    "camera_zh": ("102.Chinese/103.camera/camera.train.txt", "102.Chinese/103.camera/camera.test.txt"),
}
_SIGNS = {
    "positive": "pos",
    "negative": "neg",
    "neutral": "neu",
    "1": "pos",
    "-1": "neg",
    "0": "neu",
    "pos": "pos",
    "neg": "neg",
    "neu": "neu",
}
_KNOWN_AND_HELD = ("known", "held")
_TWIN = {"price": "value", "size_fit": "size", **{name: name for name in ("delivery", "service", "packaging", "appearance", OVERALL)}}
_MOST = (1500, 400, 1000)
"""Texts at most of train, dev and test in categories, drawn by lot."""
_SHOWN = (200, 1500)
"""How many of them are learned from."""
_NAMES = {"pos": "positive", "neg": "negative", "neu": "neutral"}
Pairs = set[tuple[str, str]]


def table() -> str:
    """Return all results as Markdown."""
    return "\n\n".join(part() for part in (polarity, categories, truths, twin, stars, speed)) + "\n"


# Polarity of named aspects


def named(name: str) -> splits.Split:
    """Return places with their polarity; the aspects of one sentence fall into one part."""
    train_file, test_file = _GIVEN[name]
    data, test = _named(train_file, name.endswith("zh")), _named(test_file, name.endswith("zh"))
    keys = [re.sub(r"\W", "", place.text) for place in data.texts]
    names = sorted(set(keys))
    random.Random(splits.SEED).shuffle(names)
    held = set(names[: round(len(names) * 0.15)])
    dev = [row for row, key in enumerate(keys) if key in held]
    rest = [row for row, key in enumerate(keys) if key not in held]
    return splits.Split(data.take(rest), data.take(dev), test)


def _named(path: str, spaced: bool) -> splits.Part:
    content = (splits.folder() / "absa_multi/apc_datasets" / path).read_text("utf-8")
    lines = [line.strip() for line in content.split("\n") if line.strip()]
    rows = []
    gap = "" if spaced else " "
    for marked, said, label in zip(lines[::3], lines[1::3], lines[2::3], strict=False):
        text = re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", marked) if spaced else marked
        term = said.replace(" ", "") if spaced else said
        left, _, right = (each.strip() for each in text.partition("$T$"))
        if label.lower() in _SIGNS:
            start = len(left) + len(gap) * bool(left)
            rows.append((Place(left + gap * bool(left) + term + gap + right, start, start + len(term)), _SIGNS[label.lower()]))
    return splits.part(rows)


def polarity() -> str:
    """Polarity of named aspects: accuracy and macro-F1 on test."""
    lines = ["| aspects | majority | bag of words | clause, window, lexicon | Moushi | bar |", "|---|---|---|---|---|---|"]
    bars = {"restaurant14": "81.5 / 72", "laptop14": "75.5 / 70", "camera_zh": "90.5 / 88"}
    for name in _GIVEN:
        split = named(name)
        top = Counter(split.train.labels).most_common(1)[0][0]
        told = [[top] * len(split.test.labels), *(_peer(split, full, name.endswith("zh")) for full in (False, True)), _ours(split)]
        lines.append(f"| {name} | {' | '.join(_scores(split.test.labels, each) for each in told)} | {bars[name]} |")
    return "\n".join(lines)


def _scores(gold: list[Any], found: list[Any]) -> str:
    return f"{100 * splits.accuracy(gold, found):.1f} / {100 * splits.macro_f1(gold, found):.1f}"


def _ours(split: splits.Split) -> list[Any]:
    model = AspectPolarity().fit(split.train.texts + split.dev.texts, split.train.labels + split.dev.labels)
    return model.decide(split.test.texts)


def _peer(split: splits.Split, full: bool, chinese: bool) -> list[Any]:
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectoriser = DictVectorizer()
    features = [vectoriser.fit_transform(_peer_features(split.train.texts, full, chinese))]
    features += [vectoriser.transform(_peer_features(part.texts, full, chinese)) for part in (split.dev, split.test)]
    models = [LogisticRegression(C=cost, max_iter=300).fit(features[0], split.train.labels) for cost in (0.03, 0.1, 0.3, 1.0, 3.0)]
    best = max(models, key=lambda model: splits.accuracy(split.dev.labels, list(model.predict(features[1]))))
    return list(best.predict(features[2]))


def _peer_features(places: Sequence[Place], full: bool, chinese: bool) -> Iterator[dict[str, float]]:
    """Words and pairs of the sentence; and those of the window and the clause, by side, with weighted words of our lexicon."""
    values = _values("zh" if chinese else "en")
    walls = {",", ".", ";", "but", "although", "however", "while", "，", "。", "；", "但", "但是", "不过", "而", "!", "！"}
    nots = {"not", "no", "never", "n't", "without", "hardly", "不", "没", "没有", "无", "别", "不够", "不太"}
    for place in places:
        left, right = _words(place.text[: place.start], chinese), _words(place.text[place.end :], chinese)
        found: dict[str, float] = {f"w={word}": 1.0 for word in left + right}
        found |= {f"b={a}_{b}": 1.0 for a, b in zip(left + right, (left + right)[1:], strict=False)}
        if not full:
            yield found
            continue
        found |= {f"t={word}": 1.0 for word in _words(place.text[place.start : place.end], chinese)}
        for side, words in (("l", left[-5:]), ("r", right[:5])):
            found |= {f"{kind}={word}": 1.0 for word in words for kind in ("n", side)}
            found |= {f"{side}b={a}_{b}": 1.0 for a, b in itertools.pairwise(words)}
        cut = max((number + 1 for number, word in enumerate(left) if word in walls), default=0)
        stop = min((number for number, word in enumerate(right) if word in walls), default=len(right))
        clause = left[cut:] + right[:stop]
        found |= {f"c={word}": 1.0 for word in clause}
        if chinese:
            for side, text in (("L", place.text[max(0, place.start - 12) : place.start]), ("R", place.text[place.end : place.end + 12])):
                found |= {side + text[at : at + size]: 1.0 for size in (1, 2, 3) for at in range(len(text) - size + 1)}
        good = bad = 0.0
        for words in (left[::-1], right):
            for away, word in enumerate(words):
                near = words[away + 1 : away + 4] if words is not right else right[max(0, away - 3) : away]
                value = values.get(word, 0.0) * (-1 if nots & set(near) else 1)
                good, bad = good + (value > 0) / (1 + away), bad + (value < 0) / (1 + away)
        inside = [np.sign(values.get(word, 0.0)) for word in clause]
        found |= {"#pos": 2 * good, "#neg": 2 * bad, "#sign": float(np.sign(good - bad))}
        found |= {"#cpos": float(sum(sign > 0 for sign in inside)), "#cneg": float(sum(sign < 0 for sign in inside))}
        yield found


def _values(tongue: Any) -> dict[str, float]:
    book = lexicon(tongue, broad=True)
    return {word: entry.general or next(iter(entry.implied.values()), 0.0) for word, entry in zip(book.words, book.entries, strict=True)}


def _words(text: str, chinese: bool) -> list[str]:
    if chinese:
        import rjieba

        return [word for word in rjieba.cut(text.lower()) if not word.isspace()]
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?|[!?]+|[:;=][-']?[()dp]|[^\sa-z0-9]", text.lower())


# Categories with polarity


class Labelled(NamedTuple):
    """A text, and what it says: places of aspects or, where none is named, of opinions, each with category and polarity."""

    text: str
    said: list[tuple[int, int, str, str]]

    @property
    def pairs(self) -> Pairs:
        """The categories with their polarity."""
        return {(category, sign) for _, _, category, sign in self.said}


# Heads of the aspects that people marked, which make the categories of 505.Chinese_Zhang.
_HEADS = {
    "taste": "味道|口味|口感|菜品|菜|食物|食材|肉|汤|面|饭",
    "service": "服务|态度|老板|店员|上菜|小哥|阿姨|小姐姐|员工",
    "place": "环境|装修|位置|店|餐厅|座位|氛围|停车|地方|卫生",
    "price": "价|性价比|团购|消费|优惠|人均",
    "amount": "量|份",
}


def _category(term: str) -> str:
    return next((name for name, heads in _HEADS.items() if re.search(f"(?:{heads})$", term)), "dish")


def chinese_zhang(part: str) -> list[Labelled]:
    """Return restaurant reviews; characters are joined again."""
    found = []
    for line in (splits.folder() / f"absa_multi/505.Chinese_Zhang/{part}.txt").read_text("utf-8-sig").split("\n"):
        text, _, labels = line.partition("####")
        if not labels:
            continue
        units = text.split(" ")
        ends = np.cumsum([len(unit) for unit in units]).tolist()
        said = []
        for numbers, opinion, sign in re.findall(r"\(\((-?\d+, -?\d+)\), \((-?\d+, -?\d+)\), '(\w+)'\)", labels):
            first, last = map(int, numbers.split(", "))
            named_here = first >= 0
            if not named_here:
                first, last = map(int, opinion.split(", "))
            if 0 <= first <= last < len(units):
                start, end = ends[first] - len(units[first]), ends[last]
                category = _category("".join(units)[start:end]) if named_here else OVERALL
                said.append((start, end, category, _SIGNS.get(sign.lower(), "neu")))
        found.append(Labelled("".join(units), said))
    return found


def diaasq(part: str) -> list[Labelled]:
    """Return utterances about phones; categories are those of our lexicon that a marked aspect names, else "other"."""
    book = lexicon("zh")
    heads = {word: entry.terms[0] for word, entry in zip(book.words, book.entries, strict=True) if entry.terms}
    found = []
    for dialogue in json.loads((splits.folder() / f"diaasq/jsons_zh/{part}.json").read_text("utf-8")):
        starts = np.cumsum([0, *(len(sentence.split(" ")) for sentence in dialogue["sentences"])])
        said: dict[int, list[tuple[int, int, str, str]]] = defaultdict(list)
        for _, _, first, last, low, high, sign, _, term, _ in dialogue["triplets"]:
            begin, stop = (first, last) if first >= 0 else (low, high)
            if begin < 0:
                continue
            number = int(np.searchsorted(starts, begin, "right")) - 1
            units = dialogue["sentences"][number].split(" ")
            ends = np.cumsum([0, *map(len, units)])
            named_here = next((heads[word] for word in sorted(heads, key=len, reverse=True) if word in term), "other")
            place = (int(ends[begin - starts[number]]), int(ends[min(stop - starts[number], len(units))]))
            said[number].append((*place, named_here if first >= 0 else OVERALL, sign if sign in {"pos", "neg"} else "neu"))
        found += [Labelled(sentence.replace(" ", ""), said[number]) for number, sentence in enumerate(dialogue["sentences"])]
    return found


def learned(train: Sequence[Labelled], texts: Sequence[Labelled]) -> list[Pairs]:
    """Return what the lexicon and what it learned from labelled texts find."""
    shown = Corpus([each.text for each in train])
    labels = [AspectLabel(row, category, _NAMES[sign], start) for row, each in enumerate(train) for start, _, category, sign in each.said]
    learner = AspectLearner().fit(shown, read(shown), labels, whole=range(len(train)))
    corpus = Corpus([each.text for each in texts])
    found = learner.read(corpus, read(corpus))
    pairs: list[Pairs] = [set() for _ in texts]
    for row, aspect, polarity in zip(*(found[name].to_pylist() for name in (ROW, "aspect", "polarity")), strict=True):
        pairs[row].add((aspect, "pos" if polarity > 0 else "neg" if polarity < 0 else "neu"))
    return pairs


def _grams(train: Sequence[Labelled], dev: Sequence[Labelled], test: Sequence[Labelled]) -> list[Pairs]:
    """The peer: a linear model per category and polarity on character n-grams, cost and threshold by dev."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectoriser = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    x, xd, xt = vectoriser.fit_transform([each.text for each in train]), *(vectoriser.transform([e.text for e in p]) for p in (dev, test))
    counts = Counter(pair for each in train for pair in each.pairs)
    names = sorted(pair for pair, count in counts.items() if count >= 5)
    best: tuple[float, list[Pairs]] = (-1.0, [])
    for cost in (0.3, 1.0):
        models = [LinearSVC(C=cost, random_state=0).fit(x, [pair in each.pairs for each in train]) for pair in names]
        decided, tested = (np.stack([model.decision_function(part) for model in models]) for part in (xd, xt))
        for threshold in (-0.6, -0.45, -0.3, -0.15, 0.0):
            score = _f1([each.pairs for each in dev], _over(decided, threshold, names))
            if score > best[0]:
                best = (score, _over(tested, threshold, names))
    return best[1]


def _over(decided: Any, threshold: float, names: list[tuple[str, str]]) -> list[Pairs]:
    return [{names[row] for row in np.flatnonzero(column > threshold)} for column in decided.T]


def _f1(gold: Sequence[Pairs], found: Sequence[Pairs]) -> float:
    hits = sum(len(a & b) for a, b in zip(gold, found, strict=True))
    return 2 * hits / max(1, sum(map(len, gold)) + sum(map(len, found)))


def categories() -> str:
    """Categories with polarity: micro-F1 of the pairs, by how many texts were learned from."""
    lines = ["| categories with polarity, F1 | learned from | n-grams | lexicon | Moushi |", "|---|---|---|---|---|"]
    sets = {
        "505.Chinese_Zhang": [chinese_zhang(part) for part in ("train", "dev", "test")],
        "diaasq": [diaasq(part) for part in ("train", "valid", "test")],
    }
    for name, parts in sets.items():
        generator = random.Random(splits.SEED)
        train, dev, test = (generator.sample(part, min(most, len(part))) for part, most in zip(parts, _MOST, strict=True))
        gold = [each.pairs for each in test]
        for count in _SHOWN:
            peer, ours = _f1(gold, _grams(train[:count], dev, test)), _f1(gold, learned(train[:count], test))
            lines.append(f"| {name} | {count} | {100 * peer:.1f} | {100 * _f1(gold, learned([], test)):.1f} | {100 * ours:.1f} |")
    return "\n".join(lines)


# Own truths, the twin, stars, speed


def truths() -> str:
    """Own sentences with mostly implied aspects: precision, recall and F1 of aspect with sign, per language."""
    lines = ["| own sentences | zh: precision, recall, F1 | en |", "|---|---|---|"]
    for name in _KNOWN_AND_HELD:
        content = (Path(__file__).parent / f"truths/aspects_{name}.txt").read_text("utf-8")
        rows = [line.split("|") for line in content.strip().split("\n")]
        gold = [{(mark[:-1], mark[-1]) for mark in row[0].split()} for row in rows]
        cells = [_quality(gold, [_signs(row[1 + place], language) for row in rows]) for place, language in enumerate(("zh", "en"))]
        lines.append(f"| {name}, {len(rows)} pairs | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def _signs(body: str, language: str) -> Pairs:
    return {(each.aspect, "+" if each.polarity > 0 else "-") for each in read_one(body, language) if each.polarity}


def _quality(gold: Sequence[Pairs], found: Sequence[Pairs]) -> str:
    hits = sum(len(a & b) for a, b in zip(gold, found, strict=True))
    return f"{100 * hits / max(1, sum(map(len, found))):.1f}, {100 * hits / sum(map(len, gold)):.1f}, {100 * _f1(gold, found):.1f}"


def twin() -> str:
    """The twin's reviews: what of the aspects with a tone (good or bad) is found, per language."""
    import moushi

    world = moushi.Twin(seed=3, customers=6000, products=100, weeks=52)
    said: dict[str, dict[str, float]] = defaultdict(dict)
    for row in world.truth.reviews.to_pylist():
        if row["polarity"]:
            said[row["text_id"]][row["aspect"]] = row["polarity"]
    with tempfile.TemporaryDirectory() as folder:
        files = {path.name: path.read_text("utf-8-sig") for path in world.observe(folder)}
    cells = []
    for name, language, columns in (("商品评价_CN.csv", "zh", ("评价编号", "评价内容")), ("reviews_DE.csv", "en", ("Review ID", "Review"))):
        rows = [(row[columns[0]], row[columns[1]]) for row in csv.DictReader(io.StringIO(files[name])) if row[columns[0]] in said]
        told = [_in_the_twins_words(body, language) for _, body in rows]
        pairs = [(found.get(aspect), tone) for (text, _), found in zip(rows, told, strict=True) for aspect, tone in said[text].items()]
        hits = [(found, tone) for found, tone in pairs if found]
        right = sum(found * tone > 0 for found, tone in hits)
        cells.append(f"{100 * len(hits) / len(pairs):.1f}, {100 * right / len(hits):.1f} ({len(pairs)} in {len(rows)} reviews)")
    return f"| the twin's reviews | zh: aspect found, its sign right | en |\n|---|---|---|\n| recovery | {cells[0]} | {cells[1]} |"


def _in_the_twins_words(body: str, language: str) -> dict[str, float]:
    """Return the aspects of a text by the twin's names: what a thing is like in use is its quality."""
    found: dict[str, list[float]] = defaultdict(list)
    for each in read_one(body, language):
        if each.polarity:
            found[_TWIN.get(each.aspect, "quality")].append(each.polarity)
    return {aspect: sum(values) / len(values) for aspect, values in found.items()}


def shop_reviews() -> list[tuple[str, bool]]:
    """Return Chinese shop reviews with whether they are good."""
    rows = splits.read_csv("online_shopping_10_cats/online_shopping_10_cats.csv")
    return [(row["review"], row["label"] == "1") for row in rows if row["review"]]


def clothing_reviews() -> list[tuple[str, bool]]:
    """Return English clothing reviews with whether they are good; three stars are left out."""
    with zipfile.ZipFile(splits.folder().parent / "womens-clothing-reviews/Womens Clothing E-Commerce Reviews.csv.zip") as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open(archive.namelist()[0]), encoding="utf-8")))
    return [(row["Review Text"], row["Rating"] > "3") for row in rows if row["Review Text"] and row["Rating"] != "3"]


def stars() -> str:
    """Signs by lexicon against what buyers gave, on the half that words were not chosen on."""
    lines = ["| stars, held-out halves | reviews | coverage | sign right |", "|---|---|---|---|"]
    sources: dict[str, Callable[[], list[tuple[str, bool]]]] = {"zh": shop_reviews, "en": clothing_reviews}
    for language, source in sources.items():
        rows = source()[1::2]
        found = _read_all(rows, language)
        signs = np.bincount(found[ROW].to_numpy(), found["polarity"].to_numpy(), len(rows))
        told = signs != 0
        right = (signs > 0)[told] == np.array([good for _, good in rows])[told]
        lines.append(f"| {language} | {len(rows)} | {100 * told.mean():.1f} | {100 * right.mean():.1f} |")
    return "\n".join(lines)


def _read_all(rows: Iterable[tuple[str, bool]], language: str) -> Any:
    bodies = [body for body, _ in rows]
    return read(Corpus(bodies, [language] * len(bodies)))


def speed() -> str:
    """Microseconds per Chinese review on one core, words and characters of the corpus known: the best of five."""
    bodies = [body for body, _ in shop_reviews()[::10]]
    read(Corpus(["好", "fine"]))
    best = np.inf
    for _ in range(5):
        corpus = Corpus(bodies, ["zh"] * len(bodies))
        _ = corpus.words, corpus.kinds, corpus.text_of, corpus.tongues
        begun = time.process_time()
        read(corpus)
        best = min(best, time.process_time() - begun)
    return f"Aspects take {1e6 * best / len(bodies):.0f} microseconds per review ({len(bodies)} of online_shopping_10_cats)."
