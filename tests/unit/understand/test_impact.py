from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from moushi.columns import OrderLines, TextAspects, TextImpacts, Texts
from moushi.understand.impact import difference, residuals
from moushi.understand.voice_stage import VoiceStage
from tests.support import LakeContext

FIRST = datetime(2025, 1, 1, 12, tzinfo=UTC)


def test_a_difference_without_controls_is_that_of_means() -> None:
    said = np.array([1.0] * 10 + [0.0] * 30)
    outcome = np.where(said == 1, 2.0, 4.0) + np.tile([0.5, -0.5], 20)
    ones = np.ones((40, 1))
    effect = difference(residuals(outcome[:, None], ones)[:, 0], residuals(said[:, None], ones)[:, 0], np.arange(40))
    assert effect is not None
    assert effect.value == pytest.approx(-2)
    # Means of 10 and 30 with errors of a half: sqrt(0.25 * 10 / 100 + 0.25 * 30 / 900) * sqrt(40 / 39) * t(0.975, 39).
    assert effect.high - effect.value == pytest.approx(np.sqrt((0.025 + 0.25 / 30) * 40 / 39) * 2.0227, rel=1e-3)


def test_texts_of_one_product_count_as_one_draw() -> None:
    random = np.random.default_rng(0)
    products = np.repeat(np.arange(20), 50)
    said = (products % 2).astype(float)
    outcome = random.normal(size=20)[products]
    ones = np.ones((1000, 1))
    left = residuals(outcome[:, None], ones)[:, 0], residuals(said[:, None], ones)[:, 0]
    clustered, alone = difference(*left, products), difference(*left, np.arange(1000))
    assert clustered is not None
    assert alone is not None
    assert clustered.high - clustered.low > 4 * (alone.high - alone.low)


def test_what_the_controls_say_already_is_no_effect() -> None:
    category = np.repeat([0.0, 1.0], 100)
    said = category.copy()
    design = np.column_stack([np.ones(200), category])
    assert difference(np.random.default_rng(0).normal(size=200), residuals(said[:, None], design)[:, 0], np.arange(200)) is None


def shop(folder: Path) -> LakeContext:
    """Bad quality costs two stars and brings half of the goods back; one category has both more complaints and fewer stars."""
    lake = LakeContext(folder)
    random = np.random.default_rng(1)
    texts, aspects, lines = [], [], []
    for number in range(600):
        poor = number % 2
        bad = random.random() < (0.5 if poor else 0.1)
        name, customer, product = f"t{number}", f"c{number}", f"p{number % 40}"
        stars = 4.5 - 2.0 * bad - 1.0 * poor + random.normal() / 5
        at = FIRST + timedelta(days=number % 60)
        texts.append(
            {
                "text_id": name,
                "body": "x",
                "written_at": at,
                "rating": stars,
                "customer_id": customer,
                "product_id": product,
                "category": f"k{poor}",
            }
        )
        aspects.append({"text_id": name, "aspect": "quality" if bad else "delivery", "polarity": -1.0, "start": 0, "end": 1, "model": "m"})
        orders = [(at - timedelta(days=5), bad and number % 4 < 2)] + ([] if bad else [(at + timedelta(days=20), False)])
        for place, (day, back) in enumerate(orders):
            money = dict.fromkeys(("amount", "amount_home", "net_amount_home", "quantity"), 1)
            line = {"order_id": f"o{number}-{place}", "line_id": "1", "ordered_at": day, "kind_of_line": "sale", "currency": "EUR", **money}
            lines.append(
                {**line, "customer_id": customer, "product_id": product if place == 0 else "other", "returned_quantity": int(back)}
            )
    lines.append({**lines[0], "order_id": "last", "ordered_at": FIRST + timedelta(days=300), "customer_id": "late"})
    lake.put(Texts, texts)
    lake.put(TextAspects, aspects)
    lake.put(OrderLines, lines)
    return lake


def test_planted_effects_are_found_and_the_category_is_held_equal(tmp_path: Path) -> None:
    lake = shop(tmp_path)
    VoiceStage().run(lake)
    found = {(row["subject"], row["tone"], row["outcome"]): row for row in lake.rows(TextImpacts) if row["dimension"] == "aspect"}
    rating = found["quality", "bad", "rating"]
    assert rating["low"] < -2 < rating["high"]
    assert rating["high"] - rating["low"] < 0.3
    assert rating["controls"] == "category+month"
    assert rating["evidence"] == "moved_together"
    assert rating["clusters"] == 40
    assert found["quality", "bad", "return"]["effect"] == pytest.approx(0.5, abs=0.15)
    # Whoever complained did not order again, everybody else did.
    assert found["quality", "bad", "repeat"]["effect"] == pytest.approx(-1)


def test_few_texts_have_no_effect(tmp_path: Path) -> None:
    lake = LakeContext(tmp_path)
    lake.put(Texts, [{"text_id": f"t{number}", "body": "x", "rating": float(number % 5)} for number in range(40)])
    lake.put(TextAspects, [{"text_id": "t1", "aspect": "price", "polarity": 1.0, "start": 0, "end": 1, "model": "m"}])
    VoiceStage().run(lake)
    assert lake.rows(TextImpacts) == []
