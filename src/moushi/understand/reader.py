"""The public reader of texts: strings or tables in, what each says out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from moushi.columns import TextInsights, Texts
from moushi.errors import MissingColumns, NotFitted
from moushi.understand.duplicates import repeated
from moushi.understand.learning import Given, learn
from moushi.understand.models import Models
from moushi.understand.reading import LISTS, read_batch

BATCH_ROWS = 2_000
MOST_LEARNT = 20_000
SHOWN = (
    TextInsights.text_id,
    TextInsights.language,
    TextInsights.sentiment,
    TextInsights.score,
    *LISTS,
    TextInsights.intent,
    TextInsights.urgency,
    TextInsights.emotion,
    TextInsights.confidence,
    TextInsights.set_aside,
)


class TextReader:
    """Reads what customers write, in Chinese and English, with no download and no network.

    Parameters
    ----------
    seed : of everything random

    Attributes
    ----------
    models_ : what fitting learnt

    Notes
    -----
    Equal texts get equal findings.  A text is read up to its first 20,000
    characters.  What holds no words, and what stands in for a review, is set
    aside: it has a `set_aside` reason and no aspects.

    Examples
    --------
    >>> found = TextReader().fit([]).read(["物流很快，就是质量差"]).to_pylist()[0]
    >>> [(each["aspect"], each["polarity"]) for each in found["aspects"]]
    [('delivery', 1.0), ('quality', -1.0)]
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as plain JSON values."""
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return a reader, not fitted, from what `get_config` returned."""
        return cls(**config)

    def fit(self, texts: Any, labels: Sequence[Any] | None = None) -> Self:
        """Learn from texts what is common among them, and from labels and stars what is good and bad.

        Parameters
        ----------
        texts : strings, or a table with `body` and where known `text_id`, `language`, `rating`, `label`, `speaker`
        labels : per text what it is: positive, neutral or negative, or a number above or below 0; None where not known

        Raises
        ------
        MissingColumns : if the table has no `body`
        """
        rows = _rows(texts, "TextReader.fit")
        counts = Counter(body for body in rows[Texts.body].to_pylist() if body)
        if labels is not None:
            rows = rows.set_column(
                rows.column_names.index(Texts.label), Texts.label, pa.array([_word(label) for label in labels], pa.string())
            )
        ratings = [rating for rating in rows[Texts.rating].to_pylist() if rating is not None]
        scale = (min(ratings), max(ratings)) if ratings else (0.0, 0.0)
        # In an order that says nothing, so that parts of it are like the whole.
        keys = list(map(_key, *(rows[name].to_pylist() for name in (Texts.text_id, Texts.body))))
        order = sorted(range(rows.num_rows), key=keys.__getitem__)
        sample = rows.take(pa.array(order[:MOST_LEARNT], pa.int64()))
        self.models_ = learn(sample, scale, seed=self.seed, given=Given(common=repeated(counts.items(), rows.num_rows)))
        return self

    def read(self, texts: Any) -> pa.Table:
        """Read texts.

        Parameters
        ----------
        texts : as for `fit`

        Returns
        -------
        Table : one row per text in the order given: text_id, language (BCP 47),
            sentiment, score (-1 bad to 1 good), aspects, needs, keywords and
            comparisons (lists, with offsets into the body), intent, urgency
            (0 to 1), emotion, confidence (of the sentiment, 0 to 1), set_aside

        Raises
        ------
        NotFitted : if `fit` was not called
        MissingColumns : if the table has no `body`
        """
        rows = _rows(texts, "TextReader.read")
        models = self._models()
        parts = [read_batch(rows.slice(start, BATCH_ROWS), models) for start in range(0, max(rows.num_rows, 1), BATCH_ROWS)]
        return pa.concat_tables(parts).select(SHOWN)

    def save(self, folder: str | Path) -> None:
        """Write what was learnt into a folder, as plain files."""
        self._models().save(Path(folder))

    @classmethod
    def load(cls, folder: str | Path, seed: int = 0) -> Self:
        """Return a reader from what `save` wrote."""
        reader = cls(seed)
        reader.models_ = Models.load(Path(folder))
        return reader

    def _models(self) -> Models:
        models: Models | None = getattr(self, "models_", None)
        if models is None:
            raise NotFitted(where="TextReader", model="TextReader")
        return models


def _word(label: Any) -> str | None:
    """Return a label as a word."""
    if label is None or isinstance(label, str):
        return label
    return "positive" if label > 0 else "negative" if label < 0 else "neutral"


def _key(text_id: str | None, body: str | None) -> bytes:
    return hashlib.md5(f"{text_id}\x1f{body}".encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()


def _rows(texts: Any, where: str) -> pa.Table:
    """Return texts as a table with the columns that reading needs."""
    if not isinstance(texts, pa.Table) and not hasattr(texts, "__arrow_c_stream__"):
        texts = pa.table({Texts.body: pa.array(list(texts), pa.string())})
    rows = texts if isinstance(texts, pa.Table) else pa.table(texts)
    if Texts.body not in rows.column_names:
        raise MissingColumns(where=where, table=Texts.name, missing=[Texts.body], present=rows.column_names)
    columns = {}
    for name in (Texts.text_id, Texts.body, Texts.language, Texts.rating, Texts.label, Texts.speaker):
        kind = Texts.columns()[name].type
        columns[name] = rows[name].cast(kind).combine_chunks() if name in rows.column_names else pa.nulls(rows.num_rows, kind)
    if Texts.text_id not in rows.column_names:
        columns[Texts.text_id] = pa.array([str(place) for place in range(1, rows.num_rows + 1)], pa.string())
    return pa.table(columns)
