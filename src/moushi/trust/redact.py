"""Takes personal data out of log and error texts that others wrote."""

from __future__ import annotations

import functools
import re

from moushi.columns import all_tables
from moushi.trust.spans import find

_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|“([^”\n]*)”|`([^`\n]*)`|«([^»\n]*)»")
_NUMBER = re.compile(r"\d{6,}")


def redact(text: str) -> str:
    """Return `text` without anything that may be a value from someone's data.

    Parameters
    ----------
    text : message of an unexpected exception, which may quote values

    Returns
    -------
    the text with recognised personal data replaced by `[EMAIL]` and the like,
    quoted words by `'...'` unless they are names of Moushi's own tables and
    columns, and numbers of six digits and more by `[NUMBER]`

    Notes
    -----
    Meant for texts that go to logs and screens and are never restored; nothing
    is written to the vault.
    """
    pieces: list[str] = []
    end = 0
    for span in find(text):
        pieces += [text[end : span.start], f"[{span.label}]"]
        end = span.end
    plain = "".join([*pieces, text[end:]])
    return _NUMBER.sub("[NUMBER]", _QUOTED.sub(_own_words_only, plain))


def _own_words_only(match: re.Match[str]) -> str:
    word = match[match.lastindex or 0]
    return match[0] if word in _own_words() else f"{match[0][0]}...{match[0][-1]}"


@functools.cache
def _own_words() -> frozenset[str]:
    names = [name for table in all_tables().values() for name in (table.name, *table.columns())]
    return frozenset(names)
