"""Finds texts that repeat an earlier one, exactly or nearly."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import numpy as np
import numpy.typing as npt

PERMUTATIONS = 32
BANDS = 8
SHINGLE = 4
"""Characters per shingle."""

SHORT_CHARACTERS = 20
"""Length below which only exact repeats count: "very good" and "very good!!" say the same, "good" and "food" do not."""

GENERIC_CHARACTERS = 12
"""Length below which the same words of two customers are no repeat: anyone says "very nice"."""

LEAST_SIMILARITY = 0.8
"""Jaccard similarity of shingles from which texts nearly repeat."""

_LEAST_ESTIMATE = 0.65
_BETWEEN = re.compile(r"[\W_]+")
Signatures = npt.NDArray[np.uint32]


def normalised(text: str) -> str:
    """Return a text without case, spaces and punctuation; the text itself where nothing else is in it.

    Examples
    --------
    >>> normalised("Very GOOD!!"), normalised("很好，很喜欢。"), normalised("!!!")
    ('verygood', '很好很喜欢', '!!!')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _BETWEEN.sub("", folded) or text


def fingerprint(text: str, customer: str | None) -> bytes:
    """Return 16 bytes that exact repeats share.

    Parameters
    ----------
    text : normalised text
    customer : who said it; tells short texts apart
    """
    said_by = customer or "" if len(text) < GENERIC_CHARACTERS else ""
    return hashlib.blake2b(f"{text}\0{said_by}".encode(), digest_size=16).digest()


def signatures(texts: list[str]) -> Signatures:
    """Return the MinHash signatures of normalised texts.

    Parameters
    ----------
    texts : normalised texts

    Returns
    -------
    array of (texts, PERMUTATIONS); the share of equal values in two rows
    estimates the Jaccard similarity of their shingles

    Source
    ------
    Broder, "On the resemblance and containment of documents" (1997); character
    shingles, so that no tokeniser is needed for Chinese.
    """
    result = np.zeros((len(texts), PERMUTATIONS), dtype=np.uint32)
    long = [index for index, text in enumerate(texts) if len(text) >= SHORT_CHARACTERS]
    if not long:
        return result
    hashes, starts = _shingles([texts[index] for index in long])
    generator = np.random.default_rng(20_240_601)
    factors = generator.integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) | np.uint64(1)
    offsets = generator.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)
    for column, (factor, offset) in enumerate(zip(factors, offsets, strict=True)):
        result[long, column] = np.minimum.reduceat((hashes * factor + offset) >> np.uint64(32), starts).astype(np.uint32)
    return result


def _shingles(texts: list[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return the hashes of all shingles, text after text, and where each text's begin."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    rolling = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for place in range(SHINGLE):
        rolling = rolling * np.uint64(0x9E3779B97F4A7C15) + codes[place : place + len(rolling)]
    rolling ^= rolling >> np.uint64(29)
    # Shingles that reach over the end of their text are left out.
    ends = np.cumsum(lengths)
    inside = np.ones(len(rolling), dtype=bool)
    for back in range(1, SHINGLE):
        over = ends[:-1] - back
        inside[over] = False
    kept = lengths - SHINGLE + 1
    return rolling[inside], np.concatenate(([0], np.cumsum(kept)[:-1]))


def similarity(left: str, right: str) -> float:
    """Return the Jaccard similarity of two normalised texts' shingles, 0 to 1."""
    first, second = (({text[at : at + SHINGLE] for at in range(len(text) - SHINGLE + 1)}) for text in (left, right))
    return len(first & second) / max(len(first | second), 1)


def repeats(fingerprints: list[bytes], marks: Signatures, texts: list[str]) -> list[int | None]:
    """Return, for each text, the index of the earlier text that it repeats, None if it repeats none.

    Parameters
    ----------
    fingerprints, marks, texts : of normalised texts, in order of time; see
        `fingerprint` and `signatures`

    Returns
    -------
    list : indexes of texts that repeat none themselves

    Notes
    -----
    Near repeats are looked for among the first texts of each band's buckets
    only, and confirmed on the texts themselves: linear in the number of texts.
    """
    origin: list[int | None] = [None] * len(texts)
    first: dict[bytes, int] = {}
    buckets: list[dict[bytes, int]] = [{} for _ in range(BANDS)]
    width = PERMUTATIONS // BANDS
    for index, mark in enumerate(fingerprints):
        if mark in first:
            origin[index] = first[mark]
            continue
        first[mark] = index
        if len(texts[index]) < SHORT_CHARACTERS:
            continue
        bands = [marks[index, band * width : (band + 1) * width].tobytes() for band in range(BANDS)]
        earlier = sorted({bucket[key] for bucket, key in zip(buckets, bands, strict=True) if key in bucket})
        origin[index] = _nearest(index, earlier, marks, texts)
        if origin[index] is not None:
            first[mark] = origin[index] or 0
            continue
        for bucket, key in zip(buckets, bands, strict=True):
            bucket.setdefault(key, index)
    return origin


def _nearest(index: int, earlier: list[int], marks: Signatures, texts: list[str]) -> int | None:
    for other in earlier:
        if np.mean(marks[index] == marks[other]) < _LEAST_ESTIMATE:
            continue
        if similarity(texts[index], texts[other]) >= LEAST_SIMILARITY:
            return other
    return None
