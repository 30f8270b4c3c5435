"""Topics: what the texts of a shop are about, found without anybody's help, with identities that last."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pyarrow as pa

from moushi.columns import Texts, TextTopics
from moushi.columns import Topics as TopicRows
from moushi.errors import MissingColumns, NotFitted
from moushi.understand.corpus import Corpus
from moushi.understand.duplicates import normal_forms, repeated, set_aside
from moushi.understand.grouping import Grouping, group
from moushi.understand.topic_changes import Change, followed
from moushi.understand.topic_names import Names, names

MOST_TEXTS = 20_000
"""Texts that topics are found in; of more, a sample that does not depend on their order."""

BATCH_TEXTS = 2_000
MOST_CHARACTERS = 20_000


class Topics:
    """Finds what texts are about, and how many topics there are; assigns every text.

    Parameters
    ----------
    seed : of everything random

    Attributes
    ----------
    topic_ids_ : topics, the largest first
    texts_ : of the texts they were found in, those of each topic
    names_ : the most telling words and phrases of each, in Chinese and in English
    set_aside_ : texts that say nothing of their own (empty, boilerplate), and repeats, by reason; they shape no topic
    changes_ : beside the topics of before: which are kept, born, split off, merged or gone, and how many texts each took over

    Notes
    -----
    Equal texts have the same topic, whatever the order; the same texts and seed
    give the same topics.  A text without a known word is assigned to the largest
    topic, with confidence 0.  Memory does not grow with the number of texts.

    Examples
    --------
    >>> texts = [f"{what} {word}" for what in ("fast delivery courier", "bright phone screen") for word in ("a1", "b2") for _ in range(20)]
    >>> Topics().fit(texts).assign(["Where is the courier?"]).num_rows
    1
    """

    grouping_: Grouping
    names_: list[Names]
    topic_ids_: list[str]
    changes_: list[Change]

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values."""
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return topics, not fitted, from what `get_config` returned."""
        return cls(**config)

    def fit(self, texts: Any, previous: Topics | None = None) -> Self:
        """Find the topics of texts.

        Parameters
        ----------
        texts : strings, or a table with `body` and where known `language`; nulls are empty texts
        previous : topics of an earlier run; those found again keep their identifiers

        Raises
        ------
        MissingColumns : if the table has no `body`
        """
        bodies, languages = _read(texts, "Topics.fit")
        chosen, self.set_aside_ = _sample(bodies, languages)
        corpus = Corpus([body for body, _ in chosen], [language for _, language in chosen])
        grouping = group(corpus, self.seed, previous.grouping_.count if previous is not None else None)
        places, _ = grouping.assign(corpus)
        # The largest first; of equal size, the one whose first text in the sample comes first.
        sizes = np.bincount(places, minlength=grouping.count)
        first = np.array([np.argmax(places == number) for number in range(grouping.count)]) if len(places) else sizes
        order = np.lexsort((first, -sizes))
        order = order[(sizes[order] > 0) | (np.arange(len(order)) == 0)]
        self.grouping_ = grouping.take(order)
        places = np.argsort(order)[np.searchsorted(np.sort(order), places)]
        self.names_ = names(corpus, places, self.grouping_.count)
        self.texts_ = np.bincount(places, minlength=self.grouping_.count).tolist()
        before = previous.grouping_.assign(corpus)[0] if previous is not None else None
        known: list[str] = previous.topic_ids_ if previous is not None else []
        fresh = [_identifier(self.grouping_, number) for number in range(self.grouping_.count)]
        self.topic_ids_, self.changes_ = followed(fresh, places, known, before)
        return self

    def assign(self, texts: Any) -> pa.Table:
        """Assign texts to topics.

        Parameters
        ----------
        texts : as for `fit`

        Returns
        -------
        Table : one row per text in the order given: topic_id, confidence (0 to 1)

        Raises
        ------
        NotFitted : if `fit` was not called
        MissingColumns : if the table has no `body`
        """
        self._fitted()
        bodies, languages = _read(texts, "Topics.assign")
        identifiers = np.array(self.topic_ids_, object)
        parts = [
            self.grouping_.assign(Corpus(batch, spoken)) for batch, spoken in _batches([b[:MOST_CHARACTERS] for b in bodies], languages)
        ]
        numbers = np.concatenate([np.zeros(0, np.int64), *(found for found, _ in parts)])
        clear = np.concatenate([np.zeros(0), *(sure for _, sure in parts)])
        columns = [pa.array(identifiers[numbers], pa.string()), pa.array(clear.round(4), pa.float64())]
        return pa.table(columns, names=[TextTopics.topic_id, TextTopics.confidence])

    def moved(self, texts: Any, previous: Topics) -> pa.Table:
        """Return which texts changed their topic.

        Returns
        -------
        Table : row (number of the text), before and after (topics), where they differ
        """
        before, after = previous.assign(texts)[TextTopics.topic_id], self.assign(texts)[TextTopics.topic_id]
        rows = np.flatnonzero(before.to_numpy(zero_copy_only=False) != after.to_numpy(zero_copy_only=False))
        return pa.table({"row": pa.array(rows, pa.int64()), "before": before.take(rows), "after": after.take(rows)})

    def table(self) -> pa.Table:
        """Return the topics: topic_id, words_zh, words_en, texts, and the state from which `from_table` makes them again."""
        self._fitted()
        return pa.table({
            TopicRows.topic_id: pa.array(self.topic_ids_, pa.string()),
            TopicRows.words_zh: pa.array([" ".join(name.zh) or None for name in self.names_], pa.string()),
            TopicRows.words_en: pa.array([" ".join(name.en) or None for name in self.names_], pa.string()),
            TopicRows.texts: pa.array(self.texts_, pa.int64()),
            TopicRows.state: pa.array([self._state(number) for number in range(self.grouping_.count)], pa.binary()),
        })  # fmt: skip

    @classmethod
    def from_table(cls, rows: pa.Table, seed: int = 0) -> Self:
        """Return topics, ready to assign and to follow, from what `table` returned; rows in any order."""
        topics = cls(seed)
        states = [_parsed(state) for state in rows[TopicRows.state].to_pylist()]
        order = sorted(range(len(states)), key=lambda row: states[row][0])
        states = [states[row] for row in order]
        hashes = np.unique(np.concatenate([state[1] for state in states]))
        rarity, strengths = np.zeros(len(hashes), np.float32), np.zeros((len(hashes), len(states)), np.float32)
        for number, (_, own, rare, strong) in enumerate(states):
            places = np.searchsorted(hashes, own)
            rarity[places], strengths[places, number] = rare, strong
        topics.grouping_ = Grouping(hashes, rarity, strengths)
        taken = rows.take(order)
        topics.topic_ids_ = taken[TopicRows.topic_id].to_pylist()
        topics.texts_ = taken[TopicRows.texts].to_pylist()
        words = (taken[TopicRows.words_zh].to_pylist(), taken[TopicRows.words_en].to_pylist())
        topics.names_ = [Names((zh or "").split(), (en or "").split()) for zh, en in zip(*words, strict=True)]
        topics.set_aside_, topics.changes_ = Counter(), []
        return topics

    def _state(self, number: int) -> bytes:
        column = self.grouping_.strengths[:, number]
        parts = (self.grouping_.hashes.astype("<u8"), self.grouping_.rarity.astype("<f4"), column.astype("<f4"))
        return json.dumps({"place": number, "terms": len(column)}).encode() + b"\n" + b"".join(part.tobytes() for part in parts)

    def _fitted(self) -> None:
        if not hasattr(self, "grouping_"):
            raise NotFitted(where="Topics", model="Topics")


def _parsed(state: bytes) -> tuple[int, Any, Any, Any]:
    head, _, body = state.partition(b"\n")
    facts = json.loads(head)
    size = facts["terms"]
    rarity, strengths = np.frombuffer(body, "<f4", size, 8 * size), np.frombuffer(body, "<f4", size, 12 * size)
    return facts["place"], np.frombuffer(body, "<u8", size).astype(np.uint64), rarity, strengths


def _read(texts: Any, where: str) -> tuple[list[str], list[str | None]]:
    if not isinstance(texts, pa.Table) and not hasattr(texts, "__arrow_c_stream__"):
        bodies = [text or "" for text in texts]
        return bodies, [None] * len(bodies)
    rows = texts if isinstance(texts, pa.Table) else pa.table(texts)
    if Texts.body not in rows.column_names:
        raise MissingColumns(where=where, table=Texts.name, missing=[Texts.body], present=rows.column_names)
    known = Texts.language in rows.column_names
    return [body or "" for body in rows[Texts.body].to_pylist()], rows[Texts.language].to_pylist() if known else [None] * rows.num_rows


def _sample(bodies: Sequence[str], languages: Sequence[str | None]) -> tuple[list[tuple[str, str | None]], Counter[str]]:
    """Return the distinct texts to find topics in, in an order of their own, and how many are left out why."""
    counts = Counter(bodies)
    common = repeated(counts.items(), len(bodies))
    left = Counter[str]()
    own: dict[str, tuple[str, str | None]] = {}
    pairs = sorted(set(zip(bodies, languages, strict=True)), key=lambda pair: (pair[0], pair[1] or ""))
    read = [body[:MOST_CHARACTERS] for body, _ in pairs]
    for (body, language), reason, plain in zip(pairs, set_aside(read, common), normal_forms(read), strict=True):
        if reason is not None:
            left[reason] += counts[body]
            continue
        left["repeat"] += counts[body] - (plain not in own)
        own.setdefault(plain, (body[:MOST_CHARACTERS], language))
    keys = sorted(own, key=lambda plain: (hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest(), plain))
    left["beyond the sample"] = max(0, len(keys) - MOST_TEXTS)
    return [own[key] for key in keys[:MOST_TEXTS]], +left


def _batches(bodies: Sequence[str], languages: Sequence[str | None]) -> Iterator[tuple[Sequence[str], Sequence[str | None]]]:
    for start in range(0, len(bodies), BATCH_TEXTS):
        yield bodies[start : start + BATCH_TEXTS], languages[start : start + BATCH_TEXTS]


def _identifier(grouping: Grouping, number: int) -> str:
    """Return a name for a new topic, made of the terms that tell most."""
    strongest = np.argsort(-grouping.strengths[:, number] * grouping.rarity, kind="stable")[:20]
    return "topic-" + hashlib.blake2b(np.sort(grouping.hashes[strongest]).tobytes(), digest_size=4).hexdigest()
