"""Keyphrases: F1 of the first ten against those that people gave, exact after stemming (Chinese: exact)."""

from __future__ import annotations

import hashlib
import math
import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.text.splits import folder, read_jsonl

MOST = 10


class Task(NamedTuple):
    """Texts with the phrases that people gave, which texts the weights were chosen on, and how phrases are compared."""

    language: str
    texts: list[str]
    keys: list[list[str]]
    chosen_on: list[bool]
    norm: Callable[[str], str]


def tasks() -> dict[str, Task]:
    """Return the three collections."""
    return {"SemEval2017": _latin("SemEval2017", "en", 4), "110-PT-BN-KP": _latin("110-PT-BN-KP", "pt", 2), "csl test_public": _csl()}


def _latin(name: str, language: str, parts: int) -> Task:
    texts: dict[str, str] = {}
    keys: dict[str, list[str]] = {}
    with zipfile.ZipFile(folder() / "keyphrase" / f"{name}.zip") as file:
        for path in file.namelist():
            if path.endswith("/") or "__MACOSX" in path or not ("docsutf8/" in path or "keys/" in path):
                continue
            content, stem = file.read(path).decode("utf-8", "replace"), Path(path).name[:-4]
            if "docsutf8/" in path:
                texts[stem] = content
            else:
                keys[stem] = [key for key in (" ".join(line.split()) for line in content.splitlines()) if key]
    names = sorted(texts.keys() & keys.keys())
    bodies = [texts[name] for name in names]
    chosen = [int(hashlib.sha1(body.encode()).hexdigest(), 16) % parts == 0 for body in bodies]
    return Task(language, bodies, [keys[name] for name in names], chosen, _stems(language))


def _stems(language: str) -> Callable[[str], str]:
    from nltk.stem.snowball import SnowballStemmer

    stem = SnowballStemmer({"en": "porter", "pt": "portuguese"}[language]).stem
    return lambda phrase: " ".join(stem(word) for word in re.findall(r"\w+", phrase.lower()))


def _csl() -> Task:
    rows = [row for row in read_jsonl("fewclue/csl/test_public.json") if str(row["label"]) == "1"]
    seen = {row["abst"] for name in ("train_few_all", "dev_few_all") for row in read_jsonl(f"fewclue/csl/{name}.json")}
    texts = [row["abst"] for row in rows]
    return Task(
        "zh", texts, [row["keyword"] for row in rows], [text in seen for text in texts], lambda phrase: re.sub(r"\s+", "", phrase.lower())
    )


def table() -> str:
    """Return macro-F1@10 of Moushi and its peers on whole collections and on the texts that nothing was chosen on."""
    lines = ["| collection | finder | all texts | held back | phrases per text | texts/s |", "|---|---|--:|--:|--:|--:|"]
    for name, task in tasks().items():
        finders: dict[str, Callable[[Task], list[list[str]]]] = {
            "Moushi": _moushi,
            "TF-IDF of 1 to 3 words": _tfidf,
            "chunks x idf x position": _chunks,
        }
        if task.language != "zh":
            finders["YAKE"] = _yake
        else:
            finders.pop("chunks x idf x position")
        for finder, find in finders.items():
            start = time.perf_counter()
            found = find(task)
            speed = len(found) / (time.perf_counter() - start)
            scores = _f1(task, found)
            held = float(np.mean(scores[~np.array(task.chosen_on)]))
            size = float(np.mean([len(each[:MOST]) for each in found]))
            lines.append(
                f"| {name} | {finder} | {scores.mean():.3f} | {held:.3f} ({task.chosen_on.count(False):,}) | {size:.1f} | {speed:,.0f} |"
            )
    return "\n".join(lines) + "\n"


def _f1(task: Task, found: Sequence[Sequence[str]]) -> np.ndarray:
    scores = []
    for keys, phrases in zip(task.keys, found, strict=True):
        gold = {task.norm(key) for key in keys}
        first = list(dict.fromkeys(task.norm(phrase) for phrase in phrases))[:MOST]
        scores.append(2 * len(gold & set(first)) / max(1, len(gold) + len(first)))
    return np.array(scores)


def _moushi(task: Task) -> list[list[str]]:
    from moushi.understand.corpus import Corpus
    from moushi.understand.keywords import read

    found = read(Corpus(task.texts, [task.language] * len(task.texts)))
    lists: list[list[str]] = [[] for _ in task.texts]
    for row, keyword in zip(found["row"].to_pylist(), found["keyword"].to_pylist(), strict=True):
        lists[row].append(keyword)
    return lists


def _stops(task: Task) -> frozenset[str]:
    if task.language == "zh":
        return frozenset((folder() / "stopwords_zh/hit_stopwords.txt").read_text("utf-8").split())
    import yake

    path = next(Path(yake.__file__).parent.rglob(f"stopwords_{task.language}.txt"))
    return frozenset(path.read_text("utf-8", errors="ignore").lower().split())


def _tfidf(task: Task) -> list[list[str]]:
    import rjieba

    stops, chinese = _stops(task), task.language == "zh"

    def grams(text: str) -> list[str]:
        words = list(rjieba.cut(text.lower())) if chinese else re.findall(r"\w[\w'-]*|[^\w\s]", text.lower())
        said = [word[0].isalnum() for word in words]
        inner = [each and not (chinese and word in stops) for word, each in zip(words, said, strict=True)]
        runs = [(i, i + n) for n in (1, 2, 3) for i in range(len(words) - n + 1)]
        kept = [words[a:b] for a, b in runs if all(inner[a:b]) and words[a] not in stops and words[b - 1] not in stops]
        return [gram for gram in (("" if chinese else " ").join(run) for run in kept) if len(gram) > 1 or not chinese]

    counts = [Counter(grams(text)) for text in task.texts]
    texts = Counter(gram for each in counts for gram in each)
    extra = 1 if chinese else 0
    return [sorted(each, key=lambda gram: (-each[gram] * math.log((len(counts) + extra) / texts[gram]), gram))[:20] for each in counts]


def _chunks(task: Task) -> list[list[str]]:
    """Runs between stop words, by the PageRank of their words in a window of ten, times rarity, early ones first."""
    stops = _stops(task)
    texts = [_runs(text, stops) for text in task.texts]
    counts = Counter(word for runs in texts for word in {word for _, run in runs for word in run})
    return [_ranked(runs, {word: math.log(1 + len(texts) / counts[word]) for _, run in runs for word in run}) for runs in texts]


def _runs(text: str, stops: frozenset[str]) -> list[tuple[int, tuple[str, ...]]]:
    runs: list[tuple[int, list[str]]] = [(0, [])]
    for place, match in enumerate(re.finditer(r"[\w][\w'-]*|[^\w\s]", " ".join(text.split()))):
        word = match[0].lower()
        if not word[0].isalnum() or word in stops or word.isdigit() or len(word) == 1:
            runs.append((place + 1, []))
        else:
            runs[-1][1].append(word)
    return [(place, tuple(run)) for place, run in runs if 0 < len(run) <= 4]


def _ranked(runs: list[tuple[int, tuple[str, ...]]], rarity: dict[str, float]) -> list[str]:
    words = [(place + step, word) for place, run in runs for step, word in enumerate(run)]
    at = {word: number for number, word in enumerate(sorted({word for _, word in words}))}
    ties = np.zeros((len(at), len(at)))
    for first, (place, word) in enumerate(words):
        for other_place, other in words[first + 1 :]:
            if other_place - place > MOST:
                break
            if word != other:
                ties[at[word], at[other]] += 1
                ties[at[other], at[word]] += 1
    total = np.maximum(ties.sum(axis=0), 1e-9)
    rank = np.full(len(at), 1 / max(1, len(at)))
    for _ in range(30):
        rank = 0.15 / max(1, len(at)) + 0.85 * (ties @ (rank / total))
    scores: dict[tuple[str, ...], float] = {}
    for place, run in runs:
        scores.setdefault(run, sum(rank[at[word]] * rarity[word] for word in run) * (1 + 1 / (1 + place / 20)))
    return [" ".join(run) for run in sorted(scores, key=lambda run: (-scores[run], run))[:20]]


def _yake(task: Task) -> list[list[str]]:
    import yake

    finder = yake.KeywordExtractor(lan=task.language, n=3, top=20)
    return [[phrase for phrase, _ in finder.extract_keywords(text)] for text in task.texts]
