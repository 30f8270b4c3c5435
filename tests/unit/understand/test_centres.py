"""Centres of groups of directions, and how alike two groupings are."""

from __future__ import annotations

import doctest

import numpy as np
import pytest

from moushi.understand import centres as module
from moushi.understand.centres import alike, centres, likely, normal, shares, softened


def planted(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return 300 directions around three axes of ten, and which axis each is around."""
    generator = np.random.default_rng(seed)
    groups = np.repeat([0, 1, 2], 100)
    return normal(np.eye(10)[groups] + generator.normal(0, 0.1, (300, 10))), groups


def test_documented_example_holds() -> None:
    assert doctest.testmod(module).failed == 0


def test_planted_groups_are_found() -> None:
    plane, groups = planted()
    found = centres(plane, 3, np.random.default_rng(1), starts=3)
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert alike((plane @ found.T).argmax(axis=1), groups, 3) == 1.0


def test_more_groups_than_kinds_of_directions_do_no_harm() -> None:
    plane = normal(np.array([[1.0, 0.0]] * 5 + [[0.0, 1.0]] * 5))
    found = centres(plane, 4, np.random.default_rng(0), starts=2)
    assert np.isfinite(found).all()
    assert len(set((plane @ found.T).argmax(axis=1).tolist())) == 2


def test_shares_are_softer_between_groups() -> None:
    plane, _ = planted()
    found, belongs = softened(plane, centres(plane, 3, np.random.default_rng(1), starts=3))
    assert belongs.sum(axis=1) == pytest.approx(np.ones(300), abs=1e-5)
    between = likely(
        normal(found[0] + found[1])[None] @ found.T if found.ndim == 1 else normal((found[0] + found[1])[None]) @ found.T, 0.05
    )
    assert between[0, 0] == pytest.approx(between[0, 1], abs=0.05)
    assert belongs.max(axis=1).min() > 0.9


def test_likeness_worked_out_by_hand() -> None:
    # Of 6 pairs: 1 together in both, 2 and 2 together in one; by chance 2 * 2 / 6.
    assert alike(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]), 3) == pytest.approx((1 - 1 / 3) / (1.5 - 1 / 3))
    assert alike(np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]), 2) == pytest.approx(-0.5)
    assert alike(np.arange(4) % 2, np.zeros(4, np.int64), 2) == 0.0


def test_each_text_is_of_one_group() -> None:
    assert shares(np.array([1, 0, 1]), 2).tolist() == [[0, 1], [1, 0], [0, 1]]
