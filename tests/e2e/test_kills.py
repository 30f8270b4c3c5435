"""SIGKILL at random moments of `add` and `run`: nothing acknowledged is lost, nothing is loaded twice."""

import csv
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import moushi
from moushi.columns import OrderLines, Reconciliation
from moushi.workspace.store import Store
from moushi.workspace.verify import verify

MOUSHI = Path(sys.executable).with_name("moushi")
FILES, LINES, KILLS = 12, 400, 30


def write_files(folder: Path) -> None:
    folder.mkdir()
    for number in range(FILES):
        with (folder / f"orders-{number:02}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["Order ID", "Line", "SKU", "Quantity", "Unit price", "Order date", "Customer ID", "Country", "Currency"])
            for line in range(LINES):
                order = number * LINES + line // 2
                day = f"2024-{number + 1:02}-{line % 28 + 1:02} 10:00:00"
                writer.writerow(
                    [f"O{order}", line % 2 + 1, f"SKU-{line % 20:03}", 1 + line % 3, "9.90", day, f"C{order % 90:04}", "DE", "EUR"]
                )


def killed_after(delay_s: float, *words: str) -> bool:
    """Run a command and kill it after `delay_s`; tell whether it was still running."""
    process = subprocess.Popen([MOUSHI, "--quiet", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(delay_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    return False


def took(*words: str) -> float:
    began = time.perf_counter()
    subprocess.run([MOUSHI, "--quiet", *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


@pytest.mark.slow
def test_thirty_kills_lose_nothing_and_load_nothing_twice(tmp_path):
    write_files(tmp_path / "files")
    moushi.Workspace.create(tmp_path / "calm", load_rows=1000).close()
    moushi.Workspace.create(tmp_path / "shop", load_rows=1000).close()
    calm, shop, files = (str(tmp_path / name) for name in ("calm", "shop", "files"))
    add_s, run_s = took("add", calm, files), took("run", calm)

    random.seed(0)
    kills = 0
    while kills < KILLS // 2:
        if killed_after(random.uniform(0.2, 0.9) * add_s, "add", shop, files):
            kills += 1
        else:
            # Everything was loaded before the moment came: begin anew, so that there is something to kill.
            shutil.rmtree(shop)
            moushi.Workspace.create(shop, load_rows=1000).close()
    took("add", shop, files)
    while kills < KILLS:
        kills += killed_after(random.uniform(0.2, 0.7) * run_s, "run", shop, "--from-start")
    took("run", shop)

    with moushi.open(calm) as expected, moushi.open(shop) as found:
        assert _comparable(found) == _comparable(expected)
        counts = {row["table_name"]: row for row in found.table(Reconciliation.name).to_pylist()}
        assert counts["order_lines"]["read"] == FILES * LINES
        assert counts["order_lines"]["kept"] == FILES * LINES
    store = Store(Path(shop))
    assert [problem for problem in verify(store, clean=True) if problem.severity == "damage"] == []
    store.close()


def _comparable(shop: moushi.Workspace) -> list[tuple[object, ...]]:
    """Order lines without what the workspace's own key makes of identifiers."""
    rows = shop.table(OrderLines.name).drop_columns([OrderLines.customer_id]).to_pylist()
    return sorted(tuple(row.values()) for row in rows)
