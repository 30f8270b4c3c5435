"""Tells texts that hold nothing of their writer's own: empty ones, stand-ins for a review, words that many repeat.

Preparation has marked what repeats an earlier text (`texts.duplicate_of`).  What
is left are short texts of different customers, which it keeps apart because
anyone says "very nice".  Where hundreds say the very same, it is no finding
either: such texts are counted and set aside, not read for aspects and themes.
"""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Literal

import numpy as np

from moushi.understand.characters import TOGETHER, folded

Reason = Literal["agent", "empty", "boilerplate"]

LEAST_REPEATS = 20
"""Writers who say the same short words before they count as boilerplate."""
LEAST_SHARE = 0.001
"""And their share of all texts."""
SHORT_CHARACTERS = 24
"""Longer texts in normal form are never boilerplate only because they are repeated."""

# Longer texts are neither repeated nor stand in for a review.
_LONGEST = 4 * SHORT_CHARACTERS
_TOGETHER = 2_000
_BETWEEN = re.compile(r"[\W_]+")


def normalised(text: str) -> str:
    """Return a text without case, width, blanks, marks and what cannot be seen; empty where no letter or digit is in it.

    Examples
    --------
    >>> normalised("Very ＧＯＯＤ!!"), normalised("很好，很喜欢。"), normalised("👍👍")
    ('verygood', '很好很喜欢', '')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _BETWEEN.sub("", text).casefold()


def repeated(counts: Iterable[tuple[str, int]], total: int) -> frozenset[str]:
    """Return the words, in normal form, that too many texts consist of.

    Parameters
    ----------
    counts : bodies and how many texts have each; bodies longer than twice
        `SHORT_CHARACTERS` need not be among them
    total : texts in all
    """
    sums: Counter[str] = Counter()
    listed = list(counts)
    for plain, (_, count) in zip(normal_forms([body for body, _ in listed]), listed, strict=True):
        if 0 < len(plain) <= SHORT_CHARACTERS:
            sums[plain] += count
    least = max(LEAST_REPEATS, LEAST_SHARE * total)
    return frozenset(plain for plain, count in sums.items() if count >= least)


def set_aside(bodies: Sequence[str], common: frozenset[str]) -> list[Reason | None]:
    """Return for each text why it is set aside, None where it is a customer's own words.

    Parameters
    ----------
    bodies : the texts
    common : what `repeated` returned for the whole corpus
    """
    return [_reason(plain, common) if len(plain) <= _LONGEST else None for plain in normal_forms(bodies)]


def normal_forms(bodies: Sequence[str]) -> Iterator[str]:
    """Yield texts in normal form, as `normalised` returns each, worked out together."""
    for start in range(0, len(bodies), _TOGETHER):
        yield from _forms(bodies[start : start + _TOGETHER])


def _forms(bodies: Sequence[str]) -> Iterator[str]:
    # All at once, but for those with characters that depend on what stands around them.
    codes = folded(np.frombuffer("".join(bodies).encode("utf-32-le", "surrogatepass"), np.uint32))
    lengths = np.fromiter(map(len, bodies), np.int64, len(bodies))
    ends = np.cumsum(lengths)
    kept, apart = (np.append(0, np.cumsum(mask)) for mask in ((codes != 0), (codes == TOGETHER)))
    whole = codes[codes != 0].tobytes().decode("utf-32-le", "replace")
    odd = (apart[ends] > apart[ends - lengths]).tolist()
    for body, start, end, together in zip(bodies, kept[ends - lengths].tolist(), kept[ends].tolist(), odd, strict=True):
        yield normalised(body) if together else whole[start:end]


def _reason(plain: str, common: frozenset[str]) -> Reason | None:
    if not plain:
        return "empty"
    if plain in common or _stands_in().fullmatch(plain):
        return "boilerplate"
    return None


@functools.cache
def _stands_in() -> re.Pattern[str]:
    lists = tomllib.loads(resources.files(__package__).joinpath("boilerplate.toml").read_text("utf-8"))
    patterns = [*lists["default"], *lists["padding"]]
    return re.compile("|".join(f"(?:{_numbered(pattern, place)})" for place, pattern in enumerate(patterns)))


def _numbered(pattern: str, place: int) -> str:
    """Name the group that a pattern refers back to, so that patterns can be joined."""
    return pattern.replace("(.{1,2})\\1", f"(?P<unit{place}>.{{1,2}})(?P=unit{place})")
