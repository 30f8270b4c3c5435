"""The report in a real browser: no errors, no requests, nothing wider than a phone, whole pages on paper."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from moushi.errors import Language
from moushi.locale import LANGUAGES
from moushi.surfaces.report.parts import Content
from moushi.surfaces.report.render import render

BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--allow-file-access-from-files",
    "--virtual-time-budget=2000",
)
PHONE = 390
MEASURE = """<!doctype html><body style="margin:0"><iframe id="f" src="report.html" style="width:{width}px;height:800px;border:0"></iframe>
<script>
window.onload = () => {{
  const page = document.getElementById("f").contentDocument;
  const wide = [...page.querySelectorAll("main *")].filter(e => {{
    if (e.closest(".scroll") || e.closest("svg")) return false;
    return e.getBoundingClientRect().right > {width} + 1;
  }});
  const requests = document.getElementById("f").contentWindow.performance.getEntriesByType("resource").length;
  document.title = "measured";
  document.body.dataset.result = [page.documentElement.scrollWidth, wide.length, requests].join(",");
}};
</script>"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(os.environ.get("MOUSHI_NO_BROWSER") == "1", reason="MOUSHI_NO_BROWSER=1"),
]


def browse(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert BROWSER is not None
    command = [BROWSER, *OPTIONS, f"--user-data-dir={folder / 'profile'}", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(params=LANGUAGES)
def folder(request: pytest.FixtureRequest, tmp_path: Path, content: Content) -> Path:
    language: Language = request.param
    (tmp_path / "report.html").write_text(render(content, language), "utf-8")
    return tmp_path


@pytest.mark.parametrize("width", [PHONE, 1100])
def test_nothing_is_wider_than_the_screen_and_nothing_is_requested(folder: Path, width: int) -> None:
    (folder / "measure.html").write_text(MEASURE.format(width=width), "utf-8")
    done = browse(folder, "--dump-dom", "--window-size=1200,900", (folder / "measure.html").as_uri())
    found = re.search(r'data-result="(\d+),(\d+),(\d+)"', done.stdout)
    assert found is not None, done.stderr[-2000:]
    scroll_width, too_wide, requests = (int(number) for number in found.groups())
    assert scroll_width <= width
    assert too_wide == 0
    assert requests == 0
    assert "CONSOLE" not in done.stderr


def test_it_prints_to_pages(folder: Path) -> None:
    browse(folder, "--no-pdf-header-footer", f"--print-to-pdf={folder / 'report.pdf'}", (folder / "report.html").as_uri())
    printed = (folder / "report.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 25
