"""The words that say something about data, per language, and how they are found in a text."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from moushi.errors import Language

BLANK = "\ue000"
"""Stands for every character of a reference while words are looked for."""

_WORD = re.compile(rf"""{BLANK}+|(?<!')[a-zß-öø-ÿœ]+(?:'(?!s\b)[a-z]+)?|(?<=\s)-+(?=\s)|[.,!?;:()\n"–—/•|]""")
_ROMAN = re.compile(r"(?=[IVXLCDM]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_FOLDS = re.compile(r"[a-z]+fold$")


@dataclass(frozen=True)
class Unit:
    """A word of English, or a character of Chinese; a reference is one unit in both."""

    name: str
    start: int
    end: int


@dataclass(frozen=True)
class Hit:
    """A word of the lexicon in a text: what it may do there, and its first unit and the one after its last."""

    roles: frozenset[str]
    first: int
    last: int
    start: int
    end: int


@dataclass(frozen=True)
class Lexicon:
    """A language's words by what they do.

    Attributes
    ----------
    entries : by first unit, the words that begin with it, by length, longest first, with their roles
    lists : the lists of the file, for rules that look a word up
    """

    language: Language
    entries: dict[str, list[tuple[int, dict[tuple[str, ...], frozenset[str]]]]]
    lists: dict[str, frozenset[str]]

    def units(self, folded: str) -> list[Unit]:
        """Return the units of a folded text."""
        if self.language == "en":
            return [Unit(match[0], match.start(), match.end()) for match in _WORD.finditer(folded)]
        return [Unit(match[0], match.start(), match.end()) for match in re.finditer(rf"{BLANK}+|[a-z]+|[^\s]|\n", folded)]

    def hits(self, units: Sequence[Unit]) -> Iterator[Hit]:
        """Yield the words found, in order; a longer word wins over those inside it."""
        at, count = 0, len(units)
        while at < count:
            size, roles = self._longest(units, at)
            if roles:
                yield Hit(roles, at, at + size, units[at].start, units[at + size - 1].end)
            at += size

    def _longest(self, units: Sequence[Unit], at: int) -> tuple[int, frozenset[str]]:
        for size, words in self.entries.get(units[at].name, ()):
            if at + size <= len(units):
                roles = words.get(tuple(unit.name for unit in units[at : at + size]))
                if roles is not None:
                    return size, roles
        return 1, self._form(units[at].name)

    def _form(self, name: str) -> frozenset[str]:
        """Return what a word that no list has does by its form."""
        if self.language == "zh":
            return frozenset()
        if _FOLDS.match(name) and name not in self.lists["nouns"]:
            return frozenset({"number"})
        if name.endswith("est") and self._stem(name[:-3]):
            return frozenset({"superlative"})
        if name.endswith("er") and self._stem(name[:-2]):
            return frozenset({"comparative"})
        return frozenset()

    def _stem(self, stem: str) -> bool:
        """Tell whether an adjective is left when -er or -est is taken off."""
        known = self.lists["gradable"]
        doubled = stem[:-1] if len(stem) > 2 and stem[-1] == stem[-2] else stem
        # What ends in a consonant and -ier is nearly always an adjective in -y: healthier, trendiest.
        adjective = stem.endswith("i") and len(stem) > 3 and stem[-2] not in "aeiou" and stem + "er" not in self.lists["nouns"]
        return adjective or bool({stem, stem + "e", doubled} & known)


def fold(text: str) -> str:
    """Return a text as it is searched: compatibility forms and small letters, one character for one."""
    return "".join(_fold(character) for character in text)


@functools.lru_cache(8192)
def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    plain = plain.casefold() if len(plain) == 1 else character
    return {"’": "'", "‘": "'", "ʼ": "'"}.get(plain, plain) if len(plain) == 1 else character


def roman_numerals(text: str) -> Iterator[tuple[int, int]]:
    """Yield where numbers in Roman letters stand."""
    for match in re.finditer(r"\b[IVXLCDM]{2,}\b", text):
        if _ROMAN.fullmatch(match[0]):
            yield match.span()


@functools.cache
def read(name: str) -> dict[str, Any]:
    """Return a file of words of this package."""
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))


@functools.cache
def lexicon(language: Language) -> Lexicon:
    """Return the words of a language, read once."""
    lists = dict(_lists(language))
    made = Lexicon(language, {}, lists)
    roles: dict[tuple[str, ...], set[str]] = {}
    for role, words in (*lists.items(), *_figures(language)):
        for word in words:
            # A list under a list, such as "relative.week-1", does what both say.
            roles.setdefault(tuple(unit.name for unit in made.units(word)), set()).update((role, role.partition(".")[0]))
    for units, found in roles.items():
        _place(made.entries, units, frozenset(found - LOOKED_UP))
    lists["single"] = frozenset(units[0] for units in roles if len(units) == 1)
    return made


LOOKED_UP = frozenset((
    "plain", "action", "capital", "things", "ahead_of_things", "gradable", "nouns", "linking", "number.numerals", "surnames", "companies",
    "surnames.characters", "surnames.titles", "companies.endings", "companies.open_before", "traditional", "traditional.characters",
))  # fmt: skip
"""Lists that rules look words up in; standing in one of them alone, a word does nothing by itself."""


def _lists(language: Language) -> Iterator[tuple[str, frozenset[str]]]:
    for section, content in read(language).items():
        yield section, frozenset(fold(word) for word in _words(content))
        for name, words in content.items():
            if name not in ("words", "verbs"):
                yield f"{section}.{name}", frozenset(fold(word) for word in words)


def _figures(language: Language) -> Iterator[tuple[str, frozenset[str]]]:
    for family, content in read("metrics").items():
        yield f"metric.{family}", frozenset(fold(word) for word in content[language])


def _place(
    entries: dict[str, list[tuple[int, dict[tuple[str, ...], frozenset[str]]]]], words: tuple[str, ...], roles: frozenset[str]
) -> None:
    sizes = entries.setdefault(words[0], [])
    for size, known in sizes:
        if size == len(words):
            known[words] = roles
            return
    sizes.append((len(words), {words: roles}))
    sizes.sort(key=lambda pair: -pair[0])


def _words(content: dict[str, Any]) -> list[str]:
    words = list(content.get("words", ()))
    for verb in content.get("verbs", ()):
        words += _inflect(verb)
    return words


def _inflect(verb: str) -> list[str]:
    """Return the regular forms of a verb; what follows its first word is kept."""
    head, _, rest = verb.partition(" ")
    stem = head[:-1] if head.endswith("e") else head
    if head.endswith("y") and head[-2] not in "aeiou":
        forms = [head, head[:-1] + "ies", head[:-1] + "ied", head + "ing"]
    else:
        plural = head + ("es" if head.endswith(("s", "sh", "ch", "x")) else "s")
        forms = [head, plural, stem + "ed", stem + "ing"]
    return [f"{form} {rest}".strip() for form in forms]


@functools.cache
def families(metric: str) -> str:
    """Return the family that a metric belongs to, "" for those of the workspace's own.

    Examples
    --------
    >>> families("revenue_expected"), families("return_rate"), families("glow")
    ('revenue', 'return_rate', '')
    """
    fitting = [name for name in read("metrics") if metric == name or metric.startswith((f"{name}_", f"{name}."))]
    return max(fitting, key=len, default="")


def good_sign(metric: str) -> int:
    """Return the direction of a metric that is good: 1, -1, or 0 where neither is."""
    good = read("metrics").get(families(metric), {}).get("good", "")
    return {"up": 1, "down": -1}.get(good, 0)
