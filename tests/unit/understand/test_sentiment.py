"""How pleased texts are: by words alone, learned without labels, with few and with many."""

from __future__ import annotations

import doctest
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from moushi.errors import ModelOutdated, NotFitted
from moushi.understand import sentiment as module
from moushi.understand.corpus import Corpus
from moushi.understand.sentiment import SentimentModel
from moushi.understand.sentiment_lexicon import judge, wording
from moushi.understand.strangers import find_strangers

GOOD, BAD = ("质量很好", "非常满意", "物流快", "love it", "works great"), ("太差了", "坏了", "不值", "broke", "very disappointed")
# Words that no lexicon knows, and that go with the good and the bad.
OWN_GOOD, OWN_BAD = ("灵灵灵", "咚咚锵", "zing"), ("糊糊糊", "喵呜呜", "zonk")
# The same of other goods.
OTHER_GOOD, OTHER_BAD = ("乒乒乓", "嘟嘟嘟", "mupp"), ("哐哐哐", "嘎吱嘎", "drik")
FILLING = ("我买的", "颜色是蓝的", "the box", "昨天", "a phone", "给孩子")


OTHER_FILLING = ("昨天住的", "房间在三楼", "the lobby", "早餐", "a hotel", "和家人")


def reviews(
    count: int,
    seed: int,
    *,
    known: float = 1.0,
    good: tuple[str, ...] = OWN_GOOD,
    bad: tuple[str, ...] = OWN_BAD,
    filling: tuple[str, ...] = FILLING,
) -> tuple[list[str], list[int]]:
    """Reviews with two words of their own; a share `known` also has one that the lexicon knows."""
    generator = np.random.default_rng(seed)
    kinds = generator.integers(0, 2, count)
    texts = []
    for kind in kinds:
        parts = [*generator.choice(good if kind else bad, 2), *generator.choice(filling, 2)]
        if generator.random() < known:
            parts.append(generator.choice(GOOD if kind else BAD))
        texts.append("，".join(generator.permutation(parts)))
    return texts, kinds.tolist()


def right(model: SentimentModel, texts: list[str], kinds: list[int]) -> float:
    return float(np.mean((model.read(Corpus(texts)).scores > 0) == np.array(kinds, bool)))


def test_documented_example_holds() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("很好", "不好"),
        ("不错", "错误"),
        ("没有坏", "坏了"),
        ("虽然贵，但是很好用", "虽然好用，但是太贵"),
        ("希望能好一点，满意", "希望能好一点"),
        ("very good", "good"),
        ("not bad", "bad"),
        ("never broke, works great", "it broke"),
        ("good phone", "phone"),
        ("屏幕很好 very good", "屏幕很差 very bad"),
    ],
)
def test_words_judge_with_negation_degree_and_contrast(better: str, worse: str) -> None:
    scores = judge(Corpus([better, worse])).score
    assert scores[0] > scores[1]


def test_the_last_the_worst_and_the_best_clause() -> None:
    judged = judge(Corpus(["位置好，房间脏，早餐好吃", "", "蓝色的"]))
    assert (judged.last[0], judged.worst[0], judged.best[0]) == (1, -1, 1)
    assert judged.score.tolist()[1:] == [0, 0]


@pytest.mark.parametrize(("near", "listed"), [("这家店很严谨", "这家店很不错"), ("charming phone", "excellent phone")])
def test_a_word_near_the_listed_ones_counts_for_less(near: str, listed: str) -> None:
    scores = judge(Corpus([near, listed])).score
    assert 0 < scores[0] < scores[1]


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_no_word_is_both_good_and_bad(tongue: str) -> None:
    words = wording(tongue)
    assert (words.weight > 0).sum() > 200
    assert (words.weight < 0).sum() > 200
    assert not (words.weight[words.cues["negators"]] != 0).any()


def test_a_model_of_nothing_reads_by_words() -> None:
    model = SentimentModel().fit(Corpus([]))
    reading = model.read(Corpus(["很满意", "It is the worst", "", "👍", "ありがとう", "x"]))
    assert model.tier_ == "words"
    assert reading.scores[0] > 0.5
    assert reading.scores[1] < -0.5
    assert reading.scores[2:].tolist() == [0, 0, 0, 0]
    assert reading.confidences[2:].tolist() == [0.5] * 4


def test_unlabelled_texts_teach_words_that_no_lexicon_knows() -> None:
    texts, _ = reviews(400, 1, known=0.7)
    fresh, kinds = reviews(200, 2, known=0.0)
    model = SentimentModel().fit(Corpus(texts))
    assert model.tier_ == "self-trained"
    assert right(model, fresh, kinds) > 0.95


def test_few_labels_turn_what_the_words_get_wrong() -> None:
    """In a workspace where the known words mean nothing, 40 labels are believed more than they."""
    texts, kinds = reviews(80, 3, known=0.0)
    model = SentimentModel().fit(Corpus(texts), labels=[2.0 * kind - 1 for kind in kinds])
    fresh, truth = reviews(100, 4, known=0.0)
    assert right(model, fresh, truth) > 0.95


def test_stars_teach_and_labels_go_before_them() -> None:
    texts, kinds = reviews(400, 5, known=0.0)
    stars: list[float | None] = [5.0 if kind else 1.0 for kind in kinds]
    model = SentimentModel().fit(Corpus(texts), stars=stars)
    assert model.tier_ == "trained"
    assert right(model, texts, kinds) > 0.98
    against = SentimentModel().fit(Corpus(texts), stars=stars, labels=[1.0 - 2 * kind for kind in kinds])
    assert right(against, texts, kinds) < 0.02


def hotel_reviews(count: int, seed: int, *, known: float) -> tuple[list[str], list[int]]:
    return reviews(count, seed, known=known, good=OTHER_GOOD, bad=OTHER_BAD, filling=OTHER_FILLING)


def test_texts_of_another_kind_than_the_labelled_ones_teach_their_own_words(tmp_path: Path) -> None:
    texts, kinds = reviews(600, 11, known=0.5)
    others, _ = hotel_reviews(600, 12, known=0.6)
    model = SentimentModel().fit(Corpus([*texts, *others]), labels=[*(2.0 * kind - 1 for kind in kinds), *[None] * len(others)])
    assert model.tier_ == "trained"
    fresh, truth = hotel_reviews(200, 13, known=0.0)
    home, known = reviews(200, 14, known=0.0)
    assert right(model, fresh, truth) > 0.95
    assert right(model, home, known) > 0.95
    # What labels alone teach says little about the others.
    alone = SentimentModel().fit(Corpus(texts), labels=[2.0 * kind - 1 for kind in kinds])
    assert right(alone, fresh, truth) < right(model, fresh, truth) - 0.1
    model.save(tmp_path)
    both = Corpus([*fresh, *home])
    assert np.array_equal(SentimentModel.load(tmp_path).read(both).scores, model.read(both).scores)


def test_texts_of_the_same_kind_are_no_strangers() -> None:
    generator = np.random.default_rng(0)
    same = generator.normal(size=(400, 5))
    rows = np.arange(400)
    assert find_strangers(sparse.csr_matrix(same), rows[:200], rows[200:], 0) is None
    shifted = same + 4 * (rows >= 200)[:, None]
    strangers = find_strangers(sparse.csr_matrix(shifted), rows[:200], rows[200:], 0)
    assert strangers is not None
    share = strangers.share(sparse.csr_matrix(shifted))
    assert share[:200].max() < 0.5 < share[200:].min()


def test_a_workspace_that_is_mostly_pleased_still_learns_from_its_texts() -> None:
    """Nine of ten are pleased: the surest half would hold no other."""
    texts, kinds = reviews(3000, 15, known=0.8)
    bad = [row for row, kind in enumerate(kinds) if not kind][:120]
    kept = [text for text, kind in zip(texts, kinds, strict=True) if kind][:1080] + [texts[row] for row in bad]
    model = SentimentModel().fit(Corpus(kept))
    fresh, truth = reviews(200, 16, known=0.0)
    assert model.tier_ == "self-trained"
    assert right(model, fresh, truth) > 0.9


@pytest.mark.slow
def test_many_labels_are_read_with_calibrated_certainty(tmp_path: Path) -> None:
    texts, kinds = reviews(10_000, 6, known=0.3)
    generator = np.random.default_rng(0)
    noisy = [kind if generator.random() < 0.85 else 1 - kind for kind in kinds]
    model = SentimentModel().fit(Corpus(texts[:8000]), labels=[2.0 * kind - 1 for kind in noisy[:8000]])
    reading = model.read(Corpus(texts[8000:]))
    told = (reading.scores > 0) == np.array(noisy[8000:], bool)
    assert told.mean() == pytest.approx(0.85, abs=0.03)
    assert reading.confidences.mean() == pytest.approx(told.mean(), abs=0.03)
    model.save(tmp_path)
    assert np.array_equal(SentimentModel.load(tmp_path).read(Corpus(texts[8000:])).scores, reading.scores)
    again = SentimentModel().fit(Corpus(texts[:8000]), labels=[2.0 * kind - 1 for kind in noisy[:8000]])
    assert np.array_equal(again.read(Corpus(texts[8000:])).scores, reading.scores)


@pytest.mark.parametrize("count", [0, 300])
def test_a_saved_model_reads_the_same(tmp_path: Path, count: int) -> None:
    texts, _ = reviews(count, 7)
    model = SentimentModel().fit(Corpus(texts))
    model.save(tmp_path / "new")
    fresh = Corpus(reviews(50, 8)[0])
    assert np.array_equal(SentimentModel.load(tmp_path / "new").read(fresh).scores, model.read(fresh).scores)


@pytest.mark.parametrize(("name", "value"), [("version", 2), ("vectors", "others")])
def test_a_model_learned_with_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    now = module._learned_with()
    monkeypatch.setattr(module, "_learned_with", lambda: {**now, name: value})
    SentimentModel().fit(Corpus([])).save(tmp_path)
    monkeypatch.undo()
    with pytest.raises(ModelOutdated, match=f"'{name}': {value!r}"):
        SentimentModel.load(tmp_path)


def test_a_model_of_a_version_that_said_less_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "sentiment.npz").open("wb") as file:
        np.savez(file, about=np.array('{"version": 2, "tier": "words"}'))
    with pytest.raises(ModelOutdated, match="'version': 2"):
        SentimentModel.load(tmp_path)


def test_words_that_mean_the_same_are_judged_alike_without_being_met() -> None:
    """The member on meaning knows words from elsewhere: two languages in one workspace do not disturb each other."""
    good = ("delicious", "tasty", "beautiful", "comfortable", "可口", "美味", "漂亮", "舒适")
    bad = ("disgusting", "filthy", "ugly", "painful", "恶心", "肮脏", "丑陋", "疼痛")
    parts = [(word, filling, kind) for kind, words in ((1, good), (0, bad)) for word in words for filling in FILLING]
    texts = [f"{filling} {word}" for word, filling, _ in parts]
    labels = [2.0 * kind - 1 for *_, kind in parts]
    model = SentimentModel().fit(Corpus(texts), labels=labels)
    assert model.adapted_ is not None
    meaning = model.adapted_.fitted["meaning"]
    decided = meaning.decide(module._meaning(Corpus(["yummy", "gross", "好吃", "难吃"])))[:, 0]
    assert (decided[0] > decided[1], decided[2] > decided[3]) == (True, True)


def test_a_text_is_read_alike_in_any_company() -> None:
    texts, kinds = reviews(2500, 9, known=0.5)
    model = SentimentModel().fit(Corpus(texts), labels=[2.0 * kind - 1 for kind in kinds])
    some = ["，，好", "", *texts[:20], "!! not bad"]
    together = model.read(Corpus(some)).scores
    alone = [float(model.read(Corpus([text])).scores[0]) for text in some]
    assert together.tolist() == alone


def test_praise_alone_with_hardly_any_blame_is_no_trouble() -> None:
    texts = Corpus(["Good product"] * 30 + ["bad quality"])
    for labels in (None, [1.0] * 30 + [-1.0]):
        assert SentimentModel().fit(texts, labels=labels).read(Corpus(["very good"])).scores[0] > 0
    many = Corpus(["Good product", "love it"] * 300 + ["bad quality"])
    assert SentimentModel().fit(many, stars=[5.0] * 600 + [1.0]).read(Corpus(["love it"])).scores[0] > 0


def test_one_kind_of_label_or_all_the_same_text_is_no_trouble() -> None:
    assert SentimentModel().fit(Corpus(["好"] * 100), labels=[1.0] * 100).read(Corpus(["很好"])).scores[0] > 0
    assert SentimentModel().fit(Corpus(["蓝色"] * 100)).read(Corpus(["蓝色"])).scores[0] == 0
    assert SentimentModel().fit(Corpus([""] * 100)).read(Corpus(["很好"])).scores[0] > 0


def test_reading_before_fitting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFitted):
        SentimentModel().read(Corpus(["好"]))
    with pytest.raises(NotFitted):
        SentimentModel().save(tmp_path)
