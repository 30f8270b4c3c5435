from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from moushi.engine import parallel

SCHEMA = pa.schema([("group", pa.string()), ("total", pa.int64())])


def total(rows: pa.Table, *, factor: int = 1) -> pa.Table:
    return pa.table({"group": [rows["group"][0].as_py()], "total": [pc.sum(rows["value"]).as_py() * factor]})


def doubled(rows: pa.Table) -> pa.Table:
    return pa.table({"group": rows["group"], "total": pc.multiply(rows["value"], 2)})


@pytest.fixture
def rows():
    return pa.table({"group": ["b", "a", "b", "c", "a"], "value": [1, 2, 3, 4, 5]})


def test_each_group_is_seen_whole_and_results_come_in_key_order(rows):
    result = parallel.map_groups(rows, ["group"], partial(total, factor=10), SCHEMA, processes=1)
    assert result.to_pylist() == [{"group": "a", "total": 70}, {"group": "b", "total": 40}, {"group": "c", "total": 40}]


def test_processes_give_what_one_process_gives(rows, monkeypatch):
    alone = parallel.map_groups(rows, ["group"], total, SCHEMA, processes=1)
    monkeypatch.setattr(parallel, "SMALL_ROWS", 1)
    assert parallel.map_groups(rows, ["group"], total, SCHEMA, processes=2).equals(alone)


def test_batches_keep_the_order_of_the_rows(rows, monkeypatch):
    monkeypatch.setattr(parallel, "SMALL_ROWS", 1)
    result = parallel.map_batches(rows, doubled, SCHEMA, processes=2, batch_rows=2)
    assert result["total"].to_pylist() == [2, 4, 6, 8, 10]


def test_no_rows_give_no_rows(rows):
    assert parallel.map_groups(rows.slice(0, 0), ["group"], total, SCHEMA, processes=2).num_rows == 0
    assert parallel.map_batches(rows.slice(0, 0), doubled, SCHEMA, processes=2, batch_rows=2).schema == SCHEMA
