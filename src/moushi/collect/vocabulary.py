"""What headers mean: the synonyms of `synonyms.toml`, and how a header is compared with them."""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from moushi.collect.numbers import SIGNS
from moushi.columns import input_tables

STRONG, STRIPPED, FUZZY, WEAK = 1.0, 0.95, 0.8, 0.6
_BRACKETS = re.compile(r"[(\[{<【《（［].*?[)\]}>】》）］]")
_CURRENCIES = frozenset(code.lower() for code in SIGNS.values()) | {"rmb"}


@functools.lru_cache(maxsize=4096)
def words_of(header: str) -> tuple[str, ...]:
    """Return the words of a header: lower case, without accents, punctuation, brackets and camel case."""
    text = unicodedata.normalize("NFKC", header)
    text = _BRACKETS.sub(" ", text) if _BRACKETS.sub("", text).strip() else text
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    text = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    words = re.findall(r"[^\W_]+", text.lower().replace("ß", "ss"))
    # "unit price eur": the currency is not part of the name.
    named = [word for word in words if word not in _CURRENCIES]
    return tuple(named or words)


def squashed(words: tuple[str, ...]) -> str:
    """Return words as one, so that "StockCode", "stock_code" and "stockcode" are the same."""
    return "".join(words)


def signature(header: str) -> str:
    """Return the form of a header by which files are recognised: case, blanks and width do not count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", header)).strip().casefold()


def currency_of(header: str) -> str | None:
    """Return the currency that a header names, as in "Amount (USD)" and "金额（元）"."""
    text = unicodedata.normalize("NFKC", header)
    inside = [part[1:-1].strip() for part in _BRACKETS.findall(text)]
    tail = re.split(r"[\s_]+", _BRACKETS.sub("", text).strip())[-1:]
    found = (SIGNS.get(part.upper()) for part in inside + [each for each in tail if each.upper() in SIGNS.values()])
    return next((code for code in found if code), None)


@dataclass(frozen=True)
class Meaning:
    """A column that a header may mean, and how sure that is, 0 to 1."""

    table: str
    column: str
    score: float


class Vocabulary:
    """The synonyms, ready to look headers up.

    Parameters
    ----------
    content : as in synonyms.toml
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.parts: dict[str, list[frozenset[str]]] = {
            column: [frozenset(map(_key, level)) for level in levels] for column, levels in content["parts"].items()
        }
        self.implied = {_key(header): dict(facts) for header, facts in content["implied"].items()}
        self._ignored = [words_of(words) for words in content["ignored"]["words"]]
        self._entities = {table: frozenset(map(_key, words)) for table, words in content["entities"].items()}
        self._meanings: dict[str, dict[str, dict[str, float]]] = {table: {} for table in input_tables()}
        for table, kind in input_tables().items():
            sections = [(content.get(table, {}), STRONG), (content["any"], STRONG)]
            sections += [(content["weak"].get(table, {}), WEAK), (content["weak"]["any"], WEAK)]
            for section, score in sections:
                self._learn(table, section, score, kind.collected())
        self.values = {
            name: {word: meaning for meaning, words in meanings.items() for word in words} for name, meanings in content["values"].items()
        }

    def _learn(self, table: str, section: Mapping[str, list[str]], score: float, columns: Mapping[str, Any]) -> None:
        for column, synonyms in section.items():
            if column not in columns:
                continue
            # Columns' own names come first; earlier synonyms win by a hair.
            for index, synonym in enumerate([column, *synonyms] if score == STRONG else synonyms):
                meanings = self._meanings[table].setdefault(_key(synonym), {})
                meanings.setdefault(column, score - 0.0005 * index)

    def meanings(self, header: str, table: str) -> list[Meaning]:
        """Return the columns of `table` that a header may mean, best first."""
        known = self._meanings[table]
        words = words_of(header)
        found = dict(known.get(squashed(words), {}))
        if not found and not self.is_ignored(header):
            found = self._stripped(words, table)
        if not found and not self.is_known(header) and not self.is_ignored(header):
            found = self._similar(squashed(words), known)
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return [Meaning(table, column, score) for column, score in ranked]

    def _stripped(self, words: tuple[str, ...], table: str) -> dict[str, float]:
        """Look up what is left when the word for the table's own thing is taken off."""
        own = self._entities.get(table, frozenset())
        rests = [squashed(words[1:])] if len(words) > 1 and words[0] in own else []
        whole = squashed(words)
        rests += [whole.removeprefix(word) for word in sorted(own) if not word.isascii() and whole.startswith(word) and whole != word]
        for rest in rests:
            if found := self._meanings[table].get(rest):
                return {column: score * STRIPPED for column, score in found.items()}
        return {}

    def _similar(self, word: str, known: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """Look up a misspelt header."""
        if len(word) < 6 or not word.isascii():
            return {}
        close = difflib.get_close_matches(word, [each for each in known if abs(len(each) - len(word)) < 2], n=1, cutoff=0.9)
        return {column: score * FUZZY for column, score in known[close[0]].items()} if close else {}

    def is_known(self, header: str) -> bool:
        """Tell whether a header is a word for any column of any table."""
        word = squashed(words_of(header))
        return any(word in known for known in self._meanings.values())

    def is_ignored(self, header: str) -> bool:
        """Tell whether a header names something that no table keeps."""
        words = words_of(header)
        whole = squashed(words)
        for ignored in self._ignored:
            if not ignored[0].isascii() and squashed(ignored) in whole:
                return True
            if any(words[start : start + len(ignored)] == ignored for start in range(len(words))):
                return True
        return False

    def part_of(self, column: str, header: str) -> int | None:
        """Return which part of a joined column a header is, from 0; None if none."""
        word = squashed(words_of(header))
        return next((index for index, level in enumerate(self.parts.get(column, [])) if word in level), None)


def _key(synonym: str) -> str:
    return squashed(words_of(synonym))


@functools.cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with Moushi."""
    return Vocabulary(tomllib.loads(resources.files("moushi.collect").joinpath("synonyms.toml").read_text("utf-8")))
