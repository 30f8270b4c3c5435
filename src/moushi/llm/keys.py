"""Keys of language models: from the environment, or from a file that only its owner can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from moushi.errors import KeyExposed, ModelInvalid, ModelKeyMissing, Words
from moushi.llm.models import Model
from moushi.locale import say

KEY_FILE = "models.key"
"""Name of the key file in the `keys` folder of a workspace: lines of NAME=value."""


def find_key(model: Model, path: Path, environment: Mapping[str, str] | None = None) -> str | None:
    """Return the key of a model; None if it needs none.

    Raises
    ------
    ModelKeyMissing : if it is neither in the environment nor in the file
    KeyExposed : if others on this machine may read or write the file
    ModelInvalid : if a line of the file is not NAME=value
    """
    if model.variable is None:
        return None
    environment = os.environ if environment is None else environment
    key = environment.get(model.variable) or _read(path).get(model.variable)
    if not key:
        raise ModelKeyMissing(model=model.name, variable=model.variable, path=str(path))
    return key


def _read(path: Path) -> dict[str, str]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return {}
    if os.name == "posix" and mode & 0o077:
        raise KeyExposed(path=str(path), mode=f"{mode:04o}")
    keys: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        name, equals, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        if not equals:
            # Only the number of the line is said: the line may be a key.
            en, zh = (say("llm.keys.line", tongue, line=number) for tongue in ("en", "zh"))
            raise ModelInvalid(where=path.name, faults=Words(en, zh))
        keys[name.strip()] = value.strip().strip("\"'")
    return keys
