"""Finds what texts speak about and how, by lexicon, clause by clause."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from moushi.columns import TextAspects, Texts
from moushi.understand.clauses import BESIDE, CARRIED, IMPLIED, NEAREST, WHOLE, Clause, Judgement
from moushi.understand.corpus import Corpus
from moushi.understand.lexicon import OVERALL, Hits, Lexicon, Own, lexicon

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

# A judgement, and where its words begin and end in the corpus.
Said = tuple[Judgement, int, int]
_MOST_KEPT = 1 << 16


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
    rows = [(row, *mention) for row, mentions in sorted(_read(corpus, tuple(own)).items()) for mention in mentions]
    columns = list(zip(*rows, strict=True)) or [()] * len(SCHEMA)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def read_one(body: str, language: str | None = None, own: Sequence[Own] = ()) -> list[Mention]:
    """Return what one text speaks about, in order of name; see `read`."""
    return _read(Corpus([body], [language]), tuple(own)).get(0, [])


def _read(corpus: Corpus, own: tuple[Own, ...]) -> dict[int, list[Mention]]:
    found: dict[int, list[Mention]] = {}
    for book in (lexicon("zh", own), lexicon("en", own)):
        hits = book.find(corpus)
        groups: dict[str, list[Said]] = {}
        text, waiting = -1, None
        for low, high in itertools.pairwise(hits.clauses):
            if hits.texts[low] != text:
                if groups:
                    found[text] = [_summed(corpus, text, groups[aspect]) for aspect in sorted(groups)]
                groups, text, waiting = {}, hits.texts[low], None
            waiting = _read_clause(book, hits, (low, high, waiting), groups)
        if groups:
            found[text] = [_summed(corpus, text, groups[aspect]) for aspect in sorted(groups)]
    return found


def _read_clause(book: Lexicon, hits: Hits, which: tuple[int, int, str | None], groups: dict[str, list[Said]]) -> str | None:
    """Add what a clause says to what its text says by aspect; return the aspect that it only names."""
    low, high, waiting = which
    # What was read of the same words before is kept, for most clauses of reviews are said often.
    key = (waiting, *hits.words[low:high], *hits.gaps[low + 1 : high])
    judgements = book.kept.get(key)
    if judgements is None:
        said = zip(hits.words[low:high], hits.firsts[low:high], hits.lasts[low:high], strict=True)
        judgements = Clause([(book.entries[word], first, last) for word, first, last in said], book.reach, waiting).read()
        if len(book.kept) >= _MOST_KEPT:
            book.kept.clear()
        book.kept[key] = judgements
    judged = False
    for each in judgements:
        judged = judged or each.polarity != 0
        said_here = (each, hits.starts[low + each.first], hits.ends[low + each.last])
        if each.aspect in groups:
            groups[each.aspect].append(said_here)
        else:
            groups[each.aspect] = [said_here]
    return None if judged or not judgements else judgements[-1].aspect


def _summed(corpus: Corpus, text: int, found: list[Said]) -> Mention:
    mean, witness = found[0][0].polarity, found[0]
    judged = [each for each in found if each[0].polarity] if len(found) > 1 else found
    if len(found) > 1 and judged:
        mean = round(sum(each.polarity for each, _, _ in judged) / len(judged), 4)
        witness = min(judged, key=lambda each: (abs(each[0].polarity - mean), each[1]))
    sure = _sure(witness[0], [each.polarity for each, _, _ in judged]) if witness[0].polarity else None
    aspect = witness[0].aspect
    implicit = aspect != OVERALL and all(each.way == IMPLIED for each, _, _ in found)
    return Mention(aspect, mean, *corpus.origin(text, witness[1], witness[2]), sure, implicit)


def _sure(witness: Judgement, polarities: list[float]) -> float:
    """Return how probable it is that the sign is right."""
    if min(polarities) < 0 < max(polarities):
        return _MIXED
    odds = _ODDS[witness.way] * (_AGREED if len(polarities) > 1 else 1)
    odds *= _LUKEWARM if abs(witness.polarity) < 1 else _NEGATED if witness.negated else 1
    return round(odds / (1 + odds), 3)
