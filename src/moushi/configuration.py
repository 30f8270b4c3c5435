"""Edits `moushi.toml`: in one step, and leaving everything else in it, comments too, as it is."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from moushi.errors import DiskFull, InvalidSetting, Words

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def parse(path: Path) -> TOMLDocument:
    """Return the file as a document that keeps its comments; empty if there is no file.

    Raises
    ------
    InvalidSetting : if it is not TOML
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        return tomlkit.parse(path.read_text("utf-8") if path.exists() else "")
    except (TOMLKitError, UnicodeDecodeError) as error:
        expected = Words("valid TOML in UTF-8", "UTF-8 编码的有效 TOML")
        raise InvalidSetting(name="TOML", value=type(error).__name__, where=path.name, expected=expected) from error


def replace(path: Path, text: str) -> None:
    """Replace a file so that it is, at every moment, either the old or the new one.

    Raises
    ------
    DiskFull : the file is as it was
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(name, path.stat().st_mode & 0o777)
        os.replace(name, path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFull(where=path.name) from error
        raise
