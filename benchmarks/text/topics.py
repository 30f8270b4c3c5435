"""Topics of BBC News: agreement with the five desks, of runs with each other, and texts left over."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from benchmarks.text.splits import SEED, Part, folder, part

SEEDS = (0, 1, 2)


def bbc() -> Part:
    """Return the 2,225 texts, lemmatised and without stop words, with their desks."""
    lines = (folder() / "octis_topics/BBC_News/corpus.tsv").read_text("utf-8").splitlines()
    return part((cells[0], cells[-1]) for cells in (line.split("\t") for line in lines))


def table() -> str:
    """Return NMI with the desks, the number of topics, agreement over seeds and over draws of 90 %, and texts left over."""
    data = bbc()
    finders: dict[str, Callable[[list[str], int], Callable[[list[str]], Any]]] = {
        "Moushi, number found": _moushi,
        "SVD and k-means, number given (5)": _kmeans,
        "NMF on tf-idf, number given (5)": _nmf,
    }
    lines = ["| | topics | NMI | agreement over seeds | over 90 % draws | left over | texts/s (fit) |", "|---|--:|--:|--:|--:|--:|--:|"]
    for name, finder in finders.items():
        lines.append(f"| {name} | " + _row(data, finder) + " |")
    return "\n".join(lines) + "\n"


def _row(data: Part, finder: Callable[[list[str], int], Callable[[list[str]], Any]]) -> str:
    from sklearn.metrics import normalized_mutual_info_score as nmi

    start = time.process_time()
    seeded = [list(finder(data.texts, seed)(data.texts)) for seed in SEEDS]
    speed = len(SEEDS) * len(data.texts) / (time.process_time() - start)
    drawn = []
    for seed in SEEDS:
        rows = sorted(random.Random(SEED + seed).sample(range(len(data.texts)), round(0.9 * len(data.texts))))
        drawn.append(list(finder([data.texts[row] for row in rows], 0)(data.texts)))
    quality = np.mean([nmi(data.labels, found) for found in seeded])
    seeds = np.mean([nmi(a, b) for a, b in combinations(seeded, 2)])
    draws = np.mean([nmi(seeded[0], each) for each in drawn] + [nmi(a, b) for a, b in combinations(drawn, 2)])
    numbers = "/".join(str(len(set(found))) for found in (*seeded, *drawn))
    return f"{numbers} | {quality:.3f} | {seeds:.3f} | {draws:.3f} | {sum(found.count(None) for found in seeded)} | {speed:,.0f}"


def _moushi(texts: list[str], seed: int) -> Callable[[list[str]], Any]:
    from moushi import Topics

    topics = Topics(seed).fit(texts)
    return lambda each: topics.assign(each)["topic_id"].to_pylist()


def _words(text: str) -> list[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return [word for word in re.findall("[a-z]{3,}", text.lower()) if word not in ENGLISH_STOP_WORDS]


def _kmeans(texts: list[str], seed: int) -> Callable[[list[str]], Any]:
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer

    terms = TfidfVectorizer(analyzer=_words, min_df=3, max_df=0.5, sublinear_tf=True)
    model = make_pipeline(terms, TruncatedSVD(100, random_state=seed), Normalizer(), KMeans(5, n_init=5, random_state=seed)).fit(texts)
    return lambda each: model.predict(each).tolist()


def _nmf(texts: list[str], seed: int) -> Callable[[list[str]], Any]:
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    terms = TfidfVectorizer(analyzer=_words, min_df=5, max_df=0.5)
    model = make_pipeline(terms, NMF(5, init="nndsvda", random_state=seed, max_iter=300)).fit(texts)
    return lambda each: model.transform(each).argmax(axis=1).tolist()
