from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import pytest

from moushi.collect.readers.blob import FileBlob
from moushi.collect.readers.scan import TextScan
from moushi.collect.source import find_files, natural_key, open_source
from moushi.errors import SourceNotFound, SourceTooLarge, SourceUnreadable
from moushi.settings import Settings
from tests.unit.collect.reading import read_all, read_bytes, read_one, read_table

TEN_GIGABYTES = 10_000_000_000


def sparse(path: Path, begin: bytes, *, size: int) -> Path:
    with path.open("wb") as file:
        file.write(begin)
        file.truncate(size)
    return path


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.txt"])
def test_a_line_of_ten_gigabytes_is_refused_soon_and_in_little_memory(tmp_path: Path, name: str) -> None:
    path = sparse(tmp_path / name, b"x" * 100_000, size=TEN_GIGABYTES)
    before, begun = peak_mib(), time.process_time()
    with pytest.raises(SourceTooLarge, match="max_line_bytes"):
        read_all(path)
    assert time.process_time() - begun < 5
    assert peak_mib() - before < 200


def test_a_later_line_of_ten_gigabytes_is_refused_too(tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.csv", b"a,b\n1,2\n" + b"x" * 100_000, size=TEN_GIGABYTES)
    begun = time.process_time()
    with pytest.raises(SourceTooLarge, match="byte 8"):
        read_all(path)
    assert time.process_time() - begun < 5


def test_a_line_over_the_limit_is_one_rejected_row(tmp_path: Path) -> None:
    content = b"a,b\n1,2\n3," + b"x" * 5_000_000 + b"\n5,6\n7," + b"y" * 3000 + b"\n9,10\n"
    whole = read_bytes(tmp_path, content, max_line_bytes=2000_000)
    assert [row[0] for row in whole.rows] == ["1", "5", "7", "9"]
    assert (whole.lines, whole.reasons) == ([2, 4, 5, 6], [(3, "line_too_long")])
    assert len(whole.rejected[0].raw) <= 1 << 16
    strict = read_bytes(tmp_path, content, max_line_bytes=1 << 20)
    assert strict.reasons == [(3, "line_too_long")]


def test_long_lines_inside_a_block_are_rejected(tmp_path: Path) -> None:
    whole = read_bytes(tmp_path, b"a,b\n1,2\n3," + b"x" * 5000 + b"\n5,6\n", max_line_bytes=2000)
    assert (whole.lines, whole.reasons) == ([2, 4], [(3, "line_too_long")])


def test_a_quote_that_never_closes_does_not_fill_the_memory(tmp_path: Path) -> None:
    rows = b"".join(b"%d,x,y\n" % i for i in range(100_000))
    whole = read_bytes(tmp_path, b'a,b,c\n1,"q,y\n' + rows, max_line_bytes=100_000)
    assert len(whole.rows) == 100_000
    assert whole.reasons == [(2, "unclosed_quote")]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 2_000_000)
    table = next(open_source(path, Settings(environment={})))
    batches = table.batches()
    next(batches)
    with path.open("ab") as file:
        file.write(b"3,4\n")
    with pytest.raises(SourceUnreadable, match="changed"):
        list(batches)
    os.remove(path)
    with pytest.raises(SourceUnreadable, match="changed"):
        read_table(table)


def test_missing_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        read_all(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_bytes(b"%PDF-1.7 ...")
    with pytest.raises(SourceUnreadable, match="PDF"):
        read_all(tmp_path / "a.csv")


def test_a_folder_in_a_files_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="directory"):
        read_all(tmp_path)


def test_folders_are_walked_in_natural_order(tmp_path: Path) -> None:
    names = ["10.csv", "2.csv", "b/1.xlsx", "b/~$1.xlsx", ".git/x.csv", "__MACOSX/x.csv", "notes.pdf", ".DS_Store", "B2.JSON", "b10.json"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("a\n")
    found = [str(path.relative_to(tmp_path)) for path in find_files([tmp_path])]
    assert found == ["2.csv", "10.csv", "B2.JSON", "b10.json", "b/1.xlsx"]
    assert find_files([tmp_path / "notes.pdf", tmp_path / "2.csv", tmp_path / "2.csv"]) == [tmp_path / "notes.pdf", tmp_path / "2.csv"]


@pytest.mark.parametrize("what", ["nothing", "empty"])
def test_paths_that_lead_to_nothing_are_refused(tmp_path: Path, what: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceNotFound, match=what):
        find_files([tmp_path / what])


def test_natural_keys_order_any_names() -> None:
    names = ["a10", "a9", "a", "1", "01", "", "订单2", "订单10"]
    assert sorted(names, key=natural_key) == ["", "01", "1", "a", "a9", "a10", "订单2", "订单10"]


def test_opening_reads_the_file_once_and_knows_its_checksum(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n1,2\n")
    blob = FileBlob(path)
    assert not blob.identified
    assert read_one(path).table.source_id == blob.identity
    assert TextScan("utf-8", mark=3).label == "utf-8-sig"
