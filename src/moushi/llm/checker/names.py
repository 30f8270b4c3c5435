"""Names that are in no fact: of products, brands, people, companies and places."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from moushi.llm.checker.fault import Fault
from moushi.llm.checker.lexicon import BLANK
from moushi.llm.checker.reading import Reading, names_pattern
from moushi.llm.checker.shape import is_common

_CAPITAL = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w'’&-]*|\b[a-z]+[A-Z]\w*")
_LATIN = re.compile(r"[a-z][a-z'&+.-]*")
_TITLE = re.compile(r"[《〈][^《〈》〉\n]{0,100}[》〉]")
_STARTS = frozenset(".!?:;\n•-–—|(*#。")


def name_faults(reading: Reading) -> Iterator[Fault]:
    """Yield names without a fact."""
    for match in _known(reading):
        if BLANK not in reading.folded[match.start() : match.end()]:
            yield Fault("name", match.start(), match.end(), reading.prose[match.start() : match.end()])
    for hit in (hit for sentence in reading.sentences for part in sentence for hit in part.having("names")):
        yield Fault("name", hit.start, hit.end, reading.prose[hit.start : hit.end])
    for start, end in _english(reading) if reading.language == "en" else _chinese(reading):
        yield Fault("name", start, end, reading.prose[start:end])


def _known(reading: Reading) -> Iterator[re.Match[str]]:
    """Return where names stand that the workspace knows."""
    known = frozenset(name for name in reading.evidence.known if len(name) > 1)
    yield from _pattern(known).finditer(reading.prose) if known else ()


@functools.lru_cache(8)
def _pattern(names: frozenset[str]) -> re.Pattern[str]:
    return names_pattern(names, small=True)


def _english(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield words with capitals that begin no sentence, or begin one and are no ordinary words."""
    for match in _CAPITAL.finditer(reading.prose):
        word = reading.folded[match.start() : match.end()]
        if BLANK in word or word in reading.words.lists["capital"] or word in reading.words.lists["date"] | MONTHS_AND_VERBS:
            continue
        if not (_begins(reading.prose, match.start()) and all(is_common(piece, reading.words) for piece in word.strip("-'").split("-"))):
            yield match.span()


def _begins(prose: str, at: int) -> bool:
    before = prose[:at].rstrip(" \t")
    return not before or before[-1] in _STARTS


MONTHS_AND_VERBS = frozenset({"march", "may"})


def _chinese(reading: Reading) -> Iterator[tuple[int, int]]:
    """Yield Latin words, titles, companies, and people by surname and title."""
    lists, text = reading.words.lists, reading.folded
    for match in _LATIN.finditer(text):
        if match[0].strip(".-&+'") not in lists["capital"]:
            yield match.span()
    for match in _TITLE.finditer(text):
        if match[0].strip("《》〈〉 ").strip(BLANK):
            yield match.span()
    for match in _people(lists["surnames.characters"], lists["surnames.titles"]).finditer(text):
        yield match.span()
    for match in _companies(lists["companies.endings"]).finditer(text):
        if match[0][0] not in lists["companies.open_before"]:
            yield match.span()


@functools.lru_cache(2)
def _people(surnames: frozenset[str], titles: frozenset[str]) -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(surnames))}][\u4e00-\u9fff]?(?:{'|'.join(sorted(titles))})")


@functools.lru_cache(2)
def _companies(endings: frozenset[str]) -> re.Pattern[str]:
    return re.compile(f"[\u4e00-\u9fff](?:{'|'.join(sorted(endings))})")
