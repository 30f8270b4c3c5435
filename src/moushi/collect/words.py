"""Reads cells that hold one of a few words: yes and no, won and lost, currencies."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect.numbers import SIGNS
from moushi.collect.vocabulary import vocabulary

_CODE_LENGTH = 3


def parse_flags(values: pa.Array) -> pa.Array:
    """Return true and false for words such as yes, 1, 是; null where a text is null or another word."""
    words = vocabulary().values["flag"]
    return _each(values, lambda text: {"true": True, "false": False}.get(words.get(text, "")), pa.bool_())


def parse_words(values: pa.Array, column: str) -> tuple[pa.Array, pa.Array]:
    """Return the words of a closed set, and whether each text was understood.

    Parameters
    ----------
    values : string array
    column : a section under `values` in synonyms.toml

    Returns
    -------
    words : null also where a word means "not yet", such as an open deal
    understood : bool array, false where a text has no known meaning
    """
    words = vocabulary().values[column]
    meaning = _each(values, words.get, pa.string())
    understood = pc.or_(pc.is_null(values), pc.is_valid(meaning))
    return pc.if_else(pc.equal(meaning, ""), pa.scalar(None, pa.string()), meaning), understood


def is_word_column(column: str) -> bool:
    """Tell whether a column holds words of a closed set with synonyms."""
    return column in vocabulary().values


def parse_currencies(values: pa.Array) -> pa.Array:
    """Return ISO 4217 codes of codes, signs and names; null where a text is null or none of these."""
    return _each(values, _currency, pa.string())


def _currency(text: str) -> str | None:
    code = text.upper()
    if code in SIGNS:
        return SIGNS[code]
    return code if len(code) == _CODE_LENGTH and code.isascii() and code.isalpha() else None


def _each(values: pa.Array, function: Callable[[str], object], kind: pa.DataType) -> pa.Array:
    texts = values.dictionary_encode()
    results = [None if text is None else function(_folded(text)) for text in texts.dictionary.to_pylist()]
    return pc.take(pa.array(results, kind), texts.indices)


def _folded(text: str) -> str:
    folded = "".join(each for each in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)) if not unicodedata.combining(each))
    return " ".join(folded.casefold().split())
