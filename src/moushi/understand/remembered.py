"""What was found out about words, kept from batch to batch: most words of a batch have been met before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.understand.features import Hashes

Rows = npt.NDArray[Any]


class Remembered:
    """Rows of values by hash, of bounded size.

    Parameters
    ----------
    most : rows kept; where more are met, all older ones are forgotten

    Examples
    --------
    >>> lengths = Remembered(100)
    >>> words = ["a", "bcd"]
    >>> lengths.rows(np.array([3, 8], np.uint64), lambda new: np.array([len(words[n]) for n in new], int)).tolist()
    [1, 3]
    """

    def __init__(self, most: int = 1 << 16) -> None:
        self.most = most
        self._kept: tuple[Hashes, Rows] | None = None

    def rows(self, hashes: Hashes, make: Callable[[npt.NDArray[np.int64]], Rows]) -> Rows:
        """Return the row of each hash.

        Parameters
        ----------
        hashes : no two alike
        make : returns the rows for the hashes at places, of those not met before
        """
        if self._kept is None:
            self._kept = hashes[:0], make(np.zeros(0, np.int64))
        known, rows = self._kept
        at = np.searchsorted(known, hashes)
        met = np.zeros(len(hashes), np.bool_)
        inside = at < len(known)
        met[inside] = known[at[inside]] == hashes[inside]
        found = np.empty((len(hashes), *rows.shape[1:]), rows.dtype)
        found[met] = rows[at[met]]
        new = np.flatnonzero(~met)
        if new.size:
            found[new] = make(new)
            together = len(known) + len(new) <= self.most
            kept = new if together else np.arange(len(hashes))
            kept = kept[np.argsort(hashes[kept])]
            self._kept = hashes[kept], found[kept]
            if together:
                self._kept = np.insert(known, at[kept], hashes[kept]), np.insert(rows, at[kept], found[kept], axis=0)
        return found
