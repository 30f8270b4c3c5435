"""Reads a corpus batch by batch through a file, so that memory does not grow with the corpus."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import TextInsights, TextQuality, Texts, TextTopics
from moushi.schema import Table
from moushi.stages import Context
from moushi.understand.models import Measure, Models, stamp_of
from moushi.understand.reading import LISTS, READ, read_from, unnested

if TYPE_CHECKING:
    import ibis.expr.types as ir

STREAM_ROWS = 40_000
"""Texts in memory at a time."""
BATCH_ROWS = 2_000
"""Texts that one process reads at a time."""
COLUMNS = (Texts.text_id, Texts.body, Texts.language, Texts.speaker)


class Spool:
    """What was read of a corpus, on disk until it is written into tables.

    Parameters
    ----------
    context : the stage's
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        context.artifacts.mkdir(parents=True, exist_ok=True)
        self._models = context.artifacts / "understand"
        self._folder = tempfile.TemporaryDirectory(prefix="reading-", dir=context.artifacts)
        self._path = Path(self._folder.name) / "read.arrow"
        self._cut = 0
        self._counts: dict[str, int] = {}

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._folder.cleanup()

    def read(self, texts: ir.Table, models: Models) -> None:
        """Read all texts, in the order of their identifiers; what was read before is forgotten.

        Parameters
        ----------
        models : what the corpus taught the reader
        """
        engine = self._context.engine
        self._cut, self._counts = 0, {}
        models.save(self._models)
        total = engine.to_arrow(texts.aggregate(n=texts.count()))["n"][0].as_py()
        stream = engine.stream(texts.select(*COLUMNS).order_by(Texts.text_id), batch_rows=STREAM_ROWS)
        read = functools.partial(read_from, folder=str(self._models), stamp=stamp_of(self._models))
        schema = pa.schema([field.with_nullable(True) for field in READ])
        with (
            self._context.progress.task("understand.progress.texts", total) as advance,
            pa.OSFile(str(self._path), "wb") as sink,
            pa.ipc.new_file(sink, schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer,
        ):
            for batch in stream:
                found = engine.map_batches(pa.Table.from_batches([batch]), read, schema, batch_rows=BATCH_ROWS)
                self._count(found)
                writer.write_table(found.combine_chunks())
                advance(batch.num_rows)

    def _count(self, found: pa.Table) -> None:
        self._cut += pc.sum(found["cut"]).as_py() or 0
        reasons = pc.value_counts(found[TextInsights.set_aside].combine_chunks()).to_pylist()
        for each in reasons:
            name = each["values"] or "read"
            self._counts[name] = self._counts.get(name, 0) + each["counts"]

    def batches(self) -> Iterator[pa.Table]:
        """Yield what was read, batch after batch."""
        with pa.OSFile(str(self._path), "rb") as source:
            reader = pa.ipc.open_file(source)
            for place in range(reader.num_record_batches):
                yield pa.Table.from_batches([reader.get_batch(place)])

    def rows(self, table: type[Table]) -> pa.RecordBatchReader:
        """Return the rows of one result table, in the order of its key."""
        return pa.RecordBatchReader.from_batches(table.schema(), self._rows(table))

    def _rows(self, table: type[Table]) -> Iterator[pa.RecordBatch]:
        names = {each: name for name, each in LISTS.items()}
        for found in self.batches():
            if table in names:
                rows = unnested(found, names[table]).sort_by([(key, "ascending") for key in table.key()])
            elif table is TextTopics:
                known = found.filter(pc.is_valid(found[TextTopics.topic_id]))
                columns = [known[Texts.text_id], known[TextTopics.topic_id], known["topic_confidence"]]
                rows = pa.Table.from_arrays([column.combine_chunks() for column in columns], schema=TextTopics.schema())
            else:
                rows = found.select(table.schema().names).cast(table.schema())
            yield from rows.to_batches()

    def quality(self, model: str, measures: Sequence[Measure]) -> pa.Table:
        """Return how many texts were read and set aside, and what was measured, as rows of `TextQuality`."""
        counts = {**self._counts, "cut": self._cut}
        rows = [(f"texts_{name}", "", float(count), count, model) for name, count in sorted(counts.items()) if count]
        rows += [(each.measure, each.subject, each.value, each.rows, model) for each in measures]
        columns = list(zip(*rows, strict=True)) or [()] * 5
        return TextQuality.cast(pa.table(dict(zip(TextQuality.columns(), columns, strict=True))), where="understand.quality")
