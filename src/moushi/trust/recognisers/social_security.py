"""Social security numbers of the United States: 3-2-4 digits, or nine digits after the words."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser, digits, is_business_number

_WORDS = r"(?:\bssn\b|social security(?: number| no\.?)?)"


def is_social_security(number: str) -> bool:
    """Tell whether nine digits can have been issued: no group is all zeros, the area is not 666 or from 900."""
    return number[:3] not in ("000", "666") and number[0] != "9" and number[3:5] != "00" and number[5:] != "0000"


def _check(match: re.Match[str]) -> bool:
    return is_social_security(digits(match["value"])) and not is_business_number(match)


RECOGNISER = Recogniser(
    label="SSN",
    kind="national_id",
    hint=rf"\d{{3}}-\d{{2}}-\d{{4}}|(?i:{_WORDS})",
    pattern=re.compile(rf"(?i:{_WORDS})[^\d\n]{{0,12}}(?P<value>\d{{3}}[ -]?\d{{2}}[ -]?\d{{4}})(?!\d)", re.ASCII),
    check=_check,
    stems=("ssn", "social security"),
    digits=9,
)

DASHED = Recogniser(
    label="SSN",
    kind="national_id",
    hint=r"\d{3}-\d{2}-\d{4}",
    pattern=re.compile(r"(?<![\w-])(?P<value>\d{3}-\d{2}-\d{4})(?![\w-])", re.ASCII),
    check=_check,
    digits=9,
)
