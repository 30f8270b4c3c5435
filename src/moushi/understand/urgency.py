"""Reads how soon a text wants an answer, from 0 (whenever) to 1 (now)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import Hit, book, per_text, together

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
    strongest: dict[tuple[int, str], Hit] = {}
    for hit in book("urgency").find(corpus):
        known = strongest.setdefault((hit.text, hit.cue.label), hit)
        if hit.cue.weight > known.cue.weight:
            strongest[hit.text, hit.cue.label] = hit
    # One label for all: what is left are reasons of different kinds.
    said = together([hit._replace(cue=hit.cue._replace(label="")) for hit in strongest.values()], [""])
    urgencies = np.zeros(len(corpus), np.float32)
    urgencies[said.texts] = said.confidences
    return pa.table([pa.array(urgencies), *per_text(corpus, said.texts, said.starts, said.ends)], schema=SCHEMA)
