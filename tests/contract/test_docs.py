import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


def test_the_reference_is_what_the_code_says():
    result = subprocess.run([sys.executable, ROOT / "scripts" / "reference.py", "--check"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_two_readmes_agree():
    english, chinese = ((ROOT / page).read_text("utf-8") for page in ("README.md", "README.zh-CN.md"))
    commands = re.compile(r"^    (?:moushi|make) [a-z]+", re.MULTILINE)
    assert commands.findall(english) == commands.findall(chinese)
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("\n- ") == chinese.count("\n- ")
    links = re.compile(r"\]\(([^)]+)\)")
    # A page that is there in Chinese is linked in Chinese.
    assert links.findall(english)[1:] == [link.replace(".zh-CN", "") for link in links.findall(chinese)[1:]]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text("utf-8")):
        assert (ROOT / link).exists(), link


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_python_in_the_readme_runs(page, tmp_path, monkeypatch):
    exports = tmp_path / "exports"
    exports.mkdir()
    lines = "\n".join(f"O{n},SKU-{n % 7},{1 + n % 3},9.90,2024-{n // 28 % 12 + 1:02}-{n % 28 + 1:02},C{n % 50}" for n in range(600))
    (exports / "orders.csv").write_text(f"Order ID,SKU,Quantity,Unit price,Order date,Customer ID\n{lines}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(page, "python")
    exec(compile(code, page, "exec"), {})
    assert (tmp_path / "shop" / "reports").exists()
    assert list((tmp_path / "shop" / "reports").glob("*.html"))
