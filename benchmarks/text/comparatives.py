"""Is a sentence a comparison (Chinese), and which of two named things does it prefer (English)."""

from __future__ import annotations

import numpy as np

from benchmarks.text.splits import Part, accuracy, folder, folds, part, read_csv
from moushi.understand.preference import ComparisonDetector, Pair, PreferenceModel


def table() -> str:
    """Return both tables."""
    return "\n".join((sentences(), preferences()))


def sentences() -> str:
    """COQE, electronics: F1 of the comparative sentences of test; train and dev teach."""
    train, dev, test = (_coqe(name) for name in ("train", "dev", "test"))
    lines = ["### COQE, electronics", "", "| model | F1, % |", "|---|---|"]
    peer = _svm("char", (1, 4)).fit(train.texts, train.labels)
    ours = ComparisonDetector().fit(train.texts, train.labels)
    both = ComparisonDetector().fit(train.texts + dev.texts, train.labels + dev.labels)
    for name, model in (("character n-grams, SVM", peer.predict), ("Moushi", ours.decide), ("Moushi, dev teaches too", both.decide)):
        lines.append(f"| {name} | {100 * _f1(test.labels, list(model(test.texts))):.1f} |")
        print(lines[-1], flush=True)
    return "\n".join([*lines, ""])


def preferences() -> str:
    """CompSent-19, the train file in 5 folds: accuracy, which is micro-F1."""
    rows = read_csv("compsent19/train_data.csv")
    data = part((Pair(row["sentence"], row["object_a"], row["object_b"]), row["most_frequent_label"]) for row in rows)
    agreed = np.array([float(row["most_frequent_percentage"]) for row in rows])
    found: dict[str, list[str]] = {"bag of words, SVM": [""] * len(rows), "Moushi": [""] * len(rows)}
    for held in folds(data):
        rest = np.setdiff1d(np.arange(len(rows)), held)
        train, test = data.take(rest), data.take(held)
        words = _svm("word", (1, 2)).fit([pair.sentence for pair in train.texts], train.labels)
        ours = PreferenceModel().fit(train.texts, train.labels, agreed[rest])
        for name, labels in (
            ("bag of words, SVM", words.predict([pair.sentence for pair in test.texts])),
            ("Moushi", ours.decide(test.texts)),
        ):
            for row, label in zip(held, labels, strict=True):
                found[name][row] = str(label)
    lines = ["### CompSent-19", "", "| model | micro-F1, % |", "|---|---|"]
    lines += [f"| {name} | {100 * accuracy(data.labels, labels):.1f} |" for name, labels in found.items()]
    print("\n".join(lines), flush=True)
    return "\n".join([*lines, ""])


def _coqe(name: str) -> Part:
    lines = (folder() / f"coqe/Ele-COQE/{name}.txt").read_text("utf-8").split("\n")
    cells = [line.rpartition("\t") for line in lines if not line.startswith("[[")]
    return part((text, int(label)) for text, _, label in cells if label.strip() in ("0", "1"))


def _f1(gold: list[int], found: list[int]) -> float:
    hits = sum(a == b == 1 for a, b in zip(gold, found, strict=True))
    return 2 * hits / (sum(gold) + sum(found))


def _svm(analyser: str, sizes: tuple[int, int]):  # type: ignore[no-untyped-def]
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return make_pipeline(TfidfVectorizer(analyzer=analyser, ngram_range=sizes, sublinear_tf=True), LinearSVC(C=0.5))
