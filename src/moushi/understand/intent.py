"""Reads what a customer means to do or wants: to buy, compare, complain, return, ask, praise, leave."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import book, together

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
    said = together(book("intent").find(corpus), INTENTS)
    names = np.array(INTENTS, object)[said.labels]
    columns = (said.texts, names, said.confidences, *corpus.origins(said.texts, said.starts, said.ends))
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def leading(found: pa.Table, count: int) -> pa.Table:
    """Return the leading intent of each of `count` texts, of what `read` found: of the surest, the first of `INTENTS`.

    Returns
    -------
    one row per text, in order: intent, `OTHER` where there is none; confidence, start and end (null for `OTHER`)
    """
    texts, confidences = found["row"].to_numpy(), found["confidence"].to_numpy().astype(np.float64)
    ranks = np.array([INTENTS.index(name) for name in found["intent"].to_pylist()], np.int64)
    first = np.flatnonzero(np.append(True, np.diff(texts) != 0)[: len(texts)])
    close = confidences >= np.repeat(confidences[first], np.diff(np.append(first, len(texts)))) - _CLOSE
    leads = np.lexsort((ranks, ~close, texts))[first]
    # Texts without an intent point behind the last row.
    which = np.full(count, len(texts))
    which[texts[leads]] = leads
    none = pa.table([pa.array([value], field.type) for value, field in zip((OTHER, 0.0, None, None), LEADING, strict=True)], schema=LEADING)
    return pa.concat_tables([found.select(LEADING.names), none]).combine_chunks().take(pa.array(which))
