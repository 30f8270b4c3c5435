"""Whether a share moved: negative mentions, lately against before."""

from __future__ import annotations

from dataclasses import dataclass

from moushi.chance.tails import beta_binomial_quantiles, fisher_exact

LEAST_LATELY = 10
LEAST_BEFORE = 30


@dataclass(frozen=True)
class Judged:
    """What was expected of a share, its 90 % interval, and how likely a share as far off would be by chance."""

    expected: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class Mentions:
    """Mentions of something, negative and all, in the last period and before it."""

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
    good, bad = mentions.total_before - mentions.negative_before + 0.5, mentions.negative_before + 0.5
    expected = bad / (good + bad)
    quantiles = beta_binomial_quantiles((0.05, 0.95), mentions.total, bad, good)
    low, high = (count / mentions.total for count in quantiles)
    p_value = fisher_exact(mentions.negative, mentions.total, mentions.negative_before, mentions.total_before)
    return Judged(expected, min(low, expected), max(high, expected), p_value)
