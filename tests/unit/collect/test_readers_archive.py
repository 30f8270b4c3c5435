from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from moushi.collect.source import file_checksum, open_source
from moushi.errors import SourceTooLarge, SourceUnreadable
from moushi.settings import Settings
from tests.unit.collect.reading import read_all, read_one

CSV = b"id,name\n1,tea\n2,cup\n"


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_members_in_natural_order_without_what_systems_leave(tmp_path: Path) -> None:
    members = {"d/10.csv": CSV, "d/2.csv": CSV, "__MACOSX/d/._2.csv": b"\x00\x05", "d/.hidden.csv": CSV, "read.me": b"?", "e.csv": b""}
    path = put(tmp_path, "a.zip", zipped(members))
    tables = read_all(path)
    assert [whole.table.source_name for whole in tables] == ["a.zip/d/2.csv", "a.zip/d/10.csv"]
    assert tables[0].table.source_id == f"{file_checksum(path)}/d/2.csv"
    assert tables[0].rows == [("1", "tea"), ("2", "cup")]


def test_checksums_are_of_the_bytes(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", CSV)
    expected = hashlib.blake2b(CSV, digest_size=16).hexdigest()
    assert read_one(path).table.source_id == file_checksum(path) == expected


def test_archives_in_archives(tmp_path: Path) -> None:
    inner = zipped({"x.csv": CSV, "y.csv.gz": gzip.compress(CSV)})
    path = put(tmp_path, "a.zip", zipped({"in.zip": inner}))
    assert [whole.table.source_name for whole in read_all(path)] == ["a.zip/in.zip/x.csv", "a.zip/in.zip/y.csv.gz"]
    deep = CSV
    for level in range(5):
        deep = zipped({f"{level}.csv" if level == 0 else f"{level}.zip": deep})
    with pytest.raises(SourceUnreadable, match="deep"):
        read_all(put(tmp_path, "deep.zip", deep))


def test_gzip_and_tar(tmp_path: Path) -> None:
    assert read_one(put(tmp_path, "a.csv.gz", gzip.compress(CSV) + gzip.compress(b"3,pot\n"))).rows[-1] == ("3", "pot")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("./x/a.csv", "../../etc/b.csv", "./.hidden.csv"):
            info = tarfile.TarInfo(name)
            info.size = len(CSV)
            archive.addfile(info, io.BytesIO(CSV))
        link = tarfile.TarInfo("link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    names = [whole.table.source_name for whole in read_all(put(tmp_path, "a.tar.gz", buffer.getvalue()))]
    assert names == ["a.tar.gz/./x/a.csv", "a.tar.gz/../../etc/b.csv"]


def test_hostile_names_lead_nowhere(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    path = put(tmp_path, "a.zip", zipped({"up/../../../evil.csv": CSV, "/abs/evil.csv": CSV * 450_000}))
    tables = list(open_source(path, Settings(environment={}), scratch=scratch))
    assert [table.source_name for table in tables] == ["a.zip//abs/evil.csv", "a.zip/up/../../../evil.csv"]
    assert sum(batch.rows.num_rows for batch in tables[0].batches()) == 2 * 450_000 + 449_999
    assert list(tmp_path.parent.rglob("evil.csv")) == []
    assert list(scratch.iterdir()) == []  # what is unpacked has no name, even while it is used


def test_chinese_names_written_without_a_mark(tmp_path: Path) -> None:
    content = zipped({"AAAA.csv": CSV}).replace(b"AAAA", "订单".encode("gbk"))
    assert read_one(put(tmp_path, "a.zip", content)).table.source_name == "a.zip/订单.csv"


def test_tables_of_an_archive_stay_readable(tmp_path: Path) -> None:
    tables = [whole.table for whole in read_all(put(tmp_path, "a.zip", zipped({"1.csv": CSV, "2.csv": CSV})))]
    first, second = tables[0].batches(), tables[1].batches()
    assert next(first).rows == next(second).rows


@pytest.mark.parametrize("share", [0.3, 0.8, 0.99])
@pytest.mark.parametrize("name", ["a.zip", "a.csv.gz"])
def test_cut_off_archives_are_refused(tmp_path: Path, share: float, name: str) -> None:
    body = b"id,name\n" + b"".join(b"%d,name %d\n" % (i, i * 7919 % 1000) for i in range(5000))
    content = zipped({"a.csv": body}) if name == "a.zip" else gzip.compress(body)
    with pytest.raises(SourceUnreadable, match="cut off or damaged"):
        read_all(put(tmp_path, name, content[: int(len(content) * share)]))


def test_a_wrong_checksum_is_noticed(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(CSV * 100))
    content[-6] ^= 1  # the CRC, not the data
    with pytest.raises(SourceUnreadable, match="CRC"):
        read_all(put(tmp_path, "a.csv.gz", bytes(content)))


def test_passwords_are_said(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": CSV}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    with pytest.raises(SourceUnreadable, match="password"):
        read_all(put(tmp_path, "a.zip", bytes(content)))


@pytest.mark.parametrize("nested", [False, True])
def test_bombs_are_refused_while_they_unpack(tmp_path: Path, nested: bool) -> None:
    bomb = zipped({"a.csv": bytes(30_000_000)})
    path = put(tmp_path, "a.zip", zipped({"in.zip": bomb}) if nested else bomb)
    with pytest.raises(SourceTooLarge, match="max_unpack_ratio") as caught:
        read_all(path)
    assert "a.zip" in str(caught.value)
    with pytest.raises(SourceTooLarge, match="max_unpacked_bytes"):
        read_all(path, max_unpacked_bytes=1_000_000)


def test_sizes_in_headers_are_not_believed(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(bytes(30_000_000)))
    content[-4:] = (100).to_bytes(4, "little")
    with pytest.raises(SourceTooLarge, match="max_unpack_ratio"):
        read_all(put(tmp_path, "a.csv.gz", bytes(content)))


def test_small_files_may_grow_as_they_like(tmp_path: Path) -> None:
    body = b"id,name\n" + b"1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n" * 100_000
    content = zipped({"a.csv": body})
    assert len(body) > 200 * len(content)
    assert len(read_one(put(tmp_path, "a.zip", content)).rows) == 100_000


def test_an_archive_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no file"):
        read_all(put(tmp_path, "a.zip", zipped({"a.pdf": b"%PDF"})))
