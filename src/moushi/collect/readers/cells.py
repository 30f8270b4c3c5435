"""Values of spreadsheets, JSON and Parquet as text, as a person would type them."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

_EXACT = 1 << 53
_DIGITS = 15  # what a spreadsheet keeps of a number; more is noise of binary fractions


def cell_text(value: Any) -> str | None:
    """Return a value as text: ISO dates, numbers without noise or exponent, true and false; None for none."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime):
        return _moment_text(value)
    if isinstance(value, dt.timedelta):
        return _span_text(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)


def number_text(written: str) -> str:
    """Return a number as it was written in JSON, without exponent."""
    return format(Decimal(written), "f") if "e" in written.lower() else written


def _float_text(value: float) -> str | None:
    if not math.isfinite(value):
        return None
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return format(Decimal(format(value, f".{_DIGITS}g")).normalize(), "f")


def _moment_text(value: dt.datetime) -> str:
    """Return a moment as ISO 8601 with a blank; midnight without zone is a date."""
    if value.tzinfo is None and value.time() == dt.time(0):
        return value.date().isoformat()
    return value.isoformat(" ")


def _span_text(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, rest = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"
