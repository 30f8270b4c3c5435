import multiprocessing
import stat
import time

import pytest

from moushi.errors import InvalidSetting, UnknownSetting, WorkspaceBusy, WorkspaceExists, WorkspaceNotFound
from moushi.workspace.store import Store


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "shop")
    yield store
    store.close()


def test_a_new_workspace_has_its_parts_and_its_key_is_private(store):
    assert store.configuration.is_file()
    assert (store.path / "lake").is_dir()
    assert stat.S_IMODE(store.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.key_file.parent.stat().st_mode) == 0o700


def test_settings_given_at_creation_are_kept_in_the_file(tmp_path):
    Store.create(tmp_path / "shop", {"currency": "CNY", "seed": 5}).close()
    again = Store(tmp_path / "shop")
    assert again.settings["currency"] == "CNY"
    assert again.settings["seed"] == 5


def test_a_folder_with_anything_in_it_is_not_taken(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "letter.txt").write_text("mine")
    with pytest.raises(WorkspaceExists):
        Store.create(tmp_path / "shop")
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_a_wrong_setting_makes_nothing(tmp_path):
    with pytest.raises(InvalidSetting):
        Store.create(tmp_path / "shop", {"currency": "yuan"})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_workspace_is_refused(tmp_path):
    with pytest.raises(WorkspaceNotFound, match="moushi init"):
        Store(tmp_path)


@pytest.mark.parametrize(
    ("content", "error"), [("[settings]\nfoo = 1\n", UnknownSetting), ("[settings\n", InvalidSetting), ("settings = 3\n", InvalidSetting)]
)
def test_a_faulty_configuration_is_explained(store, content, error):
    store.configuration.write_text(content)
    with pytest.raises(error, match=r"moushi\.toml"):
        Store(store.path)


def test_numbers_of_a_sequence_are_never_given_twice(store):
    other = Store(store.path)
    assert [store.next_number("load"), other.next_number("load"), store.next_number("load")] == [1, 2, 3]
    assert store.next_number("other") == 1
    other.close()


def test_a_password_is_not_kept_in_the_configuration(tmp_path, store):
    address = "postgresql://owner:hunter2@host/shop"
    with pytest.raises(InvalidSetting, match="MOUSHI_DATABASE_URL") as caught:
        Store.create(tmp_path / "other", {"database_url": address})
    assert "hunter2" not in str(caught.value)
    assert not (tmp_path / "other").exists()
    store.configuration.write_text(f'[settings]\ndatabase_url = "{address}"\n')
    with pytest.raises(InvalidSetting, match="MOUSHI_DATABASE_URL"):
        Store(store.path)


def hold(path, started):
    with Store(path).lock("collect"):
        started.set()
        time.sleep(30)


def test_a_second_process_waits_for_the_lock_and_death_frees_it(store):
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    holder = context.Process(target=hold, args=(store.path, started))
    holder.start()
    try:
        assert started.wait(30)
        with pytest.raises(WorkspaceBusy, match="adding files"), Store(store.path, {"lock_timeout_s": 0.1}).lock("collect"):
            pass
        with Store(store.path, {"lock_timeout_s": 0.1}).lock("run"):
            pass
    finally:
        holder.kill()
        holder.join()
    with Store(store.path, {"lock_timeout_s": 5}).lock("collect"):
        pass


def test_scratch_of_dead_processes_is_swept_and_that_of_the_living_kept(store):
    dead = multiprocessing.get_context("spawn").Process(target=int)
    dead.start()
    dead.join()
    for name in (str(dead.pid), "1", "notes"):
        (store.path / "scratch" / name).mkdir(parents=True)
    assert store.engine.scratch.name not in (str(dead.pid), "1")
    assert sorted(path.name for path in (store.path / "scratch").iterdir()) == ["1", "notes"]
