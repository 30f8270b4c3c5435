"""Reads what the writer of a text feels, where the words say it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import Hit, best, book, by_label, per_text, together

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
    emotions, confidences = np.full(len(corpus), NEUTRAL, object), np.full(len(corpus), _CALM, np.float32)
    shown: list[Hit] = []
    for text, by in by_label(book("emotion").find(corpus)).items():
        scores = {label: together([hit.cue.weight for hit in said]) for label, said in by.items()}
        leading = min(scores, key=lambda label: (-scores[label], EMOTIONS.index(label)))
        emotions[text] = leading
        confidences[text] = scores[leading] * (scores[leading] / sum(scores.values()))
        shown.append(best(by[leading]))
    return pa.table([pa.array(emotions, pa.string()), pa.array(confidences), *per_text(corpus, shown)], schema=SCHEMA)
