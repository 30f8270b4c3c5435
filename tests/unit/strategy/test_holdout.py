from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from moushi.strategy.holdout import arm

CUSTOMERS = [f"cu_{number}" for number in range(20_000)]


def held_out(decision: str, share: float, seed: int = 0) -> set[str]:
    return {name for name in CUSTOMERS if arm(decision, name, share=share, seed=seed) == "holdout"}


def test_the_share_held_out_is_the_one_asked_for():
    # 20,000 draws at 10 %: standard deviation 42.
    assert abs(len(held_out("WB-1", 0.1)) - 2000) < 150


def test_the_draw_is_repeatable_and_differs_between_decisions_and_seeds():
    first = held_out("WB-1", 0.5)
    assert first == held_out("WB-1", 0.5)
    for other in (held_out("WB-2", 0.5), held_out("WB-1", 0.5, seed=1)):
        assert abs(len(first & other) - 5000) < 350


def test_a_known_draw_stays_as_it_is():
    # Arms of past decisions must never change: these are on record.
    drawn = [arm("WB-1", name, share=0.5, seed=0) for name in CUSTOMERS[:6]]
    assert drawn == ["treat", "holdout", "treat", "treat", "holdout", "treat"]


@given(name=st.text(), share=st.floats(0, 1))
def test_a_larger_share_never_frees_a_unit(name, share):
    if arm("WB-1", name, share=share, seed=0) == "holdout":
        assert arm("WB-1", name, share=min(share + 0.1, 1.0), seed=0) == "holdout"
    assert arm("WB-1", name, share=0.0, seed=0) == "treat"
