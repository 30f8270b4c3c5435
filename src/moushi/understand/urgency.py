"""Reads how soon a text wants an answer, from 0 (whenever) to 1 (now)."""

from __future__ import annotations

from itertools import groupby

import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import Hit, book, together

SCHEMA = pa.schema([("urgency", pa.float32()), ("start", pa.int32()), ("end", pa.int32())])


def read(corpus: Corpus) -> pa.Table:
    """Return how urgent the texts of a batch are.

    Parameters
    ----------
    corpus : the batch

    Returns
    -------
    one row per text, in order: urgency, 0 to 1; start and end, the words of the
    original that show it best, null where it is 0

    Notes
    -----
    Reasons of different kinds (a deadline, haste, escalation, danger, having asked
    before) count as independent; of the same kind, the strongest counts.

    Examples
    --------
    >>> read(Corpus(["今天必须给我退款，不然打12315", "no rush"]))["urgency"].to_pylist()
    [0.8799999952316284, 0.0]
    """
    rows: list[tuple[float, int | None, int | None]] = [(0.0, None, None)] * len(corpus)
    for text, hits in groupby(book("urgency").find(corpus), key=lambda hit: hit.text):
        reasons: dict[str, Hit] = {}
        for hit in hits:
            if hit.cue.label not in reasons or hit.cue.weight > reasons[hit.cue.label].cue.weight:
                reasons[hit.cue.label] = hit
        best = max(reasons.values(), key=lambda hit: (hit.cue.weight, -hit.start))
        rows[text] = (together([hit.cue.weight for hit in reasons.values()]), *corpus.origin(text, best.start, best.end))
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
