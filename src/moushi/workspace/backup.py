"""Backs a workspace up into one file and restores it, checked byte by byte."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from moushi.errors import BackupDamaged, Words, WorkspaceExists
from moushi.workspace.checksums import file_digest
from moushi.workspace.choices import FILE as THEMES
from moushi.workspace.store import CONFIGURATION, Store

MANIFEST = "manifest.json"
FORMAT = 1
_DATABASES = ("moushi.db", "vault.db")
_FOLDERS = ("lake", "artifacts", "reports", "golden")


def backup(store: Store, path: Path, *, with_keys: bool = True) -> Path:
    """Write everything a workspace is into one tar file, mode 0600, and return its path.

    Parameters
    ----------
    path : the file to write; it appears whole or not at all
    with_keys : leave the keys out with False; then they must be kept apart,
        and a restored workspace works only once they are put back

    Notes
    -----
    Waits for collection and runs to finish.  An application database outside
    the workspace (`database_url`) is not included: back it up with its own tools.
    """
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        with store.lock("collect"), store.lock("run"), tempfile.TemporaryDirectory(dir=store.path) as folder:
            _write(aside, dict(_members(store, Path(folder), with_keys)))
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return path


def _members(store: Store, scratch: Path, with_keys: bool) -> Iterator[tuple[str, Path]]:
    yield CONFIGURATION, store.configuration
    if (store.path / THEMES).exists():
        yield THEMES, store.path / THEMES
    for name in _DATABASES:
        if (store.path / name).exists():
            _copy_database(store.path / name, scratch / name)
            yield name, scratch / name
    folders = (*_FOLDERS, "keys") if with_keys else _FOLDERS
    for folder in folders:
        for file in sorted((store.path / folder).rglob("*")):
            if file.is_file():
                yield str(file.relative_to(store.path)), file


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _write(path: Path, members: dict[str, Path]) -> None:
    manifest = {"format": FORMAT, "files": {name: file_digest(file) for name, file in members.items()}}
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream, tarfile.open(fileobj=stream, mode="w") as archive:
        for name, file in members.items():
            archive.add(file, name)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as listed:
            json.dump(manifest, listed)
            listed.flush()
            archive.add(listed.name, MANIFEST)
        archive.close()
        stream.flush()
        os.fsync(stream.fileno())


def restore(path: Path, target: Path) -> Store:
    """Make a workspace at `target` from a backup file and open it.

    Raises
    ------
    WorkspaceExists : if `target` holds anything
    BackupDamaged : if the file is not a whole backup; nothing is restored
    """
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise WorkspaceExists(path=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}")
    try:
        _extract(path, aside)
        _compare(path, aside)
        for name in ("lake", "artifacts", "reports", "locks", "keys"):
            (aside / name).mkdir(exist_ok=True)
        (aside / "keys").chmod(0o700)
        os.replace(aside, target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Store(target)


def _extract(path: Path, folder: Path) -> None:
    try:
        with tarfile.open(path, "r:") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise BackupDamaged(
            path=str(path), detail=Words(f"it cannot be unpacked ({type(error).__name__})", f"无法解包（{type(error).__name__}）")
        ) from error


def _compare(path: Path, folder: Path) -> None:
    listed = folder / MANIFEST
    try:
        manifest = json.loads(listed.read_text("utf-8"))
        expected: dict[str, str] = manifest["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupDamaged(path=str(path), detail=Words("its manifest is missing or cannot be read", "清单缺失或无法读取")) from error
    listed.unlink()
    found = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    differing = [name for name, digest in expected.items() if name not in found or file_digest(found[name]) != digest]
    if differing or set(found) != set(expected):
        count = len(differing) or len(set(found) ^ set(expected))
        raise BackupDamaged(path=str(path), detail=Words(f"{count} files differ from its manifest", f"{count} 个文件与清单不符"))
