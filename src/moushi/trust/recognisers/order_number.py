"""Order numbers by the pattern that the workspace gives for its own."""

from __future__ import annotations

import functools
import re

from moushi.patterns import order_number_fault
from moushi.trust.recognisers.base import Recogniser


@functools.cache
def recogniser(pattern: str) -> Recogniser:
    r"""Return a recogniser of whole numbers that match `pattern`.

    Parameters
    ----------
    pattern : regular expression, such as `[A-Z]{2}\d{10}`

    Raises
    ------
    ValueError : if it is no regular expression, or one that may not be matched against every text
    """
    fault = order_number_fault(pattern)
    if fault is not None:
        raise ValueError(f"trust: the pattern of order numbers {pattern!r} is not {fault.en}.")
    compiled = re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", re.ASCII)
    return Recogniser(label="ORDER", kind="order", hint=pattern, pattern=compiled)
