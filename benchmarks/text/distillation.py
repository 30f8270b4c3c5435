"""What 2,000 readings of a language model teach the local tier, beside as many right labels, when the model errs now and then.

The model is played: it says the gold label of a text, or with a set rate the
opposite (the way through a server is in the tests).  Each figure is the mean
of three draws of the 2,000 texts.
"""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa

from benchmarks.text.sentiment import clothes, customer_reviews, online_shopping
from benchmarks.text.splits import SEED, Part, cut
from moushi.columns import Texts
from moushi.llm.reading import Reading
from moushi.understand.asking import UNSURE
from moushi.understand.corpus import Corpus
from moushi.understand.learning import Given, learn
from moushi.understand.models import Models
from moushi.understand.readings import Told, digest_of

TAUGHT = 2_000
RATES = (0.0, 0.05, 0.1, 0.15)
DRAWS = 3
_BATCH = 2_000


def table() -> str:
    """Return all measurements as Markdown."""
    shop, shop_test = cut(online_shopping(), 0.1)
    dresses, reviews = clothes(), customer_reviews()
    sets = {
        "online_shopping_10_cats, zh": (shop, shop_test),
        "womens-clothing, recommended or not, en": (dresses.train, dresses.test),
        "custrev, en": (reviews.train, reviews.test),
    }
    text = (
        "| texts | nothing taught | model always right | wrong in 5 % | in 10 % | in 15 % | unsure before | after (5 %) |\n"
        + "|---" * 8
        + "|\n"
    )
    for name, (train, test) in sets.items():
        text += f"| {name} | {' | '.join(_row(train, test))} |\n"
    return text


def _row(train: Part, test: Part) -> list[str]:
    base = learn(_sample(Part(["x"], [0])), (0.0, 0.0), seed=0)
    before = _read(base, test)
    rights: dict[float, list[float]] = {rate: [] for rate in RATES}
    unsure = []
    for draw in range(DRAWS):
        rows = random.Random(SEED + draw).sample(range(len(train.texts)), min(TAUGHT, len(train.texts)))
        taught = train.take(rows)
        for rate in RATES:
            given = Given(readings=_readings(taught, rate, draw))
            scores, sure = _read(learn(_sample(taught), (0.0, 0.0), seed=0, given=given, base=base), test)
            rights[rate].append(_right(scores, test))
            if rate == RATES[1]:
                unsure.append(float((sure < UNSURE).mean()))
        print(len(test.texts), {rate: each[-1] for rate, each in rights.items()}, flush=True)
    accuracies = [f"{100 * each:.1f}" for each in (_right(before[0], test), *(np.mean(rights[rate]) for rate in RATES))]
    return [*accuracies, f"{100 * float((before[1] < UNSURE).mean()):.0f} %", f"{100 * float(np.mean(unsure)):.0f} %"]


def _sample(texts: Part) -> pa.Table:
    columns = {Texts.body: pa.array(texts.texts, pa.string())}
    for name, kind in ((Texts.language, pa.string()), (Texts.rating, pa.float64()), (Texts.label, pa.string())):
        columns[name] = pa.nulls(len(texts.texts), kind)
    return pa.table(columns)


def _readings(texts: Part, rate: float, draw: int) -> dict[str, Told]:
    """Return what the played model says."""
    chance = random.Random(SEED + draw)
    found = {}
    for body, label in zip(texts.texts, texts.labels, strict=True):
        sign = (1.0 if label else -1.0) * (-1 if chance.random() < rate else 1)
        said = Reading(sentiment=0.9 * sign, aspects=[], intent="other", needs=[], urgency="none", emotion="neutral")
        found[digest_of(body)] = Told(said, "played", "gold", drawn=True, held=False)
    return found


def _read(models: Models, test: Part) -> tuple[np.ndarray, np.ndarray]:
    parts = [models.sentiment.read(Corpus(test.texts[start : start + _BATCH])) for start in range(0, len(test.texts), _BATCH)]
    return np.concatenate([part.scores for part in parts]), np.concatenate([part.confidences for part in parts])


def _right(scores: np.ndarray, test: Part) -> float:
    return float(((scores > 0) == np.array(test.labels)).mean())
