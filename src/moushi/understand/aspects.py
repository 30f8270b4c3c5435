"""Finds what texts speak about and how, by lexicon, clause by clause."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.columns import TextAspects, Texts
from moushi.understand.clauses import BESIDE, CARRIED, IMPLIED, NEAREST, WHOLE, Judgements, read_clauses
from moushi.understand.corpus import Corpus
from moushi.understand.lexicon import OVERALL, Lexicon, Own, lexicon
from moushi.understand.meanings import Floats, Places

MODEL = "aspect lexicon 2"
ROW = "row"
"""Column of `read`: number of the text in its corpus."""
SCHEMA = pa.schema(
    [(ROW, pa.int32()), *(field for field in TextAspects.schema() if field.name not in {TextAspects.text_id, TextAspects.model})]
)


# How probable it is that a sign agrees with the stars, as odds: by how the aspect is known, and what changes them.
# Measured on the halves of Chinese shop reviews and English clothing reviews that words were chosen on, good and
# bad ones weighed alike; a review may well praise what it gives few stars, so that these are on the low side.
_ODDS = {BESIDE: 3.7, IMPLIED: 3.9, NEAREST: 4.8, CARRIED: 3.8, WHOLE: 5.9}
_AGREED, _LUKEWARM, _NEGATED, _MIXED = 2.1, 0.45, 0.5, 0.63


class Mention(NamedTuple):
    """What a text says about an aspect.

    Attributes
    ----------
    polarity : mean over the clauses that judge it, -1 to 1; 0 where it is only named
    start, end : where the words of the clause stand that judges most like the whole
    confidence : probability that the sign is right; None where it is only named
    implicit : no clause names it
    """

    aspect: str
    polarity: float
    start: int
    end: int
    confidence: float | None = None
    implicit: bool = False


def read_texts(texts: pa.Table) -> pa.Table:
    """Return the aspects of texts.

    Parameters
    ----------
    texts : one row per text; text_id, body and language, which may be null

    Returns
    -------
    rows of `TextAspects`, by text in the order given, aspects in order of name
    """
    found = read(Corpus(texts[Texts.body].to_pylist(), texts[Texts.language].to_pylist()))
    identifiers = texts[Texts.text_id].take(found[ROW])
    model = pa.array([MODEL] * found.num_rows, pa.string())
    table = found.drop_columns(ROW).append_column(TextAspects.text_id, identifiers).append_column(TextAspects.model, model)
    return TextAspects.cast(table, where="understand.read_texts")


def read(corpus: Corpus, own: Sequence[Own] = ()) -> pa.Table:
    """Return what texts speak about.

    Parameters
    ----------
    corpus : the texts; those in other languages than Chinese and English have no aspects
    own : words of the workspace's own

    Returns
    -------
    Table : `SCHEMA`, one row per text and aspect, by row, then by name; start
        and end are places in the text as given
    """
    columns = [_read(corpus, lexicon("zh", tuple(own))), _read(corpus, lexicon("en", tuple(own)))]
    found = [np.concatenate(parts) for parts in zip(*columns, strict=True)]
    # A text is read in one language, so that its aspects stay in their order.
    order = np.argsort(found[0], kind="stable")
    arrays = [pa.array(column[order], field.type, from_pandas=True) for column, field in zip(found, SCHEMA, strict=True)]
    return pa.table(arrays, schema=SCHEMA)


def read_one(body: str, language: str | None = None, own: Sequence[Own] = ()) -> list[Mention]:
    """Return what one text speaks about, in order of name; see `read`."""
    rows = read(Corpus([body], [language]), own).drop_columns(ROW).to_pylist()
    return [Mention(**row) for row in rows]


def _read(corpus: Corpus, book: Lexicon) -> list[npt.NDArray[Any]]:
    """Return the columns of `SCHEMA` for the texts in one language; a confidence of none is NaN."""
    hits = book.find(corpus)
    found = read_clauses(book, hits)
    texts = hits.texts[found.firsts]
    order = np.lexsort((found.aspects, texts))
    found, texts = found.take(order), texts[order]
    begins = np.flatnonzero(np.append(True, (np.diff(texts) != 0) | (np.diff(found.aspects) != 0))[: len(texts)])
    if not len(begins):
        return [np.zeros(0)] * len(SCHEMA)
    means, witness = _summed(found, hits.starts[found.firsts], begins)
    starts, ends = corpus.origins(texts[begins], hits.starts[found.firsts[witness]], hits.ends[found.lasts[witness]])
    names = np.array(book.meanings.aspects, object)
    named = np.logical_or.reduceat(found.ways != IMPLIED, begins)
    implicit = ~named & (found.aspects[begins] != book.meanings.aspects.index(OVERALL))
    return [texts[begins], names[found.aspects[begins]], means, starts, ends, _sure(found, begins, witness), implicit]


def _summed(found: Judgements, starts: Places, begins: Places) -> tuple[Floats, Places]:
    """Return the mean of each group of judgements, and the number of the one that is most like it, the first of equals."""
    judged = found.polarities != 0
    count = np.add.reduceat(judged.astype(np.int64), begins)
    exact, which = np.unique(np.add.reduceat(found.polarities, begins) / np.maximum(count, 1), return_inverse=True)
    means = np.array([round(mean, 4) for mean in exact.tolist()])[which]
    sizes = np.diff(np.append(begins, len(starts)))
    # Those that only name the aspect come last.
    away = np.where(judged, np.abs(found.polarities - np.repeat(means, sizes)), np.inf)
    order = np.lexsort((np.where(judged, starts, 0), away, np.repeat(begins, sizes)))
    return means, order[begins]


def _sure(found: Judgements, begins: Places, witness: Places) -> Floats:
    """Return how probable it is that the signs are right; NaN where an aspect is only named."""
    polarity = found.polarities[witness]
    many = np.add.reduceat((found.polarities != 0).astype(np.int64), begins) > 1
    mixed = np.logical_or.reduceat(found.polarities < 0, begins) & np.logical_or.reduceat(found.polarities > 0, begins)
    kind: Places = np.where(np.abs(polarity) < 1, 1, np.where(found.negated[witness], 2, 0))
    sure = _odds_table()[found.ways[witness], many.astype(np.int64), kind]
    return np.where(polarity == 0, np.nan, np.where(mixed, _MIXED, sure))


@functools.cache
def _odds_table() -> Floats:
    """Return the probability that a sign is right: by way, by whether it is said more than once, by what changes it."""
    table = np.zeros((max(_ODDS) + 1, 2, 3))
    for way, odds in _ODDS.items():
        for many, agreed in enumerate((1.0, _AGREED)):
            for kind, factor in enumerate((1.0, _LUKEWARM, _NEGATED)):
                all_odds = odds * agreed * factor
                table[way, many, kind] = round(all_odds / (1 + all_odds), 3)
    return table
