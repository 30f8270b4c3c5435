from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pyarrow as pa

from moushi.columns import TextAspects, TextInsights, TextNeeds, TextQuality, TextReadings, Texts
from moushi.llm.reading import Reading
from moushi.understand.asking import Chosen, Kept, ask, choose
from moushi.understand.corpus import Corpus
from moushi.understand.learning import Given, _Sample, learn
from moushi.understand.readings import Told, digest_of
from moushi.understand.stage import UnderstandStage
from tests.unit.understand.told import Knowing, asking, reading


def insights(context) -> dict[str, dict]:
    return {row["text_id"]: row for row in context.rows(TextInsights)}


def measures(context) -> dict[tuple[str, str], tuple[float, int]]:
    return {(row["measure"], row["subject"]): (row["value"], row["rows"]) for row in context.rows(TextQuality)}


# The local tier knows none of these words.
DEAD = "flurbed after two gloops, wish it had a bigger tank"


def test_what_a_model_says_takes_the_place_of_what_the_local_tier_found(tmp_path: Path) -> None:
    said = reading(
        sentiment=-0.9,
        aspects=[{"code": "battery", "polarity": "bad", "quote": "flurbed  after two gloops"}],
        intent="complain",
        needs=["wish it had a bigger tank"],
        urgency="soon",
        emotion="disappointment",
    )
    with asking(tmp_path, Knowing({DEAD: said})) as context:
        context.put(Texts, [{"text_id": "a", "body": DEAD, "language": "en"}, {"text_id": "b", "body": DEAD, "language": "en"}])
        UnderstandStage().run(context)
        for row in insights(context).values():
            assert (row["tier"], row["sentiment"], row["score"], row["intent"]) == ("model", "negative", -0.9, "complain")
            assert (row["urgency"], row["emotion"], row["model"]) == (0.5, "disappointment", "tiny, read_texts/1.en")
        aspects = [(row["text_id"], row["aspect"], row["polarity"], DEAD[row["start"] : row["end"]]) for row in context.rows(TextAspects)]
        assert aspects == [(name, "battery", -1.0, "flurbed after two gloops") for name in ("a", "b")]
        assert [DEAD[row["start"] : row["end"]] for row in context.rows(TextNeeds)] == ["wish it had a bigger tank"] * 2


def test_a_text_is_asked_about_once_and_again_when_it_says_something_else(tmp_path: Path) -> None:
    knowing = Knowing({})
    with asking(tmp_path, knowing) as context:
        context.put(Texts, [{"text_id": "a", "body": "flurb gloop", "language": "en"}])
        UnderstandStage().run(context)
        UnderstandStage().run(context)
        assert knowing.asked == ["flurb gloop"]
        context.put(Texts, [{"text_id": "a", "body": "gloop flurb", "language": "en"}])
        UnderstandStage().run(context)
        assert knowing.asked == ["flurb gloop", "gloop flurb"]
        assert [row["digest"] for row in context.rows(TextReadings)] == [digest_of("gloop flurb")]


def test_without_leave_to_send_texts_none_is_sent(tmp_path: Path) -> None:
    knowing = Knowing({})
    with asking(tmp_path, knowing, model_texts_run=0) as context:
        context.put(Texts, [{"text_id": "a", "body": "flurb gloop"}])
        UnderstandStage().run(context)
        assert knowing.asked == []
        assert insights(context)["a"]["tier"] == "local"


def test_what_is_set_aside_is_not_sent(tmp_path: Path) -> None:
    knowing = Knowing({})
    with asking(tmp_path, knowing) as context:
        rows = [
            {"text_id": "a", "body": "!!!"},
            {"text_id": "b", "body": "we flurb", "speaker": "agent"},
            {"text_id": "c", "body": "flurb"},
        ]
        context.put(Texts, rows)
        UnderstandStage().run(context)
        assert knowing.asked == ["flurb"]


def test_where_the_model_fails_the_local_tier_has_read(tmp_path: Path) -> None:
    with asking(tmp_path, Knowing({}), model_tokens_run=10) as context:
        context.put(Texts, [{"text_id": "a", "body": "very good quality", "language": "en"}])
        UnderstandStage().run(context)
        assert (insights(context)["a"]["tier"], insights(context)["a"]["sentiment"]) == ("local", "positive")
        assert context.rows(TextReadings) == []


def test_people_go_before_models(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from moushi.columns import Corrections

    with asking(tmp_path, Knowing({"flurb gloop": reading(sentiment=-1.0)})) as context:
        context.put(Texts, [{"text_id": "a", "body": "flurb gloop", "language": "en"}])
        right = {"text_id": "a", "field": "sentiment", "subject": "", "value": "positive"}
        context.put(Corrections, [{**right, "corrected_at": datetime(2025, 1, 1, tzinfo=UTC), "corrected_by": "li"}])
        UnderstandStage().run(context)
        assert (insights(context)["a"]["tier"], insights(context)["a"]["sentiment"]) == ("person", "positive")


def read(ids: list[str], sure: list[float]) -> pa.Table:
    empty = pa.nulls(len(ids), pa.string())
    return pa.table({TextInsights.text_id: ids, TextInsights.set_aside: empty, TextInsights.confidence: sure})


def test_half_is_drawn_by_lot_and_half_are_the_least_sure() -> None:
    ids = [f"t{place:03}" for place in range(100)]
    sure = [0.5 + place / 200 for place in range(100)]
    chosen = choose([read(ids[:50], sure[:50]), read(ids[50:], sure[50:])], Kept({}, {}), 20)
    lots = {each.text_id for each in chosen if each.drawn}
    assert len(lots) == 10
    assert [each.text_id for each in chosen if not each.drawn] == [name for name in ids if name not in lots][:10]
    assert chosen == choose([read(ids, sure)], Kept({}, {}), 20)


def test_only_what_is_unsure_is_sent_beyond_the_lots() -> None:
    ids = [f"t{place:03}" for place in range(100)]
    chosen = choose([read(ids, [0.5] * 3 + [0.95] * 97)], Kept({}, {}), 20)
    assert sum(each.drawn for each in chosen) == 10
    assert {each.text_id for each in chosen if not each.drawn} | {each.text_id for each in chosen} >= set(ids[:3])
    assert len(chosen) <= 13


def words(seed: int) -> tuple[list[str], list[bool]]:
    """Return texts of words that nobody knows, of which some mean good and some bad, and which texts are good."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprtvz" for b in "aeiou"]
    known = random.Random(0)
    made = sorted({"".join(known.choice(syllables) for _ in range(3)) for _ in range(500)})
    good, bad, other = made[:60], made[60:120], made[120:]
    texts, labels = [], []
    for _ in range(3_000):
        is_good = chance.random() < 0.5
        telling = [chance.choice(good if chance.random() < (0.85 if is_good else 0.15) else bad) for _ in range(3)]
        said = telling + [chance.choice(other) for _ in range(9)]
        chance.shuffle(said)
        texts.append(" ".join(said))
        labels.append(is_good)
    return texts, labels


def sample(texts: list[str]) -> pa.Table:
    columns = {Texts.body: texts, Texts.language: ["en"] * len(texts), Texts.rating: pa.nulls(len(texts), pa.float64())}
    return pa.table({**columns, Texts.label: pa.nulls(len(texts), pa.string())})


def test_two_thousand_labels_of_a_model_that_errs_teach_nearly_what_right_ones_teach(tmp_path: Path) -> None:
    texts, good = words(1)
    test_texts, test_good = words(2)
    right = {text: reading(sentiment=0.9 if is_good else -0.9) for text, is_good in zip(texts, good, strict=True)}
    chosen = [Chosen(f"t{place:04}", drawn=True) for place in range(2_000)]
    base = learn(sample(["flurb"]), (0.0, 0.0), seed=0)
    shares = {}
    for wrong in (0.0, 0.05):
        folder = tmp_path / str(wrong)
        folder.mkdir()
        with asking(folder, Knowing(right, wrong), model_batch_texts=50) as context:
            context.put(Texts, [{"text_id": f"t{place:04}", "body": text, "language": "en"} for place, text in enumerate(texts)])
            known = ask(context, context.read(Texts), chosen, base)
        assert len(known.ids) == 2_000
        taught = learn(sample(texts), (0.0, 0.0), seed=0, given=Given(readings=known.readings), base=base).sentiment
        scores = taught.read(Corpus(test_texts, ["en"] * len(test_texts))).scores
        shares[wrong] = float(((scores > 0) == np.array(test_good)).mean())
    assert shares[0.0] > 0.85
    assert shares[0.0] - shares[0.05] < 0.015


def test_agreement_share_and_cost_are_measured(tmp_path: Path) -> None:
    bodies = [f"{'good' if place % 2 else 'bad'} flurb nummer {place}" for place in range(240)]
    right = {body: reading(sentiment=0.9 if body.startswith("good") else -0.9) for body in bodies}
    with asking(tmp_path, Knowing(right), model_texts_run=240, model_batch_texts=40) as context:
        context.put(Texts, [{"text_id": f"t{place:03}", "body": body, "language": "en"} for place, body in enumerate(bodies)])
        UnderstandStage().run(context)
        found = measures(context)
        held = sum(row["held"] for row in context.rows(TextReadings))
        assert 20 <= held < 60
        assert found["model_agreement", "sentiment"] == (1.0, held)
        read = len(context.rows(TextReadings))
        assert found["model_share", ""] == (round(read / 240, 4), 240)
        # Each call says that it took 120 tokens, and asks about 40 texts; the last one may ask about fewer.
        calls = context.llm.book.calls()
        assert found["model_tokens_per_1000", ""] == (round(1000 * 120 * len(calls) / read, 1), read)
        assert found["model_cost_per_1000", ""] == (0.0, read)


def test_intents_are_learned_from_what_a_model_says(tmp_path: Path) -> None:
    bodies = [f"{'flurb' if place % 2 else 'gloop'} {word} nummer {place}" for place, word in enumerate(["zam", "pil", "kor", "ven"] * 40)]
    right = {body: reading(sentiment=0.5, intent="return" if body.startswith("flurb") else "ask") for body in bodies}
    with asking(tmp_path, Knowing(right), model_texts_run=80) as context:
        context.put(Texts, [{"text_id": f"t{place:03}", "body": body, "language": "en"} for place, body in enumerate(bodies)])
        UnderstandStage().run(context)
        own = [row for row in insights(context).values() if row["tier"] == "local"]
        assert len(own) == 80
        told = {row["text_id"]: row["intent"] for row in own}
        assert all(told[name] == right[bodies[int(name[1:])]]["intent"] for name in told)


def test_aspects_are_learned_from_what_a_model_says(tmp_path: Path) -> None:
    chance = random.Random(3)
    fillers = ["zam", "pil", "kor", "ven", "dup", "lem", "rof", "tig"]
    bodies, right = [], {}
    for place in range(300):
        about = ["battery", "delivery", None][place % 3]
        word = {"battery": "flurbel", "delivery": "gloopa", None: "nix"}[about]
        body = f"the {word} {' '.join(chance.sample(fillers, 4))} {place}"
        bodies.append(body)
        aspects = [{"code": about, "polarity": "bad", "quote": f"the {word}"}] if about else []
        right[body] = reading(sentiment=-0.8 if about else 0.8, aspects=aspects)
    with asking(tmp_path, Knowing(right), model_texts_run=260) as context:
        context.put(Texts, [{"text_id": f"t{place:03}", "body": body, "language": "en"} for place, body in enumerate(bodies)])
        UnderstandStage().run(context)
        own = {row["text_id"] for row in insights(context).values() if row["tier"] == "local"}
        assert len(own) >= 40
        found = {
            (row["text_id"], row["aspect"]) for row in context.rows(TextAspects) if row["text_id"] in own and row["aspect"] != "overall"
        }
        wanted = {(name, right[bodies[int(name[1:])]]["aspects"][0]["code"]) for name in own if right[bodies[int(name[1:])]]["aspects"]}
        assert len(found & wanted) > 0.9 * len(wanted)
        assert len(found & wanted) > 0.9 * len(found)


def test_a_text_that_is_kept_aside_teaches_nothing_not_even_its_stars() -> None:
    rows = pa.table({Texts.body: ["held", "told", "starred"], Texts.label: ["1", None, "1"], Texts.language: ["en"] * 3})
    rows = rows.append_column(Texts.rating, pa.nulls(3, pa.float64()))
    said = Reading.model_validate(reading(sentiment=-0.9))
    readings = {digest_of(body): Told(said, "tiny", "p", drawn=True, held=body == "held") for body in ("held", "told", "starred")}
    sample = _Sample.of(rows, (0.0, 0.0), Given(readings=readings))
    assert sample.taught == [None, -1.0, 1.0]
    assert [told is not None for told in sample.told] == [False, True, True]


def test_what_was_not_sent_costs_nothing_and_is_not_counted(tmp_path: Path) -> None:
    bodies = [f"flurb gloop {place}" for place in range(20)]
    with asking(tmp_path, Knowing({}), model_batch_texts=1, model_concurrency=1, model_tokens_run=5000) as context:
        context.put(Texts, [{"text_id": f"t{place:02}", "body": body, "language": "en"} for place, body in enumerate(bodies)])
        UnderstandStage().run(context)
        read = len(context.rows(TextReadings))
        assert 0 < read < 20
        assert measures(context)["model_tokens_per_1000", ""] == (120_000.0, read)
