"""Which of many tests to believe."""

from __future__ import annotations

from collections.abc import Sequence


def discoveries(p_values: Sequence[float], rate: float) -> list[bool]:
    """Return which tests to report so that on average at most `rate` of the reported are chance.

    Parameters
    ----------
    p_values : one per test
    rate : false discovery rate, 0 to 1

    Examples
    --------
    >>> discoveries([0.001, 0.02, 0.9, 0.04], 0.05)
    [True, True, False, False]

    Source
    ------
    Benjamini, Hochberg (1995), Controlling the False Discovery Rate.
    """
    count = len(p_values)
    order = sorted(range(count), key=lambda place: p_values[place])
    passed = [rank for rank, place in enumerate(order, start=1) if p_values[place] <= rate * rank / count]
    last = max(passed, default=0)
    believed = set(order[:last])
    return [place in believed for place in range(count)]
