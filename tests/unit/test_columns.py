from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from moushi.columns import Customers, Moves, Prices, all_tables, input_tables
from moushi.errors import InvalidRows, MissingColumns
from moushi.schema import landing


def move(**values: object) -> dict[str, object]:
    row: dict[str, object] = {
        Moves.issue_id: "i",
        Moves.dimension: "product",
        Moves.subject: "p1",
        Moves.period_from: date(2024, 1, 1),
        Moves.period_to: date(2024, 1, 7),
        Moves.actual: 1.0,
        Moves.expected: 2.0,
        Moves.low: 1.5,
        Moves.high: 3.0,
        Moves.gap_home: Decimal("-1.0000"),
    }
    return row | values


def rows(*moves: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(moves), schema=Moves.schema())


def test_a_column_reads_as_its_own_name():
    assert Customers.customer_id == "customer_id"
    assert Customers.columns()["customer_id"].personal == "account"


def test_every_table_has_a_name_a_grain_and_documented_columns():
    for name, table in all_tables().items():
        assert table.name == name
        assert table.grain
        assert all(column.doc for column in table.columns().values())


def test_a_landing_table_has_the_collected_columns_nullable_and_the_provenance_not():
    land = landing(Prices)
    assert land.name == "landing_prices"
    assert list(land.columns()) == [*Prices.collected(), "load_id", "source_id", "line"]
    assert land.schema().field("product_id").nullable
    assert not land.schema().field("load_id").nullable
    assert landing(Prices) is land


def test_derived_columns_cannot_come_from_a_file():
    from moushi.columns import OrderLines

    assert "kind_of_line" not in landing(OrderLines).columns()
    assert "order_lines" in input_tables()
    assert "profiles" not in input_tables()


def test_rows_that_fit_pass():
    fitting = rows(move(), move(subject="p2"))
    assert list(Moves.row_faults(fitting)) == []
    Moves.validate(fitting, where="test")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"dimension": "planet"}, "dimension: is not one of total, product, country, aspect, theme (1 rows)"),
        ({"actual": None}, "actual: is null (1 rows)"),
    ],
)
def test_a_broken_rule_is_named_with_its_count(fault, words):
    with pytest.raises(InvalidRows) as caught:
        Moves.validate(
            pa.Table.from_pylist([move(**fault)], schema=pa.schema([f.with_nullable(True) for f in Moves.schema()])), where="test"
        )
    assert words in str(caught.value)


def test_a_key_that_comes_twice_is_found():
    with pytest.raises(InvalidRows, match=r"issue_id\+dimension\+subject: is not unique \(1 rows\)"):
        Moves.validate(rows(move(), move()), where="test")


def test_all_faults_are_reported_at_once():
    with pytest.raises(InvalidRows) as caught:
        Moves.validate(rows(move(dimension="planet"), move(dimension="planet")), where="test")
    assert "is not one of" in str(caught.value)
    assert "is not unique" in str(caught.value)


def test_a_value_under_its_minimum_is_found():
    price = {"product_id": "p", "valid_from": date(2024, 1, 1), "country": "", "price": Decimal("-0.0100")}
    with pytest.raises(InvalidRows, match=r"price: is under 0 \(1 rows\)"):
        Prices.cast(pa.Table.from_pylist([price]), where="test")


def test_missing_columns_are_named():
    with pytest.raises(MissingColumns) as caught:
        Moves.validate(rows(move()).drop_columns(["low", "high"]), where="test")
    assert caught.value.missing == ["low", "high"]


def test_cast_fills_optional_columns_and_does_not_quote_values():
    given = pa.table({"customer_id": ["cu_1"], "created_at": [datetime(2024, 1, 1, tzinfo=UTC)]})
    result = Customers.cast(given, where="test")
    assert result.schema == Customers.schema()
    assert result["email"].to_pylist() == [None]
    with pytest.raises(InvalidRows) as caught:
        Customers.cast(pa.table({"customer_id": ["cu_1"], "created_at": ["Li Lei 1990"]}), where="test")
    assert "Li Lei" not in str(caught.value)
    assert caught.value.__cause__ is None
