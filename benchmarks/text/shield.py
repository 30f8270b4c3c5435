"""The shield: what it finds of each kind, what it takes for a person and is not, names in news, and its speed."""

from __future__ import annotations

import csv
import json
import random
import time
from collections import Counter

import pyarrow as pa

from benchmarks.text.planted import KINDS, nobody, texts
from benchmarks.text.splits import folder
from moushi.trust.shield import Shield
from moushi.trust.spans import find_many

PLANTED = 12_000
NOBODY = 12_000
SEED = 3


def table() -> str:
    """Return all measurements as Markdown."""
    return "\n\n".join([kinds(), names(), speed()])


def kinds() -> str:
    """Recall of planted identities, and precision against as many numbers that are nobody's."""
    planted = texts(SEED, PLANTED)
    chance = random.Random(SEED)
    others = [nobody(chance) for _ in range(NOBODY)]
    total, whole = Counter[str](), Counter[str]()
    for case, spans in zip(planted, find_many([case.text for case in planted]), strict=True):
        end = case.start + len(case.secret)
        total[case.kind] += 1
        whole[case.kind] += any(span.start <= case.start and span.end >= end for span in spans)
    wrong = Counter(span.label for spans in find_many(others) for span in spans)
    rows = [f"| {kind} | {total[kind]} | {whole[kind] / total[kind]:.1%} |" for kind in sorted(total)]
    checked = [kind for kind in total if KINDS[kind.split(", ")[0] if kind not in KINDS else kind].checked]
    right, all_of_them = sum(whole[kind] for kind in checked), sum(total[kind] for kind in checked)
    false = wrong["ID"] + wrong["CARD"] + wrong["IBAN"] + wrong["PERMIT"]
    precision = right / (right + false)
    summary = f"Kinds with check digits: recall {right / all_of_them:.2%}, precision {precision:.2%} ({false} of {NOBODY} of nobody's)."
    return "\n".join(
        ["| kind | planted | found whole |", "|---|---|---|", *rows, "", summary, f"All labels on numbers of nobody: {dict(wrong)}."]
    )


def names() -> str:
    """Names of people in the development part of `cluener`, exact spans."""
    rows = [json.loads(line) for line in (folder() / "cluener" / "dev.jsonl").read_text("utf-8").splitlines()]
    gold = [{(s, e + 1) for where in row["label"].get("name", {}).values() for s, e in where} for row in rows]
    found = [{(span.start, span.end) for span in spans if span.label == "NAME"} for spans in find_many([row["text"] for row in rows])]
    hits = sum(len(one & other) for one, other in zip(gold, found, strict=True))
    touched = sum(any(a < e and s < z for a, z in other) for one, other in zip(gold, found, strict=True) for s, e in one)
    all_gold, all_found = sum(map(len, gold)), sum(map(len, found))
    precision, recall = hits / all_found, hits / all_gold
    measure = 2 * precision * recall / (precision + recall)
    return f"cluener dev names: precision {precision:.1%}, recall {recall:.1%}, F1 {measure:.1%}; touched at all {touched / all_gold:.1%}."


def speed() -> str:
    """Megabytes of Chinese reviews masked in a processor second, and what was found in them."""
    path = folder() / "online_shopping_10_cats" / "online_shopping_10_cats.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reviews = [row["review"] for row in csv.DictReader(stream) if row["review"]]
    size = sum(len(review.encode()) for review in reviews) / 1e6
    shield = Shield(b"a key of the benchmark")
    shield.mask_texts(pa.array(reviews[:1000]))
    start = time.process_time()
    shield.mask_texts(pa.array(reviews))
    seconds = time.process_time() - start
    found = Counter(span.label for spans in find_many(reviews) for span in spans)
    each = ", ".join(f"{label} {1000 * count / len(reviews):.2f}" for label, count in found.most_common())
    return f"{size:.1f} MB of reviews in {seconds:.1f} processor seconds: {size / seconds:.2f} MB/s. Found per 1,000 reviews: {each}."
