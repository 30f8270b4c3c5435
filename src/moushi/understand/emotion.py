"""Reads what the writer of a text feels, where the words say it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import book, per_text, together

NEUTRAL = "neutral"
EMOTIONS = ("anger", "disappointment", "worry", "gratitude", "surprise", "joy", NEUTRAL)
"""In order of precedence where two are equally sure: what calls for care comes first."""

SCHEMA = pa.schema([("emotion", pa.string()), ("confidence", pa.float32()), ("start", pa.int32()), ("end", pa.int32())])
# No words of feeling are weak evidence that there is none.
_CALM = 0.5


def read(corpus: Corpus) -> pa.Table:
    """Return the leading emotion of each text of a batch.

    Parameters
    ----------
    corpus : the batch

    Returns
    -------
    one row per text, in order: emotion, of `EMOTIONS`; confidence, 0 to 1; start and
    end, the words of the original that show it, null where it is neutral

    Notes
    -----
    Cues of the same emotion count as independent; the surest emotion leads, shared
    out by how sure the others are.
    """
    said = together(book("emotion").find(corpus), EMOTIONS)
    # The surest of each text comes first.
    first = np.flatnonzero(np.append(True, np.diff(said.texts) != 0)[: len(said.texts)])
    total = np.add.reduceat(said.confidences, first) if len(first) else np.zeros(0)
    texts, sure = said.texts[first], said.confidences[first]
    emotions, confidences = np.full(len(corpus), NEUTRAL, object), np.full(len(corpus), _CALM, np.float32)
    emotions[texts] = np.array(EMOTIONS, object)[said.labels[first]]
    confidences[texts] = sure * (sure / total)
    places = per_text(corpus, texts, said.starts[first], said.ends[first])
    return pa.table([pa.array(emotions, pa.string()), pa.array(confidences), *places], schema=SCHEMA)
