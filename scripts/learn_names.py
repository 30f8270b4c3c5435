"""Learns the weights of `trust/names/weights.json` (docs/decisions/0008).

    MOUSHI_DATA=... python scripts/learn_names.py [--own] FILE

`--own` leaves out the labelled news sentences: only own sentences with invented
names, and reviews as what holds hardly any names.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from moushi.trust.names.candidates import Candidates, Text, candidates, read
from moushi.trust.names.scores import Weights, total
from moushi.trust.names.signs import Sign, first_signs, second_signs

Labelled = tuple[str, set[tuple[int, int]]]

# Commonest first; the share of the rest falls off as in the population.
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔"
    "白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
DOUBLE = ("欧阳", "司马", "上官", "诸葛", "司徒")
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文志红晓春梅海燕雪婷倩欣怡子涵梓轩宇浩然俊博思雨佳琪一诺晨曦嘉豪鹏飞云峰林峰龙凤翔丹萍莉莹颖琳"
    "雅慧淑珍凯波斌辉宏亮光荣振东成功健康乐天瑞祥立新永安德才正义学礼少华家庆世昌国栋启明景行若曦诗涵紫萱宛如清风"
)
SENTENCES = 4000
FRAMES = Path(__file__).with_suffix(".txt")
# A review's candidate that a first model is surer of than this may be a name, and teaches nothing.
DOUBTFUL = 1.5
STRENGTH = 0.5


class Part(NamedTuple):
    """Texts with their candidates, which of them are names, and how much each counts."""

    text: Text
    found: Candidates
    names: Any
    signs: list[Sign]
    weight: float


def main() -> None:
    """Learn and write."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--own", action="store_true")
    arguments.add_argument("file", type=Path)
    chosen = arguments.parse_args()
    root = Path(os.environ["MOUSHI_DATA"]) / "text"
    own, reviews = prepare(own_sentences(), 0.5), prepare([(text, set()) for text in reviews_without_names(root)], 1.0)
    news = [] if chosen.own else [prepare(list(news_sentences(root)), 1.0)]
    doubt = score(reviews, learn([*news, own]))
    kept = np.where(doubt > DOUBTFUL, 0.0, 1.0)
    first, second = learn([*news, own, reviews], {id(reviews): kept})
    chosen.file.write_text(json.dumps({"first": first, "second": second}), "utf-8")


def own_sentences() -> list[Labelled]:
    """Put invented names into the sentences that ship beside this script."""
    frames = FRAMES.read_text("utf-8").splitlines()
    chance = random.Random(1)
    made: list[Labelled] = []
    for place in range(SENTENCES):
        people = {"{n}": _person(chance), "{m}": _person(chance)}
        text, spans = "", set()
        for piece in re.split(r"(\{n\}|\{m\})", frames[place % len(frames)]):
            written = people.get(piece, piece)
            if piece in people:
                spans.add((len(text), len(text) + len(written)))
            text += written
        made.append((text, spans))
    return made


def _person(chance: random.Random) -> str:
    single = SURNAMES[min(int(chance.expovariate(1 / 18)), len(SURNAMES) - 1)]
    surname = single if chance.random() < 0.9 else chance.choice(DOUBLE)
    return surname + "".join(chance.choice(GIVEN) for _ in range(2 if chance.random() < 0.72 else 1))


def news_sentences(root: Path) -> Iterator[Labelled]:
    """Yield the training sentences, brackets and quotes around names left out."""
    for line in (root / "cluener" / "train.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        spans = {_stripped(row["text"], s, e + 1) for where in row["label"].get("name", {}).values() for s, e in where}
        yield row["text"], {(start, end) for start, end in spans if end - start > 1}


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in '（(“"【《':
        start += 1
    while end > start and text[end - 1] in '）)”"】》· •':
        end -= 1
    return start, end


def reviews_without_names(root: Path) -> list[str]:
    """Return reviews and posts of permissive sets, each once."""
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


def prepare(rows: Sequence[Labelled], weight: float) -> Part:
    """Cut texts and find their candidates."""
    names: set[tuple[int, int]] = set()
    begin = 0
    for text, spans in rows:
        names |= {(start + begin, end + begin) for start, end in spans}
        begin += len(text) + 1
    cut = read("\n".join(text.replace("\n", " ") for text, _ in rows))
    found = candidates(cut)
    labels = np.array([span in names for span in zip(found.starts.tolist(), found.ends.tolist(), strict=True)])
    return Part(cut, found, labels, first_signs(cut, found), weight)


def learn(parts: Sequence[Part], kept: dict[int, Any] | None = None) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Fit both readings, the second on what the first says."""
    weight = np.concatenate([part.weight * (kept or {}).get(id(part), np.ones(len(part.names))) for part in parts])
    names = np.concatenate([part.names for part in parts])
    first = _fit([part.signs for part in parts], names, weight)
    early = _scaled(first)
    more = [[*part.signs, *second_signs(part.text, part.found, total(part.signs, early))] for part in parts]
    return first, _fit(more, names, weight)


def _fit(signs: Sequence[list[Sign]], names: Any, weight: Any) -> dict[str, list[int]]:
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


def _scaled(weights: dict[str, list[int]]) -> Weights:
    return {name: np.array(values) / 100 for name, values in weights.items()}


def score(part: Part, weights: tuple[dict[str, list[int]], dict[str, list[int]]]) -> Any:
    """Return the log-odds of each candidate."""
    first, second = map(_scaled, weights)
    return total([*part.signs, *second_signs(part.text, part.found, total(part.signs, first))], second)


if __name__ == "__main__":
    main()
