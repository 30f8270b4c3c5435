"""What a message is about: many intents, some out of scope; few examples each; noisy labels."""

from __future__ import annotations

import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.text.splits import Part, Split, accuracy, folder, macro_f1, part, read_csv, read_jsonl
from moushi.understand.classifier import Classifier
from moushi.understand.few import FewShot

SHOTS, SEEDS = 10, 5
_CUSTOMER = re.compile("^买家(咨询|表示|要求|表达)?")


def table() -> str:
    """Return all tables of this benchmark."""
    return "\n".join((few(), scope(), noisy()))


def few() -> str:
    """banking77, 10 examples per intent, mean of 5 draws; the other texts of the train file without labels where said."""
    rows = read_csv("banking77/train.csv")
    test = part((row["text"], row["category"]) for row in read_csv("banking77/test.csv"))
    named = {row["category"]: row["category"].replace("_", " ").lower() for row in rows}
    texts = [row["text"] for row in rows]
    lines = [f"### banking77, {SHOTS} per intent", "", "| model | accuracy, % | sd | texts/s |", "|---|---|---|---|"]
    for name, make in (
        ("word and character n-grams, SVM", lambda drawn: _svm("char_wb", (2, 5)).fit(drawn.texts, drawn.labels).predict),
        ("Moushi, labelled texts only", lambda drawn: FewShot().fit(drawn.texts, drawn.labels).decide),
        ("Moushi, with the names of the intents", lambda drawn: FewShot().fit(drawn.texts, drawn.labels, (), named).decide),
        ("Moushi, with names and texts without labels", lambda drawn: FewShot().fit(drawn.texts, drawn.labels, texts, named).decide),
    ):
        scores, speeds = [], []
        for seed in range(SEEDS):
            found, speed = _timed(make(_drawn(rows, seed)), test.texts)
            scores.append(100 * accuracy(test.labels, found))
            speeds.append(speed)
        lines.append(f"| {name} | {np.mean(scores):.1f} | {np.std(scores):.1f} | {np.mean(speeds):,.0f} |")
        print(lines[-1], flush=True)
    return "\n".join([*lines, ""])


def scope() -> str:
    """clinc150: accuracy in scope, and how well what is out of scope is told: by the highest decision, by ours as `belonging`."""
    from sklearn.metrics import roc_auc_score

    data = {name: part(pairs) for name, pairs in json.loads((folder() / "clinc150/data_full.json").read_text("utf-8")).items()}
    train, test, outside = data["train"], data["test"], data["oos_test"]
    lines = ["### clinc150", "", "| model | accuracy in scope, % | AUROC out of scope, % | texts/s |", "|---|---|---|---|"]
    svm = _svm("char_wb", (2, 5), 0.5).fit(train.texts, train.labels)
    model = Classifier().fit(train.texts, train.labels)
    for name, classes, decide, belonging in (
        (
            "word and character n-grams, SVM",
            list(svm.classes_),
            svm.decision_function,
            lambda texts: svm.decision_function(texts).max(axis=1),
        ),
        ("Moushi", model.classes_, model.probabilities, model.belonging),
    ):
        decided, speed = _timed(decide, test.texts)
        surest = np.concatenate([belonging(test.texts), belonging(outside.texts)])
        inside = np.repeat([1, 0], [len(test.texts), len(outside.texts)])
        right = accuracy(test.labels, [classes[place] for place in decided.argmax(axis=1)])
        lines.append(f"| {name} | {100 * right:.1f} | {100 * roc_auc_score(inside, surest):.1f} | {speed:,.0f} |")
        print(lines[-1], flush=True)
    return "\n".join([*lines, ""])


def noisy() -> str:
    """CIC of DataCLUE: 118 intents of a shop's customers, labels of train and dev noisy."""
    data = Split(
        *(
            part((row["sentence"], row["label"]) for row in read_jsonl(f"dataclue/raw_cic/{name}.json"))
            for name in ("train", "dev", "test_public")
        )
    )
    lines = ["### dataclue CIC", "", "| model | macro-F1, % | accuracy, % | texts/s |", "|---|---|---|---|"]
    train = data.train
    named = [json.loads(line) for line in (folder() / "dataclue/raw_cic/labels.json").read_text("utf-8").splitlines()]
    called = {str(row["label"]): _CUSTOMER.sub("", row["label_des"]) for row in named}
    intents = sorted(set(train.labels))
    # What an intent is called teaches as four texts do; the blend and its probabilities are not needed here.
    taught = [*train.texts, *(called[intent] for intent in intents)], [*train.labels, *intents]
    importance = np.repeat([1.0, 4.0], [len(train.texts), len(intents)])
    for name, make in (
        ("character n-grams, SVM", lambda: _svm("char", (1, 4), 0.15).fit(train.texts, train.labels).predict),
        (
            "Moushi, with the names of the intents",
            lambda: Classifier(members=("svm",), costs={"svm": 0.1}, folds=1).fit(*taught, importance).decide,
        ),
    ):
        found, speed = _timed(make(), data.test.texts)
        scores = [100 * score(data.test.labels, list(found)) for score in (macro_f1, accuracy)]
        lines.append(f"| {name} | {scores[0]:.1f} | {scores[1]:.1f} | {speed:,.0f} |")
        print(lines[-1], flush=True)
    return "\n".join([*lines, ""])


def _drawn(rows: list[dict[str, str]], seed: int) -> Part:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_intent[row["category"]].append(row["text"])
    generator = random.Random(seed)
    return part(
        (text, intent) for intent in sorted(by_intent) for text in generator.sample(by_intent[intent], min(SHOTS, len(by_intent[intent])))
    )


def _svm(analyser: str, sizes: tuple[int, int], cost: float = 1.0) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    characters = TfidfVectorizer(analyzer=analyser, ngram_range=sizes, sublinear_tf=True)
    views = (
        [characters] if analyser == "char" else [TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+"), characters]
    )
    return make_pipeline(make_union(*views), LinearSVC(C=cost))


def _timed(decide: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> tuple[Any, float]:
    start = time.perf_counter()
    found = decide(texts)
    return found, len(texts) / (time.perf_counter() - start)
