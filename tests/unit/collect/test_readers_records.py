from __future__ import annotations

import json
from pathlib import Path

import pytest

from moushi.errors import SourceTooLarge, SourceUnreadable
from tests.unit.collect.reading import read_bytes, read_table


def test_an_array_of_objects_with_nested_ones(tmp_path: Path) -> None:
    text = """[
      {"id": 1, "price": 1.10, "buyer": {"name": "张三", "address": {"city": "杭州"}}, "paid": true, "tags": ["a", "b"]},
      {"id": 12345678901234567890, "price": 1e3, "buyer": null, "paid": false, "note": "N/A"}
    ]"""
    whole = read_bytes(tmp_path, text.encode(), "orders.json")
    assert whole.table.columns == ("id", "price", "buyer.name", "buyer.address.city", "paid", "tags", "buyer", "note")
    assert whole.rows == [
        ("1", "1.10", "张三", "杭州", "true", "a, b", None, None),
        ("12345678901234567890", "1000", None, None, "false", None, None, None),
    ]
    assert (whole.lines, whole.table.format) == ([2, 3], "json")


def test_lists_of_objects_become_rows(tmp_path: Path) -> None:
    orders = [{"order": "T1", "items": [{"sku": "A", "qty": 1}, {"sku": "B", "qty": 2}]}, {"order": "T2", "items": []}]
    whole = read_bytes(tmp_path, json.dumps(orders).encode(), "orders.json")
    assert whole.table.columns == ("order", "items.sku", "items.qty")
    assert whole.rows == [("T1", "A", "1"), ("T1", "B", "2"), ("T2", None, None)]


def test_only_one_list_is_taken_apart(tmp_path: Path) -> None:
    order = {"id": 1, "lines": [{"a": 1}, {"a": 2}], "notes": [{"text": "x"}]}
    whole = read_bytes(tmp_path, json.dumps([order]).encode(), "orders.json")
    assert whole.table.columns == ("id", "lines.a", "notes")
    assert whole.rows == [("1", "1", '[{"text": "x"}]'), ("1", "2", '[{"text": "x"}]')]


def test_an_object_around_the_array(tmp_path: Path) -> None:
    text = '{"code": 0, "data": {"total": 2, "list": [\n{"id": 1, "x": "a"},\n{"id": 2, "x": "b"}]}, "codes": [1, 2, 3]}'
    whole = read_bytes(tmp_path, text.encode(), "answer.json")
    assert (whole.table.columns, whole.rows, whole.lines) == (("id", "x"), [("1", "a"), ("2", "b")], [2, 3])


@pytest.mark.parametrize("name", ["orders.jsonl", "orders.json", "orders.txt"])
def test_an_object_per_line(tmp_path: Path, name: str) -> None:
    whole = read_bytes(tmp_path, b'{"id": 1, "a": "x"}\n\n{"id": 2}\nnot json\n[1]\n{"id": 3, "a": "z"}\n', name)
    assert (whole.rows, whole.lines) == ([("1", "x"), ("2", None), ("3", "z")], [1, 3, 6])
    assert whole.reasons == [(4, "not_json"), (5, "not_json")]
    assert whole.rejected[0].raw == b"not json"


def test_objects_one_after_another(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b'{\n"id": 1\n}\n{\n"id": 2\n}\n', "orders.json")
    assert (whole.rows, whole.lines) == ([("1",), ("2",)], [1, 4])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = json.dumps([{"名称": f"红色连衣裙{i}"} for i in range(5)], ensure_ascii=False)
    whole = read_bytes(tmp_path, text.encode(encoding), "a.json")
    assert whole.rows[4] == ("红色连衣裙4",)


def test_large_arrays_are_read_in_pieces(tmp_path: Path) -> None:
    rows = [{"id": i, "text": "好" * 100} for i in range(9_000)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows, ensure_ascii=False))
    whole = read_bytes(tmp_path, path.read_bytes(), "a.json")
    assert [row[0] for row in whole.rows] == [str(i) for i in range(9_000)]
    assert sum(batch.rows.num_rows for batch in whole.table.batches(1000)) == 9_000
    assert read_table(whole.table).rows == whole.rows


@pytest.mark.parametrize("content", [b'[{"id": 1}, {"id": 2', b'[{"id": 1}, {"id": oops}]', b'[{"id": 1}', b'{"a": [{"id": 1}, {"id": 2}'])
def test_broken_json_is_refused_with_the_line(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceUnreadable, match="line 1"):
        read_bytes(tmp_path, content, "a.json")


def test_json_without_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no objects"):
        read_bytes(tmp_path, b'["a", "b"]', "a.json")


def test_an_object_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceTooLarge, match="max_line_bytes"):
        read_bytes(tmp_path, b'[{"a": "' + b"x" * 3_000_000, "a.json", max_line_bytes=100_000)


def test_half_a_character_is_rejected_and_a_whole_one_kept(tmp_path: Path) -> None:
    for name, content in [
        ("a.json", b'[{"a": "\\ud83d\\ude00"},\n{"a": "\\ud83d"}]'),
        ("a.jsonl", b'{"a": "\\ud83d\\ude00"}\n{"a": "\\ud83d"}'),
    ]:
        whole = read_bytes(tmp_path, content, name)
        assert (whole.rows, whole.reasons) == ([("\U0001f600",)], [(2, "undecodable")])
