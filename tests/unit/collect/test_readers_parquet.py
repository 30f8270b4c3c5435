from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from moushi.errors import SourceUnreadable
from tests.unit.collect.reading import read_one, read_table


def write(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path, row_group_size=50)
    return path


def test_values_come_as_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2]),
            "name": pa.array([" tea ", "N/A"]).dictionary_encode(),
            "price": pa.array([0.1 + 0.2, 5.0]),
            "cost": pa.array([Decimal("1.50"), None], pa.decimal128(10, 2)),
            "day": pa.array([dt.date(2024, 1, 5), None]),
            "at": pa.array([dt.datetime(2024, 1, 5, 10, 0, 1), None], pa.timestamp("ns", "UTC")),
            "local": pa.array([dt.datetime(2024, 1, 5, 10, 0, 1), None], pa.timestamp("ms")),
            "ok": pa.array([True, False]),
            "buyer": pa.array([{"city": "杭州"}, None]),
            "tags": pa.array([["a"], []]),
        }
    )
    whole = read_one(write(tmp_path / "a.parquet", table))
    assert whole.table.columns == ("id", "name", "price", "cost", "day", "at", "local", "ok", "buyer.city", "tags")
    assert whole.rows == [
        ("1", "tea", "0.3", "1.50", "2024-01-05", "2024-01-05 10:00:01+00:00", "2024-01-05 10:00:01", "true", "杭州", '["a"]'),
        ("2", None, "5", None, None, None, None, "false", None, "[]"),
    ]
    assert (whole.lines, whole.table.format) == ([1, 2], "parquet")


def test_row_groups_are_streamed(tmp_path: Path) -> None:
    whole = read_one(write(tmp_path / "a.parquet", pa.table({"id": list(range(500))})))
    assert whole.rows == [(str(i),) for i in range(500)]
    assert [batch.rows.num_rows for batch in whole.table.batches(200)] == [200, 200, 100]


@pytest.mark.parametrize("share", [0.2, 0.9, 0.999])
def test_cut_off_files_are_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "a.parquet", pa.table({"id": list(range(5000))}))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceUnreadable, match="cut off or damaged"):
        read_one(path)


def test_a_file_that_changes_between_two_readings_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", pa.table({"id": [1, 2, 3]}))
    table = read_one(path).table
    write(path, pa.table({"id": [1, 2, 3, 4, 5]}))
    with pytest.raises(SourceUnreadable, match="changed"):
        read_table(table)
