from __future__ import annotations

import pytest

from moushi.chance.discovery import discoveries
from moushi.chance.shares import Mentions, judge_share


def test_benjamini_hochberg_by_hand():
    # Thresholds at 10 % of four tests: 0.025, 0.05, 0.075, 0.1.
    assert discoveries([0.2, 0.06, 0.01, 0.06], 0.1) == [False, True, True, True]
    assert discoveries([0.03, 0.2, 0.3, 0.4], 0.1) == [False] * 4
    assert discoveries([], 0.1) == []


def test_a_share_that_doubled_is_beyond_its_interval():
    moved = judge_share(Mentions(40, 100, 200, 1000))
    assert moved is not None
    assert moved.expected == pytest.approx(200.5 / 1001)
    assert moved.high < 0.4
    assert moved.p_value < 0.001
    same = judge_share(Mentions(20, 100, 200, 1000))
    assert same is not None
    assert same.p_value > 0.5
    assert judge_share(Mentions(5, 9, 200, 1000)) is None
