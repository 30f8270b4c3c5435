"""Order numbers by the pattern that the workspace gives for its own."""

from __future__ import annotations

import functools
import re

from moushi.trust.recognisers.base import Recogniser


@functools.cache
def recogniser(pattern: str) -> Recogniser:
    r"""Return a recogniser of whole numbers that match `pattern`.

    Parameters
    ----------
    pattern : regular expression, such as `[A-Z]{2}\d{10}`

    Raises
    ------
    ValueError : if it is no regular expression, or matches an empty text
    """
    try:
        re.compile(pattern)
        compiled = re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])")
    except re.error as error:
        raise ValueError(f"trust: the pattern of order numbers cannot be read: {error}. Write a regular expression.") from None
    if compiled.fullmatch(""):
        raise ValueError("trust: the pattern of order numbers matches an empty text. Write one that needs at least one character.")
    # RE2 knows no look-around; any text with a digit or a letter is looked at.
    return Recogniser(label="ORDER", kind="order", hint=r"[A-Za-z0-9]{3}", pattern=compiled)
