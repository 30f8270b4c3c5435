"""Whether a share of negative mentions differs: lately from before, or in one place from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from moushi.chance.tails import beta_binomial_quantiles, fisher_exact

LEAST_LATELY = 10
LEAST_BEFORE = 30
JEFFREYS = 0.5
"""What is added to the negative and to the other mentions: Jeffreys' beta."""


@dataclass(frozen=True)
class Judged:
    """What was expected of a share, its 90 % interval, and how likely a share as far off would be by chance."""

    expected: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Mentions:
    """Mentions of something, negative and all, in the last period and before it, or in one place and elsewhere."""

    negative: int
    total: int
    negative_before: int
    total_before: int

    @property
    def share(self) -> float:
        """Share of negative mentions in the last period."""
        return self.negative / self.total


def judge_share(mentions: Mentions) -> Judged | None:
    """Judge the last period's share of negative mentions by the share before.

    Returns
    -------
    what was expected of the share, or None with too few mentions

    Notes
    -----
    Jeffreys' beta for the share before, beta-binomial for the number expected
    now; the p value is Fisher's exact test, which never errs on the bold side.
    """
    if mentions.total < LEAST_LATELY or mentions.total_before < LEAST_BEFORE:
        return None
    good, bad = mentions.total_before - mentions.negative_before + JEFFREYS, mentions.negative_before + JEFFREYS
    expected = bad / (good + bad)
    quantiles = beta_binomial_quantiles((0.05, 0.95), mentions.total, bad, good)
    low, high = (count / mentions.total for count in quantiles)
    p_value = fisher_exact(mentions.negative, mentions.total, mentions.negative_before, mentions.total_before)
    return Judged(expected, min(low, expected), max(high, expected), p_value)


def highest_by_chance(expected: float, compared: int, total: int) -> float:
    """Return the 95 % quantile of a share of `total` mentions, where `expected` was estimated from `compared`.

    Examples
    --------
    >>> highest_by_chance(0.1, 10_000, 50)
    0.18
    """
    bad = expected * (compared + 2 * JEFFREYS)
    return beta_binomial_quantiles((0.95,), total, bad, compared + 2 * JEFFREYS - bad)[0] / total
