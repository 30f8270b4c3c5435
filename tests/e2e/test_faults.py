"""What goes wrong on real machines: full disks, two processes at once, clocks that go backwards."""

import csv
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import moushi
from moushi.columns import OrderLines, Reconciliation
from moushi.errors import DiskFull
from moushi.workspace.store import Store
from moushi.workspace.verify import verify

MOUSHI = Path(sys.executable).with_name("moushi")
HEADER = ["Order ID", "Line", "SKU", "Quantity", "Unit price", "Order date", "Customer ID", "Country", "Currency"]


def write_orders(path: Path, *, first: int = 0, orders: int = 300) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        for number in range(first, first + orders):
            day = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number)
            writer.writerow(
                [
                    f"O{number}",
                    1,
                    f"SKU-{number % 20:03}",
                    1 + number % 3,
                    "9.90",
                    f"{day:%Y-%m-%d %H:%M:%S}",
                    f"C{number % 90:04}",
                    "DE",
                    "EUR",
                ]
            )
    return path


def damage(path: Path) -> list[str]:
    store = Store(path)
    found = [problem.code for problem in verify(store) if problem.severity == "damage"]
    store.close()
    return found


def kept(shop: moushi.Workspace) -> int:
    shop.run()
    counts = {row["table_name"]: row for row in shop.table(Reconciliation.name).to_pylist()}["order_lines"]
    assert counts["read"] == counts["kept"] + counts["quarantined"] + counts["duplicates"]
    return int(counts["kept"])


def test_two_processes_adding_at_once_load_everything_once(tmp_path):
    moushi.Workspace.create(tmp_path / "shop").close()
    one, two = write_orders(tmp_path / "one.csv"), write_orders(tmp_path / "two.csv", first=300)
    words = [[MOUSHI, "--quiet", "add", tmp_path / "shop", *files] for files in ([one, two], [two, one], [one])]
    started = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for command in words]
    assert [process.wait(120) for process in started] == [0, 0, 0]
    with moushi.open(tmp_path / "shop") as shop:
        assert kept(shop) == 600
        assert shop.table("sources").num_rows == 2
    assert damage(tmp_path / "shop") == []


def test_a_clock_that_goes_backwards_changes_nothing(tmp_path):
    import sqlalchemy as sa

    from moushi.database.tables import runs

    with moushi.Workspace.create(tmp_path / "shop") as shop:
        shop.add(write_orders(tmp_path / "one.csv"))
        first = shop.run()
    store = Store(tmp_path / "shop")
    with store.database.begin() as connection:
        connection.execute(sa.update(runs).values(started_at=datetime(2099, 1, 1, tzinfo=UTC)))
    store.close()
    for file in (tmp_path / "shop").rglob("*.parquet"):
        os.utime(file, (4e9, 4e9))
    with moushi.open(tmp_path / "shop") as shop:
        assert {stage.status for stage in shop.run().stages} == {"skipped"}
        assert shop.runs()[1].run_id == first.run_id
        newer = write_orders(tmp_path / "newer.csv")
        newer.write_text(newer.read_text("utf-8").replace("9.90", "8.80"), "utf-8")
        os.utime(newer, (1, 1))
        shop.add(newer)
        shop.run()
        assert {str(price) for price in shop.table(OrderLines.name)["unit_price"].to_pylist()} == {"8.8000"}
    assert damage(tmp_path / "shop") == []


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], check=False, capture_output=True)
    if mounted.returncode:
        pytest.skip("a disk of its own needs the right to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_said_and_what_was_acknowledged_stays(tmp_path, small_disk):
    with moushi.Workspace.create(small_disk / "shop") as shop:
        shop.add(write_orders(tmp_path / "one.csv"))
        filler = small_disk / "filler"
        with filler.open("wb") as stream:
            free = os.statvfs(small_disk)
            stream.write(b"x" * (free.f_bavail * free.f_frsize - 40_000))
        with pytest.raises(DiskFull, match="Free some space"):
            shop.add(write_orders(tmp_path / "two.csv", first=300, orders=40_000))
        filler.unlink()
        assert shop.add(tmp_path / "one.csv").sources[0].status == "unchanged"
        assert kept(shop) == 300
    assert damage(small_disk / "shop") == []
