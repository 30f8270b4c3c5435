"""How fast the whole local tier reads, and with how much memory."""

from __future__ import annotations

import csv
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import run

DATA = Path(os.environ.get("MOUSHI_DATA", "")) / "text" / "online_shopping_10_cats" / "online_shopping_10_cats.csv"
READ = """
import resource, sys, time
import moushi, pyarrow as pa
from moushi.engine import parallel
from moushi.understand.models import Models, stamp_of
from moushi.understand.reading import READ, read_from
from functools import partial
from pathlib import Path
import csv
texts = [row["review"] for row in csv.DictReader(open(sys.argv[1], encoding="utf-8"))] * int(sys.argv[3])
folder = Path(sys.argv[2])
count = len(texts)
rows = pa.table({"text_id": [str(n) for n in range(count)], "body": texts, "language": ["zh"] * count})
schema = pa.schema([field.with_nullable(True) for field in READ])
read = partial(read_from, folder=str(folder), stamp=stamp_of(folder))
parallel.map_batches(rows.slice(0, 24000), read, schema, processes=2, batch_rows=2000)
began = time.perf_counter()
for start in range(0, count, 40000):
    parallel.map_batches(rows.slice(start, 40000), read, schema, processes=2, batch_rows=2000)
print(count / (time.perf_counter() - began))
"""


def table() -> str:
    """Return texts per second on two processes, and peak memory, for the corpus once and four times over."""
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        took = _learn(models)
        lines = ["| texts | texts/s, 2 processes | peak MiB, all processes |", "|---:|---:|---:|"]
        for times in (1, 4):
            measured = run([sys.executable, "-c", READ, DATA, models, str(times)])
            speed = float(measured.output.strip().splitlines()[-1])
            lines.append(f"| {62_774 * times:,} | {speed:,.0f} | {measured.peak_mib:,.0f} |")
    return "\n".join(
        [*lines, "", f"Learning from 20,000 texts, once per change of the corpus: {took:.0f} s. Bar: 5,000 texts/s, 2,048 MiB."]
    )


def _learn(folder: Path) -> float:
    from moushi import TextReader

    with DATA.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    began = time.perf_counter()
    TextReader().fit([row["review"] for row in rows], [1 if row["label"] == "1" else -1 for row in rows]).save(folder)
    return time.perf_counter() - began
