"""Speed and memory of the spine: online-retail from files to report, a second run, and the twin at growing sizes.

Scenario identifiers are permanent: `spine/online-retail`, `spine/second-run`, `spine/twin-<lines>`.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from benchmarks.measure import Measurement, run

MOUSHI = Path(sys.executable).with_name("moushi")
SIZES = (1_000_000, 4_000_000, 16_000_000)

_MAKE = """
import sys
from pathlib import Path
from moushi import Twin
Twin.of_size(order_lines=int(sys.argv[1]), seed=0).observe(Path(sys.argv[2]))
"""


def online_retail() -> str:
    """Add, run and report 541,909 lines in 305 files; then run again with nothing new."""
    data = os.environ.get("MOUSHI_DATA")
    if not data:
        return "spine/online-retail: skipped, MOUSHI_DATA is not set\n"
    with tempfile.TemporaryDirectory() as folder:
        shop = Path(folder) / "shop"
        run([MOUSHI, "init", shop])
        steps = {
            "add": run([MOUSHI, "--json", "add", shop, Path(data) / "online-retail" / "by-day"]),
            "run": run([MOUSHI, "--json", "run", shop]),
            "report": run([MOUSHI, "--json", "report", shop, "--language", "en"]),
            "second run": run([MOUSHI, "--json", "run", shop]),
        }
        stages = json.loads(steps["run"].output)["result"]["stages"]
    total = sum(step.wall_s for name, step in steps.items() if name != "second run")
    rows = [_row(f"spine/online-retail: {name}", step) for name, step in steps.items()]
    rows.append(f"| spine/online-retail: add + run + report | {total:.1f} | | {max(s.peak_mib for s in steps.values()):.0f} |\n")
    shares = ", ".join(f"{stage['name']} {stage['seconds'] / total:.0%}" for stage in stages)
    return _HEAD + "".join(rows) + f"\nShares of the total: add {steps['add'].wall_s / total:.0%}, {shares}\n"


def twin(sizes: tuple[int, ...] = SIZES) -> str:
    """Make, add and run shops of growing size; give the exponent of time against size."""
    rows: list[str] = []
    times: dict[int, float] = {}
    for size in sizes:
        folder = Path(tempfile.mkdtemp())
        try:
            made = run([sys.executable, "-c", _MAKE, str(size), folder / "files"])
            rows.append(_row(f"spine/twin-{size}: make", made))
            run([MOUSHI, "init", folder / "shop"])
            added = run([MOUSHI, "--json", "add", folder / "shop", folder / "files"])
            rows.append(_row(f"spine/twin-{size}: add", added))
            ran = run([MOUSHI, "--json", "run", folder / "shop"])
            rows.append(_row(f"spine/twin-{size}: run", ran))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        times[size] = added.wall_s + ran.wall_s
    exponents = [
        f"{small:,} to {large:,}: n^{math.log(times[large] / times[small]) / math.log(large / small):.2f}"
        for small, large in pairwise(sizes)
    ]
    return _HEAD + "".join(rows) + f"\nGrowth of add + run: {'; '.join(exponents)}\n"


_HEAD = "| scenario | wall s | processor s | peak MiB |\n|---|---|---|---|\n"


def _row(name: str, step: Measurement) -> str:
    row = f"| {name} | {step.wall_s:.1f} | {step.cpu_s:.1f} | {step.peak_mib:.0f} |\n"
    # Large scenarios take long: each row is shown as it comes.
    print(row, end="", file=sys.stderr, flush=True)
    return row
