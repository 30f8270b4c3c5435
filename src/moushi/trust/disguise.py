"""Texts with surrogates in place of personal data, and back.

A surrogate is known by the vault that gave it out, not by its form.  So what
stands in a text and equals a surrogate by chance is masked too, and where a
surrogate would be misread beside its neighbours a placeholder is written:
what is written can always be read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from moushi.trust.recognisers import RECOGNISERS
from moushi.trust.spans import PLACEHOLDER, Found
from moushi.trust.surrogates import offers
from moushi.trust.tokens import TokenKind, canonical, kind_of, make_tokens
from moushi.trust.vault import Vault

# A kind, how the value is written, and its value.
Surface = tuple[TokenKind, str, str]
_LABELS: dict[TokenKind, str] = {recogniser.kind: recogniser.label for recogniser in reversed(RECOGNISERS)}
_HEAD = 2


class Hit(NamedTuple):
    """A surrogate in a text."""

    start: int
    end: int
    token: str


class Disguise:
    """Writes and reads surrogates.

    Parameters
    ----------
    vault : where surrogates are kept, so that no two originals share one
    key : the token key, from which surrogates follow
    """

    def __init__(self, vault: Vault, key: bytes) -> None:
        self._vault = vault
        self._key = key
        self._last = 0
        self._tokens: dict[str, str] = {}
        self._lengths: dict[str, list[int]] = {}

    @property
    def given(self) -> int:
        """How many surrogates are known to be given out."""
        return len(self._tokens)

    def give(self, names: Mapping[Surface, str]) -> dict[Surface, str]:
        """Return the surrogate of each written form that has a token; forms without one are absent."""
        wanted = {token: self._free(*surface) for surface, token in names.items()}
        given = self._vault.assign(wanted)
        self._refresh()
        return {surface: given[token] for surface, token in names.items() if token in given}

    def _free(self, kind: TokenKind, surface: str, value: str) -> Iterator[str]:
        """Yield surrogates that are no one's original."""
        for offer in offers(surface, self._canonical(value, kind), kind, self._key):
            form = pa.array([self._canonical(offer, kind)], pa.string())
            if make_tokens(form, kind, self._key)[0].as_py() not in self._vault:
                yield offer

    @staticmethod
    def _canonical(value: str, kind: TokenKind) -> str:
        form: str = canonical(pa.array([value], pa.string()), kind)[0].as_py() or value
        return form

    def _refresh(self) -> None:
        for number, token, surrogate in self._vault.surrogates(self._last):
            self._last = number
            self._tokens[surrogate] = token
            lengths = set(self._lengths.get(surrogate[:_HEAD], ())) | {len(surrogate)}
            self._lengths[surrogate[:_HEAD]] = sorted(lengths, reverse=True)

    def hits(self, text: str) -> list[Hit]:
        """Return the surrogates in a text outside placeholders, from left to right, the longest first."""
        self._refresh()
        return [hit for gap in _gaps(text, ()) for hit in self._between(text, *gap)]

    def _between(self, text: str, start: int, end: int) -> list[Hit]:
        found: list[Hit] = []
        while start < end:
            lengths = self._lengths.get(text[start : start + _HEAD], ())
            length = next((size for size in lengths if start + size <= end and text[start : start + size] in self._tokens), 0)
            if length:
                found.append(Hit(start, start + length, self._tokens[text[start : start + length]]))
            start += length or 1
        return found

    def also(self, text: str, finds: Sequence[Found]) -> list[Found]:
        """Return the finds and what equals a surrogate between them, in order."""
        self._refresh()
        hits = [hit for gap in _gaps(text, finds) for hit in self._between(text, *gap)]
        kinds = [kind_of(hit.token) for hit in hits]
        new = [Found(hit.start, hit.end, _LABELS[kind], kind, text[hit.start : hit.end]) for hit, kind in zip(hits, kinds, strict=True)]
        return sorted([*finds, *new], key=lambda find: find.start)

    def write(self, text: str, finds: Sequence[Found], name: Callable[[Sequence[Surface]], dict[Surface, str]]) -> tuple[str, list[Found]]:
        """Write surrogates for finds.

        Parameters
        ----------
        text : as it is
        finds : in order, without overlaps
        name : gives written forms their tokens

        Returns
        -------
        the written text and what was masked in it
        """
        chosen, plain = list(finds), set[Found]()
        while True:
            names = name([surface_of(text, find) for find in chosen])
            given = self.give(names)
            shown = [None if find in plain else given.get(surface_of(text, find)) for find in chosen]
            pieces = [word or f"[{find.label}:{names[surface_of(text, find)]}]" for find, word in zip(chosen, shown, strict=True)]
            written, places = _joined(text, chosen, pieces)
            meant = {place for place, word in zip(places, shown, strict=True) if word is not None}
            read = {(hit.start, hit.end) for hit in self.hits(written)}
            if read == meant:
                return written, chosen
            wrong = [*(meant - read), *(read - meant)]
            misread = {find for find, place in zip(chosen, places, strict=True) if any(_meet(place, other) for other in wrong)}
            plain |= misread
            chosen = self.also(text, chosen)

    def read(self, text: str) -> dict[tuple[int, int], str]:
        """Return where surrogates stand and what they stand for."""
        hits = self.hits(text)
        originals = self._vault.find(hit.token for hit in hits)
        return {(hit.start, hit.end): originals[hit.token] for hit in hits if hit.token in originals}


def surface_of(text: str, find: Found) -> Surface:
    """Return kind, written form and value of a find."""
    return find.kind, text[find.start : find.end], find.value


def _gaps(text: str, finds: Sequence[Found]) -> list[tuple[int, int]]:
    """Return what lies between finds and placeholders."""
    taken = sorted([*((find.start, find.end) for find in finds), *(match.span() for match in PLACEHOLDER.finditer(text))])
    edges = [0, *(edge for place in taken for edge in place), len(text)]
    return [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _joined(text: str, finds: Sequence[Found], pieces: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return the text with pieces in place of finds, and where the pieces stand in it."""
    written, places, end = "", [], 0
    for find, piece in zip(finds, pieces, strict=True):
        written += text[end : find.start]
        places.append((len(written), len(written) + len(piece)))
        written, end = written + piece, find.end
    return written + text[end:], places
