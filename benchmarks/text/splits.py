"""Splits and metrics of the text benchmarks: fixed by one seed, so that any two systems saw the same rows."""

from __future__ import annotations

import csv
import json
import os
import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

SEED = 20240501
csv.field_size_limit(10**9)


def folder() -> Path:
    """Return the folder of the text data.

    Raises
    ------
    SystemExit : if `MOUSHI_DATA` does not name the folder of the public data
    """
    root = os.environ.get("MOUSHI_DATA")
    if not root or not (Path(root) / "text").is_dir():
        raise SystemExit("benchmarks: set MOUSHI_DATA to the folder of the public data; it has no `text` folder now.")
    return Path(root) / "text"


class Part(NamedTuple):
    """Texts (or other cases) with one label each."""

    texts: list[Any]
    labels: list[Any]

    def take(self, rows: Iterable[int]) -> Part:
        """Return the rows of these numbers."""
        chosen = list(rows)
        return Part([self.texts[i] for i in chosen], [self.labels[i] for i in chosen])


class Split(NamedTuple):
    """What a model learns from, what its constants are chosen on, and what it is judged by, once."""

    train: Part
    dev: Part
    test: Part


def part(pairs: Iterable[tuple[Any, Any]]) -> Part:
    """Make a part of pairs of text and label."""
    listed = list(pairs)
    return Part([text for text, _ in listed], [label for _, label in listed])


def cut(data: Part, share: float, seed: int = SEED) -> tuple[Part, Part]:
    """Split by label into (rest, share)."""
    generator = random.Random(seed)
    held: list[int] = []
    for rows in _by_label(data):
        generator.shuffle(rows)
        held += rows[: round(len(rows) * share)]
    chosen = set(held)
    return data.take(i for i in range(len(data.labels)) if i not in chosen), data.take(sorted(held))


def folds(data: Part, count: int = 5, seed: int = SEED) -> list[np.ndarray]:
    """Return the row numbers of folds, stratified by label."""
    generator = random.Random(seed)
    dealt: list[list[int]] = [[] for _ in range(count)]
    for rows in _by_label(data):
        generator.shuffle(rows)
        for place, row in enumerate(rows):
            dealt[place % count].append(row)
    return [np.array(sorted(rows)) for rows in dealt]


def _by_label(data: Part) -> list[list[int]]:
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for i, label in enumerate(data.labels):
        rows[label].append(i)
    return [rows[label] for label in sorted(rows, key=str)]


def read_csv(path: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of the text data."""
    with open(folder() / path, encoding="utf-8-sig", newline="", errors="replace") as file:
        return list(csv.DictReader(file))


def read_jsonl(path: str) -> list[dict[str, Any]]:
    """Return the rows of a JSON-lines file of the text data."""
    with open(folder() / path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def accuracy(gold: Sequence[Any], found: Sequence[Any]) -> float:
    """Return the share of labels that are right."""
    return float(np.mean([a == b for a, b in zip(gold, found, strict=True)]))


def macro_f1(gold: Sequence[Any], found: Sequence[Any]) -> float:
    """Return the mean F1 over the classes of `gold`."""
    scores = []
    for label in sorted(set(gold), key=str):
        hits = sum(g == label and f == label for g, f in zip(gold, found, strict=True))
        count = sum(f == label for f in found) + sum(g == label for g in gold)
        scores.append(2 * hits / count if count else 0.0)
    return float(np.mean(scores))
