"""Approved mappings live in moushi.toml, survive people's edits, and explain errors in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomlkit

from moushi.collect import Contracts, Mapping, Rule
from moushi.collect.matching import match
from moushi.columns import Customers, OrderLines, Texts
from moushi.errors import MappingInvalid

HEADERS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
RETAIL = Mapping(
    "retail",
    OrderLines.name,
    HEADERS,
    {
        OrderLines.name: {
            OrderLines.order_id: Rule(("InvoiceNo",)),
            OrderLines.ordered_at: Rule(("InvoiceDate",), formats=("dmy", "ymd")),
            OrderLines.quantity: Rule(("Quantity",), decimal=","),
            OrderLines.unit_price: Rule(("UnitPrice",), decimal=","),
            OrderLines.country: Rule(("Country",), optional=True, on_error="null"),
            OrderLines.channel: Rule(value="shop"),
        },
        Customers.name: {Customers.customer_id: Rule(("CustomerID",), whole=True)},
    },
    0.987,
    "moushi",
)


def saved(folder: Path, text: str = "") -> Path:
    path = folder / "moushi.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_mapping_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    path = saved(tmp_path)
    contracts = Contracts(path)
    contracts.put(RETAIL)
    contracts.save()
    assert Contracts(path).mappings == (RETAIL,)


def test_nothing_is_written_before_it_is_saved(tmp_path: Path) -> None:
    path = saved(tmp_path, "# mine\n")
    contracts = Contracts(path)
    contracts.put(RETAIL)
    assert path.read_text("utf-8") == "# mine\n"
    contracts.forget("retail")
    contracts.save()
    assert path.read_text("utf-8") == "# mine\n"


def test_settings_and_comments_of_people_stay(tmp_path: Path) -> None:
    path = saved(tmp_path, "# our shop\n[settings]\ncurrency = 'GBP' # pounds\n")
    contracts = Contracts(path)
    contracts.put(RETAIL)
    contracts.save()
    text = path.read_text("utf-8")
    assert text.startswith("# our shop\n[settings]\ncurrency = 'GBP' # pounds\n")
    assert tomlkit.parse(text)["mapping"][0]["name"] == "retail"


def test_an_edit_made_meanwhile_is_kept(tmp_path: Path) -> None:
    path = saved(tmp_path)
    contracts = Contracts(path)
    contracts.put(RETAIL)
    saved(tmp_path, "[settings]\ncurrency = 'EUR'\n")
    contracts.save()
    assert "currency = 'EUR'" in path.read_text("utf-8")
    assert Contracts(path).named("retail") == RETAIL


def test_a_mapping_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    path = saved(tmp_path)
    for confidence in (0.5, 0.7):
        contracts = Contracts(path)
        contracts.put(Mapping("retail", RETAIL.grain, RETAIL.columns, RETAIL.tables, confidence))
        contracts.save()
    assert [each.confidence for each in Contracts(path).mappings] == [0.7]


def test_names_are_unique(tmp_path: Path) -> None:
    contracts = Contracts(saved(tmp_path))
    contracts.put(RETAIL)
    assert contracts.free_name("retail") == "retail_2"
    assert contracts.free_name("texts") == "texts"


def test_a_person_may_write_a_mapping_by_hand(tmp_path: Path) -> None:
    text = """
    [[mapping]]
    name = "shop reviews"
    grain = "texts"
    columns = ["when", "words"]
    [mapping.tables.texts]
    written_at = {from = "when", format = "dmy"}
    body = "words"
    source_kind = {value = "review"}
    """
    found = Contracts(saved(tmp_path, text)).named("shop reviews")
    assert found is not None
    assert found.decided_by == "person"
    assert found.tables[Texts.name][Texts.written_at] == Rule(("when",), formats=("dmy",))
    assert found.needed() == {"when", "words"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('ordred_at = "when"', "no column 'ordred_at'"),
        ('ordered_at = {from = "when", format = "dd/mm"}', "'dd/mm' is not one of ymd, dmy"),
        ('ordered_at = {from = "whn"}', "'whn' is not among"),
        ('ordered_at = {format = "ymd"}', "needs either `from`"),
        ('ordered_at = {from = "when", fromat = "ymd"}', "'fromat' is not known here"),
        ('amount = {from = "when", decimal = ";"}', "';' is not one of"),
        ("amount = 3", "must be a column's name"),
    ],
)
def test_errors_of_people_are_explained_in_both_languages(tmp_path: Path, line: str, words: str) -> None:
    text = f'[[mapping]]\nname = "mine"\ngrain = "order_lines"\ncolumns = ["when"]\n[mapping.tables.order_lines]\n{line}\n'
    with pytest.raises(MappingInvalid) as fault:
        Contracts(saved(tmp_path, text))
    assert words in fault.value.message("en")
    assert "mine: order_lines." in fault.value.message("en")
    assert "无法使用" in fault.value.message("zh")
    assert fault.value.message("zh").isascii() is False


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    text = (
        '[[mapping]]\nname = ""\ngrain = "sales"\ncolumns = 3\n[mapping.tables.sales]\nx = "y"\n[[mapping]]\nname = "b"\ngrain = "texts"\n'
    )
    with pytest.raises(MappingInvalid) as fault:
        Contracts(saved(tmp_path, text))
    message = fault.value.message("en")
    assert "name must be a text" in message
    assert "no table 'sales'" in message
    assert "b: it has no [mapping.tables.NAME]" in message


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MappingInvalid, match="not valid TOML"):
        Contracts(saved(tmp_path, "[settings]\n\ncurrency = \n"))


# --- which mapping a file belongs to ------------------------------------------


def test_order_case_and_blanks_of_headers_do_not_count() -> None:
    found = match(["country", " QUANTITY", *HEADERS[:3], *HEADERS[4:7]], [RETAIL])
    assert found is not None
    assert found.fits
    assert found.mapping.tables[OrderLines.name][OrderLines.quantity].sources == (" QUANTITY",)


def test_a_new_column_is_allowed_and_told() -> None:
    found = match([*HEADERS, "Gift wrap"], [RETAIL])
    assert found is not None
    assert found.fits
    assert found.added == ("Gift wrap",)


def test_an_unused_column_may_go() -> None:
    found = match([name for name in HEADERS if name != "Description"], [RETAIL])
    assert found is not None
    assert found.fits
    assert found.dropped == ("Description",)


def test_an_optional_column_may_go() -> None:
    found = match([name for name in HEADERS if name != "Country"], [RETAIL])
    assert found is not None
    assert found.fits
    assert OrderLines.country not in found.mapping.tables[OrderLines.name]


def test_a_needed_column_that_is_gone_breaks_the_contract() -> None:
    found = match([name for name in HEADERS if name != "UnitPrice"], [RETAIL])
    assert found is not None
    assert not found.fits
    assert found.difference() == "−'UnitPrice'"


def test_a_renamed_column_is_shown_as_renamed() -> None:
    found = match([name.replace("Quantity", "Quantity sold") for name in HEADERS], [RETAIL])
    assert found is not None
    assert found.difference() == "'Quantity' → 'Quantity sold'"


@pytest.mark.parametrize("columns", [("InvoiceNo", "Country"), ("label", "review"), tuple(f"c{n}" for n in range(20)) + HEADERS])
def test_other_files_are_no_broken_ones(columns: tuple[str, ...]) -> None:
    assert match(columns, [RETAIL]) is None


def test_the_mapping_that_fits_is_preferred_to_one_that_is_more_alike() -> None:
    small = Mapping(
        "small", Texts.name, ("cat", "label", "review"), {Texts.name: {Texts.body: Rule(("review",)), Texts.category: Rule(("cat",))}}
    )
    smaller = Mapping("smaller", Texts.name, ("label", "review"), {Texts.name: {Texts.body: Rule(("review",))}})
    found = match(("label", "review"), [small, smaller])
    assert found is not None
    assert found.mapping.name == "smaller"
    assert match(("label", "review"), [small]) is None
