"""Reads how soon a text wants an answer, from 0 (whenever) to 1 (now)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import Hit, best, book, by_label, per_text, together

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
    urgencies = np.zeros(len(corpus), np.float32)
    shown: list[Hit] = []
    for text, by in by_label(book("urgency").find(corpus)).items():
        reasons = [max(said, key=lambda hit: hit.cue.weight) for said in by.values()]
        urgencies[text] = together([hit.cue.weight for hit in reasons])
        shown.append(best(reasons))
    return pa.table([pa.array(urgencies), *per_text(corpus, shown)], schema=SCHEMA)
