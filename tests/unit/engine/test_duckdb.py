from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from moushi.columns import Moves, OrderLines, Texts
from moushi.engine.digest import Digest
from moushi.engine.duckdb import DuckDBEngine
from moushi.errors import DiskFull, InvalidRows, TableDamaged, TableNotFound
from moushi.schema import landing
from moushi.settings import Settings
from tests.support import LakeContext


def line(order: str, number: str = "1", **values):
    return {
        "order_id": order,
        "line_id": number,
        "ordered_at": datetime(2024, 1, 1, tzinfo=UTC),
        "quantity": 2,
        "amount": 6,
        "currency": "EUR",
        "kind_of_line": "sale",
        "returned_quantity": 0,
        "amount_home": 6,
        "net_amount_home": 6,
    } | values


def move(issue: str, subject: str = "all", **values):
    day = date(2024, 1, 1)
    return {
        "issue_id": issue,
        "dimension": "total",
        "subject": subject,
        "period_from": day,
        "period_to": day,
        "actual": 1,
        "expected": 1,
        "low": 1,
        "high": 1,
        "gap_home": 1,
    } | values


@pytest.fixture
def lake(tmp_path):
    return LakeContext(tmp_path)


def test_a_table_never_written_reads_as_empty(lake):
    assert lake.engine.version(OrderLines) is None
    assert lake.engine.to_arrow(lake.read(OrderLines)).schema.names == list(OrderLines.columns())


def test_what_was_written_is_read_with_its_types(lake):
    lake.put(OrderLines, [line("1", quantity="2.5", customer_id=None)])
    row = lake.rows(OrderLines)[0]
    assert row["quantity"] == Decimal("2.500")
    assert row["customer_id"] is None
    assert row["ordered_at"] == datetime(2024, 1, 1, tzinfo=UTC)


def test_an_old_version_stays_readable(lake):
    lake.put(OrderLines, [line("1")])
    lake.put(OrderLines, [line("1"), line("2")])
    assert lake.engine.to_arrow(lake.engine.read(OrderLines, 0)).num_rows == 1
    assert lake.engine.to_arrow(lake.engine.read(OrderLines, 1)).num_rows == 2
    with pytest.raises(TableNotFound):
        lake.engine.read(OrderLines, 7)


def test_append_adds_and_a_slice_replaces_only_itself(lake):
    lake.put(Moves, [move("a"), move("b", actual=1)])
    lake.engine.write(
        Moves, pa.Table.from_pylist([move("b", actual=5.0, gap_home=Decimal(1))], schema=Moves.schema()), replace={"issue_id": "b"}
    )
    assert [(row["issue_id"], row["actual"]) for row in lake.rows(Moves)] == [("a", 1.0), ("b", 5.0)]
    lake.put(Moves, [move("c")], replace=False)
    assert len(lake.rows(Moves)) == 3


def test_an_empty_slice_removes_its_rows(lake):
    lake.put(Moves, [move("a"), move("b")])
    lake.engine.write(Moves, Moves.empty(), replace={"issue_id": "b"})
    assert [row["issue_id"] for row in lake.rows(Moves)] == ["a"]


def test_a_broken_row_stops_the_write_and_nothing_is_kept(lake):
    lake.put(OrderLines, [line("1")])
    broken = pa.Table.from_pylist([{**lake.rows(OrderLines)[0], "kind_of_line": "gift"}], schema=OrderLines.schema())
    with pytest.raises(InvalidRows, match="kind_of_line"):
        lake.engine.write(OrderLines, broken)
    assert lake.engine.version(OrderLines) == 0


def test_a_repeated_key_is_found_across_batches(lake):
    lake.put(landing(Texts), [{"text_id": "t", "body": "x", "load_id": 1, "source_id": "s", "line": n} for n in (1, 2)])
    land = lake.read(landing(Texts))
    texts = land.mutate(duplicate_of=land.text_id).select(*Texts.columns())
    with pytest.raises(InvalidRows, match="not unique"):
        lake.write(Texts, texts)


def test_a_fault_of_the_source_stream_comes_through(lake):
    def batches():
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        lake.engine.write(landing(Texts), pa.RecordBatchReader.from_batches(landing(Texts).schema(), batches()), replace=False)
    assert lake.engine.version(landing(Texts)) is None


def test_a_full_disk_is_said_as_such(lake):
    def batches():
        raise OSError(28, "No space left on device")
        yield

    with pytest.raises(DiskFull, match="Free some space"):
        lake.engine.write(landing(Texts), pa.RecordBatchReader.from_batches(landing(Texts).schema(), batches()), replace=False)


def test_a_missing_file_is_said_as_damage(lake):
    lake.put(OrderLines, [line("1")])
    (lake.engine.lake / lake.engine.files(OrderLines)[0].path).unlink()
    with pytest.raises(TableDamaged, match="1 of 1 files are missing"):
        lake.read(OrderLines)


def test_a_flipped_file_is_said_as_damage(lake):
    lake.put(OrderLines, [line("1")])
    file = lake.engine.lake / lake.engine.files(OrderLines)[0].path
    content = bytearray(file.read_bytes())
    content[-6] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(TableDamaged):
        lake.engine.to_arrow(lake.read(OrderLines))


def test_the_same_rows_in_any_order_give_the_same_digest(lake):
    rows = [line(str(number)) for number in range(20)]
    lake.put(OrderLines, rows)
    first = lake.engine.write(OrderLines, lake.read(OrderLines))
    lake.put(OrderLines, rows[::-1])
    second = lake.engine.write(OrderLines, lake.read(OrderLines))
    assert first.digest == second.digest
    assert second.rows == 20


def test_a_digest_does_not_depend_on_batches_or_on_what_hides_under_nulls():
    values = pa.array([1, None, 3, None, 5], pa.int64())
    hidden = pa.Array.from_buffers(pa.int64(), 5, [values.buffers()[0], pa.py_buffer(bytes(range(40)))])
    assert hidden.is_null().to_pylist() == values.is_null().to_pylist()

    def digest(array, size):
        taken = Digest()
        for batch in pa.table({"v": array, "t": ["a", None, "", "d", "e"]}).to_batches(max_chunksize=size):
            taken.add(batch)
        return taken.result()

    nulls = pa.array([None] * 5, pa.int64())
    hiding = pa.Array.from_buffers(pa.int64(), 5, [pa.py_buffer(b"\x00"), pa.py_buffer(bytes(range(40)))])
    assert digest(nulls, 5) == digest(hiding, 2)
    assert digest(values, 5) == digest(values, 1)
    assert digest(values, 5) != digest(nulls, 5)


def test_an_empty_text_is_not_a_null_in_a_digest():
    def digest(text):
        taken = Digest()
        taken.add(pa.record_batch({"t": pa.array([text], pa.string())}))
        return taken.result()

    assert digest("") != digest(None)


def test_memory_and_threads_come_from_the_settings(tmp_path):
    engine = DuckDBEngine(tmp_path / "lake", Settings(explicit={"threads": 1, "memory_limit_mb": 200}, environment={}))
    assert engine.backend.raw_sql("SELECT current_setting('threads')").fetchone() == (1,)
    assert "200.0 MiB" in str(engine.backend.raw_sql("SELECT current_setting('memory_limit')").fetchone())


def test_nothing_is_fetched_at_run_time(tmp_path):
    engine = DuckDBEngine(tmp_path / "lake", Settings(environment={}))
    assert engine.backend.raw_sql("SELECT current_setting('autoinstall_known_extensions')").fetchone() == (False,)


def test_what_is_kept_is_computed_once_and_let_go(lake):
    lake.put(OrderLines, [line("1")])
    kept = lake.engine.keep(lake.read(OrderLines).limit(1))
    assert lake.engine.to_arrow(kept.join(lake.read(OrderLines), OrderLines.order_id)).num_rows == 1
    lake.engine.release()
    count = "SELECT count(*) FROM duckdb_tables() WHERE table_name LIKE 'kept_%'"
    assert lake.engine.backend.raw_sql(count).fetchone() == (0,)
