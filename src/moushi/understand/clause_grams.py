"""N-grams of texts and of their clauses, of those columns that are worth a weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.understand.corpus import Corpus, Places
from moushi.understand.features import CHARACTERS, WORDS, Grams, Matrix

GRAMS: tuple[Grams, ...] = (WORDS, CHARACTERS)
"""Those that sentiment reads too, so that a batch is cut into them once."""

_LEAST, _MOST = 2, 1 << 16
"""Texts that an n-gram must stand in, and n-grams of a kind at most; the most frequent stay."""


@dataclass(frozen=True)
class Seen:
    """N-grams of a corpus, weighted by rarity; each row of length one.

    Attributes
    ----------
    clauses : (clauses, n-grams)
    texts : (texts, n-grams); what stands in two clauses is listed twice, which counts as its sum
    words : the same of words and their pairs only, which come first among the n-grams
    bounds : for each text, where its clauses begin; one more at the end
    """

    clauses: Matrix
    texts: Matrix
    words: Matrix
    bounds: Places


@dataclass(frozen=True)
class ClauseGrams:
    """The n-grams that are looked at.

    Attributes
    ----------
    columns : per kind of `GRAMS`, the columns, in order
    rarity : inverse document frequency of each, at least 1
    """

    columns: tuple[npt.NDArray[np.int32], ...]
    rarity: npt.NDArray[np.float32]

    @classmethod
    def none(cls) -> ClauseGrams:
        """Look at nothing."""
        return cls(tuple(np.zeros(0, np.int32) for _ in GRAMS), np.zeros(0, np.float32))

    @classmethod
    def chosen(cls, corpus: Corpus, rows: Places) -> ClauseGrams:
        """Choose n-grams by the texts of these numbers."""
        chosen, rarity = [], []
        for grams in GRAMS:
            frequency = np.bincount(grams.counts(corpus)[rows].indices, minlength=grams.columns)
            columns = np.flatnonzero(frequency >= _LEAST)
            columns = np.sort(columns[np.argsort(-frequency[columns], kind="stable")[:_MOST]])
            chosen.append(columns.astype(np.int32))
            rarity.append(np.log((1 + len(rows)) / (1 + frequency[columns])) + 1)
        return cls(tuple(chosen), np.concatenate(rarity).astype(np.float32))

    def __len__(self) -> int:
        return len(self.rarity)

    def of(self, corpus: Corpus) -> Seen:
        """Return which of them stand in a corpus."""
        from scipy import sparse

        clauses = corpus.clauses
        of_place = _clause_of(corpus)
        rows, columns, base = [], [], 0
        for grams, chosen in zip(GRAMS, self.columns, strict=True):
            found, places = grams.found(corpus)
            number = np.full(grams.columns, -1, np.int32)
            number[chosen] = np.arange(base, base + len(chosen), dtype=np.int32)
            base += len(chosen)
            column, row = number[found], of_place[places]
            kept = (column >= 0) & (row >= 0)
            rows.append(row[kept])
            columns.append(column[kept])
        row, column = np.concatenate(rows), np.concatenate(columns)
        counts = sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=(len(clauses), len(self)))
        bounds = clauses.of(len(corpus))
        by_clause, texts = self._weighted(counts), self._weighted(_joined(counts, bounds))
        words = self._weighted(_joined(counts[:, : len(self.columns[0])], bounds))
        return Seen(by_clause, texts, words, bounds)

    def _weighted(self, counts: Matrix) -> Matrix:
        from scipy import sparse

        data = counts.data * self.rarity[counts.indices]
        size = np.diff(counts.indptr)
        lengths = np.sqrt(np.add.reduceat(np.append(data**2, 0), counts.indptr[:-1])) if len(size) else np.ones(0)
        data /= np.repeat(np.where(size > 0, lengths, 1), size).astype(np.float32)
        return sparse.csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)


def _joined(counts: Matrix, bounds: Places) -> Matrix:
    """Return the rows of clauses as rows of texts."""
    from scipy import sparse

    return sparse.csr_matrix((counts.data, counts.indices, counts.indptr[bounds]), shape=(len(bounds) - 1, counts.shape[1]))


def _clause_of(corpus: Corpus) -> npt.NDArray[np.int32]:
    """Return for each place of a corpus the clause it is in; -1 before a text's first."""
    clauses = corpus.clauses
    if not len(clauses):
        return np.full(len(corpus.codes), -1, np.int32)
    begins = np.zeros(len(corpus.codes), np.int32)
    begins[clauses.starts] = 1
    result: npt.NDArray[np.int32] = np.cumsum(begins, dtype=np.int32) - 1
    result[clauses.texts[result] != corpus.text_of] = -1
    return result
