"""Adding files lands their rows once, masked, and becomes visible in one step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from moushi.collect import Proposal
from moushi.collect.spool import Spool
from moushi.columns import Customers, OrderLines, Products, Quarantine, Sources, Stock, Texts
from moushi.errors import ContractBroken, DiskFull, MappingRefused, SourceNotFound
from moushi.schema import Provenance, landing
from tests.unit.collect.loading_support import Door, write

HEADER = "Order ID,Order date,Customer ID,Customer name,E-mail,Product ID,Product name,Quantity,Unit price"
ROWS = [
    "A1,2024-01-05 10:00,17850.0,Anna Weber,anna.weber@example.de,P1,Cup,2,3.50",
    "A1,2024-01-05 10:00,17850.0,Anna Weber,anna.weber@example.de,P2,Pot,1,10.00",
    "A2,2024-01-06 11:00,12583.0,Max Beck,max.beck@example.de,P1,Cup,3,3.50",
]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path / "shop", timezone="Asia/Shanghai")


def test_rows_land_with_types_tokens_and_their_line(door: Door, tmp_path: Path) -> None:
    result = door.add(write(tmp_path / "orders.csv", HEADER, ROWS))
    assert [(each.name, each.status, each.rows, dict(each.tables)) for each in result.sources] == [
        ("orders.csv", "loaded", 3, {"customers": 2, "order_lines": 3, "products": 2})
    ]
    assert result.exit_code == 0
    first = door.landed(OrderLines)[0]
    assert first[OrderLines.ordered_at] == datetime(2024, 1, 5, 2, tzinfo=UTC)
    assert first[OrderLines.quantity] == Decimal("2.000")
    assert first[OrderLines.amount] == Decimal("7.0000")
    assert first[Provenance.line] == 2
    # The token is the identifier's, without the ".0" a spreadsheet put on it.
    assert door.shield.reveal(first[OrderLines.customer_id]) == "17850"
    assert [door.shield.reveal(token) for token in door.column(Customers, Customers.email)] == [
        "anna.weber@example.de",
        "max.beck@example.de",
    ]
    assert door.column(Products, Products.product_name) == ["Cup", "Pot"]


def test_nothing_personal_is_in_any_file_of_the_lake(door: Door, tmp_path: Path) -> None:
    bad = "A3,not a day,999.0,Lena Kurz,lena.kurz@example.de,P1,Cup,1,3.50"
    door.add(write(tmp_path / "orders.csv", HEADER, [*ROWS, *ROWS, bad]))
    for path in door.folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for secret in (b"17850", b"Weber", b"anna.weber", b"Kurz", b"lena.kurz"):
            assert secret not in content, path


def test_personal_columns_that_fill_nothing_are_not_kept(door: Door, tmp_path: Path) -> None:
    rows = [f"{row},1380013800{number}" for number, row in enumerate(ROWS)]
    result = door.add(write(tmp_path / "orders.csv", HEADER + ",Courier mobile", rows))
    assert "Personal and not kept: Courier mobile" in result.sources[0].message("en")
    assert not any(b"1380013800" in path.read_bytes() for path in door.folder.rglob("*") if path.is_file())


def test_the_same_bytes_are_not_loaded_twice(door: Door, tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", HEADER, ROWS)
    copy = write(tmp_path / "orders (1).csv", HEADER, ROWS)
    assert [each.status for each in door.add(path, copy).sources] == ["loaded", "unchanged"]
    assert [each.status for each in door.add(path).sources] == ["unchanged"]
    assert len(door.landed(OrderLines)) == 3
    assert len(door.sources()) == 1


def test_many_files_are_one_load_in_natural_order(door: Door, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for number in (10, 2, 1):
        write(folder / f"{number}.csv", HEADER, [f"B{number}{row[2:]}" for row in ROWS])
    before = datetime.now(UTC)
    door.add(folder)
    assert [(row[Sources.source_name], row[Sources.load_id], row[Sources.position]) for row in door.sources()] == [
        ("1.csv", 1, 0),
        ("2.csv", 1, 1),
        ("10.csv", 1, 2),
    ]
    assert all(before <= row[Sources.loaded_at] <= datetime.now(UTC) for row in door.sources())
    assert door.engine.version(landing(OrderLines)) == 0
    assert len(door.toml.read_text("utf-8").split("[[mapping]]")) == 2


def test_a_bad_row_among_many_small_files_stays_with_its_file(door: Door, tmp_path: Path) -> None:
    bad = "A3,soon,1.0,Lena Kurz,lena.kurz@example.de,P1,Cup,1,3.50"
    rows = {name: [f"{name}{row[1:]}" for row in ROWS * 2] for name in "abcd"}
    rows["c"].insert(1, bad)
    paths = [write(tmp_path / f"{name}.csv", HEADER, lines) for name, lines in rows.items()]
    result = door.add(*paths)
    assert [(source.name, source.rows, source.quarantined, source.tables["products"]) for source in result.sources] == [
        ("a.csv", 6, 0, 2),
        ("b.csv", 6, 0, 2),
        ("c.csv", 7, 1, 2),
        ("d.csv", 6, 0, 2),
    ]
    assert door.column(OrderLines, Provenance.line)[12:18] == [2, 4, 5, 6, 7, 8]
    assert [row[0] for row in door.column(OrderLines, OrderLines.order_id)] == [*"aaaaaabbbbbbccccccdddddd"]
    assert [(row[Quarantine.source_name], row[Quarantine.line]) for row in door.quarantine()] == [("c.csv", 3)]
    assert [row[Sources.position] for row in door.sources()] == [0, 1, 2, 3]


def test_a_broken_file_among_many_small_ones_is_set_aside_alone(door: Door, tmp_path: Path) -> None:
    rows = {name: [f"{name}{row[1:]}" for row in ROWS] for name in "abcd"}
    rows["c"] = [row.replace("2024", "year") for row in rows["c"]]
    result = door.add(*(write(tmp_path / f"{name}.csv", HEADER, lines) for name, lines in rows.items()))
    assert [source.status for source in result.sources] == ["loaded", "loaded", "quarantined", "loaded"]
    assert [row[0] for row in door.column(OrderLines, OrderLines.order_id)] == [*"aaabbbddd"]


def test_loads_are_acknowledged_by_their_size(tmp_path: Path) -> None:
    door = Door(tmp_path / "shop", load_rows=5)
    paths = [write(tmp_path / f"{number}.csv", HEADER, [f"B{number}{row[2:]}" for row in ROWS]) for number in range(5)]
    door.add(*paths)
    # The first, new kind of file by itself, then small ones until there are enough rows.
    assert [row[Sources.load_id] for row in door.sources()] == [1, 1, 1, 2, 2]


def test_bad_rows_are_set_aside_with_reason_place_and_content(door: Door, tmp_path: Path) -> None:
    bad = "A3,soon,1.0,Lena Kurz,lena.kurz@example.de,P1,Cup,1,3.50"
    result = door.add(write(tmp_path / "orders.csv", HEADER, [*ROWS, *ROWS, bad]))
    assert (result.rows, result.quarantined, result.tables["order_lines"]) == (7, 1, 6)
    row = door.quarantine()[0]
    assert (row[Quarantine.table_name], row[Quarantine.column_name], row[Quarantine.reason], row[Quarantine.line]) == (
        OrderLines.name,
        OrderLines.ordered_at,
        "not_a_date",
        8,
    )
    content = json.loads(door.shield.decrypt(row[Quarantine.payload]))
    assert content["Order date"] == "soon"
    assert content["Customer name"] == "Lena Kurz"
    # A customer is known from the row all the same: only its date was wrong.
    assert "Lena Kurz" in [door.shield.reveal(token) for token in door.column(Customers, Customers.customer_name)]


def test_a_mapping_may_leave_unreadable_cells_empty(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "orders.csv", HEADER, ROWS))
    text = door.toml.read_text("utf-8").replace('unit_price = "Unit price"', 'unit_price = {from = "Unit price", on_error = "null"}')
    door.toml.write_text(text, "utf-8")
    result = door.add(write(tmp_path / "more.csv", HEADER, [*ROWS, *ROWS, "A9,2024-01-05 10:00,1,B C,b@example.de,P1,Cup,2,gratis"]))
    assert result.quarantined == 0
    assert door.landed(OrderLines)[-1][OrderLines.unit_price] is None


def test_overlapping_exports_keep_their_order(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS), write(tmp_path / "2.csv", HEADER, [row.replace("Cup", "Mug") for row in ROWS]))
    assert door.column(Products, Products.product_name) == ["Cup", "Pot", "Mug", "Pot"]


def test_what_repeats_on_the_rows_lands_once_per_change(door: Door, tmp_path: Path) -> None:
    names = ["Cup", "Cup", "Mug", "Cup", "Cup"]
    rows = [f"A{n},2024-01-05 10:00,{n}.0,N N,n{n}@example.de,P1,{name},1,3" for n, name in enumerate(names)]
    door.add(write(tmp_path / "1.csv", HEADER, rows))
    # The first name comes back at last, so that the newest is right.
    assert [(row[Products.product_name], row[Provenance.line]) for row in door.landed(Products)] == [("Cup", 2), ("Mug", 4), ("Cup", 5)]


# --- contracts -----------------------------------------------------------------


def test_a_file_without_a_needed_column_is_set_aside_whole(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    renamed = write(tmp_path / "2.csv", HEADER.replace("Unit price", "Price per item"), ROWS)
    result = door.add(renamed)
    assert isinstance(result.sources[0].error, ContractBroken)
    assert (result.sources[0].status, result.exit_code) == ("quarantined", 3)
    assert "'Unit price'" in result.sources[0].message("zh")
    assert len(door.landed(OrderLines)) == 3
    whole = door.quarantine()[0]
    assert (whole[Quarantine.line], whole[Quarantine.table_name], whole[Quarantine.reason]) == (None, None, "contract_broken")
    assert (door.sources()[1][Sources.status], door.sources()[1][Sources.tables], door.sources()[1][Sources.mapping]) == (
        "quarantined",
        "{}",
        None,
    )
    # Adding it again says the same and writes nothing.
    assert door.add(renamed).sources[0].status == "quarantined"
    assert len(door.quarantine()) == 1


def test_a_file_whose_values_changed_is_set_aside_whole(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    result = door.add(write(tmp_path / "2.csv", HEADER, [row.replace("2024-01-0", "0").replace(" 1", "/01/2024 1") for row in ROWS]))
    assert result.sources[0].status == "quarantined"
    assert "order_lines.ordered_at ← 'Order date': 100% ✗" in result.sources[0].message()
    assert len(door.landed(OrderLines)) == 3


def test_a_needed_column_without_any_value_breaks_the_contract(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    empty = [",".join([*row.split(",")[:7], "", row.split(",")[8]]) for row in ROWS]
    result = door.add(write(tmp_path / "2.csv", HEADER, empty))
    assert "order_lines.quantity ← 'Quantity': ∅" in result.sources[0].message()


def test_an_approved_change_loads_what_was_set_aside(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    renamed = write(tmp_path / "2.csv", HEADER.replace("Unit price", "Item price"), [f"Z{row[1:]}" for row in ROWS])
    assert door.add(renamed).sources[0].status == "quarantined"
    assert door.add(renamed, remap=True).sources[0].status == "loaded"
    assert len(door.landed(OrderLines)) == 6
    assert door.quarantine() == []
    assert [row[Sources.status] for row in door.sources()] == ["loaded", "loaded"]
    assert door.add(renamed).sources[0].status == "unchanged"


def test_mapping_anew_replaces_what_a_file_brought(door: Door, tmp_path: Path) -> None:
    path = write(tmp_path / "1.csv", HEADER, ROWS)
    door.add(path)
    door.add(path, remap=True)
    assert len(door.landed(OrderLines)) == 3
    assert [row[Sources.load_id] for row in door.sources()] == [2]


def test_new_columns_are_allowed_and_told(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    result = door.add(write(tmp_path / "2.csv", HEADER + ",Gift wrap", [f"{row},yes" for row in ROWS]))
    assert result.sources[0].status == "loaded"
    assert "Gift wrap" in result.sources[0].message()


def test_another_decimal_mark_is_read_by_the_files_own(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    rows = [row.replace(",", ";").replace(".50", ",50").replace(".00", ",00") for row in ROWS]
    result = door.add(write(tmp_path / "2.csv", HEADER.replace(",", ";"), rows))
    assert result.sources[0].status == "loaded"
    assert door.column(OrderLines, OrderLines.unit_price)[3:] == [Decimal("3.5"), Decimal("10"), Decimal("3.5")]


# --- what is not certain ---------------------------------------------------------


def test_a_file_that_is_nothing_is_refused_and_the_others_load(door: Door, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    write(folder / "a.csv", "x,y", ["1,2", "3,4"])
    write(folder / "b.csv", HEADER, ROWS)
    (folder / "c.xlsx").write_bytes(b"PK\x03\x04 truncated")
    result = door.add(folder)
    assert [each.status for each in result.sources] == ["refused", "loaded", "refused"]
    assert isinstance(result.sources[0].error, MappingRefused)
    assert result.exit_code == 3
    assert "x, y" in result.sources[0].message("zh")


def test_a_person_is_asked_and_may_refuse_or_change(door: Door, tmp_path: Path) -> None:
    path = write(tmp_path / "1.csv", HEADER, ROWS)
    seen: list[Proposal] = []

    def refuse(proposal: Proposal) -> None:
        seen.append(proposal)

    assert door.add(path, ask=refuse).sources[0].status == "refused"
    assert seen[0].mapping is not None
    assert not door.toml.exists()

    def change(proposal: Proposal) -> Proposal:
        assert proposal.mapping is not None
        tables = {OrderLines.name: proposal.mapping.tables[OrderLines.name]}
        return replace(proposal, mapping=replace(proposal.mapping, name="tills", tables=tables))

    result = door.add(path, ask=change)
    assert result.sources[0].mapping == "tills"
    assert set(result.tables) == {"order_lines"}
    assert 'decided_by = "person"' in door.toml.read_text("utf-8")


def test_what_moushi_decided_is_said(door: Door, tmp_path: Path) -> None:
    result = door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    assert "order_lines, customers, products" in result.sources[0].message("en")
    assert "识别为" in result.sources[0].message("zh")


def test_a_table_that_a_person_names_is_taken(door: Door, tmp_path: Path) -> None:
    path = write(tmp_path / "1.csv", "item,date,qty", ["P1,2024-01-05,4", "P2,2024-01-05,0"])
    assert door.add(path).sources[0].status == "refused"
    assert door.add(path, table="stock").tables == {"stock": 2}
    assert door.column(Stock, Stock.place) == ["all", "all"]


def test_a_path_that_leads_nowhere_is_an_error(door: Door, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        door.add(tmp_path / "nothing")


def test_dates_that_one_file_leaves_open_are_decided_by_the_others(door: Door, tmp_path: Path) -> None:
    days = {"a": "03/01/2024", "b": "05/01/2024", "c": "25/01/2024"}
    paths = [
        write(tmp_path / f"{name}.csv", HEADER, [row.replace("2024-01-05", day).replace("2024-01-06", day) for row in ROWS])
        for name, day in days.items()
    ]
    assert door.add(*paths).count("loaded") == 3
    assert door.landed(OrderLines)[0][OrderLines.ordered_at] == datetime(2024, 1, 3, 2, tzinfo=UTC)


# --- faults ----------------------------------------------------------------------


@pytest.mark.parametrize("fails", [1, 2, 3, 4])
def test_until_it_is_acknowledged_nothing_of_a_load_is_visible(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    path = write(tmp_path / "1.csv", HEADER, ROWS)
    write_table, calls = door.engine.write, iter(range(1, 100))

    def failing(*arguments: object, **options: object) -> int:
        if next(calls) == fails:
            raise DiskFull(where="lake")
        return write_table(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(door.engine, "write", failing)
    with pytest.raises(DiskFull):
        door.add(path)
    monkeypatch.undo()
    assert door.sources() == []
    assert door.landed(OrderLines) == []
    result = door.add(path)
    assert result.sources[0].status == "loaded"
    assert len(door.landed(OrderLines)) == 3
    assert door.sources()[0][Sources.load_id] == 2


def test_mappings_stand_in_the_file_before_rows_name_them(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    write_table = door.engine.write

    def watching(*arguments: object, **options: object) -> int:
        seen.append(door.toml.read_text("utf-8"))
        return write_table(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(door.engine, "write", watching)
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    assert all('name = "order_lines"' in text for text in seen)


def test_many_rows_wait_in_a_file_and_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moushi.collect.spool._SPILL_BYTES", 2_000)
    door = Door(tmp_path / "shop")
    rows = [f"A{number},2024-01-05 10:00,{number}.0,N N,n{number}@example.de,P{number % 7},Cup,1,{number}" for number in range(500)]
    door.add(write(tmp_path / "1.csv", HEADER, rows), write(tmp_path / "2.csv", HEADER, ROWS))
    assert door.column(OrderLines, OrderLines.order_id) == [f"A{number}" for number in range(500)] + ["A1", "A1", "A2"]


def test_a_spool_gives_back_what_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    monkeypatch.setattr("moushi.collect.spool._SPILL_BYTES", 100)
    batches = [pa.record_batch({"n": list(range(start, start + 10))}) for start in range(0, 100, 10)]
    spool = Spool(batches[0].schema, tmp_path)
    for batch in batches:
        spool.append(batch)
    assert spool.spilled
    assert [value for batch in spool.batches() for value in batch.column(0).to_pylist()] == list(range(100))
    assert list(tmp_path.iterdir()) == []
    spool.close()


# --- check -----------------------------------------------------------------------


def test_a_check_shows_mapping_problems_and_masked_rows_and_keeps_nothing(door: Door, tmp_path: Path) -> None:
    bad = "A3,soon,1.0,Lena Kurz,lena.kurz@example.de,P1,Cup,1,3.50"
    path = write(tmp_path / "orders.csv", HEADER, [*ROWS * 4, bad])
    (check,) = door.collector().check(path)
    assert check.mapping is not None
    assert not check.known
    assert check.exit_code == 0
    assert len(check.preview[OrderLines.name]) == 10
    shown = repr(check)
    assert "cu_•••" in shown
    for secret in ("Weber", "17850", "anna.weber", "Lena"):
        assert secret not in shown
    assert check.preview[OrderLines.name][0][OrderLines.amount] == "7"
    assert any("order_lines.ordered_at: 1 cells" in note.message("en") for note in check.notes)
    assert door.sources() == []
    assert not door.toml.exists()
    assert len(door.shield.vault) == 0


def test_a_check_says_why_a_file_would_not_be_loaded(door: Door, tmp_path: Path) -> None:
    door.add(write(tmp_path / "1.csv", HEADER, ROWS))
    (broken,) = door.collector().check(write(tmp_path / "2.csv", HEADER.replace("Quantity", "Pieces sold"), ROWS))
    assert broken.exit_code == 3
    assert isinstance(broken.errors[0], ContractBroken)
    (known,) = door.collector().check(write(tmp_path / "3.csv", HEADER, ROWS[:1]))
    assert known.known
    (unclear,) = door.collector().check(write(tmp_path / "4.csv", "x,y", ["1,2"]))
    assert isinstance(unclear.errors[0], MappingRefused)


def test_free_text_is_searched_for_personal_data(door: Door, tmp_path: Path) -> None:
    path = write(tmp_path / "reviews.csv", "Review,Rating", ["Call me at 13812345678 about the cup,5", "All good and fast,4"])
    door.add(path)
    body = door.column(Texts, Texts.body)[0]
    assert "13812345678" not in body
    assert door.shield.unmask(body) == "Call me at 13812345678 about the cup"
