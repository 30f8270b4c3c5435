from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moushi.locale import words
from moushi.profiles.scores import SEGMENTS, quintiles, segments


def test_ten_distinct_values_make_five_pairs():
    values = np.array([70.0, 10, 20, 30, 40, 50, 60, 80, 90, 100])
    assert quintiles(values).tolist() == [4, 1, 1, 2, 2, 3, 3, 4, 5, 5]


def test_equal_values_share_the_score_of_their_middle():
    # Six of ten ordered once: the middle of their ranks is 3 of 10, the second quintile.
    assert quintiles(np.array([1.0] * 6 + [2, 2, 3, 4])).tolist() == [2] * 6 + [4, 4, 5, 5]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_scores_follow_values_and_not_their_order(values):
    scores = quintiles(np.array(values, dtype=float))
    assert set(scores) <= {1, 2, 3, 4, 5}
    order = np.argsort(values, kind="stable")
    assert (np.diff(scores[order]) >= 0).all()
    assert quintiles(np.array(values[::-1], dtype=float)).tolist() == scores.tolist()[::-1]


def test_segments_by_hand():
    cases = {
        (5, 2, 3, 1): "new",
        (4, 2, 5, 1): "promising",
        (5, 5, 4, 9): "champions",
        (3, 4, 4, 5): "loyal",
        (4, 3, 3, 2): "potential",
        (3, 2, 3, 1): "need_attention",
        (1, 5, 5, 9): "cannot_lose",
        (1, 4, 4, 4): "at_risk",
        (2, 5, 4, 4): "at_risk",
        (2, 1, 1, 1): "hibernating",
        (1, 2, 2, 1): "hibernating",
        (1, 2, 1, 1): "lost",
    }
    columns = [np.array(column) for column in zip(*cases, strict=True)]
    assert segments(*columns).tolist() == list(cases.values())


def test_every_segment_has_a_name_in_both_languages():
    for language in ("en", "zh"):
        texts = words("profiles", language)
        assert {code for code in texts if code.startswith("segment.")} == {f"segment.{code}" for code in SEGMENTS}
        assert {code for code in texts if code.startswith("meaning.")} == {f"meaning.{code}" for code in SEGMENTS}
