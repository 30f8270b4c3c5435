"""Two hundred identities go in; none of them comes out anywhere but through the vault."""

import csv
import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

import moushi
from moushi.columns import all_tables
from tests.support_identities import plant, secrets

MOUSHI = Path(sys.executable).with_name("moushi")


def order(number: int, language: str) -> dict[str, str]:
    day = date(2024, 1, 1) + timedelta(days=number % 360)
    if language == "zh":
        facts = {
            "订单编号": f"Z{number}",
            "商品编码": f"K{number % 9}",
            "商品名称": f"陶瓷杯 {number % 9} 号",
            "购买数量": "2",
            "商品单价": "19.90",
        }
        return facts | {"付款时间": f"{day} 10:00:00", "买家留言": ""}
    facts = {"Order ID": f"E{number}", "SKU": f"M{number % 9}", "Product name": f"Ceramic mug {number % 9}", "Quantity": "2"}
    return facts | {"Unit price": "9.90", "Order date": f"{day} 10:00:00"}


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def people():
    return plant(7)


@pytest.fixture(scope="module")
def shop(people, tmp_path_factory):
    folder = tmp_path_factory.mktemp("privacy")
    for language in ("zh", "en"):
        own = [person for person in people if person.language == language]
        rows = [order(number, language) | person.row() for number, person in enumerate(own * 3)]
        write(folder / f"orders-{language}.csv", rows)
        said = [
            {
                "Product ID": f"M{number % 9}",
                "Rating": str(number % 5 + 1),
                "Review date": "2024-11-02",
                # Names and addresses inside free text are not among the recognisers of the first version.
                "Review text": " ".join(sentence for sentence in p.sentences() if p.name not in sentence),
            }
            for number, p in enumerate(own)
        ]
        write(folder / f"reviews-{language}.csv", said)
    broken = [
        order(9000 + number, "en") | person.row() | {"Quantity": "many"} for number, person in enumerate(people) if person.language == "en"
    ]
    write(folder / "orders-broken.csv", [order(8000, "en") | next(p for p in people if p.language == "en").row()] * 400 + broken[:20])
    moushi.Workspace.create(folder / "shop", currency="EUR").close()
    files = sorted(folder.glob("*.csv"))
    commands = [
        ["add", folder / "shop", *files],
        ["check", folder / "shop", files[0]],
        ["run", folder / "shop"],
        ["decisions", folder / "shop", "--all"],
        ["report", folder / "shop", "--language", "zh"],
        ["report", folder / "shop", "--language", "en"],
        ["verify", folder / "shop"],
    ]
    spoken = [subprocess.run([MOUSHI, *command], capture_output=True, text=True, check=False) for command in commands]
    (folder / "spoken.json").write_text(json.dumps([call.stdout + call.stderr for call in spoken], ensure_ascii=False), "utf-8")
    assert [call.returncode for call in spoken][2:] == [0] * 5, spoken
    return folder


def found(text: str, people) -> list[str]:
    return [secret for secret in secrets(people) if secret in text]


@pytest.mark.slow
def test_no_table_of_the_lake_holds_any_of_them(shop, people):
    with moushi.open(shop / "shop") as workspace:
        filled = 0
        for name in all_tables():
            rows = workspace.table(name)
            filled += bool(rows.num_rows)
            assert found(json.dumps(rows.to_pylist(), ensure_ascii=False, default=str), people) == [], name
    assert filled > 10


@pytest.mark.slow
def test_no_file_of_the_workspace_holds_any_of_them(shop, people):
    for file in sorted((shop / "shop").rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            assert [secret for secret in secrets(people) if secret.encode() in content] == [], file


@pytest.mark.slow
def test_nothing_that_was_said_holds_any_of_them(shop, people):
    spoken = (shop / "spoken.json").read_text("utf-8")
    assert len(spoken) > 1000
    assert found(spoken, people) == []


@pytest.mark.slow
def test_the_key_brings_them_back(shop, people):
    with moushi.open(shop / "shop") as workspace:
        tokens = [row["email"] for row in workspace.table("customers").to_pylist() if row["email"]]
        shown = {workspace._store.shield.reveal(token) for token in tokens}
    assert {person.email for person in people if person.language == "en"} <= shown
