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
import csv, sys, time
import moushi, psutil, pyarrow as pa
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from moushi.engine import parallel
from moushi.understand.models import stamp_of
from moushi.understand.reading import READ, read_from
texts = [row["review"] for row in csv.DictReader(open(sys.argv[1], encoding="utf-8"))]
folder, count = Path(sys.argv[2]), len(texts) * int(sys.argv[3])
schema = pa.schema([field.with_nullable(True) for field in READ])
read = partial(read_from, folder=str(folder), stamp=stamp_of(folder))
# The corpus comes in pieces, as from a table that is larger than memory.
def pieces(count):
    stream = cycle(texts)
    for start in range(0, count, 40000):
        bodies = list(islice(stream, min(40000, count - start)))
        yield pa.table({"text_id": [str(n) for n in range(len(bodies))], "body": bodies, "language": ["zh"] * len(bodies)})
def used():
    times = [each.cpu_times() for each in [psutil.Process(), *psutil.Process().children(recursive=True)]]
    return sum(each.user + each.system for each in times)
for rows in pieces(24000):
    parallel.map_batches(rows, read, schema, processes=2, batch_rows=2000)
began, before = time.perf_counter(), used()
for rows in pieces(count):
    parallel.map_batches(rows, read, schema, processes=2, batch_rows=2000)
print(count / (time.perf_counter() - began), (used() - before) / count * 1e6)
"""


def table() -> str:
    """Return texts per second on two processes, processor time and peak memory, for the corpus once and four times over."""
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        took = _learn(models)
        lines = ["| texts | texts/s, 2 processes | microseconds of a core per text | peak MiB, all processes |", "|---:|---:|---:|---:|"]
        for times in (1, 4):
            measured = run([sys.executable, "-c", READ, DATA, models, str(times)])
            speed, used = map(float, measured.output.strip().splitlines()[-1].split())
            lines.append(f"| {62_774 * times:,} | {speed:,.0f} | {used:.0f} | {measured.peak_mib:,.0f} |")
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
