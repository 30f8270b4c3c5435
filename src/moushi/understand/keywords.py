"""Finds the keywords of texts: phrases, what is seen of each, and a weighted sum of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.columns import TextKeywords
from moushi.understand.background import Background
from moushi.understand.candidates import Candidates, candidates
from moushi.understand.corpus import Corpus, Spans
from moushi.understand.phrases import Floats, weights

MOST = 10
"""Keywords of a text."""

# Kept even where all are doubtful, as in short reviews.
_LEAST = 3

_LANGUAGES = ("zh", "en", "else")


def read(corpus: Corpus, background: Background | None = None, *, most: int = MOST) -> pa.Table:
    """Find the keywords of texts.

    Parameters
    ----------
    corpus : the texts; words of its lexicon are kept whole and come first
    background : what is common where the texts come from; None: counted in the texts themselves
    most : keywords of a text at most

    Returns
    -------
    Table : row (number of the text, from 0), keyword (plain form), start and end
        (of its first place in the text as given, in characters), weight (0 to 1),
        by row, then weight; every text with a word that says something has one at least

    Notes
    -----
    The weights were chosen on parts set aside for that of SemEval-2017 task 10
    (en), 110-PT-BN-KP (pt, for other languages) and CSL (zh).
    """
    found = candidates(corpus, background or Background().add(corpus))
    if not len(found.texts):
        return _table(corpus, found, np.zeros(0, np.int64), np.zeros(0))
    scores = _scores(corpus, found)
    good = scores >= np.array([weights(language)["floor"] for language in _LANGUAGES])[corpus.tongues[found.texts]]
    # Doubtful ones are put in order only where there are few others.
    few = np.bincount(found.texts[good], minlength=len(corpus)) < _LEAST
    rows = np.flatnonzero(good | few[found.texts])
    order = rows[np.lexsort((found.ends[rows], found.starts[rows], -scores[rows], found.texts[rows]))]
    texts = found.texts[order]
    rank = np.arange(len(order)) - np.searchsorted(texts, texts)
    chosen = order[(rank < most) & (good[order] | (rank < _LEAST))]
    return _table(corpus, found, chosen, scores)


def _scores(corpus: Corpus, found: Candidates) -> Floats:
    """Return the probability of each candidate to be a keyword."""
    tongues = corpus.tongues[found.texts]
    total = np.zeros(len(found.texts))
    for tongue, language in enumerate(_LANGUAGES):
        rows = np.flatnonzero(tongues == tongue)
        if rows.size:
            table = weights(language)
            mine: Any = slice(None) if len(rows) == len(total) else rows
            total[mine] = table["constant"] + sum(
                weight * found.traits[name][mine] for name, weight in table.items() if name in found.traits
            )
    scores: Floats = 1 / (1 + np.exp(-total))
    return scores


def _table(corpus: Corpus, found: Candidates, chosen: npt.NDArray[np.int64], scores: Floats) -> pa.Table:
    texts, starts, ends = found.texts[chosen], found.starts[chosen], found.ends[chosen]
    first, last = corpus.origins(texts, starts, ends)
    # Between the words of a phrase may stand several blanks.
    words = [" ".join(word.split()) if "  " in word else word for word in corpus.strings(Spans(starts, ends, texts))]
    return pa.table({
        "row": pa.array(texts.astype(np.int32)),
        TextKeywords.keyword: pa.array(words, pa.string()),
        TextKeywords.start: pa.array(first),
        TextKeywords.end: pa.array(last),
        TextKeywords.weight: pa.array(scores[chosen].round(4), pa.float64()),
    })  # fmt: skip
