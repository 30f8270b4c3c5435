"""Reads what a customer means to do or wants: to buy, compare, complain, return, ask, praise, leave."""

from __future__ import annotations

from itertools import groupby

import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import Hit, book, together

OTHER = "other"
INTENTS = ("return", "leave", "complain", "compare", "ask", "buy", "praise", OTHER)
"""In order of precedence where two are equally sure: what must be acted on comes first."""

# So far apart, one of two is no surer than the other.
_CLOSE = 0.1

SCHEMA = pa.schema([("row", pa.int32()), ("intent", pa.string()), ("confidence", pa.float32()), ("start", pa.int32()), ("end", pa.int32())])
LEADING = pa.schema([("intent", pa.string()), ("confidence", pa.float32()), ("start", pa.int32()), ("end", pa.int32())])


def read(corpus: Corpus) -> pa.Table:
    """Return the intents of the texts of a batch; a text may have none or several.

    Parameters
    ----------
    corpus : the batch

    Returns
    -------
    one row per text and intent, by text, the surest first: row, the number of the
    text; intent, of `INTENTS`; confidence, 0 to 1; start and end, the words of the
    original that show it best

    Examples
    --------
    >>> read(Corpus(["质量太差，我要退货"]))["intent"].to_pylist()
    ['return', 'complain']
    """
    rows: list[tuple[int, str, float, int, int]] = []
    for text, hits in groupby(book("intent").find(corpus), key=lambda hit: hit.text):
        by_label: dict[str, list[Hit]] = {}
        for hit in hits:
            by_label.setdefault(hit.cue.label, []).append(hit)
        found = []
        for label, said in by_label.items():
            best = max(said, key=lambda hit: (hit.cue.weight, -hit.start))
            found.append((text, label, together([hit.cue.weight for hit in said]), *corpus.origin(text, best.start, best.end)))
        rows += sorted(found, key=lambda row: (-row[2], INTENTS.index(row[1])))
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def leading(found: pa.Table, count: int) -> pa.Table:
    """Return the leading intent of each of `count` texts, of what `read` found: of the surest, the first of `INTENTS`.

    Returns
    -------
    one row per text, in order: intent, `OTHER` where there is none; confidence, start and end (null for `OTHER`)
    """
    rows: list[tuple[str, float, int | None, int | None]] = [(OTHER, 0.0, None, None)] * count
    each = zip(*(found[name].to_pylist() for name in SCHEMA.names), strict=True)
    for row, said in groupby(each, key=lambda values: values[0]):
        listed = [values[1:] for values in said]
        surest = max(values[1] for values in listed)
        rows[row] = min((values for values in listed if values[1] >= surest - _CLOSE), key=lambda values: INTENTS.index(values[0]))
    columns = list(zip(*rows, strict=True)) or [()] * len(LEADING)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, LEADING, strict=True)], schema=LEADING)
