"""What the settings of the shield do when files are added."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import moushi
from moushi.face import Workspace
from moushi.surfaces.cli.app import cli

REVIEWS = "商品编号,评分,评价日期,评价内容\n" + "".join(
    f"SKU{number},{number % 5 + 1},2024-11-0{number % 9 + 1},{said}\n"
    for number, said in enumerate(["订单WEB20240001还没到", "北京晨光文具有限公司的笔很好写", "质量很好，第WEB20240002单"] * 3)
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("MOUSHI_ORDER_NUMBER_PATTERN", "MOUSHI_MASK_COMPANIES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    Workspace.create(tmp_path / "shop", currency="CNY").close()
    (tmp_path / "reviews.csv").write_text(REVIEWS, "utf-8")
    return tmp_path / "shop"


def add(shop: Path, *settings: str) -> Result:
    with (shop / "moushi.toml").open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in settings)
    return CliRunner().invoke(cli, ["add", str(shop), str(shop.parent / "reviews.csv")])


def bodies(shop: Path) -> str:
    from moushi.columns import Texts
    from moushi.schema import landing

    with moushi.open(shop) as workspace:
        return "\n".join(workspace.engine.to_arrow(workspace.engine.read(landing(Texts)))["body"].to_pylist())


def test_order_numbers_and_companies_stay_where_nothing_is_set(shop: Path) -> None:
    assert add(shop).exit_code == 0
    said = bodies(shop)
    assert "WEB20240001" in said
    assert "北京晨光文具有限公司" in said


def test_order_numbers_and_companies_are_masked_where_set(shop: Path) -> None:
    result = add(shop, "mask_companies = true", 'order_number_pattern = "WEB[0-9]{8}"')
    assert result.exit_code == 0, result.output
    said = bodies(shop)
    assert "WEB2024" not in said
    assert "晨光文具" not in said
    assert said.count("[ORDER:or_") == 6
    assert said.count("[COMPANY:co_") == 3


@pytest.mark.parametrize(
    ("pattern", "reason"), [("WEB(", "can be read"), ("[0-9]+", "4 to 64 characters"), ("[0-9]{4,9}", "it fits “2024”")]
)
def test_a_pattern_that_would_harm_stops_with_the_reason(shop: Path, pattern: str, reason: str) -> None:
    result = add(shop, f"order_number_pattern = '{pattern}'")
    assert result.exit_code not in (0, 1)
    assert reason in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.output
