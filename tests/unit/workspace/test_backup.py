import stat
import tarfile

import pytest

from moushi.columns import Products
from moushi.errors import BackupDamaged, KeyMissing, WorkspaceExists
from moushi.workspace.backup import backup, restore
from moushi.workspace.store import Store
from moushi.workspace.verify import verify
from tests.unit.workspace.test_verify import Filled


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "shop", {"currency": "EUR"})
    Filled(store).put(Products, [{"product_id": "a"}])
    store.next_number("load")
    yield store
    store.close()


def test_a_restored_workspace_is_the_one_that_was_backed_up(store, tmp_path):
    file = backup(store, tmp_path / "shop.tar")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = restore(file, tmp_path / "again")
    assert verify(again) == []
    assert again.settings["currency"] == "EUR"
    assert again.next_number("load") == 2
    assert again.keys == store.keys
    assert Filled(again).rows(Products) == Filled(store).rows(Products)
    again.close()


def test_golden_texts_and_keys_of_models_come_along(store, tmp_path):
    (store.path / "golden").mkdir()
    (store.path / "golden" / "read_texts.jsonl").write_text("{}\n", "utf-8")
    keys = store.path / "keys" / "models.key"
    keys.write_text("SOME_KEY=secret\n", "utf-8")
    keys.chmod(0o600)
    again = restore(backup(store, tmp_path / "shop.tar"), tmp_path / "again")
    assert (again.path / "golden" / "read_texts.jsonl").read_text("utf-8") == "{}\n"
    assert stat.S_IMODE((again.path / "keys" / "models.key").stat().st_mode) == 0o600
    again.close()
    without = restore(backup(store, tmp_path / "bare.tar", with_keys=False), tmp_path / "without")
    assert not (without.path / "keys" / "models.key").exists()
    without.close()


def test_keys_can_be_left_out(store, tmp_path):
    again = restore(backup(store, tmp_path / "shop.tar", with_keys=False), tmp_path / "again")
    with pytest.raises(KeyMissing):
        _ = again.keys
    again.close()


def test_a_changed_backup_is_refused_and_nothing_is_left(store, tmp_path):
    file = backup(store, tmp_path / "shop.tar")
    content = bytearray(file.read_bytes())
    position = content.find(b"PAR1")
    content[position + 10] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupDamaged, match="differ from its manifest"):
        restore(file, tmp_path / "again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop", "shop.tar"]


@pytest.mark.parametrize("cut", [0, 1000])
def test_a_cut_backup_is_refused(store, tmp_path, cut):
    file = backup(store, tmp_path / "shop.tar")
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(BackupDamaged):
        restore(file, tmp_path / "again")


def test_a_path_that_leads_outside_is_refused(tmp_path):
    (tmp_path / "letter").write_text("x")
    with tarfile.open(tmp_path / "shop.tar", "w") as archive:
        archive.add(tmp_path / "letter", "../../letter2")
    with pytest.raises(BackupDamaged):
        restore(tmp_path / "shop.tar", tmp_path / "again")


def test_a_folder_in_use_is_not_overwritten(store, tmp_path):
    file = backup(store, tmp_path / "shop.tar")
    with pytest.raises(WorkspaceExists):
        restore(file, store.path)
