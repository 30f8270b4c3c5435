"""Regular expressions that people write: which of them may be matched against every text."""

from __future__ import annotations

import importlib
import math
import re
from typing import Any

from moushi.errors import Words

_EXAMPLE = r"such as [A-Z]{2}\d{10}"
_EXAMPLE_ZH = r"例如 [A-Z]{2}\d{10}"
# The most ways in which a pattern may be tried at one place of a text; one that can be tried in
# endless ways holds up everything on a text that almost fits it.
_MOST_WAYS = 10_000
_LEAST, _MOST = 4, 64
# A pattern that one of these fits would mask ordinary words, years and prices.
_ORDINARY = ("good", "delivery", "QUALITY", "Product", "very good", "2024", "1999", "2024-05-01", "100.00", "质量很好", "发货很快")


def order_number_fault(pattern: str) -> Words | None:
    """Tell what a pattern of order numbers would have to be and is not.

    Parameters
    ----------
    pattern : regular expression

    Returns
    -------
    what is expected, as it completes "is not ..."; None if the pattern is good:
    it can be read, fits only what has 4 to 64 characters, fits no ordinary
    words, and can be tried in few ways
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        compiled = re.compile(f"(?:{pattern})", re.ASCII)
        pc.match_substring_regex(pa.array([""]), pattern)  # what narrows many texts down cannot read all that `re` can
    except (re.error, pa.ArrowInvalid) as error:
        return Words(f"a regular expression that can be read ({error}), {_EXAMPLE}", f"可读的正则表达式（{error}），{_EXAMPLE_ZH}")
    parsed = _parse(compiled.pattern)
    least, most = parsed.getwidth()
    if least < _LEAST or most > _MOST:
        return Words(
            f"a regular expression of {_LEAST} to {_MOST} characters (write {{1,20}} instead of + or *), {_EXAMPLE}",
            f"长度为 {_LEAST} 到 {_MOST} 个字符的正则表达式（用 {{1,20}} 代替 + 或 *），{_EXAMPLE_ZH}",
        )
    if _ways(parsed) > _MOST_WAYS:
        return Words(
            f"a regular expression that can be tried quickly (without repeating what varies), {_EXAMPLE}",
            f"能快速匹配的正则表达式（不要重复可变的部分），{_EXAMPLE_ZH}",
        )
    ordinary = next((word for word in _ORDINARY if compiled.fullmatch(word)), None)
    if ordinary is not None:
        return Words(
            f"a regular expression that fits order numbers only (it fits “{ordinary}”), {_EXAMPLE}",
            f"只匹配订单号的正则表达式（它匹配“{ordinary}”），{_EXAMPLE_ZH}",
        )
    return None


def _parse(pattern: str) -> Any:
    # The parser of `re` itself, which has no public name since Python 3.11.
    return importlib.import_module("re._parser").parse(pattern)


def _ways(parsed: Any) -> float:
    """Return a bound on the number of ways in which a parsed pattern can be tried at one place."""
    return math.prod(_ways_of(str(operation), argument) for operation, argument in parsed)


def _ways_of(operation: str, argument: Any) -> float:
    if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, part = argument
        return float((most - least + 1) * min(_ways(part), _MOST_WAYS + 1.0) ** min(int(most), _MOST))
    if operation == "BRANCH":
        return float(sum(_ways(branch) for branch in argument[1]))
    if operation == "SUBPATTERN":
        return _ways(argument[-1])
    if operation == "ATOMIC_GROUP":
        return _ways(argument)
    return math.inf if operation in ("ASSERT", "ASSERT_NOT", "GROUPREF", "GROUPREF_EXISTS") else 1.0
