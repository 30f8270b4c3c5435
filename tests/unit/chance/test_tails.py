from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from moushi.chance.tails import beta_binomial_quantiles, fisher_exact, student_quantile, student_two_sided


@settings(max_examples=50, deadline=None)
@given(total=st.integers(1, 60), before=st.integers(1, 200), share=st.floats(0, 1), earlier=st.floats(0, 1))
def test_fisher_agrees_with_the_reference(total, before, share, earlier):
    good, good_before = round(total * share), round(before * earlier)
    reference = stats.fisher_exact([[good, total - good], [good_before, before - good_before]]).pvalue
    assert fisher_exact(good, total, good_before, before) == pytest.approx(reference, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(trials=st.integers(1, 300), first=st.floats(0.5, 500), second=st.floats(0.5, 500))
def test_beta_binomial_agrees_with_the_reference(trials, first, second):
    reference = stats.betabinom.ppf([0.05, 0.95], trials, first, second)
    found = beta_binomial_quantiles((0.05, 0.95), trials, first, second)
    # A level that falls on a step may round to either side of it.
    assert all(abs(one - other) <= 1 for one, other in zip(found, reference, strict=True))


def test_student_agrees_with_the_reference():
    assert student_quantile(0.95, 10) == pytest.approx(stats.t.ppf(0.95, 10))
    assert student_two_sided(-2.5, 7) == pytest.approx(2 * stats.t.sf(2.5, 7))
