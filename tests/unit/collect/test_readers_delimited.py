from __future__ import annotations

from pathlib import Path

import pytest

from moushi.errors import SourceUnreadable
from tests.unit.collect.reading import read_bytes, read_one, read_table


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x01"])
def test_any_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = "\n".join(delimiter.join(row) for row in [("id", "name", "qty"), ("A1", "tea, green; hot", "2"), ("A2", "milk", "3")])
    if delimiter in ",;":
        text = text.replace("tea, green; hot", '"tea, green; hot"')
    whole = read_bytes(tmp_path, text.encode())
    assert whole.table.columns == ("id", "name", "qty")
    assert whole.rows == [("A1", "tea, green; hot", "2"), ("A2", "milk", "3")]


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"id;preis;menge\n1;2,50;1,0\n2;3,75;2,0\n3;9,99;4,0\n")
    assert whole.table.columns == ("id", "preis", "menge")
    assert whole.rows[0] == ("1", "2,50", "1,0")


def test_sep_line_of_a_spreadsheet_is_obeyed(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"sep=;\r\na;b\r\n1;x,y\r\n")
    assert (whole.table.columns, whole.rows, whole.lines) == (("a", "b"), [("1", "x,y")], [3])


def test_quotes_doubled_quotes_and_embedded_line_ends(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b'id,text,n\n1,"say ""hi"", ok",5\n\n2,"two\nlines\nhere",6\n3,plain,7\n')
    assert whole.rows == [("1", 'say "hi", ok', "5"), ("2", "two\nlines\nhere", "6"), ("3", "plain", "7")]
    assert whole.lines == [2, 4, 7]


def test_inch_marks_inside_fields_are_no_quotes(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b'id,size,n\n1,3" pipe,5\n2,wide,6\n3,4" pipe,7\n4,"a,b",8\n')
    assert [row[1] for row in whole.rows] == ['3" pipe', "wide", '4" pipe', "a,b"]
    assert whole.lines == [2, 3, 4, 5]


def test_single_quotes_and_backslash_escapes(tmp_path: Path) -> None:
    single = read_bytes(tmp_path, b"'id','name'\n'1','a,b'\n'2','c'\n")
    assert single.rows == [("1", "a,b"), ("2", "c")]
    escaped = read_bytes(tmp_path, b'id,name,n\n1,"he said \\"hi, you\\" twice",2\n2,"x",3\n3,"\\"a, b\\" c",4\n')
    assert [row[1] for row in escaped.rows] == ['he said "hi, you" twice', "x", '"a, b" c']


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    text = "某某旗舰店 销售报表\n导出时间：2024-06-01 10:00:00\n\n订单编号,商品,数量,实付金额\nT1,茶,2,10.50\nT2,杯,1,20.00\n"
    whole = read_bytes(tmp_path, text.encode())
    assert whole.table.columns == ("订单编号", "商品", "数量", "实付金额")
    assert (whole.table.header_line, whole.lines, whole.rejected) == (4, [5, 6], [])


def test_titles_padded_with_empty_fields_are_passed_over(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"Sales report,,,\nShop:,North,,\n,,,\nid,item,qty,price\n1,tea,2,1.5\n2,cup,3,2.5\n")
    assert (whole.table.columns, whole.table.header_line, whole.lines) == (("id", "item", "qty", "price"), 4, [5, 6])


def test_a_header_of_two_merged_rows_is_joined(tmp_path: Path) -> None:
    text = "订单,买家,金额,,时间\n,,应付,实付,\nT1,张,10,9,2024-01-02\nT2,李,20,18,2024-01-03\n"
    whole = read_bytes(tmp_path, text.encode())
    assert whole.table.columns == ("订单", "买家", "应付", "实付", "时间")
    assert (whole.table.header_line, whole.lines) == (2, [3, 4])


def test_equal_names_in_merged_groups_are_told_apart(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"id,north,,south,\n,qty,value,qty,value\nA,1,2,3,4\nB,5,6,7,8\n")
    assert whole.table.columns == ("id", "north.qty", "north.value", "south.qty", "south.value")


def test_a_file_without_header_gets_numbered_columns(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"1,tea,2.5,2024-01-01\n2,cup,3.5,2024-01-02\n3,pot,4.5,2024-01-03\n")
    assert (whole.table.columns, whole.table.header_line) == (("column_1", "column_2", "column_3", "column_4"), 0)
    assert (len(whole.rows), whole.lines) == (3, [1, 2, 3])


def test_blank_and_repeated_names_become_unique(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b",id,\xe3\x80\x80name , id ,qty\n0,1,a,9,5\n1,2,b,8,6\n")
    assert whole.table.columns == ("column_1", "id", "name", "id_2", "qty")


def test_rows_named_by_their_first_field_shift_the_header(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b'"x","y"\n"1",2.5,10\n"2",3.5,20\n"3",4.5,30\n')
    assert whole.table.columns == ("column_1", "x", "y")
    assert whole.rows[0] == ("1", "2.5", "10")


def test_what_spreadsheets_put_around_values_is_taken_off(tmp_path: Path) -> None:
    text = '订单号,买家,数量\n\t3300123456789012345,\u3000张三 ,2\n="00123",\ufeff李四\u200b,3\n\'0045,"""王五""",4\n'
    whole = read_bytes(tmp_path, text.encode())
    assert whole.rows == [("3300123456789012345", "张三", "2"), ("00123", "李四", "3"), ("0045", "王五", "4")]


def test_only_clear_marks_of_missing_values_are_null(tmp_path: Path) -> None:
    values = ["NULL", "N/A", "nan", "-", "—", "空", "", "  ", "NA", "Null", "None", "0", "无", "#N/A", "\\N"]
    whole = read_bytes(tmp_path, ("k,v\n" + "".join(f"{i},{value}\n" for i, value in enumerate(values))).encode())
    kept = [value for _, value in whole.rows if value is not None]
    assert kept == ["NA", "Null", "None", "0", "无"]


def test_ragged_rows_are_rejected_with_line_and_raw_bytes(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"a,b,c\n1,2,3\n1,2\n4,5,6,,\n7,8,9,10\n\n11,12,13\n")
    assert whole.rows == [("1", "2", "3"), ("4", "5", "6"), ("11", "12", "13")]
    assert whole.lines == [2, 4, 7]
    assert whole.reasons == [(3, "ragged"), (5, "ragged")]
    assert whole.rejected[1].raw == b"7,8,9,10"
    assert "4 fields" in whole.rejected[1].detail


def test_a_delimiter_at_every_lines_end_is_no_column(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"a,b,\n1,2,\n3,4,\n5,6,x\n")
    assert whole.table.columns in [("a", "b"), ("a", "b", "column_3")]
    rows = b"".join(b"%d,2,\n" % i for i in range(200))
    long = read_bytes(tmp_path, b"a,b,\n" + rows + b"5,6,x\n")
    assert long.table.columns == ("a", "b")
    assert (len(long.rows), long.reasons) == (200, [(202, "ragged")])


def test_empty_rows_are_left_out(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"a,b\n1,2\n,\n \n , \n\n3,4\n")
    assert (whole.rows, whole.lines, whole.rejected) == ([("1", "2"), ("3", "4")], [2, 7], [])


@pytest.mark.parametrize("word", ["合计", "总计：", "Total", "SUMME", "Grand Total"])
def test_rows_of_totals_are_rejected(tmp_path: Path, word: str) -> None:
    whole = read_bytes(tmp_path, f"id,item,qty,price\n1,tea,2,1.5\n2,Total care,3,2.5\n{word},,5,4.0\n".encode())
    assert [row[1] for row in whole.rows] == ["tea", "Total care"]
    assert whole.reasons == [(4, "total_row")]
    assert whole.rejected[0].raw.startswith(word.encode())


def test_a_full_row_that_says_total_is_one_only_at_the_end(tmp_path: Path) -> None:
    rows = b"".join(b"item %d,%d\n" % (i, i) for i in range(10))
    whole = read_bytes(tmp_path, b"name,amount\nTotal,5\n" + rows + b"Total,50\n")
    assert whole.reasons == [(13, "total_row")]
    assert whole.rows[0] == ("Total", "5")


def test_an_unclosed_quote_costs_one_line(tmp_path: Path) -> None:
    rows = [b"%d,name %d,%d" % (i, i, i) for i in range(1, 60)]
    rows[29] = b'30,"name,30'
    rows[40] = b'41,"a, b",41'
    whole = read_bytes(tmp_path, b"id,name,n\n" + b"\n".join(rows) + b"\n")
    assert whole.reasons == [(31, "unclosed_quote")]
    assert [row[0] for row in whole.rows] == [str(i) for i in range(1, 60) if i != 30]
    assert whole.lines == [i + 1 for i in range(1, 60) if i != 30]


def test_text_without_quoting_may_hold_quotes(tmp_path: Path) -> None:
    lines = [b'"%d\ttext "%d\t5' % (i, i) if i % 3 == 0 else b"%d\ttext\t5" % i for i in range(50)]
    whole = read_bytes(tmp_path, b"id\ttext\tn\n" + b"\n".join(lines), "file.tsv")
    assert len(whole.rows) == 50
    assert whole.rows[3] == ('"3', 'text "3', "5")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_all_line_ends(tmp_path: Path, end: bytes) -> None:
    whole = read_bytes(tmp_path, end.join([b"a,b", b"1,x", b"", b"2,y"]) + end)
    assert (whole.table.columns, whole.rows, whole.lines) == (("a", "b"), [("1", "x"), ("2", "y")], [2, 4])


def test_one_column(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, '评论\n很好，喜欢\n"不好, 退货"\n'.encode())
    assert (whole.table.columns, whole.rows) == (("评论",), [("很好，喜欢",), ("不好, 退货",)])


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"order_id,amount\n")
    assert (whole.table.columns, whole.rows) == (("order_id", "amount"), [])


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_nothing_is_unreadable(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceUnreadable, match="empty"):
        read_bytes(tmp_path, content)


def test_batches_are_restartable_and_of_the_size_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_bytes(b"a,b\n" + b"".join(b"%d,x%s\n" % (i, b",z" * (i == 500)) for i in range(1000)))
    table = read_one(path).table
    sizes = [batch.rows.num_rows for batch in table.batches(300)]
    assert sizes == [300, 300, 300, 99]
    first, second = read_table(table, 300), read_table(table, 7)
    assert first.rows == second.rows
    assert first.reasons == second.reasons == [(502, "ragged")]
    assert first.lines == [line for line in range(2, 1002) if line != 502]


def test_records_over_block_borders_keep_their_lines(tmp_path: Path) -> None:
    filler = "x" * 300
    rows = [f'{i},"{filler}\n{filler}",{i}' for i in range(12_000)]
    whole = read_bytes(tmp_path, ("id,text,n\n" + "\n".join(rows)).encode())
    assert [row[0] for row in whole.rows] == [str(i) for i in range(12_000)]
    assert whole.lines == [2 + 2 * i for i in range(12_000)]
