"""Twins shared by the tests; none of the tests steps them, only forks of them."""

import pytest

from moushi.twin import Twin


@pytest.fixture(scope="session")
def twin() -> Twin:
    """A small shop with two years of past."""
    return Twin(seed=3, customers=3_000, products=48, weeks=104)


@pytest.fixture(scope="session")
def busy() -> Twin:
    """A shop with few products and many customers, so that its averages are near their means."""
    return Twin(seed=5, customers=40_000, products=24, weeks=80, incidents=False)
