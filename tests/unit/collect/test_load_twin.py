"""The twin's exports, clean and messy, map by themselves and tell the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from moushi.collect import AddResult
from moushi.columns import Customers, OrderLines, Texts
from moushi.twin.twin import Twin
from tests.unit.collect.loading_support import Door

TABLES = {"category_names", "customers", "order_lines", "prices", "products", "promotions", "rates", "stock", "supply", "texts"}


Told = tuple[list[Path], AddResult, Door]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """Return, for clean and messy exports, the files, what became of them, and the lake."""
    twin = Twin(seed=3, customers=120, products=24, weeks=8)
    result = {}
    for kind in ("clean", "messy"):
        folder = tmp_path_factory.mktemp(kind)
        files = twin.observe(folder / "exports", messy=kind == "messy")
        door = Door(folder / "shop")
        result[kind] = (files, door.add(folder / "exports"), door)
    return result


@pytest.mark.parametrize("kind", ["clean", "messy"])
def test_every_file_loads_and_every_table_is_filled(told: dict[str, Told], kind: str) -> None:
    files, result, door = told[kind]
    assert [source.message() for source in result.sources if source.status not in ("loaded", "unchanged")] == []
    assert {path.name for path in files} <= {source.name.partition("#")[0].partition("/")[0] for source in result.sources}
    assert set(result.tables) == TABLES
    line = door.landed(OrderLines)[0]
    for column in (OrderLines.order_id, OrderLines.line_id, OrderLines.ordered_at, OrderLines.customer_id, OrderLines.currency):
        assert line[column] is not None
    assert len(set(door.column(Customers, Customers.email))) > 50
    assert all(door.column(Texts, Texts.rating))


def test_the_messy_exports_tell_the_same_as_the_clean_ones(told: dict[str, Told]) -> None:
    clean, messy = (
        {
            (row[OrderLines.order_id], row[OrderLines.line_id]): (row[OrderLines.amount], row[OrderLines.ordered_at])
            for row in told[kind][2].landed(OrderLines)
        }
        for kind in ("clean", "messy")
    )
    assert len(clean) > 100
    assert messy == clean
