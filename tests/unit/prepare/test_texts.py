from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moushi.columns import Texts
from moushi.prepare.duplicates import LEAST_SIMILARITY, fingerprint, normalised, repeats, signatures, similarity
from moushi.prepare.language import language_of

LONG = "这个手机的屏幕非常清晰，电池也很耐用，拍照效果很好，物流速度也快，总体来说非常满意，推荐大家购买"


def found(texts, customers=None):
    plain = [normalised(text) for text in texts]
    marks = [fingerprint(text, customer) for text, customer in zip(plain, customers or [None] * len(texts), strict=True)]
    return repeats(marks, signatures(plain), plain)


def test_texts_that_differ_in_case_space_or_punctuation_repeat():
    assert found(["Very good!", "very  GOOD", "good"]) == [None, 0, None]


def test_a_long_text_with_a_few_characters_changed_repeats_nearly():
    assert found([LONG, "今天天气不错，适合出门散步，公园里人很多，孩子们都很开心呢", LONG.replace("推荐大家购买", "推荐购买")]) == [
        None,
        None,
        0,
    ]


def test_repeats_of_repeats_lead_to_the_first():
    assert found([LONG, LONG + "哦", LONG + "！", LONG + "哦"]) == [None, 0, 0, 0]


def test_short_words_of_two_customers_are_no_repeat():
    assert found(["很好", "很好", "很好"], ["a", "b", "a"]) == [None, None, 0]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text(min_size=25, max_size=60), min_size=2, max_size=12))
def test_near_repeats_are_truly_similar_and_lead_to_an_earlier_original(texts):
    origins = found(texts)
    for index, origin in enumerate(origins):
        if origin is not None:
            assert origin < index
            assert origins[origin] is None
            left, right = normalised(texts[index]), normalised(texts[origin])
            assert left == right or similarity(left, right) >= LEAST_SIMILARITY


def test_languages_are_told_by_script_then_by_words():
    texts = {
        "物流很快，iPhone 不错": "zh",
        "配送がとても早かったです": "ja",
        "배송이 빨라요 좋아요": "ko",
        "I love this dress, it is so pretty": "en",
        "Sehr gute Qualität, gerne wieder bestellt": "de",
        "gostei muito do produto, entrega rápida": "pt",
        "Очень хорошее качество": "ru",
        "ok": "und",
        "12345 !!": None,
    }
    assert {text: language_of(text) for text in texts} == texts


def test_texts_get_identifiers_languages_and_marks(shop):
    review = {"body": LONG, "rating": 5}
    shop.land(
        Texts, [review, review, {"body": "ok"}, {"title": "only a headline here, but it is a long one"}, {"rating": 3}], source="r.csv"
    )
    shop.land(Texts, [review], source="overlap.csv", load=2)
    shop.run()
    assert shop.reconciled(Texts) == (6, 4, 1, 1)
    rows = {row[Texts.text_id]: row for row in shop.rows(Texts)}
    assert sorted(row[Texts.language] for row in rows.values()) == ["en", "en", "zh", "zh"]
    repeated = [row for row in rows.values() if row[Texts.duplicate_of]]
    assert len(repeated) == 1
    assert rows[repeated[0][Texts.duplicate_of]][Texts.body] == LONG
    assert shop.finding("texts_repeated")["rows"] == 1
    assert shop.reasons() == {"missing_value": 1}


def test_known_languages_decide_short_texts_and_those_that_are_alike():
    known = ["en", "id", "ms", "ar", "zh"]
    texts = {
        "Pelayanannya bagus banget, tempatnya enak karena nyaman": "id",
        "Kerajaan perlu bertindak kerana rakyat Malaysia tak boleh tunggu": "ms",
        "@user_name منتج رائع": "ar",
        "good": "en",
        "好": "zh",
        "!!": None,
    }
    assert {text: language_of(text, known) for text in texts} == texts
    # One of the two alone is never told from the other.
    assert language_of("Kerajaan perlu bertindak kerana rakyat", ["en", "id"]) == "id"
