"""Finds personal data in free text and settles overlaps."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from moushi.settings import Settings
from moushi.trust.names.reading import chinese_names
from moushi.trust.numerals import HINT, numbers
from moushi.trust.recognisers import OPTIONAL, RECOGNISERS, company, order_number
from moushi.trust.recognisers.base import Recogniser, fold
from moushi.trust.tokens import INVISIBLE, TOKEN_PATTERN, VARIANT_PATTERN, TokenKind

LABELS = "|".join(sorted({recogniser.label for recogniser in (*RECOGNISERS, *OPTIONAL)}))
PLACEHOLDER = re.compile(rf"\[(?:{LABELS}):(?P<token>{TOKEN_PATTERN})(?P<variant>{VARIANT_PATTERN})\]")
_INVISIBLE = f"[{INVISIBLE}]"
# Stands for a placeholder beside the text that is read.
_EDGE = "\ue000"
# Hidden numbers with check digits win over all, hidden telephones over names alone.
_CHECKED_RANK, _NUMERAL_RANK, _NAME_RANK = -1, 500, 1000
# Fewer texts are read at once without the filter, whose patterns take longer to prepare.
_MANY = 100
_SIX, _TOGETHER = 6, 5
_SIX_DIGITS = r"(?:\d[^\d]{0,3}){5}\d"


@dataclass(frozen=True)
class Found:
    """Personal data in a text: where it stands, of what kind it is, and its value as it would be written plainly."""

    start: int
    end: int
    label: str
    kind: TokenKind
    value: str


@dataclass(frozen=True)
class Options:
    """What is looked for besides what always is.

    Parameters
    ----------
    companies : names of companies too
    order_number : regular expression of the workspace's own order numbers; None for none
    """

    companies: bool = False
    order_number: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Options:
        """Return what a workspace's settings say."""
        pattern = settings["order_number_pattern"]
        return cls(bool(settings["mask_companies"]), None if pattern is None else str(pattern))

    def recognisers(self) -> tuple[Recogniser, ...]:
        """Return all recognisers in the order in which they win."""
        return _chosen(self)


@functools.cache
def _chosen(options: Options) -> tuple[Recogniser, ...]:
    own = (order_number.recogniser(options.order_number),) if options.order_number else ()
    return (*own, *RECOGNISERS, *((company.CHINESE, company.ENGLISH) if options.companies else ()))


USUAL = Options()


def suspects(texts: pa.Array, options: Options = USUAL) -> pa.Array:
    """Return for each text whether any pattern could find something in it; null for null."""
    plain = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFKC"), _INVISIBLE, "")
    found = pc.match_substring_regex(plain, _SIX_DIGITS)
    for pattern in _filters(options):
        found = pc.or_(found, pc.match_substring_regex(plain, pattern))
    return found


@functools.cache
def _filters(options: Options) -> tuple[str, ...]:
    """Return patterns that match every text with a find that has fewer than six digits; few at once are faster than all."""
    hints = dict.fromkeys([HINT, *(recogniser.hint for recogniser in options.recognisers() if recogniser.digits < _SIX)])
    listed = [f"(?:{hint})" for hint in hints]
    return tuple("|".join(listed[start : start + _TOGETHER]) for start in range(0, len(listed), _TOGETHER))


def find(text: str, options: Options = USUAL) -> list[Found]:
    """Return all personal data of a text, in order, without overlaps; placeholders are left alone."""
    return find_many([text], options)[0]


def find_many(texts: Sequence[str], options: Options = USUAL) -> list[list[Found]]:
    """Return all personal data of each text, in order, without overlaps; placeholders are left alone.

    Notes
    -----
    What lies between finds is read again until nothing more is found, so that
    masking a masked text changes nothing.
    """
    found: list[list[Found]] = [[] for _ in texts]
    waiting = [_Piece(place, *gap) for place, text in enumerate(texts) for gap in _outside(text)]
    while waiting:
        again: list[_Piece] = []
        for piece, spans in zip(waiting, _read_many(texts, waiting, options), strict=True):
            found[piece.text] += spans
            if spans:
                again += [_Piece(piece.text, *gap) for gap in _gaps(piece.start, piece.end, [(span.start, span.end) for span in spans])]
        waiting = again
    return [sorted(spans, key=lambda span: span.start) if spans else spans for spans in found]


class _Piece(NamedTuple):
    """A part of one of the texts."""

    text: int
    start: int
    end: int


def _outside(text: str) -> list[tuple[int, int]]:
    """Return what is no placeholder."""
    if "[" not in text:
        return [(0, len(text))] if text else []
    return _gaps(0, len(text), [match.span() for match in PLACEHOLDER.finditer(text)])


def _gaps(start: int, end: int, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    edges = [start, *(edge for span in taken for edge in span), end]
    return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]


def _read_many(texts: Sequence[str], pieces: Sequence[_Piece], options: Options) -> list[list[Found]]:
    parts = [texts[place][start:end] for place, start, end in pieces]
    column = pa.array([_encodable(part) for part in parts], pa.string())
    hinted = suspects(column, options).to_pylist() if len(pieces) >= _MANY else [True] * len(pieces)
    named = _named(texts, pieces, column)
    read: list[list[Found]] = []
    for piece, part, hint, spans in zip(pieces, parts, hinted, named, strict=True):
        finds = _matches(part, piece.start, options) if hint else []
        for start, end in spans:
            finds.append((_NAME_RANK, Found(start + piece.start, end + piece.start, "NAME", "name", part[start:end])))
        read.append(_settle(finds) if finds else [])
    return read


def _encodable(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _SURROGATE.search(text) else text


# Marks that make a keycap of the digit before them.
_KEYCAP = ("\ufe0f", "\u20e3")
_DIGIT = re.compile(r"\d", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")


def _named(texts: Sequence[str], pieces: Sequence[_Piece], column: pa.Array) -> list[list[tuple[int, int]]]:
    """Return the names of people in the pieces that have Chinese characters."""
    found: list[list[tuple[int, int]]] = [[] for _ in pieces]
    where = pc.indices_nonzero(pc.match_substring_regex(column, r"\p{Han}")).to_pylist()
    chosen = [pieces[place] for place in where]
    edged = [f"{_EDGE if start else ''}{texts[place][start:end]}{_EDGE if end < len(texts[place]) else ''}" for place, start, end in chosen]
    for place, piece, spans in zip(where, chosen, chinese_names(edged) if edged else [], strict=True):
        shift = 1 if piece.start else 0
        found[place] = [(start - shift, end - shift) for start, end in spans]
    return found


def _matches(text: str, shift: int, options: Options) -> list[tuple[int, Found]]:
    """Return the finds of every recogniser with its rank."""
    folded, offsets = fold(text)
    finds: list[tuple[int, Found]] = []

    def add(rank: int, start: int, end: int, label: str, kind: TokenKind, value: str) -> None:
        first, last = (start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1)
        while text[last : last + 1] in _KEYCAP:
            last += 1
        finds.append((rank, Found(first + shift, last + shift, label, kind, value)))

    lowered = folded.lower()
    count = len(_DIGIT.findall(folded))
    for rank, recogniser in enumerate(options.recognisers()):
        if not recogniser.may_find(lowered, count):
            continue
        for start, end in recogniser.find(folded):
            add(rank, start, end, recogniser.label, recogniser.kind, folded[start:end])
    for number in numbers(folded):
        add(_NUMERAL_RANK if number.label == "PHONE" else _CHECKED_RANK, number.start, number.end, number.label, number.kind, number.digits)
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
