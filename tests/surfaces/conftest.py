"""Shops for the tests of the surfaces; made once, since the tests only read them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from moushi.surfaces.report.content import build
from moushi.surfaces.report.parts import Content
from tests.support import LakeContext
from tests.surfaces.shop import fill


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LakeContext]:
    """Return a shop whose tables are all filled."""
    lake = LakeContext(tmp_path_factory.mktemp("shop"), timezone="Europe/London")
    fill(lake)
    yield lake
    lake.engine.close()


@pytest.fixture(scope="session")
def content(shop: LakeContext) -> Content:
    """Return the numbers of its report."""
    return build(shop.engine, shop.settings, name="Tea & <b>more</b>", statuses={"d-0003": "approved"})


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[LakeContext]:
    """Return a shop with nothing in it."""
    lake = LakeContext(tmp_path)
    yield lake
    lake.engine.close()
