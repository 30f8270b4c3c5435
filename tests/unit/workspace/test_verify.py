import os
import time

import pytest

from moushi.columns import Decisions, DecisionUnits, Products, Reconciliation, Sources
from moushi.locale import LANGUAGES
from moushi.schema import landing
from moushi.workspace.store import Store
from moushi.workspace.verify import verify
from tests.support import LakeContext


class Filled(LakeContext):
    """Writes through a store's engine, so that checksums are recorded."""

    def __init__(self, store: Store) -> None:
        self.engine = store.engine
        self.settings = store.settings


SOURCE = {
    "source_id": "abc",
    "load_id": 1,
    "position": 0,
    "source_name": "a.csv",
    "format": "csv",
    "bytes": 10,
    "rows": 2,
    "quarantined": 0,
    "status": "loaded",
    "tables": '{"products": 2}',
}


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "shop")
    lake = Filled(store)
    lake.put(
        landing(Products), [{"product_id": p, "load_id": 1, "source_id": "abc", "line": n} for n, p in enumerate("ab", 2)], replace=False
    )
    lake.put(Sources, [SOURCE], replace=False)
    lake.put(Products, [{"product_id": "a"}, {"product_id": "b"}])
    lake.put(Reconciliation, [{"table_name": "products", "read": 2, "kept": 2, "quarantined": 0, "duplicates": 0}])
    yield store
    store.close()


def codes(store):
    store.close()
    return [(problem.code, problem.severity) for problem in verify(Store(store.path))]


def data_file(store, table):
    return store.lake / store.engine.files(table)[0].path


def test_a_whole_workspace_has_no_problems(store):
    assert codes(store) == []


def test_a_removed_file_is_named(store):
    data_file(store, Products).unlink()
    assert codes(store) == [("file_missing", "damage")]


def test_a_table_without_history_is_made_again_by_a_run_others_come_from_a_backup(store):
    data_file(store, Products).unlink()
    data_file(store, Sources).unlink()
    remedies = {problem.where.split("/")[0]: problem.remedy() for problem in verify(store)}
    assert "moushi run --from-start" in remedies["products"]
    assert "backup" in remedies["sources"]


def test_a_flipped_bit_is_found_even_where_the_size_is_the_same(store):
    file = data_file(store, Products)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert codes(store) == [("file_changed", "damage")]


def test_a_cut_file_is_found(store):
    file = data_file(store, Products)
    os.truncate(file, file.stat().st_size - 3)
    assert codes(store) == [("file_size", "damage")]


def test_a_changed_log_entry_is_found(store):
    log = store.lake / "products" / "_delta_log" / f"{0:020}.json"
    log.write_text(log.read_text() + "\n")
    assert codes(store) == [("file_changed", "damage")]


def test_a_table_that_is_gone_is_found(store):
    import shutil

    shutil.rmtree(store.lake / "products")
    assert codes(store) == [("table_gone", "damage")]


def test_a_missing_or_exposed_key_is_found(store):
    store.key_file.chmod(0o644)
    assert codes(store) == [("key_exposed", "damage")]
    store.key_file.unlink()
    assert codes(store) == [("key_missing", "damage")]


def test_rows_that_a_file_brought_must_be_there(store):
    Filled(store).put(Sources, [SOURCE | {"tables": '{"products": 3}'}])
    assert codes(store) == [("rows_lost", "damage")]


def test_counts_that_do_not_add_up_are_found(store):
    Filled(store).put(Reconciliation, [{"table_name": "products", "read": 3, "kept": 2, "quarantined": 0, "duplicates": 0}])
    assert codes(store) == [("counts_differ", "damage")]


def test_units_of_no_decision_are_found(store):
    lake = Filled(store)
    unit = {"decision_id": "RO-1", "unit_id": "p", "issue_id": "i", "arm": "treat", "expected_value_home": 1}
    lake.put(DecisionUnits, [unit])
    lake.put(Decisions, [])
    assert codes(store) == [("orphans", "damage")]


def test_files_of_an_interrupted_write_are_noted_and_can_be_cleaned(store):
    stray = store.lake / "products" / "part-stray.parquet"
    stray.write_bytes(b"half a file")
    assert codes(store) == [("unreferenced", "note")]
    assert [problem.code for problem in verify(store, clean=True)] == ["cleaned"]
    assert not stray.exists()
    assert codes(store) == []


def test_a_damaged_workspace_is_not_cleaned(store):
    stray = store.lake / "products" / "part-stray.parquet"
    stray.write_bytes(b"perhaps what a lost log entry named")
    data_file(store, Sources).unlink()
    assert [problem.code for problem in verify(store, clean=True)] == ["file_missing", "unreferenced"]
    assert stray.exists()


def test_many_old_commits_lose_nothing(store):
    row = {"product_id": "c", "load_id": 2, "source_id": "not acknowledged"}
    land = landing(Products)
    for line in range(99):
        Filled(store).put(land, [row | {"line": line}], replace=False)
    long_ago = time.time() - 90 * 86_400
    for entry in (store.lake / land.name / "_delta_log").iterdir():
        os.utime(entry, (long_ago, long_ago))
    for line in range(99, 103):
        Filled(store).put(land, [row | {"line": line}], replace=False)
    assert [problem.code for problem in verify(store, clean=True)] == []
    assert len(Filled(store).rows(land)) == 2 + 103
    assert store.engine.to_arrow(store.engine.read(land, 0)).num_rows == 2


def test_every_problem_has_words_in_both_languages(store):
    data_file(store, Products).unlink()
    for problem in verify(store):
        for language in LANGUAGES:
            assert problem.message(language)
            assert problem.remedy(language)


def test_a_commit_that_was_not_recorded_is_read_through_and_recorded(store):
    import sqlalchemy as sa

    from moushi.database.tables import data_files

    with store.database.begin() as connection:
        connection.execute(sa.delete(data_files))
    assert codes(store) == []
    test_a_flipped_bit_is_found_even_where_the_size_is_the_same(store)
