import re

import numpy as np
import pytest

from moushi.columns import TextAspects, Texts
from moushi.twin import Twin
from moushi.twin.records import FELT_UNIT
from moushi.twin.reviews import SILENT, mood, say
from moushi.twin.shape import ASPECTS, QUALITY, SIZE


@pytest.fixture(scope="module")
def told(twin):
    """All reviews of the twin with their words."""
    world, state = twin._state()
    rows, texts, polarity = [], [], []
    for number, week in enumerate(state.weeks):
        said = say(world, week.reviews, state.customers.person[week.reviews["customer"]], number)
        rows.append(week.reviews)
        texts += said.bodies
        polarity.append(said.polarity)
    return np.concatenate(rows), texts, np.concatenate(polarity)


def test_stars_lean_to_the_good_with_some_of_each(told):
    counts = np.bincount(told[0]["stars"], minlength=6)[1:]
    assert (counts / counts.sum() > 0.02).all()
    assert counts[4] > counts[3] > counts[2]


def test_customers_of_each_country_write_its_language(told):
    rows, texts, _ = told
    chinese = [bool(re.search(r"[\u4e00-\u9fff]", text)) for text in texts]
    share = np.mean(np.array(chinese)[rows["market"] == 0])
    assert share > 0.97
    assert not np.array(chinese)[rows["market"] == 1].any() or np.mean(np.array(chinese)[rows["market"] == 1]) < 0.01


def test_no_gap_of_a_template_is_left(told):
    assert not [text for text in told[1] if "{" in text or "}" in text or not text.strip()]


def test_english_sentences_begin_with_a_capital(told):
    rows, texts, _ = told
    english = [text for text, market in zip(texts, rows["market"], strict=True) if market == 1 and text != text.lower()]
    assert len(english) > 100
    assert not [text for text in english if re.search(r"[.!?] [a-z]", text)]


def test_texts_vary_and_some_repeat(told):
    texts = told[1]
    assert 0.6 < len(set(texts)) / len(texts) < 0.98


def test_words_follow_what_was_felt(told):
    rows, _, polarity = told
    felt = rows["felt"].astype(float) / FELT_UNIT
    spoken = polarity != SILENT
    assert (felt[spoken & (polarity == 1)] > 0.1).all()
    assert (felt[spoken & (polarity == -1)] < -0.1).all()


def test_few_stars_have_a_reason(told):
    """Whoever gives one or two stars and says anything names something bad."""
    rows, _, polarity = told
    speaking = (polarity != SILENT).any(axis=1)
    unhappy = speaking & (rows["stars"] <= 2)
    assert ((polarity == -1).any(axis=1) | (polarity == 0).any(axis=1))[unhappy].all()
    assert (polarity == -1).any(axis=1)[unhappy].mean() > 0.95


def test_nobody_speaks_of_the_size_of_what_has_none(twin, told):
    rows, _, polarity = told
    relevant = twin._state()[0].catalogue.relevant[rows["product"], SIZE]
    assert (polarity[~relevant, SIZE] == SILENT).all()
    assert (polarity[relevant, SIZE] != SILENT).any()


def test_both_polarities_of_every_aspect_occur(told):
    for aspect in range(len(ASPECTS)):
        assert {-1, 1} <= set(told[2][:, aspect].tolist())


def test_one_market_alone_has_the_same_words(twin):
    world, state = twin._state()
    week = state.weeks[40]
    people = state.customers.person[week.reviews["customer"]]
    whole = say(world, week.reviews, people, 40)
    part = say(world, week.reviews, people, 40, market=1)
    assert part.bodies == [body for body, market in zip(whole.bodies, week.reviews["market"], strict=True) if market == 1]


def test_the_truth_names_aspects_and_polarity(twin, told):
    table = twin.truth.reviews
    assert table.num_rows == int((told[2] != SILENT).sum())
    assert set(table[TextAspects.aspect].to_pylist()) == set(ASPECTS)
    assert set(table[TextAspects.polarity].to_pylist()) == {-1, 0, 1}
    assert ASPECTS[QUALITY] == "quality"
    assert min(table[Texts.rating].to_pylist()) >= 1


def test_some_unhappy_customers_leave_their_number():
    twin = Twin(seed=2, customers=4_000, products=20, weeks=40, review_share=0.5)
    world, state = twin._state()
    phones = set(twin.truth.identities["phone"].to_pylist())
    texts = [
        text
        for number, week in enumerate(state.weeks)
        for text in say(world, week.reviews, state.customers.person[week.reviews["customer"]], number).bodies
    ]
    assert any(
        phone in text for text in texts if any(c.isdigit() for c in text) for phone in re.findall(r"1\d{10}", text) if phone in phones
    )


@pytest.mark.parametrize(("stars", "tone"), [(1, "bad"), (2, "bad"), (3, "middling"), (4, "good"), (5, "good")])
def test_stars_set_the_tone(stars, tone):
    assert mood(stars) == tone
