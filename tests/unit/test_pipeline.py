"""The pipeline with stages that do next to nothing, to see what it skips, resumes and repeats."""

from pathlib import Path

import pytest

from moushi import pipeline
from moushi.columns import Approvals, Customers, Moves, Products, Sources
from moushi.errors import RunForgotten, RunNotFound
from moushi.workspace import records
from moushi.workspace.store import Store
from moushi.workspace.verify import verify
from tests.support import LakeContext

CALLS: list[str] = []


class First:
    name = "prepare"
    version = 1
    reads = (Sources,)
    writes = (Products,)

    def run(self, context):
        CALLS.append(self.name)
        sources = context.read(Sources)
        rows = context.engine.to_arrow(sources.select(product_id=sources[Sources.source_id]))
        context.write(Products, Products.cast(rows, where="test"))


class Second:
    name = "forecast"
    version = 1
    reads = (Products,)
    writes = (Customers,)
    fail = False

    def run(self, context):
        CALLS.append(self.name)
        if Second.fail:
            raise KeyboardInterrupt
        rows = context.engine.to_arrow(context.read(Products))
        context.write(Customers, Customers.cast(rows.select(["product_id"]).rename_columns(["customer_id"]), where="test"))


class Settle:
    name = "settle"
    version = 1
    reads = (Products, Customers, Approvals)
    triggers = (Products, Approvals)
    writes = (Moves,)

    def run(self, context):
        CALLS.append(self.name)
        context.write(Moves, Moves.empty())


def source(number):
    return {
        "source_id": f"s{number}",
        "load_id": number,
        "position": 0,
        "source_name": "a",
        "format": "csv",
        "bytes": 1,
        "rows": 1,
        "quarantined": 0,
        "status": "loaded",
        "tables": "{}",
    }


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "_load", lambda name: {"First": First, "Second": Second, "Settle": Settle}[name]())
    monkeypatch.setattr(pipeline, "STAGES", ("First", "Settle", "Second"))
    Second.fail = False
    CALLS.clear()
    store = Store.create(tmp_path / "shop")
    add(store, 1)
    yield store
    store.close()


def add(store, number):
    lake = LakeContext.__new__(LakeContext)
    lake.engine = store.engine
    lake.put(Sources, [source(number)], replace=False)


def statuses(result):
    return [stage.status for stage in result.stages]


def test_stages_run_in_order_and_a_second_run_does_nothing(store):
    assert statuses(pipeline.run(store)) == ["ran", "ran", "ran"]
    assert CALLS == ["prepare", "settle", "forecast"]
    assert statuses(pipeline.run(store)) == ["skipped", "skipped", "skipped"]
    assert len(CALLS) == 3


def test_what_a_stage_only_reads_does_not_wake_it(store):
    pipeline.run(store)
    store.engine.write(Customers, Customers.empty())
    assert statuses(pipeline.run(store)) == ["skipped", "skipped", "skipped"]


def test_new_input_runs_what_depends_on_it(store):
    pipeline.run(store)
    add(store, 2)
    assert statuses(pipeline.run(store)) == ["ran", "ran", "ran"]


def test_a_setting_runs_only_the_stages_it_affects(store):
    pipeline.run(store)
    other = Store(store.path, {"horizon_days": 7})
    assert statuses(pipeline.run(other)) == ["skipped", "skipped", "ran"]
    other.close()


def test_a_new_version_of_a_stage_runs_it(store, monkeypatch):
    pipeline.run(store)
    monkeypatch.setattr(Second, "version", 2)
    assert statuses(pipeline.run(store)) == ["skipped", "skipped", "ran"]


def test_from_start_runs_everything(store):
    pipeline.run(store)
    assert statuses(pipeline.run(store, from_start=True)) == ["ran", "ran", "ran"]


def test_an_approval_wakes_settlement(store):
    import datetime

    import sqlalchemy as sa

    from moushi.database.tables import approvals

    pipeline.run(store)
    with store.database.begin() as connection:
        now = datetime.datetime.now(datetime.UTC)
        connection.execute(sa.insert(approvals).values(decision_id="d", status="approved", decided_at=now, decided_by="me"))
    assert statuses(pipeline.run(store)) == ["skipped", "ran", "skipped"]
    assert statuses(pipeline.run(store)) == ["skipped", "skipped", "skipped"]


def test_a_killed_run_resumes_after_its_last_finished_stage(store):
    Second.fail = True
    with pytest.raises(KeyboardInterrupt):
        pipeline.run(store)
    Second.fail = False
    assert statuses(pipeline.run(store)) == ["skipped", "skipped", "ran"]
    assert [record.status for record in records.all_runs(store.database)] == ["finished", "killed"]


def test_the_issue_depends_on_what_is_known_not_on_when(store, tmp_path):
    first = pipeline.run(store).issue_id
    assert pipeline.run(store).issue_id == first
    other = Store.create(tmp_path / "other")
    add(other, 1)
    assert pipeline.run(other).issue_id == first
    other.close()
    add(store, 2)
    assert pipeline.run(store).issue_id != first


def test_a_repeat_compares_with_what_the_run_wrote_and_changes_nothing(store):
    run_id = pipeline.run(store).run_id
    add(store, 2)
    pipeline.run(store)
    before = {table: store.engine.version(table) for table in (Products, Customers)}
    assert statuses(pipeline.repeat(store, run_id)) == ["same", "same", "same"]
    assert {table: store.engine.version(table) for table in (Products, Customers)} == before


def test_a_repeat_that_gives_other_bytes_says_so(store, monkeypatch):
    run_id = pipeline.run(store).run_id
    monkeypatch.setattr(First, "run", lambda self, context: context.write(Products, Products.empty()))
    assert statuses(pipeline.repeat(store, run_id))[0] == "different"


def test_a_run_that_skipped_is_repeated_as_it_was_done_before(store):
    pipeline.run(store)
    again = pipeline.run(store).run_id
    add(store, 2)
    pipeline.run(store)
    assert statuses(pipeline.repeat(store, again)) == ["same", "same", "same"]


def test_a_run_does_not_record_the_password_of_its_database(store):
    address = "postgresql://owner:hunter2@host/shop"
    other = Store(store.path, {"database_url": address})
    other.__dict__["database"] = store.database
    pipeline.run(other)
    (record,) = records.all_runs(store.database)
    assert record.settings["database_url"] == "postgresql://owner:…@host/shop"
    other.engine.close()


def test_an_unknown_run_is_refused(store):
    with pytest.raises(RunNotFound, match="ffff"):
        pipeline.repeat(store, "ffff")


def files(store, table):
    return sorted(path.name for path in (store.lake / table.name).glob("*.parquet"))


@pytest.fixture
def short(store):
    """The same workspace, keeping two runs."""
    short = Store(store.path, {"keep_runs": 2})
    yield short
    short.close()


def test_what_only_runs_of_long_ago_wrote_is_let_go(short):
    store, made = short, [pipeline.run(short).run_id]
    for number in range(2, 5):
        add(store, number)
        made.append(pipeline.run(store).run_id)
    # Settlement comes before the forecast: the third run still read the customers of the second.
    assert (len(files(store, Products)), len(files(store, Customers))) == (2, 3)
    assert len(files(store, Sources)) == 4
    assert statuses(pipeline.repeat(store, made[3])) == statuses(pipeline.repeat(store, made[2])) == ["same", "same", "same"]
    for early in made[:2]:
        with pytest.raises(RunForgotten, match=early):
            pipeline.repeat(store, early)
    assert verify(store, clean=True) == []
    assert store.engine.to_arrow(store.engine.read(Products)).num_rows == 4


def test_what_skipped_stages_read_long_ago_is_kept(short, monkeypatch):
    pipeline.run(short)
    before = files(short, Products)
    for version in range(2, 6):
        monkeypatch.setattr(Second, "version", version)
        last = pipeline.run(short).run_id
    assert CALLS.count("prepare") == 1
    assert files(short, Products) == before
    assert len(files(short, Customers)) == 2
    assert statuses(pipeline.repeat(short, last)) == ["same", "same", "same"]


def test_letting_go_that_was_interrupted_goes_on(short, monkeypatch):
    pipeline.run(short)
    add(short, 2)
    pipeline.run(short)
    add(short, 3)
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", interrupted)
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(short)
    assert len(files(short, Products)) == 3
    assert [record.status for record in records.all_runs(short.database)] == ["finished"] * 3
    add(short, 4)
    pipeline.run(short)
    assert len(files(short, Products)) == 2
    assert verify(short) == []


def interrupted(path, missing_ok=False):
    raise KeyboardInterrupt


def test_a_stage_cannot_read_or_write_what_it_did_not_declare(store, monkeypatch):
    monkeypatch.setattr(First, "run", lambda self, context: context.read(Customers))
    with pytest.raises(AssertionError, match="prepare reads customers"):
        pipeline.run(store)
