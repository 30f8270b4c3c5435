"""Masks personal data with tokens, and shows it again on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from moushi.trust.disguise import Disguise, Surface, surface_of
from moushi.trust.keys import Keys
from moushi.trust.personal import column_kind
from moushi.trust.spans import PLACEHOLDER, USUAL, Found, Options, find_many
from moushi.trust.tokens import TOKEN_PATTERN, TokenKind, canonical, kind_of, make_tokens, make_variants
from moushi.trust.vault import NONCE_BYTES, Vault, unseal

if TYPE_CHECKING:
    from moushi.schema import Personal

_BLOB = b"moushi blob 1"


@dataclass(frozen=True)
class Span:
    """What was masked: where it stood in the original text, its kind, and its token in the vault."""

    start: int
    end: int
    label: str
    kind: TokenKind
    token: str


@dataclass(frozen=True)
class Masked:
    """A text with placeholders instead of personal data, and what they stand for."""

    text: str
    spans: tuple[Span, ...]


class Shield:
    """Stands between the data and everything else: originals go to the vault, tokens come back.

    Parameters
    ----------
    keys : the workspace's keys, or a secret of at least 16 bytes they follow from
    vault : where originals are kept; in memory if None
    options : what to look for in free text besides what always is looked for
    surrogates : write into texts, instead of placeholders, values of the same
        kind and shape that are nobody's: a name for a name, a number for a
        number.  The same original has the same surrogate in every text of the
        vault; where none can be had a placeholder is written.  A shield that is
        to unmask them must have been made so, too

    Notes
    -----
    What is recognised and what is not: docs/explain/privacy.md; how well and how
    fast: benchmarks/RESULTS.md.

    Examples
    --------
    >>> shield = Shield(b"a secret of sixteen bytes and more")
    >>> masked = shield.mask("请联系张伟，电话13800138000")
    >>> [(span.label, span.start, span.end) for span in masked.spans]
    [('NAME', 3, 5), ('PHONE', 8, 19)]
    >>> "13800138000" in masked.text
    False
    >>> shield.unmask(masked.text)
    '请联系张伟，电话13800138000'
    >>> lifelike = Shield(b"a secret of sixteen bytes and more", surrogates=True)
    >>> masked = lifelike.mask("请联系张伟，电话13800138000")
    >>> len(masked.text), masked.text[:3], masked.text[5:10]
    (19, '请联系', '，电话16')
    >>> lifelike.unmask(masked.text)
    '请联系张伟，电话13800138000'
    """

    def __init__(self, keys: Keys | bytes, vault: Vault | None = None, options: Options = USUAL, *, surrogates: bool = False) -> None:
        self._options = options
        self._keys = Keys.derive(keys) if isinstance(keys, bytes) else keys
        self.vault = Vault(None, self._keys) if vault is None else vault
        self._disguise = Disguise(self.vault, self._keys.token) if surrogates else None

    def token(self, values: pa.Array | pa.ChunkedArray, kind: TokenKind) -> pa.Array:
        """Replace every value by its token and keep the originals.

        Parameters
        ----------
        values : texts; other types are written as text
        kind : what they are, such as "email"

        Returns
        -------
        string array of the same length; null where the value is null or blank.
        A value that already is a token of this vault stays as it is.
        """
        encoded = _encode(values)
        words = encoded.dictionary
        forms = canonical(words, kind)
        tokens = _spread(make_tokens(forms.drop_null(), kind, self._keys.token), forms)
        known = self._known(words)
        if known:
            tokens = pc.if_else(pc.is_in(words, pa.array(sorted(known))), words, tokens)
        pairs = zip(tokens.to_pylist(), words.to_pylist(), strict=True)
        self.vault.put((token, kind, word) for token, word in pairs if token is not None and word not in known)
        return tokens.take(encoded.indices)

    def _known(self, words: pa.Array) -> set[str]:
        shaped = words.filter(pc.match_substring_regex(words, f"^{TOKEN_PATTERN}$"))
        return set(self.vault.find(shaped.to_pylist())) if len(shaped) else set()

    def mask(self, text: str) -> Masked:
        """Replace the personal data in a text by placeholders such as `[EMAIL:em_...]`, or by surrogates.

        Returns
        -------
        the masked text and, in the order of the text, what was masked
        """
        (finds,) = find_many([text], self._options)
        written, found = self._written(text, finds)
        if not found:
            return Masked(text, ())
        names = self._names(surface_of(text, span) for span in found)
        return Masked(written, tuple(Span(s.start, s.end, s.label, s.kind, names[surface_of(text, s)]) for s in found))

    def _written(self, text: str, finds: Sequence[Found]) -> tuple[str, Sequence[Found]]:
        """Return the masked text and what was masked in it."""
        if self._disguise is None:
            return _replace(text, finds, self._names(surface_of(text, span) for span in finds)), finds
        return self._disguise.write(text, self._disguise.also(text, finds), self._names)

    def mask_texts(self, texts: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Mask many texts at once.

        Parameters
        ----------
        texts : string array, nulls allowed

        Returns
        -------
        string array of the same length, nulls kept
        """
        column = _plain(texts)
        written = column.to_pylist()
        finds = find_many(["" if text is None else text for text in written], self._options)
        if self._disguise is not None:
            return self._disguised(written, finds)
        where = [place for place, spans in enumerate(finds) if spans]
        names = self._names((s.kind, written[place][s.start : s.end], s.value) for place in where for s in finds[place])
        for place in where:
            written[place] = _replace(written[place], finds[place], names)
        return pa.array(written, pa.string()) if where else column

    def _disguised(self, written: Sequence[str | None], finds: Sequence[Sequence[Found]]) -> pa.Array:
        assert self._disguise is not None
        # All at once, so that the vault is written to once and not for every text.
        surfaces = {surface_of(text, span) for text, spans in zip(written, finds, strict=True) if text for span in spans}
        self._disguise.give(self._names(sorted(surfaces)))
        while True:
            given = self._disguise.given
            masked = [text and self._written(text, spans)[0] for text, spans in zip(written, finds, strict=True)]
            # A surrogate that was given out for a later text may stand in an earlier one by chance.
            if self._disguise.given == given:
                return pa.array(masked, pa.string())

    def _names(self, surfaces: Iterable[Surface]) -> dict[Surface, str]:
        """Return the token of each written form, with a suffix where it is not the canonical form; keep the originals."""
        names: dict[Surface, str] = {}
        entries: list[tuple[str, str, str]] = []
        by_kind: dict[TokenKind, dict[Surface, None]] = {}
        for surface in surfaces:
            by_kind.setdefault(surface[0], {})[surface] = None
        for kind, found in by_kind.items():
            written = [surface for _, surface, _ in found]
            forms = canonical(pa.array([value for _, _, value in found], pa.string()), kind)
            tokens = make_tokens(forms, kind, self._keys.token).to_pylist()
            variants = make_variants(pa.array(written, pa.string()), kind, self._keys.token).to_pylist()
            for key, text, form, token, variant in zip(found, written, forms.to_pylist(), tokens, variants, strict=True):
                names[key] = token if text == form else token + variant
                entries += [(token, kind, form), (names[key], kind, text)]
        self.vault.put(entries)
        return names

    def unmask(self, text: str) -> str:
        """Put the originals back in place of the placeholders and surrogates of this vault, exactly as they were written."""
        places = self._placeholders(text) | (self._disguise.read(text) if self._disguise is not None else {})
        pieces, end = [], 0
        for (start, stop), original in sorted(places.items()):
            pieces += [text[end:start], original]
            end = stop
        return "".join([*pieces, text[end:]])

    def _placeholders(self, text: str) -> dict[tuple[int, int], str]:
        """Return where placeholders stand and what they stand for."""
        matches = list(PLACEHOLDER.finditer(text))
        if not matches:
            return {}
        originals = self.vault.find(match["token"] + match["variant"] for match in matches)

        def original(match: re.Match[str]) -> str:
            known = originals[match["token"] + match["variant"]]
            return known if match["variant"] else canonical(pa.array([known]), kind_of(match["token"]))[0].as_py()

        return {match.span(): original(match) for match in matches if match["token"] + match["variant"] in originals}

    def reveal(self, token: str) -> str:
        """Return the original of a token.

        Raises
        ------
        TokenUnknown : if the vault has no such token
        """
        return self.vault.get(token)

    def encrypt(self, content: bytes) -> bytes:
        """Encrypt bytes that only this workspace may read again."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self._keys.vault).encrypt(nonce, content, _BLOB)

    def decrypt(self, content: bytes) -> bytes:
        """Return what `encrypt` was given.

        Raises
        ------
        VaultDamaged : if it was encrypted under another key, or changed
        """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return unseal(AESGCM(self._keys.vault), content, _BLOB, "(encrypted bytes)")

    def column_kind(self, name: str, sample: pa.Array) -> Personal | None:
        """Return what personal data a file's column holds, from its header and some values; None if none."""
        return column_kind(name, sample)


def _plain(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks)
    return whole.cast(pa.string())


def _encode(values: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    return _plain(values).dictionary_encode()


def _spread(dense: pa.Array, like: pa.Array) -> pa.Array:
    """Put the values of `dense` where `like` is not null."""
    if not like.null_count:
        return dense
    return pc.replace_with_mask(pa.nulls(len(like), pa.string()), like.is_valid(), dense)


def _replace(text: str, spans: Sequence[Found], names: dict[Surface, str]) -> str:
    pieces: list[str] = []
    end = 0
    for span in spans:
        token = names[span.kind, text[span.start : span.end], span.value]
        pieces += [text[end : span.start], f"[{span.label}:{token}]"]
        end = span.end
    return "".join([*pieces, text[end:]])
