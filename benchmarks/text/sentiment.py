"""How well sentiment is told: trained, in another domain, from no labels and from few, beside peers in the same run.

Constants of ours were chosen on training and development parts; each test part was read once per release.
Shared with the peers: texts, splits and metrics.  Speeds are CPU microseconds per text, one process, everything included.
"""

from __future__ import annotations

import importlib.util
import io
import random
import re
import time
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.text.groups import grouped_folds
from benchmarks.text.linear import Linear, solve, words_zh
from benchmarks.text.splits import SEED, Part, Split, accuracy, cut, folder, part, read_csv, read_jsonl
from moushi.understand.corpus import Corpus
from moushi.understand.sentiment import SentimentModel

OVERLAP = ("酒店", "书籍", "计算机")
"""Categories of online_shopping_10_cats that hold reviews of the other sets."""

_SVM_GRID = (0.05, 0.15, 0.5, 1.5)
_NB_GRID = (0.001, 0.003, 0.01, 0.1)
_BATCH = 2000


def online_shopping(exclude: tuple[str, ...] = ()) -> Part:
    """Return the reviews of ten kinds of goods."""
    rows = [row for row in read_csv("online_shopping_10_cats/online_shopping_10_cats.csv") if row["review"] and row["cat"] not in exclude]
    return part((row["review"].lstrip("\ufeff"), int(row["label"])) for row in rows)


def hotels() -> Part:
    """Return the hotel reviews of ChnSentiCorp_htl_all."""
    return part((row["review"], int(row["label"])) for row in read_csv("chnsenticorp_htl_all/ChnSentiCorp_htl_all.csv") if row["review"])


def eprstmt(name: str) -> Part:
    """Return a part of EPRSTMT."""
    return part((row["sentence"], int(row["label"] == "Positive")) for row in read_jsonl(f"fewclue/eprstmt/{name}.json"))


def eprstmt_unlabelled() -> list[str]:
    """Return the unlabelled texts of EPRSTMT."""
    return [row["sentence"] for row in read_jsonl("fewclue/eprstmt/unlabeled.json")]


def customer_reviews() -> Split:
    """Return the sentences of Hu and Liu's customer reviews, 70/10/20."""
    pairs = []
    for line in (folder() / "sentconv_en" / "custrev.all").read_text("latin-1").split("\n"):
        label, _, text = line.strip().partition(" ")
        if text:
            pairs.append((text, int(label)))
    train, test = cut(part(pairs), 0.2)
    return Split(*cut(train, 0.125, SEED + 1), test)


def clothes() -> Split:
    """Return women's clothing reviews by whether the item is recommended, 60/20/20."""
    import csv

    archive = folder().parent / "womens-clothing-reviews" / "Womens Clothing E-Commerce Reviews.csv.zip"
    with zipfile.ZipFile(archive) as packed:
        name = next(name for name in packed.namelist() if name.endswith(".csv"))
        rows = list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8"))))
    train, test = cut(part((row["Review Text"], int(row["Recommended IND"])) for row in rows if row["Review Text"].strip()), 0.2)
    return Split(*cut(train, 0.25, SEED + 1), test)


class Learned:
    """A model of ours, and what learning cost."""

    def __init__(self, labelled: Part, unlabelled: Sequence[str]) -> None:
        begin = time.process_time()
        labels = [1.0 if label else -1.0 for label in labelled.labels] + [None] * len(unlabelled)
        self.model = SentimentModel().fit(Corpus([*labelled.texts, *unlabelled]), labels=labels)
        self.seconds = time.process_time() - begin


class Measured:
    """Labels and probabilities of ours on a test part, and what they cost."""

    def __init__(self, learned: Learned, test: Part) -> None:
        model, self.fit_seconds = learned.model, learned.seconds
        begin = time.process_time()
        batches = (test.texts[start : start + _BATCH] for start in range(0, len(test.texts), _BATCH))
        scores = np.concatenate([model.read(Corpus(batch)).scores for batch in batches])
        self.microseconds = (time.process_time() - begin) / len(test.texts) * 1e6
        self.p = (scores + 1) / 2
        self.gold = np.array(test.labels)

    @property
    def told(self) -> np.ndarray:
        """Whether each text is told right."""
        return np.asarray((self.p > 0.5) == self.gold)

    @property
    def right(self) -> float:
        """Share of texts told right."""
        return float(self.told.mean())

    def row(self, name: str, bar: str = "") -> str:
        """Return a row of a table."""
        return _mean_row(name, [self], bar)


def _ece(p: np.ndarray, gold: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error: the gap of confidence and share right, over bins of confidence."""
    confidence, right = np.maximum(p, 1 - p), (p > 0.5) == gold
    place = np.minimum(((confidence - 0.5) * 2 * bins).astype(int), bins - 1)
    return float(sum(abs(confidence[place == b].mean() - right[place == b].mean()) * (place == b).mean() for b in set(place.tolist())))


def _interval(told: np.ndarray) -> str:
    """Return the 95 % interval of the share of texts told right, by Wilson."""
    count, share, z = len(told), float(told.mean()), 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{100 * (middle - half):.1f} to {100 * (middle + half):.1f}"


_HEAD = (
    "| {} | accuracy | 95 % interval | bar | calibration error | Brier | fit, CPU s | read, CPU us/text |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def _peer(name: str, right: float, fit: float, read: float) -> str:
    return f"| {name} | {100 * right:.2f} | | | | | {fit:.0f} | {read:.0f} |\n"


def trained() -> str:
    """Five folds of online_shopping_10_cats, repeated texts in one fold."""
    from sklearn.feature_extraction.text import CountVectorizer

    data = online_shopping()
    parts = grouped_folds(data)
    y = np.array(data.labels)
    begin = time.process_time()
    # Counted once over all rows, which only names columns; columns, idf and weights are learned per fold.
    letters = CountVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, dtype=np.float32).fit_transform(data.texts)
    maker = CountVectorizer(tokenizer=words_zh, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2, dtype=np.float32)
    counts = {"char SVM": ([letters], "svm", _SVM_GRID), "word+char NB-SVM": ([maker.fit_transform(data.texts), letters], "nb", _NB_GRID)}
    counting = (time.process_time() - begin) / len(y) * 1e6
    text = _HEAD.format("zh, trained: online_shopping_10_cats, 5 grouped folds")
    best = 0.0
    for name, (matrices, model, grid) in counts.items():
        # As in the protocol, the constant is chosen on the second fold, trained on the third to fifth.
        rest = np.concatenate(parts[2:])
        cost = max(grid, key=lambda cost: _fold(matrices, model, y, rest, parts[1], cost))
        begin = time.process_time()
        rights = [_fold(matrices, model, y, np.setdiff1d(np.arange(len(y)), test), test, cost) for test in parts]
        best = max(best, float(np.mean(rights)))
        text += _peer(f"{name}, C = {cost}", float(np.mean(rights)), (time.process_time() - begin) / len(parts), counting)
        print(name, cost, rights, flush=True)
    runs = []
    for test in parts:
        fitted = data.take(np.setdiff1d(np.arange(len(y)), test).tolist())
        runs.append(Measured(Learned(fitted, []), data.take(test.tolist())))
        print("ours", runs[-1].right, flush=True)
    return text + _mean_row(f"ours (folds {', '.join(f'{100 * run.right:.2f}' for run in runs)})", runs, f"{100 * best + 0.7:.2f}") + "\n"


def _fold(matrices: list[Any], model: str, y: np.ndarray, rows: np.ndarray, test: np.ndarray, cost: float) -> float:
    """Return the accuracy of a linear peer, learned on rows, on the test."""
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfTransformer

    learned, judged = [], []
    for matrix in matrices:
        mine = matrix[rows]
        kept = np.bincount(mine.indices, minlength=matrix.shape[1]) >= 2
        pair = mine[:, kept], matrix[test][:, kept]
        if model == "svm":
            weigh = TfidfTransformer(sublinear_tf=True).fit(pair[0])
            pair = weigh.transform(pair[0]), weigh.transform(pair[1])
        else:
            pair = tuple((each > 0).astype(np.float32) for each in pair)
        learned.append(pair[0])
        judged.append(pair[1])
    weights, shift = solve(sparse.hstack(learned).tocsr(), y[rows], model, cost)
    return float(((sparse.hstack(judged).tocsr() @ weights + shift > 0) == y[test]).mean())


def _mean_row(name: str, runs: list[Measured], bar: str) -> str:
    """Return a row with the means of several runs."""
    parts = [(run.right, _ece(run.p, run.gold), ((run.p - run.gold) ** 2).mean(), run.fit_seconds, run.microseconds) for run in runs]
    right, error, brier, fit, read = np.mean(parts, axis=0)
    # Runs on the same texts tell no more about these texts than one does.
    same = all(np.array_equal(run.gold, runs[0].gold) for run in runs)
    told = np.mean([run.told for run in runs], axis=0) if same else np.concatenate([run.told for run in runs])
    return f"| {name} | **{100 * right:.2f}** | {_interval(told)} | {bar} | {error:.3f} | {brier:.4f} | {fit:.0f} | {read:.0f} |\n"


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def transfer() -> str:
    """Train on goods other than hotels, books and computers; read hotels and EPRSTMT, of which ours also sees unlabelled texts."""
    source = online_shopping(OVERLAP)
    targets = {"htl_all": hotels(), "eprstmt test_public": eprstmt("test_public")}
    seen = {_plain(text) for target in targets.values() for text in target.texts}
    source = source.take(row for row, text in enumerate(source.texts) if _plain(text) not in seen)
    train, dev = cut(source, 0.1)
    pools = {"htl_all": targets["htl_all"].texts, "eprstmt test_public": eprstmt_unlabelled()}
    peers = {
        "char SVM": Linear("char", "svm", "zh").fit(train, dev, _SVM_GRID),
        "word+char NB-SVM": Linear("both", "nb", "zh").fit(train, dev, _NB_GRID),
    }
    alone = Learned(source, [])
    text = ""
    for name, target in targets.items():
        text += _HEAD.format(f"zh, another domain: {name}")
        for peer, model in peers.items():
            right, read = model.measure(target)
            text += _peer(peer, right, model.seconds, read)
        text += Measured(Learned(source, pools[name]), target).row("ours, with the target's unlabelled texts", "89")
        text += Measured(alone, target).row("ours, without them") + "\n"
    return text


def unlabelled() -> str:
    """Nothing learned from labels."""
    text = ""
    for name, target, pool in (
        ("eprstmt test_public", eprstmt("test_public"), eprstmt_unlabelled()),
        ("htl_all", hotels(), hotels().texts),
    ):
        text += _HEAD.format(f"zh, no labels: {name}")
        text += _lexicon_peer(target)
        text += Measured(Learned(Part([], []), []), target).row("ours, by words")
        text += Measured(Learned(Part([], []), pool), target).row("ours, self-trained on unlabelled texts", "85") + "\n"
    return text


def _lexicon_peer(target: Part, most: int = 800) -> str:
    """SnowNLP, on some of the texts: it is slow."""
    if importlib.util.find_spec("snownlp") is None:
        return "| SnowNLP: not installed | | | | | | | |\n"
    from snownlp import SnowNLP

    some = target.take(random.Random(SEED).sample(range(len(target.texts)), min(most, len(target.texts))))
    begin = time.process_time()
    found = [int(SnowNLP(text).sentiments > 0.5) if text.strip() else 0 for text in some.texts]
    return _peer(
        f"SnowNLP, {len(some.texts)} texts", accuracy(some.labels, found), 0, (time.process_time() - begin) / len(some.texts) * 1e6
    )


def few() -> str:
    """8 and 32 labels per class of EPRSTMT, beside its unlabelled texts; mean of five draws."""
    test, pool = eprstmt("test_public"), eprstmt_unlabelled()
    text = _HEAD.format("zh, few labels: eprstmt test_public, mean (lowest to highest) of five splits")
    for shots, bar in ((8, "84"), (32, "87")):
        runs, peers = [], []
        for split in range(5):
            rows = _shots(split, shots)
            runs.append(Measured(Learned(rows, pool), test))
            peers.append(Linear("char", "svm", "zh").fit(rows, None, (0.5,)).measure(test)[0])
        rights = [100 * run.right for run in runs]
        text += _peer(f"char SVM, {shots} per class", float(np.mean(peers)), 0, 0)
        text += _mean_row(f"ours, {shots} per class ({min(rights):.1f} to {max(rights):.1f})", runs, bar)
    return text + "\n"


def _shots(split: int, shots: int) -> Part:
    """Return 8 rows per class of a split's training part, or all of its training and development parts, 32 per class or nearly."""
    rows = eprstmt(f"train_{split}")
    if shots > 8:
        more = eprstmt(f"dev_{split}")
        return Part(rows.texts + more.texts, rows.labels + more.labels)
    chosen = random.Random(SEED + split)
    return rows.take(row for label in (0, 1) for row in chosen.sample([i for i, each in enumerate(rows.labels) if each == label], shots))


def english() -> str:
    """Customer reviews and women's clothing; dev chooses the peers' constants, ours are fixed."""
    text = ""
    for name, split, bar in (("custrev", customer_reviews(), "83"), ("womens-clothing, recommended or not", clothes(), "90")):
        text += _HEAD.format(f"en, trained: {name}")
        for peer, kind, model, grid in (("word+char SVM", "both", "svm", _SVM_GRID), ("word+char NB-SVM", "both", "nb", _NB_GRID)):
            fitted = Linear(kind, model, "en").fit(split.train, split.dev, grid)
            right, read = fitted.measure(split.test)
            text += _peer(peer, right, fitted.seconds, read)
        text += Measured(Learned(split.train, []), split.test).row("ours", bar)
        text += Measured(Learned(Part([], []), []), split.test).row("ours, by words, nothing learned") + "\n"
    return text


SECTIONS: tuple[Callable[[], str], ...] = (trained, transfer, unlabelled, few, english)


def table() -> str:
    """Return all measurements as Markdown."""
    return "".join(section() for section in SECTIONS)
