"""Linear peers: n-grams of words and characters, SVM on tf-idf or NB-SVM on presence."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.text.splits import Part, accuracy


def words_zh(text: str) -> list[str]:
    """Return the words of a Chinese text."""
    import rjieba

    return [word for word in rjieba.cut(text.lower()) if not word.isspace()]


def _words_en(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?|[!?]+|[:;=][-']?[()dp]|[^\sa-z0-9]", text.lower())


class Linear:
    """A linear peer: n-grams of words, characters or both; SVM on tf-idf or NB-SVM on presence; its constant chosen on dev."""

    def __init__(self, kind: str, model: str, tongue: str) -> None:
        self.kind, self.model, self.tongue = kind, model, tongue

    def vectorisers(self) -> list[object]:
        """Return one vectoriser per kind of n-gram."""
        from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

        maker, extra = (TfidfVectorizer, {"sublinear_tf": True}) if self.model == "svm" else (CountVectorizer, {"binary": True})
        tokens = words_zh if self.tongue == "zh" else _words_en
        word = maker(tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2, dtype=np.float32, **extra)
        letters = {"analyzer": "char", "ngram_range": (1, 4)} if self.tongue == "zh" else {"analyzer": "char_wb", "ngram_range": (2, 5)}
        character = maker(min_df=2, dtype=np.float32, **letters, **extra)
        return {"word": [word], "char": [character], "both": [word, character]}[self.kind]

    def fit(self, train: Part, dev: Part | None, grid: Sequence[float]) -> Linear:
        """Learn from train; the constant that is best on dev, or the first."""
        from scipy import sparse

        begin = time.process_time()
        self.makers = self.vectorisers()
        x = sparse.hstack([maker.fit_transform(train.texts) for maker in self.makers]).tocsr()
        y = np.array(train.labels)
        best = -1.0
        for cost in grid:
            weights, shift = solve(x, y, self.model, cost)
            right = accuracy(dev.labels, self._sign(dev.texts, weights, shift)) if dev else 0.0
            if right > best:
                best, self.cost, self.weights, self.shift = right, cost, weights, shift
        self.seconds = time.process_time() - begin
        return self

    def _sign(self, texts: Sequence[str], weights: np.ndarray, shift: float) -> list[int]:
        from scipy import sparse

        x = sparse.hstack([maker.transform(texts) for maker in self.makers]).tocsr()
        return (x @ weights + shift > 0).astype(int).tolist()

    def measure(self, test: Part) -> tuple[float, float]:
        """Return accuracy and microseconds per text."""
        begin = time.process_time()
        found = self._sign(test.texts, self.weights, self.shift)
        return accuracy(test.labels, found), (time.process_time() - begin) / len(test.texts) * 1e6


def solve(x: Any, y: np.ndarray, model: str, cost: float) -> tuple[np.ndarray, float]:
    """Return weights and shift of a linear SVM, or of NB-SVM (Wang and Manning 2012)."""
    from scipy import sparse
    from sklearn.svm import LinearSVC

    if model == "svm":
        machine = LinearSVC(C=cost, dual=True, random_state=0).fit(x, y)
        return machine.coef_.ravel(), float(machine.intercept_[0])
    p, q = (np.asarray(x[y == label].sum(0)).ravel() + 1.0 for label in (1, 0))
    ratio = np.log(p / p.sum()) - np.log(q / q.sum())
    machine = LinearSVC(C=cost, dual=True, random_state=0).fit(x @ sparse.diags(ratio), y)
    learned = machine.coef_.ravel()
    return ratio * (0.75 * np.abs(learned).mean() + 0.25 * learned), 0.25 * float(machine.intercept_[0])
