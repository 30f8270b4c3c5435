"""Reads what the writer of a text feels, where the words say it."""

from __future__ import annotations

from itertools import groupby

import pyarrow as pa

from moushi.understand.corpus import Corpus
from moushi.understand.cues import Hit, book, together

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
    rows: list[tuple[str, float, int | None, int | None]] = [(NEUTRAL, _CALM, None, None)] * len(corpus)
    for text, hits in groupby(book("emotion").find(corpus), key=lambda hit: hit.text):
        by_label: dict[str, list[Hit]] = {}
        for hit in hits:
            by_label.setdefault(hit.cue.label, []).append(hit)
        scores = {label: together([hit.cue.weight for hit in said]) for label, said in by_label.items()}
        leading = min(scores, key=lambda label: (-scores[label], EMOTIONS.index(label)))
        best = max(by_label[leading], key=lambda hit: (hit.cue.weight, -hit.start))
        share = scores[leading] / sum(scores.values())
        rows[text] = (leading, scores[leading] * share, *corpus.origin(text, best.start, best.end))
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)
