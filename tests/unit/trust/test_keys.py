from __future__ import annotations

import stat
from pathlib import Path

import pytest

from moushi.errors import KeyDamaged, KeyExists, KeyExposed, KeyMissing
from moushi.trust.keys import Keys


def test_created_keys_are_private_and_load_again(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = Keys.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keys.load(path) == keys
    assert keys.token != keys.vault
    assert len(keys.token) == len(keys.vault) == 32


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    keys = Keys.create(path)
    with pytest.raises(KeyExists):
        Keys.create(path)
    assert Keys.load(path) == keys


def test_missing_keys_are_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"keys\.json"):
        Keys.load(tmp_path / "keys.json")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o602, 0o660])
def test_keys_that_others_may_use_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys.json"
    Keys.create(path)
    path.chmod(mode)
    with pytest.raises(KeyExposed, match=f"{mode:04o}"):
        Keys.load(path)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"token": "00", "vault": "00"}', '{"token": "zz", "vault": "zz"}', "\x00\x01"])
def test_damaged_keys_are_refused_without_being_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyDamaged) as caught:
        Keys.load(path)
    assert "zz" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_binary_rubbish_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(b"\xff\xfe\x80")
    path.chmod(0o600)
    with pytest.raises(KeyDamaged):
        Keys.load(path)


def test_keys_do_not_show_themselves() -> None:
    keys = Keys.random()
    assert keys.token.hex() not in repr(keys)
    assert repr(keys.token) not in repr(keys)


def test_derived_keys_depend_on_the_secret_alone() -> None:
    assert Keys.derive(b"a" * 16) == Keys.derive(b"a" * 16)
    assert Keys.derive(b"a" * 16) != Keys.derive(b"b" * 16)
    with pytest.raises(ValueError, match="too short"):
        Keys.derive(b"short")
