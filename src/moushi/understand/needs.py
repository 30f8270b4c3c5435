"""Reads what customers wish for: the words of the wish, and where they stand."""

from __future__ import annotations

import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import Hit, book

SCHEMA = pa.schema([("row", pa.int32()), ("start", pa.int32()), ("end", pa.int32()), ("confidence", pa.float32())])
# What leads over from a wish to something else, and what may not stand at its edges.
_TURNS = (",但", ",不过", ",可是", ",只是", "但是", " but ", ", but", " because ", " instead of me", ", and i ", " since ")
_EDGES = " ,.:;-~的了吧呢啊呀哦啦!?\"'()"
# A sure wish loses some of it in a question or by being short.
_SHORT = 3


def read(corpus: Corpus) -> pa.Table:
    """Return what the texts of a batch wish for.

    Parameters
    ----------
    corpus : the batch

    Returns
    -------
    one row per wish, by text and place: row, the number of the text; start and end,
    the wished-for thing in the original text; confidence, 0 to 1

    Examples
    --------
    >>> corpus = Corpus(["要是能有蓝色就好了", "I wish it had a lid."])
    >>> [corpus.texts[row][start:end] for row, start, end in zip(*(read(corpus)[name].to_pylist() for name in ("row", "start", "end")))]
    ['能有蓝色', 'it had a lid']
    """
    found: list[tuple[int, int, int, float]] = []
    for hit in book("needs").find(corpus):
        start, end = _trimmed(hit)
        if start < end:
            found.append((hit.text, *corpus.origin(hit.text, start, end), hit.cue.weight))
    columns = list(zip(*sorted(set(found)), strict=True)) or [(), (), (), ()]
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _trimmed(hit: Hit) -> tuple[int, int]:
    """Return the places of a wish without what follows it in the same breath."""
    start, end = hit.match.span("wish")
    wish = hit.match["wish"]
    turns = [place for turn in _TURNS if (place := wish.find(turn)) > _SHORT]
    end = start + min([len(wish), *turns])
    while end > start and hit.match.string[end - 1] in _EDGES:
        end -= 1
    while start < end and hit.match.string[start] in _EDGES:
        start += 1
    return start, end
