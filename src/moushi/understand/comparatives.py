"""Reads which product is preferred to which, and on what.

Source
------
Comparative sentences after Jindal and Liu, "Mining comparative sentences and
relations" (AAAI 2006): a keyword, what stands on either side, and a word that
says in what.  We decide the direction by that word and by the aspect: more
noise is worse, more battery life better.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import pyarrow as pa

from moushi.understand.corpus import Corpus, plain_text
from moushi.understand.cues import Book, Hit, words

SCHEMA = pa.schema(
    [
        ("row", pa.int32()), ("start", pa.int32()), ("end", pa.int32()), ("kind", pa.string()), ("preferred", pa.string()),
        ("other", pa.string()), ("aspect", pa.string()), ("competitor", pa.string()), ("confidence", pa.float32()),
    ]
)  # fmt: skip
BETTER, EQUAL = "better", "equal"

_PHRASE = r"(?:[a-z0-9][\w'&+.-]*)(?: [\w'&+-]+){0,4}"
_LOOK_BACK = 70
_CLAUSE_STOP = re.compile(r"[\n。!?;,…:()]|\. | - | but | and ")
# "better", "more comfortable", "less noisy" before "than".
_COMPARATOR = re.compile(r"(?:\b(?P<much>more|less) (?P<word>[a-z-]+)|\b(?P<form>better|worse|[a-z]{3,}er))(?: (?!than)[\w'-]+){0,4} $")
_DENIED = re.compile(r"(?:\bno|\bnot|n't|\bnever|\bnothing|\bhardly)(?: any| much| really| even| \w+){0,3} $|不(?:见得|一定|会|觉得)?$")
# A name ends before these words.
_NAME_ENDS = re.compile(
    r" (?:in|for|when|because|and|but|on|at|since|which|that|who|is|are|was|were|does|did|do|has|have|had|i|we|it|they|you|he|she|if|as|or"
    r"|so|to|with|by|from|while|though|although|this|these|those|can|will|would|could|should|of|than|not|after|before|during|both|too"
    r"|also|especially|even|despite)(?![\w'-]).*"
)
_ARTICLES = ("the ", "a ", "an ", "my ", "our ", "your ", "any ", "those ", "these ", "other ", "all ", "some ")
# Words for what the text is about.
_SELF = re.compile(
    r"(?:it|they|this|these|that|which|i|we|he|she|there|product|item|one|(?:this|these) \w+|them|overall"
    r"|(?:不过|只是|可惜|好在|另外)|[这那它他她本我感觉个款家店里买的总还是就但而且都也会].*"
    r"|.*(?:觉得|感觉|认为|东西|产品|商品|质量|个人|来说|用起来|看起来|虽然|确实|真的|功能|而且|整体|总体).*)?"
)
_SUBJECT_EN = re.compile(
    r"(?P<name>(?:[\w'&+.-]+ ){0,3}[\w'&+.-]+?)(?:'s)? (?:is|are|was|were|has|have|works|work|worked|looks|feels|fits|seems|sounds|runs"
    r"|performs|lasts|offers|gives|does|tastes|smells|costs|charges)\b"
)
_OTHER_FULL = re.compile(r"[一-鿿a-z0-9]")


class Comparison(NamedTuple):
    """One comparison: places in `Corpus.codes`, plain names (None: what the text is about), and how sure."""

    start: int
    end: int
    kind: str
    preferred: str | None
    other: str | None
    aspect: str | None
    confidence: float


def read(corpus: Corpus, competitors: Iterable[str] = ()) -> pa.Table:
    """Return the comparisons in the texts of a batch.

    Parameters
    ----------
    corpus : the batch
    competitors : names of competing brands and products, as they should be shown

    Returns
    -------
    one row per comparison, by text and place: row, the number of the text; start and
    end in the original; kind, "better" or "equal"; preferred and other, in plain form
    (for "equal", both sides in the order said), null for what the text is about;
    aspect, a code of `ASPECTS`, or null; competitor, the name from the list that is
    compared with, else a name that looks like one, or null; confidence, 0 to 1

    Examples
    --------
    >>> read(Corpus(["续航不如小米"]), ["小米"]).select(["preferred", "other", "aspect", "competitor"]).to_pylist()
    [{'preferred': '小米', 'other': None, 'aspect': 'battery', 'competitor': '小米'}]
    """
    named = {plain_text(name).strip(): name for name in competitors}
    rows: list[tuple[Any, ...]] = []
    for hit in book().find(corpus):
        found = _comparison(hit, named)
        if found is not None:
            start, end = corpus.origin(hit.text, found.start, found.end)
            competitor = _competitor(found, named, corpus.texts[hit.text][start:end])
            rows.append((hit.text, start, end, *found[2:6], competitor, found.confidence))
    columns = list(zip(*sorted(rows, key=lambda row: row[:3]), strict=True)) or [()] * len(SCHEMA)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


@functools.cache
def book() -> Book:
    """Return the cues of comparisons."""
    content = words("comparatives")
    filled = {label: [_filled(entry, content) for entry in entries] for label, entries in content["cues"].items()}
    return Book(filled)


def _filled(entry: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """Put lists of words in the places of a pattern that name them."""
    opinions = content["opinions"]
    listed = {
        "aspect": [word for terms in content["aspects"].values() for word in terms["zh"]],
        "opinion": [word for kind in opinions.values() for word in kind["zh"]],
        "good": opinions["good"]["zh"],
        "bad": opinions["bad"]["zh"],
    }
    lists = {name: "|".join(sorted(terms, key=len, reverse=True)) for name, terms in listed.items()} | {"phrase": _PHRASE}
    result = dict(entry)
    for tongue in ("zh", "en"):
        result[tongue] = [re.sub(r"\{([a-z]+)\}", lambda match: lists[match[1]], pattern) for pattern in entry.get(tongue, ())]
    return result


@functools.cache
def _meaning() -> tuple[dict[str, float], dict[str, int], dict[str, str], frozenset[str], frozenset[str]]:
    """Return what opinion words judge, which are sizes, aspects by term, and what there should be more and less of."""
    content = words("comparatives")
    judged = {
        word: sign
        for kind, sign in (("good", 1.0), ("bad", -1.0))
        for word in content["opinions"][kind]["zh"] + content["opinions"][kind]["en"]
    }
    sizes = {
        word: sign
        for kind, sign in (("large", 1), ("small", -1))
        for word in content["opinions"][kind]["zh"] + content["opinions"][kind]["en"]
    }
    aspects = {term: code for code, terms in content["aspects"].items() for term in terms["zh"] + terms["en"]}
    return judged, sizes, aspects, frozenset(content["amounts"]["wanted"]), frozenset(content["amounts"]["unwanted"])


def _comparison(hit: Hit, named: dict[str, str]) -> Comparison | None:
    """Return what a cue compares, or None where it compares nothing that we can tell."""
    whole = hit.match.string
    begin = _clause_start(whole, hit.start)
    before = whole[begin : hit.start]
    groups = hit.match.groupdict()
    opinion = groups.get("opinion")
    if opinion is None and hit.cue.tongue == "en" and hit.cue.label == "opinion":
        return _than(hit, begin, before, named)
    other = _name(groups.get("other"), hit.cue.tongue)
    if not _OTHER_FULL.search(other or ""):
        return None
    term = groups.get("aspect") or _term(before, hit.cue.tongue)
    subject = _name(groups["subject"], hit.cue.tongue) if groups.get("subject") else _subject(before, hit.cue.tongue, named)
    direction = _direction(hit.cue.label, opinion, term)
    if direction is None or (opinion and hit.cue.label != "opinion" and _judged(opinion, term) == -1.0 and hit.cue.label == "second"):
        return None
    end = _end(hit, other)
    if hit.cue.label == "opinion" and _DENIED.search(before):
        direction = 0
    return _ordered(begin if before.strip() else hit.start, end, direction, subject, other, _aspect(term, opinion), hit.cue.weight)


def _than(hit: Hit, begin: int, before: str, named: dict[str, str]) -> Comparison | None:
    """Read "... better than ...": what is compared stands before the cue."""
    compared = _COMPARATOR.search(before)
    other = _name(hit.match["other"], "en")
    if compared is None or not _OTHER_FULL.search(other or ""):
        return None
    word = compared["word"] or compared["form"]
    left = before[: compared.start()]
    term = _term(before, "en")
    judged = _judged(word, term) or (_judged(f"{word[:-2]}", term) if word.endswith("er") else None)
    if judged is None:
        return None
    direction = int(judged) * (-1 if compared["much"] == "less" else 1)
    if _DENIED.search(left):
        direction = 0
    return _ordered(
        begin + len(before) - len(before.lstrip()),
        _end(hit, other),
        direction,
        _subject(left, "en", named),
        other,
        _aspect(term, word),
        hit.cue.weight,
    )


def _ordered(
    start: int, end: int, direction: int, subject: str | None, other: str | None, aspect: str | None, confidence: float
) -> Comparison:
    first, second = (other, subject) if direction < 0 else (subject, other)
    return Comparison(start, end, BETTER if direction else EQUAL, first, second, aspect, confidence)


def _end(hit: Hit, other: str | None) -> int:
    """Return where the evidence ends: with the other thing, where nothing follows that belongs to it."""
    if hit.cue.tongue == "en" and other and hit.match.end() == hit.match.end("other"):
        place = hit.match["other"].find(other)
        return hit.match.start("other") + place + len(other)
    return hit.end


def _direction(label: str, opinion: str | None, term: str | None) -> int | None:
    if label == "opinion":
        judged = _judged(opinion or "", term)
        return None if judged is None else int(judged)
    return {"first": 1, "second": -1, "equal": 0}[label]


def _judged(word: str, term: str | None) -> float | None:
    """Return 1 where more of it is better, -1 where worse, None where that cannot be told."""
    judged, sizes, _, wanted, unwanted = _meaning()
    if word in sizes:
        sign = 1 if term in wanted else -1 if term in unwanted else 0
        if sign:
            return float(sizes[word] * sign)
    return judged.get(word)


def _aspect(term: str | None, opinion: str | None) -> str | None:
    aspects = _meaning()[2]
    implied = {
        "便宜": "price",
        "贵": "price",
        "实惠": "price",
        "划算": "price",
        "cheaper": "price",
        "expensive": "price",
        "pricier": "price",
    }
    implied |= {
        "好吃": "taste",
        "好喝": "taste",
        "难吃": "taste",
        "舒服": "comfort",
        "舒适": "comfort",
        "comfortable": "comfort",
        "耐用": "quality",
    }
    implied |= {
        "漂亮": "appearance",
        "好看": "appearance",
        "prettier": "appearance",
        "durable": "quality",
        "affordable": "price",
        "省电": "battery",
    }
    return aspects.get(term or "") or implied.get(opinion or "")


def _term(text: str, tongue: str) -> str | None:
    """Return the aspect that stands nearest to the end of a text."""
    aspects = _meaning()[2]
    if tongue == "zh":
        found = [(text.rfind(term) + len(term), len(term), term) for term in aspects if term in text]
    else:
        found = [(match.end(), len(match[0]), match[0]) for match in _terms_en().finditer(text)]
        found = found or [(match.end(), 4, match[0]) for match in re.finditer(r"\blast(?:s|ed)?\b", text)]
    return max(found)[2] if found else None


@functools.cache
def _terms_en() -> re.Pattern[str]:
    listed = sorted((term for term in _meaning()[2] if term.isascii()), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(listed)})\b")


def _subject(before: str, tongue: str, named: dict[str, str]) -> str | None:
    """Return what is compared, from what stands before; None for what the text is about."""
    known = [name for name in named if name and name in before]
    if known:
        return max(known, key=lambda name: (before.rfind(name), len(name)))
    if tongue == "en":
        matches = list(_SUBJECT_EN.finditer(before))
        return _own(_name(matches[-1]["name"], "en")) if matches else None
    latin = re.findall(r"[a-z][a-z0-9+-]*(?: ?[a-z0-9+-]+)*", before)
    if latin:
        return str(latin[-1])
    term = _term(before, "zh")
    name = before.strip(" ,的")
    name = (name[: name.rfind(term)] if term else name).strip(" ,的在是也就都还")
    return _own(name) if 2 <= len(name) <= 6 else None


def _own(name: str | None) -> str | None:
    return None if name is None or _SELF.fullmatch(name) or name in _meaning()[2] else name


def _name(text: str | None, tongue: str) -> str | None:
    """Return a name without what does not belong to it; None for a word that points to what the text is about."""
    if not text:
        return None
    name = text.strip(" ,.的'\"")
    if tongue == "zh":
        return re.sub(r"^(?:我的|我|买的|用的|那个|那些|那款)|(?:的|上面|那个|那种|这种|那么|里面|里|买的)$", "", name) or None
    while name.startswith(_ARTICLES):
        name = name.split(" ", 1)[1]
    return _NAME_ENDS.sub("", f" {name}").strip(" .") or None


def _clause_start(whole: str, place: int) -> int:
    low = max(0, place - _LOOK_BACK)
    return max((stop.end() for stop in _CLAUSE_STOP.finditer(whole, low, place)), default=low)


def _competitor(found: Comparison, named: dict[str, str], quote: str) -> str | None:
    """Return who is compared with: a name of the list, or one that is written as names are."""
    sides = [side for side in (found.other, found.preferred) if side]
    for side in sides:
        known = [name for name in named if name and name in side]
        if known:
            return named[max(known, key=len)]
    for side in sides:
        if re.search("[一-鿿]", quote):
            latin = re.search(r"(?<![a-z])[a-z][a-z0-9+-]{2,}", side)
            if latin:
                return _as_written(latin[0], quote)
        else:
            written = _as_written(side, quote)
            if written and written[0].isupper() and not quote.startswith(written):
                return written
    return None


def _as_written(name: str, quote: str) -> str:
    place = quote.lower().find(name)
    return quote[place : place + len(name)] if place >= 0 else name
