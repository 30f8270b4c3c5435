"""What a text is made of: plain sentences in one language, references that name facts, no quotation and no token by hand."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from moushi.llm.checker.fault import Fault, Rule
from moushi.llm.checker.lexicon import BLANK, Lexicon, read
from moushi.llm.checker.reading import Reading
from moushi.llm.references import find_references, fits, tag_of
from moushi.trust.tokens import TOKEN_PATTERN

_LINK = re.compile(r"https?:|www\.|@|</?[a-zA-Z][^<>]{0,200}>|[{}｛｝]+|[a-z0-9]\.(?:com|cn|net|org|io)\b|```+|\\")
_TOKEN = re.compile(rf"\[[^\[\]\n]{{1,80}}\]|【[^【】\n]{{0,80}}】|{TOKEN_PATTERN}|<[A-Z_0-9]+>|\*{{3,}}|\b[xX]{{3,}}\b")
_QUOTED = re.compile(r"[“”„‟«»「」『』﹁﹂\"〝〞]+|(?<![a-z0-9])'(?!s\b)[^'\n]{2,300}'(?![a-z])")
_AROUND = re.compile(rf"[“「『\"《]\s*({BLANK}+)\s*[”」』\"》]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

ENOUGH = 6
"""Words from which on it can be told whether a text is English."""
ENGLISH = 0.45
"""Share of its words that are known ones in a text that is."""


def shape_faults(reading: Reading) -> Iterator[Fault]:
    """Yield what no sentence is made of."""
    if not reading.prose.strip():
        yield Fault("form", 0, len(reading.prose), reading.prose)
    yield from _references(reading)
    bare = _AROUND.sub(lambda match: BLANK * len(match[0]), reading.folded)
    rules: tuple[tuple[Rule, re.Pattern[str]], ...] = (("token", _TOKEN), ("form", _LINK), ("quote", _QUOTED))
    for rule, pattern in rules:
        for match in pattern.finditer(bare if rule == "quote" else reading.folded):
            if rule != "token" or not _known_token(reading, match[0]):
                yield _at(rule, reading, match.start(), match.end())
    for at, character in enumerate(reading.prose):
        if _is_hidden(character):
            yield _at("form", reading, at, at + 1)
    yield from _language(reading)


@functools.lru_cache(8192)
def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs", "Cn") and character not in "\n\t"


def _references(reading: Reading) -> Iterator[Fault]:
    for one in find_references(reading.prose):
        fact = reading.evidence.facts.get(one.identifier)
        text = reading.prose[one.start : one.end]
        if fact is None:
            yield Fault("unknown", one.start, one.end, text)
        elif not fits(one.tag, fact):
            yield Fault("kind", one.start, one.end, text, (("kind", fact.kind), ("tag", tag_of(fact))))


def _known_token(reading: Reading, text: str) -> bool:
    return any(text in str(fact.value).casefold() for fact in reading.evidence.facts.values())


def _at(rule: Rule, reading: Reading, start: int, end: int) -> Fault:
    return Fault(rule, start, end, reading.prose[start:end])


def _language(reading: Reading) -> Iterator[Fault]:
    text = reading.folded
    wrong = _foreign(text, reading.words)
    if reading.language == "zh":
        latin, han = len(re.findall("[a-z]", text)), len(_HAN.findall(text))
        if latin > max(han, 3):
            yield Fault("language", 0, len(text), reading.prose)
    else:
        wrong += [match.span() for match in re.finditer(rf"{_HAN.pattern}+", text)]
        words = [unit.name for unit in reading.units if unit.name[0].isalpha() and unit.name[0] != BLANK]
        if len(words) >= ENOUGH and sum(is_common(word, reading.words) for word in words) < ENGLISH * len(words):
            yield Fault("language", 0, len(text), reading.prose)
    for start, end in wrong:
        yield _at("language", reading, start, end)


def _foreign(text: str, words: Lexicon) -> list[tuple[int, int]]:
    """Return letters of other scripts, and those of traditional Chinese where simplified is meant."""
    traditional = words.lists.get("traditional.characters", frozenset())
    found = []
    for at, character in enumerate(text):
        if character in traditional or (
            ord(character) > 0x24F and character.isalpha() and not _HAN.match(character) and character != BLANK
        ):
            found.append((at, at + 1))
    return found


def is_common(word: str, words: Lexicon) -> bool:
    """Tell whether a word of English, in small letters, is an ordinary one."""
    known = common()
    if word in known or word in words.lists["single"]:
        return True
    for ending in ("s", "es", "ed", "d", "ing", "ly", "'s", "ies"):
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            if (
                stem in known
                or stem + "e" in known
                or stem + "y" in known
                or (len(stem) > 2 and stem[-1] == stem[-2] and stem[:-1] in known)
            ):
                return True
    return False


def common() -> frozenset[str]:
    """Return ordinary words with which English sentences begin."""
    return _COMMON


_COMMON = frozenset(read("common")["en"].split())
