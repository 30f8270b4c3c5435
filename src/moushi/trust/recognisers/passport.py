"""Passport numbers: the Chinese forms, and any after words that announce one."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser, is_business_number

_WORDS = r"(?:护照(?:号码?)?|\bpassport(?: ?(?:no\.?|number|num|#))?)"

RECOGNISER = Recogniser(
    label="PASSPORT",
    kind="national_id",
    hint=rf"(?i:{_WORDS})",
    pattern=re.compile(
        rf"(?i:{_WORDS})[ :#是为]{{0,4}}(?:is |no\.? ?)?[ :#]{{0,2}}"
        r"(?P<value>(?=[A-Za-z]{0,3}\d)[A-Za-z0-9]{6,12})(?![A-Za-z0-9])",
        re.ASCII,
    ),
    stems=("护照", "passport"),
)

CHINESE = Recogniser(
    label="PASSPORT",
    kind="national_id",
    hint=r"[EGDSPH][A-Z]?\d{7}",
    pattern=re.compile(r"(?<![A-Za-z0-9_-])(?:E[A-HJ-NP-Z]\d{7}|[EG]\d{8}|[DSP]E\d{7})(?![A-Za-z0-9_-])", re.ASCII),
    check=lambda match: not is_business_number(match),
    digits=7,
)
