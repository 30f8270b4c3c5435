"""The words that people see, in English and Chinese.

Each part of Moushi has a file of the same name under `en/` and `zh/`; a code is
`<file>.<key>`, and its text may name facts in braces, filled by `say`.
"""

from __future__ import annotations

import functools
import locale
import os
import tomllib
from importlib import resources
from typing import Any

from moushi.errors import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh")


@functools.cache
def words(part: str, language: Language) -> dict[str, str]:
    """Return all texts of one part, by dotted key."""
    content = resources.files(__name__).joinpath(language, f"{part}.toml").read_text("utf-8")
    return dict(_flatten(tomllib.loads(content)))


def _flatten(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            pairs += _flatten(value, f"{prefix}{key}.")
        else:
            pairs.append((prefix + key, str(value)))
    return pairs


def say(code: str, language: Language, **facts: Any) -> str:
    """Return the text of `code` in `language`, with `facts` filled in.

    Raises
    ------
    KeyError : if no text has that code
    """
    part, _, key = code.partition(".")
    return words(part, language)[key].format(**facts)


def system_language() -> Language:
    """Return "zh" when the system's locale is Chinese, else "en"."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((name for name in names if name), locale.getlocale()[0] or "")
    return "zh" if chosen.lower().startswith(("zh", "chinese")) else "en"
