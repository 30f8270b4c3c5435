from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from moushi.errors import DiskFull, TokenUnknown, VaultDamaged, VaultUnreadable, WorkspaceBusy
from moushi.trust.keys import Keys
from moushi.trust.vault import Vault

KEYS = Keys(b"t" * 32, b"v" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.sqlite"


@pytest.fixture
def vault(path: Path) -> Iterator[Vault]:
    opened = Vault(path, KEYS)
    yield opened
    opened.close()


def test_originals_come_back_in_another_vault_object(path: Path, vault: Vault) -> None:
    vault.put([("nm_a", "name", "张三"), ("em_b", "email", "a@example.com")])
    again = Vault(path, KEYS)
    assert again.get("nm_a") == "张三"
    assert again.find(["em_b", "nm_a", "nm_x"]) == {"nm_a": "张三", "em_b": "a@example.com"}
    assert "nm_a" in again
    assert "nm_x" not in again
    assert len(again) == 2
    again.close()


def test_an_unknown_token_is_named(vault: Vault) -> None:
    with pytest.raises(TokenUnknown, match="nm_x"):
        vault.get("nm_x")


def test_the_first_original_of_a_token_stays(vault: Vault) -> None:
    vault.put([("nm_a", "name", "first"), ("nm_a", "name", "second")])
    vault.put([("nm_a", "name", "third")])
    assert vault.get("nm_a") == "first"
    assert len(vault) == 1


def test_the_file_holds_no_original_and_is_private(path: Path, vault: Vault) -> None:
    vault.put([("nm_a", "name", "Quillfeather"), ("nm_b", "name", "张三丰")])
    vault.close()
    for file in path.parent.iterdir():
        content = file.read_bytes()
        assert b"Quillfeather" not in content
        assert "张三丰".encode() not in content
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_each_entry_has_its_own_nonce(path: Path, vault: Vault) -> None:
    vault.put([(f"nm_{number}", "name", "same") for number in range(100)])
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        sealed = [row[0] for row in database.execute("SELECT sealed FROM entries")]
    assert len({content[:12] for content in sealed}) == 101
    assert len(set(sealed)) == 101


def test_another_key_does_not_open_the_vault(path: Path, vault: Vault) -> None:
    vault.put([("nm_a", "name", "x")])
    with pytest.raises(VaultDamaged):
        Vault(path, Keys(KEYS.token, b"w" * 32))


@pytest.mark.parametrize("change", ["token = 'nm_z'", "kind = 'email'", "sealed = x'00'"])
def test_a_changed_entry_is_found(path: Path, vault: Vault, change: str) -> None:
    vault.put([("nm_a", "name", "x"), ("nm_b", "name", "y")])
    assert vault.damaged() == []
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"UPDATE entries SET {change} WHERE token = 'nm_a'")
    (token,) = vault.damaged()
    with pytest.raises(VaultDamaged, match=token):
        vault.get(token)
    assert vault.get("nm_b") == "y"


def test_a_file_that_is_no_vault_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(VaultUnreadable, match="not a database"):
        Vault(path, KEYS)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(VaultUnreadable, match="absent"):
        Vault(tmp_path / "absent" / "vault.sqlite", KEYS)


def test_a_full_disk_keeps_nothing_of_the_call(path: Path, vault: Vault) -> None:
    vault.put([("nm_a", "name", "x")])
    with vault._session() as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        vault.put([(f"nm_{number}", "name", "y" * 500) for number in range(200)])
    with vault._session() as database:
        database.execute("PRAGMA max_page_count = 1000000")
    assert len(vault) == 1
    vault.put([("nm_b", "name", "z")])
    assert vault.get("nm_b") == "z"


def test_a_writer_that_waits_too_long_says_so(path: Path, vault: Vault) -> None:
    impatient = Vault(path, KEYS, timeout_s=0.05)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(WorkspaceBusy):
        impatient.put([("nm_a", "name", "x")])
    blocker.execute("ROLLBACK")
    impatient.put([("nm_a", "name", "x")])
    assert vault.get("nm_a") == "x"
    blocker.close()
    impatient.close()


WRITER = """
import sys
from pathlib import Path
from moushi.trust.keys import Keys
from moushi.trust.vault import Vault
vault = Vault(Path(sys.argv[1]), Keys(b"t" * 32, b"v" * 32))
for batch in range(10):
    vault.put([(f"nm_{batch}_{number}", "name", f"{batch} {number}") for number in range(20)])
    vault.put([(f"nm_{sys.argv[2]}_{batch}_own", "name", sys.argv[2])])
"""


def test_several_processes_write_at_once(path: Path) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(worker)]) for worker in range(4)]
    assert [worker.wait(timeout=60) for worker in workers] == [0] * 4
    vault = Vault(path, KEYS)
    assert len(vault) == 10 * 20 + 4 * 10
    assert vault.damaged() == []
    vault.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_writes_through_its_own_connection(vault: Vault) -> None:
    vault.put([("nm_a", "name", "parent")])
    worker = multiprocessing.get_context("fork").Process(target=vault.put, args=([("nm_b", "name", "child")],))
    worker.start()
    worker.join()
    assert worker.exitcode == 0
    assert vault.get("nm_b") == "child"


def test_a_copy_is_whole_and_private(tmp_path: Path, vault: Vault) -> None:
    vault.put([("nm_a", "name", "x")])
    copy = tmp_path / "copy.sqlite"
    vault.copy(copy)
    vault.put([("nm_b", "name", "y")])
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    opened = Vault(copy, KEYS)
    assert len(opened) == 1
    assert opened.get("nm_a") == "x"
    opened.close()


def test_a_vault_in_memory_survives_close() -> None:
    vault = Vault(None, KEYS)
    vault.put([("nm_a", "name", "x")])
    vault.close()
    assert vault.get("nm_a") == "x"


def test_a_surrogate_is_given_once_and_stays(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path / "keys.json")
    vault = Vault(tmp_path / "vault.db", keys)
    assert vault.assign({"nm_a": iter(["王芳", "李娜"]), "nm_b": iter(["王芳", "李娜"]), "nm_c": iter(["王芳"])}) == {
        "nm_a": "王芳",
        "nm_b": "李娜",
    }
    vault.close()
    again = Vault(tmp_path / "vault.db", keys)
    assert again.assign({"nm_a": iter(["张伟"])}) == {"nm_a": "王芳"}
    assert again.surrogates() == [(1, "nm_a", "王芳"), (2, "nm_b", "李娜")]
    assert again.surrogates(1) == [(2, "nm_b", "李娜")]
    again.close()
