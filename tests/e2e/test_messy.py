"""The same shop exported well and badly: GBK, title rows, totals, mixed dates, decimal commas, duplicated exports."""

import collections

import pytest

import moushi
from moushi.columns import OrderLines, Reconciliation


def prepared(folder, *, messy: bool):
    twin = moushi.Twin(seed=5, customers=400, products=30, weeks=60)
    files = twin.observe(folder / "files", messy=messy)
    with moushi.Workspace.create(folder / "shop", horizon_days=7, horizon_weeks=2) as shop:
        added = shop.add(folder / "files")
        assert {source.status for source in added.sources} == {"loaded"}, [source.message() for source in added.sources]
        shop.run()
        return files, shop.table(OrderLines.name).to_pylist(), shop.table(Reconciliation.name).to_pylist()


def comparable(rows):
    """What both exports say; some of the bad ones give times to the minute only."""
    shown = ("order_id", "line_id", "product_id", "quantity", "amount", "currency", "country", "kind_of_line", "amount_home")
    return sorted((f"{row['ordered_at']:%Y-%m-%d %H:%M}", *(str(row[name]) for name in shown)) for row in rows)


@pytest.mark.slow
def test_bad_exports_give_the_same_shop_as_good_ones(tmp_path):
    _, good, _ = prepared(tmp_path / "good", messy=False)
    files, bad, counts = prepared(tmp_path / "bad", messy=True)
    assert len({file.suffix for file in files}) > 3
    assert comparable(bad) == comparable(good)
    lines = next(row for row in counts if row["table_name"] == "order_lines")
    assert lines["duplicates"] > 0
    assert lines["read"] == lines["kept"] + lines["quarantined"] + lines["duplicates"]
    assert collections.Counter(row["kind_of_line"] for row in bad)["sale"] > 1000
