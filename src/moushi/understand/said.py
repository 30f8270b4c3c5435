"""What texts say of aspects, as arrays: a row per text and a column per aspect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from moushi.columns import TextAspects
from moushi.understand.aspects import ROW
from moushi.understand.corpus import Corpus, Places

Signs = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]

SILENT, UNKNOWN = -2, -3
"""Where a text does not speak of an aspect, and where nobody knows; otherwise 1 for good, 0 and -1 for bad."""

VALUES = {"positive": 1, "neutral": 0, "negative": -1, "none": SILENT}


class AspectLabel(NamedTuple):
    """What is right about an aspect of a text.

    Attributes
    ----------
    row : number of the text in its corpus
    aspect : its code
    value : "positive", "neutral", "negative", or "none": the text does not speak of it
    start : where the words that say so begin in the text as given; None where nobody told
    """

    row: int
    aspect: str
    value: str
    start: int | None = None


@dataclass(frozen=True)
class Marks:
    """What texts are known to say: arrays, an element per text, aspect and place.

    Attributes
    ----------
    texts, columns : number of the text, column of the aspect
    signs : how it speaks of it
    clauses : number of the clause that says so, -1 where unknown
    is_exact : whether a label told the clause, so that other clauses do not say so
    """

    texts: Places
    columns: Places
    signs: Signs
    clauses: Places
    is_exact: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Said:
    """What was found in texts: arrays of (texts, aspects).

    Attributes
    ----------
    names : codes of the aspects, in order
    at : row in the table that it was found in, -1 where it was not
    polarity : 0 where it was not found
    clause : number of the clause that says so, -1 where it was not found
    """

    names: tuple[str, ...]
    at: Places
    polarity: Floats
    clause: Places

    @classmethod
    def of(cls, corpus: Corpus, found: pa.Table, more: Iterable[str] = ()) -> Said:
        """Return what was found, with columns for more aspects."""
        codes = found[TextAspects.aspect].combine_chunks().dictionary_encode()
        known = codes.dictionary.to_pylist()
        names = sorted({*known, *more})
        column = np.array([names.index(name) for name in known], np.int64)[codes.indices.to_numpy()]
        rows = found[ROW].to_numpy().astype(np.int64)
        shape = (len(corpus), len(names))
        at, clause, polarity = np.full(shape, -1, np.int64), np.full(shape, -1, np.int64), np.zeros(shape)
        at[rows, column] = np.arange(found.num_rows)
        polarity[rows, column] = found[TextAspects.polarity].to_numpy()
        clause[rows, column] = cls._clauses_at(corpus, rows, found[TextAspects.start].to_numpy().astype(np.int64))
        return cls(tuple(names), at, polarity, clause)

    @property
    def is_found(self) -> npt.NDArray[np.bool_]:
        """Which aspects were found in which texts."""
        result: npt.NDArray[np.bool_] = self.at >= 0
        return result

    @property
    def signs(self) -> Signs:
        """How texts speak of aspects, by what was found."""
        return np.where(self.is_found, np.sign(self.polarity), SILENT).astype(np.int8)

    def filled(self) -> Floats:
        """Return the polarity, where an aspect was not found the mean of what the text says of others."""
        judged = self.polarity != 0
        mean = self.polarity.sum(axis=1) / np.maximum(judged.sum(axis=1), 1)
        return np.where(self.is_found, self.polarity, mean[:, None])

    def columns(self, aspects: Iterable[str]) -> list[int]:
        """Return the columns of aspects."""
        place = {name: number for number, name in enumerate(self.names)}
        return [place[aspect] for aspect in aspects]

    def marks(self, corpus: Corpus, labels: Sequence[AspectLabel], anchors: Places) -> Marks:
        """Return what labels say, and of texts without labels what was found; the clause is the label's, else that of what was found."""
        named = zip(labels, self.columns(each.aspect for each in labels), strict=True)
        there = [(each, column) for each, column in named if VALUES[each.value] != SILENT]
        texts = np.array([each.row for each, _ in there], np.int64)
        columns = np.array([column for _, column in there], np.int64)
        signs = np.array([VALUES[each.value] for each, _ in there], np.int8)
        starts = np.array([-1 if each.start is None else each.start for each, _ in there], np.int64)
        told = self._clauses_at(corpus, texts, np.maximum(starts, 0))
        clauses = np.where(starts >= 0, told, self.clause[texts, columns])
        row, column = np.nonzero(self.is_found[anchors])
        quiet = anchors[row]
        return Marks(
            np.concatenate([texts, quiet]),
            np.concatenate([columns, column]),
            np.concatenate([signs, self.signs[quiet, column]]),
            np.concatenate([clauses, self.clause[quiet, column]]),
            np.concatenate([starts >= 0, np.zeros(len(row), np.bool_)]),
        )

    @staticmethod
    def _clauses_at(corpus: Corpus, texts: Places, starts: Places) -> Places:
        """Return the clause that a place of a text as given is in; the text's first for what stands before it, -1 if it has none."""
        bounds = corpus.clauses.of(len(corpus))
        clause = np.searchsorted(corpus.clauses.starts, corpus.places(texts, starts), "right") - 1
        return np.where(bounds[texts + 1] > bounds[texts], np.maximum(clause, bounds[texts]), -1)

    def truth(self, labels: Sequence[AspectLabel], whole: Iterable[int]) -> Signs:
        """Return what is known to be right by labels; of texts that are labelled whole, all is known."""
        result = np.full(self.at.shape, UNKNOWN, np.int8)
        result[sorted(set(whole))] = SILENT
        for each, column in zip(labels, self.columns(each.aspect for each in labels), strict=True):
            result[each.row, column] = VALUES[each.value]
        return result
