"""Finds what a text speaks about and how, by lexicon, clause by clause.

Source
------
Lexicon-based aspect sentiment after Hu and Liu, "Mining and Summarizing Customer
Reviews" (KDD 2004): an opinion word judges the nearest aspect of its clause.
We add opinion words that imply their aspect ("expensive") or judge only beside
it ("quick" beside "delivery"), negation within reach, and aspects joined by
"and" or "、", which share an opinion.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from moushi.columns import TextAspects, Texts
from moushi.understand.lexicon import OVERALL, WEAK, Entry, Hit, Lexicon, Tongue, Units, lexicon

MODEL = "aspect lexicon 1"
# What negation leaves of a bad word: "not bad" is no praise.
_NOT_BAD = 0.5
_PLACEHOLDER = re.compile(r"\[[A-Z]+:[a-z]{2}_[a-z2-7.]+\]")
_HAN = re.compile("[\u4e00-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_JOINERS = frozenset({"、", "和", "与", "及", "跟", "/", "and", "&"})


# An aspect's term in a clause, by units; and with how it is judged.
Term = tuple[str, int, int]
Target = tuple[str, float, int, int]


class Mention(NamedTuple):
    """A clause's judgement of an aspect, and where its words stand."""

    aspect: str
    polarity: float
    start: int
    end: int


class Opinion(NamedTuple):
    """An opinion word of a clause: its entry, whether it is negated, and its units."""

    entry: Entry
    negated: bool
    first: int
    last: int


def read_texts(texts: pa.Table) -> pa.Table:
    """Return the aspects of texts.

    Parameters
    ----------
    texts : one row per text; text_id, body and language, which may be null

    Returns
    -------
    rows of `TextAspects`, by text in the order given, aspects in order of name
    """
    rows: list[tuple[str, str, float, int, int]] = []
    columns = (texts[name].to_pylist() for name in (Texts.text_id, Texts.body, Texts.language))
    for text_id, body, language in zip(*columns, strict=True):
        rows += [(text_id, found.aspect, found.polarity, found.start, found.end) for found in read(body, language)]
    names = (TextAspects.text_id, TextAspects.aspect, TextAspects.polarity, TextAspects.start, TextAspects.end)
    made = dict(zip(names, list(zip(*rows, strict=True)) or [()] * len(names), strict=True))
    return TextAspects.cast(pa.table({**made, TextAspects.model: [MODEL] * len(rows)}), where="understand.read_texts")


def read(body: str, language: str | None = None) -> list[Mention]:
    """Return what a text speaks about: one mention per aspect, in order of name.

    Parameters
    ----------
    body : the text; masked personal data are not read
    language : BCP 47; where None, told by the script

    Returns
    -------
    polarity is the mean over the clauses that judge the aspect, 0 where it is
    only named; start and end mark the words of the clause that judges most
    like the whole.  Empty for other languages than Chinese and English.
    """
    plain = _PLACEHOLDER.sub(lambda match: " " * len(match[0]), body)
    tongue = _tongue(plain, language)
    if tongue is None:
        return []
    book = lexicon(tongue)
    mentions: list[Mention] = []
    waiting: str | None = None
    units = book.units(plain)
    for hits in book.clauses(units):
        found = _read_clause(book, units, hits, waiting)
        mentions += found
        # "包装嘛，很好": a clause that only names is judged by the next.
        waiting = found[-1].aspect if found and not any(mention.polarity for mention in found) else None
    return _by_aspect(mentions)


def _tongue(text: str, language: str | None) -> Tongue | None:
    """Return by which lexicon to read: the script decides where Chinese characters are many."""
    han = 0 if text.isascii() else len(_HAN.findall(text))
    if han and 5 * han >= len(_LETTER.findall(text)):
        return "zh" if language is None or not language.startswith(("ja", "ko")) else None
    return "en" if language is None or language.startswith(("en", "zh")) else None


def _read_clause(book: Lexicon, units: Units, hits: Sequence[Hit], waiting: str | None) -> list[Mention]:
    opinions = _opinions(book, hits)
    terms = [(aspect, first, last) for entry, first, last in hits for aspect in entry.terms]
    mentions: list[Mention] = []
    for opinion in opinions:
        for aspect, polarity, first, last in _targets(opinion, terms, units, waiting):
            low, high = min(first, opinion.first), max(last, opinion.last)
            mentions.append(Mention(aspect, polarity, units.starts[low], units.ends[high - 1]))
    judged = {mention.aspect for mention in mentions}
    mentions += [Mention(aspect, 0.0, units.starts[first], units.ends[last - 1]) for aspect, first, last in terms if aspect not in judged]
    return mentions


def _opinions(book: Lexicon, hits: Sequence[Hit]) -> list[Opinion]:
    """Return a clause's opinions; weak ones only where there is no other."""
    opinions: list[Opinion] = []
    negator: tuple[int, int] | None = None
    for index, (entry, first, last) in enumerate(hits):
        if entry.judges and not (entry.negates and _is_followed(book, hits, index)):
            negated = negator is not None and first - negator[1] <= book.reach
            begin = negator[0] if negator is not None and negated else first
            opinions.append(Opinion(entry, negated, begin, last))
            negator = None
        elif entry.negates:
            # Two negators in a row cancel out: "不是不好".
            negator = None if negator is not None and first == negator[1] else (first, last)
    if len(opinions) < 2:
        return opinions
    strong = [opinion for opinion in opinions if abs(opinion.entry.general) != WEAK or opinion.entry.implied or opinion.entry.here]
    return strong or opinions


def _is_followed(book: Lexicon, hits: Sequence[Hit], index: int) -> bool:
    """Tell whether another opinion stands within reach, so that a word like "不够" negates it."""
    end = hits[index][2]
    return any(entry.judges and first - end <= book.reach for entry, first, _ in hits[index + 1 : index + 1 + book.reach])


def _targets(opinion: Opinion, terms: list[Term], units: Units, waiting: str | None) -> list[Target]:
    """Return the aspects an opinion judges, the judgement, and the units of their terms."""
    entry = opinion.entry
    named = sorted(terms, key=functools.partial(_distance, opinion)) if len(terms) > 1 else terms
    for judgements in (entry.here, entry.implied):
        for aspect, first, last in named if judgements else ():
            if aspect in judgements:
                return [(aspect, _turned(judgements[aspect], opinion), first, last)]
    here = (opinion.first, opinion.last)
    if waiting in entry.here and not named:
        return [(waiting, _turned(entry.here[waiting], opinion), *here)]
    if entry.implied:
        aspect, judgement = next(iter(entry.implied.items()))
        return [(aspect, _turned(judgement, opinion), *here)]
    if not entry.general:
        return []
    polarity = _turned(entry.general, opinion)
    if not named:
        return [(waiting or OVERALL, polarity, *here)]
    return [(aspect, polarity, first, last) for aspect, first, last in _joined(named[0], terms, units)]


def _distance(opinion: Opinion, term: Term) -> int:
    _, first, last = term
    return opinion.first - last if last <= opinion.first else max(0, first - opinion.last)


def _turned(judgement: float, opinion: Opinion) -> float:
    if not opinion.negated or opinion.entry.fixed:
        return judgement
    return -judgement if judgement > 0 else -judgement * _NOT_BAD


def _joined(term: Term, terms: list[Term], units: Units) -> list[Term]:
    """Return the term and those that it is joined with, as in "颜色、款式" or "colour and design"."""
    place = terms.index(term)
    low = high = place
    while low > 0 and _is_joint(terms[low - 1][2], terms[low][1], units):
        low -= 1
    while high + 1 < len(terms) and _is_joint(terms[high][2], terms[high + 1][1], units):
        high += 1
    joined = {aspect: (aspect, first, last) for aspect, first, last in terms[low : high + 1]}
    return list({**joined, term[0]: term}.values())


def _is_joint(end: int, start: int, units: Units) -> bool:
    return start <= end or (start == end + 1 and units.names[end] in _JOINERS)


def _by_aspect(mentions: list[Mention]) -> list[Mention]:
    groups: dict[str, list[Mention]] = {}
    for mention in mentions:
        groups.setdefault(mention.aspect, []).append(mention)
    return [_summed(groups[aspect]) for aspect in sorted(groups)]


def _summed(mentions: list[Mention]) -> Mention:
    judged = [mention for mention in mentions if mention.polarity]
    if not judged or len(mentions) == 1:
        return mentions[0]
    mean = round(sum(mention.polarity for mention in judged) / len(judged), 4)
    witness = min(judged, key=lambda mention: (abs(mention.polarity - mean), mention.start))
    return Mention(witness.aspect, mean, witness.start, witness.end)
