"""Keyed tokens: the same value of the same kind gives the same token, so that tables still join.

A token is a prefix that names its kind and 100 bits of a keyed hash in base 32:
`em_k3v...`.  At 100 million values of one kind the chance that any two share a
token is under 10^-14.  Without the key a token says nothing about its value.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

TokenKind = Literal[
    "name",
    "email",
    "phone",
    "address",
    "national_id",
    "card",
    "account",
    "plate",
    "contact",
    "company",
    "order",
    "network",
    "secret",
    "birth",
]

PREFIXES: dict[TokenKind, str] = {
    "name": "nm",
    "email": "em",
    "phone": "ph",
    "address": "ad",
    "national_id": "id",
    "card": "cd",
    "account": "cu",
    "plate": "pl",
    "contact": "im",
    "company": "co",
    "order": "or",
    "network": "ip",
    "secret": "sk",
    "birth": "bd",
}
KINDS: dict[str, TokenKind] = {prefix: kind for kind, prefix in PREFIXES.items()}

TOKEN_LENGTH = 20
VARIANT_LENGTH = 8
TOKEN_PATTERN = rf"(?:{'|'.join(KINDS)})_[a-z2-7]{{{TOKEN_LENGTH}}}"
VARIANT_PATTERN = rf"(?:\.[a-z2-7]{{{VARIANT_LENGTH}}})?"

# Blanks of no width, marks of direction, and the two marks that make a keycap of a digit.
INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
    "\u2066\u2067\u2068\u2069\ufeff\ufe0e\ufe0f\u20e3"
)
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_WEIGHTS = np.array([16, 8, 4, 2, 1], dtype=np.uint8)


def kind_of(token: str) -> TokenKind:
    """Return the kind that a token's prefix names."""
    return KINDS[token[:2]]


def is_token(value: str) -> bool:
    """Tell whether `value` has the shape of a token."""
    return re.fullmatch(TOKEN_PATTERN, value) is not None


def canonical(values: pa.Array, kind: TokenKind) -> pa.Array:
    """Return the form of each value on which its token depends.

    Parameters
    ----------
    values : string array, nulls allowed
    kind : what the values are

    Returns
    -------
    string array of the same length: NFKC, without invisible characters, blanks
    trimmed and single, and none between the Chinese characters of names and addresses; e-mails in lower case; numbers without separators;
    Chinese telephone numbers without country code.  Blank values become null.
    """
    text = pc.replace_substring_regex(pc.utf8_normalize(values, form="NFKC"), f"[{INVISIBLE}]", "")
    text = pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"\s+", " "))
    if kind == "email":
        text = pc.replace_substring_regex(pc.utf8_lower(text), r" ?[\[(]at[\])] ?", "@")
    elif kind == "phone":
        text = _telephone(text)
    elif kind in ("card", "national_id", "plate"):
        text = pc.utf8_upper(pc.replace_substring_regex(text, r"[\s\-./·•]", ""))
    elif kind == "contact":
        text = pc.utf8_lower(text)
    elif kind in ("name", "address"):
        for _ in range(2):  # twice, as finds may not overlap
            text = pc.replace_substring_regex(text, r"(\p{Han}) (\p{Han})", r"\1\2")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _telephone(text: pa.Array) -> pa.Array:
    """Reduce to digits, with a leading + for foreign country codes; words that are no number stay."""
    number = pc.replace_substring_regex(text, r"(?i)(?:ext\.?|extension|x|转|分机)\s*[:.]?\s*(\d{1,6})$", r";\1")
    number = pc.replace_substring_regex(number, r"\(0\)|[\s\-.()/·‐-―]", "")
    number = pc.replace_substring_regex(number, r"^00([1-9])", r"+\1")
    number = pc.replace_substring_regex(number, r"^(?:\+?86)(1[3-9]\d{9})$", r"\1")
    number = pc.replace_substring_regex(number, r"^\+86(\d{9,11}(?:;\d+)?)$", r"0\1")
    return pc.if_else(pc.match_substring_regex(number, r"^\+?\d+(?:;\d+)?$"), number, text)


def make_tokens(values: pa.Array, kind: TokenKind, key: bytes) -> pa.Array:
    """Return the tokens of canonical values.

    Parameters
    ----------
    values : string array, no nulls, as `canonical` gives them
    kind : what they are
    key : the token key

    Returns
    -------
    string array of the same length
    """
    return _encode(values, kind, key, prefix=f"{PREFIXES[kind]}_", length=TOKEN_LENGTH)


def make_variants(surfaces: pa.Array, kind: TokenKind, key: bytes) -> pa.Array:
    """Return the suffixes that tell apart the written forms of one value, such as `.7dkq2m5a`."""
    return _encode(surfaces, f"{kind} as written", key, prefix=".", length=VARIANT_LENGTH)


def _encode(values: pa.Array, domain: str, key: bytes, *, prefix: str, length: int) -> pa.Array:
    size = (length * 5 + 7) // 8
    start = hashlib.blake2b(domain.encode() + b"\0", digest_size=size, key=key, person=b"moushi token 1")
    digests = bytearray()
    for value in values.to_pylist():
        state = start.copy()
        state.update(value.encode())
        digests += state.digest()
    head = np.frombuffer(prefix.encode(), dtype=np.uint8)
    codes = np.empty((len(values), len(head) + length), dtype=np.uint8)
    codes[:, : len(head)] = head
    bits = np.unpackbits(np.frombuffer(bytes(digests), dtype=np.uint8).reshape(-1, size), axis=1)[:, : length * 5]
    codes[:, len(head) :] = _ALPHABET[bits.reshape(-1, length, 5) @ _WEIGHTS]
    offsets = np.arange(len(values) + 1, dtype=np.int32) * codes.shape[1]
    return pa.Array.from_buffers(pa.string(), len(values), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(codes.tobytes())])
