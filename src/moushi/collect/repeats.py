"""Finds, among rows on which something repeats, those where it is new or changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_MOST_KEYS = 1_000_000
_PART = "\x1f"


class Repeats:
    """Remembers the last version of each key over the batches of a file.

    A customer who stands on a thousand order lines is landed once, and again
    where anything about them changed: the last version always comes last.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def new(self, keys: Sequence[pa.Array], others: Sequence[pa.Array]) -> npt.NDArray[np.int64]:
        """Return the positions, in order, of rows whose key is complete and that differ from the last row of their key.

        Parameters
        ----------
        keys, others : string arrays of one length
        """
        complete = np.ones(len(keys[0]), bool)
        for key in keys:
            complete &= key.is_valid().to_numpy(zero_copy_only=False).astype(bool)
        told = np.zeros(len(complete), bool)
        for other in others:
            told |= other.is_valid().to_numpy(zero_copy_only=False).astype(bool)
        rows = np.flatnonzero(complete & told if others else complete)
        key_text, whole_text = _text(keys), _text([*keys, *others])
        key_codes = key_text.dictionary_encode().indices.to_numpy()[rows]
        whole_codes = whole_text.dictionary_encode().indices.to_numpy()[rows]
        order = np.argsort(key_codes, kind="stable")
        fresh = np.ones(len(rows), bool)
        ordered_keys, ordered_whole = key_codes[order], whole_codes[order]
        fresh[order[1:]] = (ordered_keys[1:] != ordered_keys[:-1]) | (ordered_whole[1:] != ordered_whole[:-1])
        chosen = rows[fresh]
        taken = pa.array(chosen)
        unseen = self._unseen(pc.take(key_text, taken).to_pylist(), pc.take(whole_text, taken).to_pylist())
        return chosen[unseen]

    def _unseen(self, keys: list[str], wholes: list[str]) -> npt.NDArray[np.bool_]:
        unseen = np.ones(len(keys), bool)
        for index, (key, whole) in enumerate(zip(keys, wholes, strict=True)):
            # 64 bits per key tell a change from none; the texts themselves would not fit in memory.
            content = hash(whole)
            unseen[index] = self._last.get(key) != content
            self._last[key] = content
        if len(self._last) > _MOST_KEYS:
            # Forgetting costs repeated rows, which preparation merges; never a lost change.
            self._last.clear()
        return unseen


def _text(arrays: Sequence[pa.Array]) -> pa.Array:
    return pc.binary_join_element_wise(*arrays, _PART, null_handling="replace", null_replacement="\x00")
