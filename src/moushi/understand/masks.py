"""Tokens of personal data in texts: they say nothing, and their letters are not of the text's language."""

from __future__ import annotations

import re

_MASKED = re.compile(r"\[[A-Z_]+:[a-z]{2}_[a-z2-7.]+\]")


def unmasked(body: str | None) -> str:
    """Return a text with its tokens blanked; as long as it was.

    Examples
    --------
    >>> unmasked("ask [NAME:nm_abc234] now")
    'ask                  now'
    """
    return _MASKED.sub(lambda match: " " * len(match[0]), body or "")
