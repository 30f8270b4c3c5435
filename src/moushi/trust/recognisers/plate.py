"""Number plates of mainland China, also of new-energy cars."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_BODY = r"[A-HJ-NP-Z0-9]"


def _check(match: re.Match[str]) -> bool:
    """Want digits enough: 新 also means "new" and stands before names of articles."""
    serial: str = match["serial"]
    least = 4 if match[0].startswith("新") else 3
    return sum(character.isdigit() for character in serial) >= least


RECOGNISER = Recogniser(
    label="PLATE",
    kind="plate",
    hint=rf"[{_PROVINCES}][ ]?[A-HJ-NP-Z][ ·•.-]?[A-HJ-NP-Z0-9]{{4}}",
    pattern=re.compile(
        rf"[{_PROVINCES}] ?[A-HJ-NP-Z][ ·•.-]?"
        rf"(?P<serial>[DF]{_BODY}\d{{4}}|\d{{5}}[DF]|{_BODY}{{5}}|{_BODY}{{4}}[警学挂港澳试])(?![A-Za-z0-9])",
        re.ASCII,
    ),
    check=_check,
    digits=3,
)
