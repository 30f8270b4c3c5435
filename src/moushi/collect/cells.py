"""Turns columns of text into columns of a table: one rule, one batch, personal data masked on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect.dates import parse_days, parse_times
from moushi.collect.mapping import Rule
from moushi.collect.numbers import parse_numbers, parse_signs
from moushi.collect.words import is_word_column, parse_currencies, parse_flags, parse_words
from moushi.columns import OrderLines, Products, Rates
from moushi.schema import Column
from moushi.trust.tokens import TokenKind

CATEGORY_MARK = " > "

# People write anything here, so it is searched for personal data although the column is not meant for them.
_SEARCHED = frozenset({Products.description})
_PERSONAL: dict[str, TokenKind] = {
    "name": "name",
    "email": "email",
    "phone": "phone",
    "address": "address",
    "national_id": "national_id",
    "card": "card",
    "account": "account",
}


class Masker(Protocol):
    """What conversion needs of a shield."""

    def token(self, values: pa.Array, kind: TokenKind) -> pa.Array:
        """Return tokens of values."""
        ...

    def mask_texts(self, texts: pa.Array) -> pa.Array:
        """Return texts without personal data."""
        ...


@dataclass(frozen=True)
class Cells:
    """A converted column: its values, and the rows whose text could not be read (null where all could)."""

    values: pa.Array
    failed: pa.Array | None
    reason: str

    def take(self, rows: pa.Array) -> Cells:
        """Return the cells of some rows."""
        failed = None if self.failed is None else pc.take(self.failed, rows)
        return Cells(pc.take(self.values, rows), failed, self.reason)

    def failures(self) -> npt.NDArray[np.bool_]:
        """Return, per row, whether its text could not be read."""
        if self.failed is None:
            return np.zeros(len(self.values), bool)
        mask: npt.NDArray[np.bool_] = self.failed.to_numpy(zero_copy_only=False).astype(bool)
        return mask


def convert(columns: dict[str, pa.Array], rule: Rule, column: Column, *, shield: Masker, zone: str) -> Cells:
    """Convert one column of a batch.

    Parameters
    ----------
    columns : header to string array, the batch
    rule : how the column is filled; a constant is repeated
    column : the target; personal columns come back as tokens
    shield : makes tokens and masks texts
    zone : time zone of times that name none

    Returns
    -------
    Cells : values of the column's type, as many as the batch has rows
    """
    if rule.value is not None:
        rows = len(next(iter(columns.values())))
        constant = _read(pa.array([rule.value], pa.string()), rule, column, zone=zone)
        return Cells(pc.take(constant.values, pa.array([0] * rows, pa.int64())), None, constant.reason)
    text = _joined([columns[source] for source in rule.sources], CATEGORY_MARK if column.name == Products.category else " ")
    cells = _read(_uncovered(text, column, rule), rule, column, zone=zone)
    if column.personal is None and column.name not in _SEARCHED:
        return cells
    if column.personal in (None, "free_text"):
        return Cells(shield.mask_texts(cells.values), None, cells.reason)
    assert column.personal is not None
    return Cells(shield.token(cells.values, _PERSONAL[column.personal]), None, cells.reason)


def _joined(texts: list[pa.Array], mark: str) -> pa.Array:
    """Join texts, leaving out what is empty; null where all are."""
    joined = texts[0]
    for text in texts[1:]:
        # Not null_handling="skip": pyarrow 26 then drops rows in which all are null.
        joined = pc.coalesce(pc.binary_join_element_wise(joined, text, mark), joined, text)
    return joined


def _uncovered(text: pa.Array, column: Column, rule: Rule) -> pa.Array:
    """Take off what exports put around identifiers so that spreadsheets leave them alone: ="123", '123."""
    if not pa.types.is_string(column.type) or column.personal == "free_text":
        return text
    if pc.any(pc.match_substring_regex(text, r"^[='`\t]")).as_py():
        text = pc.replace_substring_regex(text, r'^=?"([^"]*)"$', r"\1")
        text = pc.replace_substring_regex(text, r"^['`\t](\w+)$", r"\1")
    return pc.replace_substring_regex(text, r"^(\d+)\.0$", r"\1") if rule.whole else text


def _read(text: pa.Array, rule: Rule, column: Column, *, zone: str) -> Cells:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _checked(text, parse_times(text, rule.formats or ("ymd",), zone), "not_a_date")
    if pa.types.is_date(kind):
        return _checked(text, parse_days(text, rule.formats or ("ymd",)), "not_a_date")
    if pa.types.is_boolean(kind):
        return _checked(text, parse_flags(text), "not_a_flag")
    if not pa.types.is_string(kind):
        return _checked(text, parse_numbers(text, kind, decimal=rule.decimal), "not_a_number")
    if rule.sign:
        return Cells(parse_signs(text), None, "")
    if column.name in (OrderLines.currency, Rates.home_currency):
        return _checked(text, parse_currencies(text), "not_a_currency")
    if is_word_column(column.name):
        words, understood = parse_words(text, column.name)
        return Cells(words, None if pc.all(understood).as_py() is not False else pc.invert(understood), "unknown_word")
    return Cells(text, None, "")


def _checked(text: pa.Array, values: pa.Array, reason: str) -> Cells:
    if values.null_count == text.null_count:
        return Cells(values, None, reason)
    return Cells(values, pc.and_(pc.is_null(values), pc.is_valid(text)), reason)
