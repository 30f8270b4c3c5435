from __future__ import annotations

from pathlib import Path

import pytest

from moushi.collect.readers.text_encoding import decode_line, plausibility
from moushi.errors import SourceUnreadable
from tests.unit.collect.reading import read_bytes

CHINESE = "订单编号,买家会员名,商品标题,实付金额\n" + "".join(f"{i},用户{i}号,红色连衣裙夏季新款,{i}.50\n" for i in range(1, 50))
WESTERN = "Bestellung,Name,Ort,Betrag\n" + "".join(f"{i},Müller & Söhne,Köln,{i},5€\n".replace(",5€", ".5") for i in range(1, 50))
TRADITIONAL = "訂單編號,買家,商品,金額\n" + "".join(f"{i},陳小姐,這是紅色的連身裙，質感很好,{i}.50\n" for i in range(1, 50))


@pytest.mark.parametrize(
    ("encoding", "found", "text"),
    [
        ("utf-8", "utf-8", CHINESE),
        ("utf-8-sig", "utf-8-sig", CHINESE),
        ("gbk", "gb18030", CHINESE),
        ("gb18030", "gb18030", CHINESE),
        ("utf-16", "utf-16-le", CHINESE),
        ("utf-16-le", "utf-16-le", CHINESE),
        ("utf-16-be", "utf-16-be", CHINESE),
        ("utf-16-le", "utf-16-le", WESTERN),
        ("cp1252", "cp1252", WESTERN),
        ("latin-1", "cp1252", WESTERN),
        ("big5", "big5", TRADITIONAL),
        ("utf-8", "utf-8", "a,b\n1,2\n"),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str, found: str, text: str) -> None:
    whole = read_bytes(tmp_path, text.encode(encoding))
    lines = text.strip().split("\n")
    assert whole.table.encoding == found
    assert whole.table.columns == tuple(lines[0].split(","))
    assert whole.rows == [tuple(line.split(",")) for line in lines[1:]]


@pytest.mark.parametrize("encoding", ["gbk", "cp1252"])
def test_the_first_foreign_letter_may_come_late(tmp_path: Path, encoding: str) -> None:
    late = "日期说明" if encoding == "gbk" else "Café"
    text = "id,name\n" + "".join(f"{i},plain\n" for i in range(200_000)) + f"x,{late}\n"
    whole = read_bytes(tmp_path, text.encode(encoding))
    assert whole.rows[-1] == ("x", late)
    assert len(whole.rows) == 200_001


@pytest.mark.parametrize(("first", "second"), [("utf-8", "gbk"), ("gbk", "utf-8")])
def test_an_encoding_that_changes_halfway(tmp_path: Path, first: str, second: str) -> None:
    lines = CHINESE.strip().split("\n")
    content = "\n".join(lines[:30]).encode(first) + b"\n" + "\n".join(lines[30:]).encode(second)
    whole = read_bytes(tmp_path, content)
    assert whole.rows == [tuple(line.split(",")) for line in lines[1:]]
    assert whole.rejected == []


def test_lines_in_no_encoding_are_rejected_whole(tmp_path: Path) -> None:
    lines = CHINESE.encode().strip().split(b"\n")
    broken = "7,用户".encode() + b"\xe7\x94," + b"\xff\xfe\xfd,1.5"
    whole = read_bytes(tmp_path, b"\n".join([*lines[:7], broken, *lines[7:]]))
    assert whole.reasons == [(8, "undecodable")]
    assert whole.rejected[0].raw == broken
    assert whole.lines == [line for line in range(2, 52) if line != 8]
    assert not any("\ufffd" in (value or "") for row in whole.rows for value in row)


def test_a_row_of_several_lines_falls_with_one_of_them(tmp_path: Path) -> None:
    content = 'a,b\n1,好\n2,"第一行\n'.encode() + b"\xe7\x94\xff\xfe" + '\n第三行"\n3,好的\n'.encode()
    whole = read_bytes(tmp_path, content)
    assert whole.rows == [("1", "好"), ("3", "好的")]
    assert whole.reasons == [(3, "undecodable"), (4, "undecodable")]


def test_half_a_character_at_the_end_of_utf_16(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, "a,b\n1,x\n2,y".encode("utf-16") + b"\x00")
    assert whole.rows == [("1", "x")]
    assert whole.reasons == [(3, "undecodable")]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="not text"):
        read_bytes(tmp_path, bytes(range(256)) * 100)


def test_cyrillic_in_an_unknown_encoding_is_refused_not_garbled(tmp_path: Path) -> None:
    text = "товар,цена\n" + "".join(f"Красное платье номер {i},{i}\n" for i in range(40))
    with pytest.raises(SourceUnreadable, match="UTF-8"):
        read_bytes(tmp_path, text.encode("cp1251"))


def test_marks_in_the_middle_are_taken_out(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, "a,b\n1,\ufeff好\n\ufeff2,很\ufeff好\n".encode())
    assert whole.rows == [("1", "好"), ("2", "很好")]


@pytest.mark.parametrize(("text", "encoding"), [("红色连衣裙", "gb18030"), ("Müller Café", "cp1252"), ("這是很好的東西", "big5")])
def test_plausibility_prefers_the_true_encoding(text: str, encoding: str) -> None:
    line = text.encode(encoding)
    scores = {candidate: plausibility(line, candidate) for candidate in ("utf-8", "gb18030", "cp1252", "big5")}
    assert max(scores, key=lambda candidate: scores[candidate]) == encoding
    assert decode_line(line, "utf-8") == text
