"""Finds personal data in free text and settles overlaps."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from moushi.trust.recognisers import RECOGNISERS
from moushi.trust.recognisers.base import fold
from moushi.trust.tokens import TOKEN_PATTERN, VARIANT_PATTERN, TokenKind

LABELS = "|".join(sorted({recogniser.label for recogniser in RECOGNISERS}))
PLACEHOLDER = re.compile(rf"\[(?:{LABELS}):(?P<token>{TOKEN_PATTERN})(?P<variant>{VARIANT_PATTERN})\]")
_INVISIBLE = "[\u00ad\u200b-\u200f\u2060\ufeff]"


@dataclass(frozen=True)
class Found:
    """Personal data in a text: where it stands, and of what kind it is."""

    start: int
    end: int
    label: str
    kind: TokenKind


def suspects(texts: pa.Array) -> pa.Array:
    """Return for each text whether any recogniser could find something in it; null for null."""
    plain = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFKC"), _INVISIBLE, "")
    return pc.match_substring_regex(plain, _hints())


@functools.cache
def _hints() -> str:
    return "|".join(f"(?:{recogniser.hint})" for recogniser in RECOGNISERS)


@functools.cache
def _hinted() -> re.Pattern[str]:
    return re.compile(_hints(), re.ASCII)


def find(text: str) -> list[Found]:
    """Return all personal data of a text, in order, without overlaps; placeholders are left alone.

    Notes
    -----
    What lies between finds is read again until nothing more is found, so that
    masking a masked text changes nothing.
    """
    found: list[Found] = []
    waiting = _gaps(0, len(text), [match.span() for match in PLACEHOLDER.finditer(text)])
    while waiting:
        start, end = waiting.pop()
        spans = _settle(_read(text[start:end], start))
        found += spans
        if spans:
            waiting += _gaps(start, end, [(span.start, span.end) for span in spans])
    return sorted(found, key=lambda span: span.start)


def _gaps(start: int, end: int, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    edges = [start, *(edge for span in taken for edge in span), end]
    return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]


def _read(text: str, shift: int) -> list[tuple[int, Found]]:
    """Return the finds of every recogniser with its rank."""
    folded, offsets = fold(text)
    finds: list[tuple[int, Found]] = []
    if _hinted().search(folded) is None:
        return finds
    for rank, recogniser in enumerate(RECOGNISERS):
        for start, end in recogniser.find(folded):
            first, last = (start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1)
            finds.append((rank, Found(first + shift, last + shift, recogniser.label, recogniser.kind)))
    return finds


def _settle(finds: list[tuple[int, Found]]) -> list[Found]:
    """Keep of overlapping finds the first in rank, then the longest, then the leftmost."""
    if len(finds) < 2:
        return [span for _, span in finds]
    kept: list[Found] = []
    origin = min(span.start for _, span in finds)
    taken = bytearray(max(span.end for _, span in finds) - origin)
    for _, span in sorted(finds, key=lambda ranked: (ranked[0], ranked[1].start - ranked[1].end, ranked[1].start)):
        place = slice(span.start - origin, span.end - origin)
        if not any(taken[place]):
            taken[place] = b"\1" * (span.end - span.start)
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
