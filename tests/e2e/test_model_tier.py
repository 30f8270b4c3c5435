"""A workspace with a language model: it is asked once, a repeat asks nothing and says the same, and nobody's data leave."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

import moushi
from moushi.columns import TextInsights, TextQuality
from moushi.llm.models import Model
from moushi.surfaces.cli.app import cli
from tests.unit.llm.fault_server import FaultServer
from tests.unit.understand.told import Knowing, reading

PERSON = "13912345678"
HAN = "弗伦古噜赫拉姆斯特科维纳波罗尔戈兹迪洛贝茨亚瓦雅库"


def write_reviews(path: Path, first: int, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Review ID", "Date", "Review text", "Product ID"])
        for place in range(first, first + count):
            # Unlike each other, so that none counts as a repeat.
            chance = random.Random(place)
            said = " ".join("".join(chance.choice("bdfgklmnprtvz") + chance.choice("aeiou") for _ in range(3)) for _ in range(12))
            said = f"{said}, call me on {PERSON}" if place % 2 else f"{''.join(chance.sample(HAN, 12))}，请打{PERSON}"
            writer.writerow([f"R{place:04}", "2025-03-01", said, "P1"])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    write_reviews(tmp_path / "reviews.csv", 0, 40)
    with moushi.Workspace.create(tmp_path / "shop") as workspace:
        workspace.add([tmp_path / "reviews.csv"])
    return tmp_path / "shop"


def tiers(workspace: moushi.Workspace) -> set[str]:
    return set(workspace.table(TextInsights.name)[TextInsights.tier].to_pylist())


class AlwaysBad(Knowing):
    def said(self, text: str) -> dict:
        return reading(sentiment=-0.9, intent="complain")


@pytest.mark.slow
def test_a_model_added_later_reads_and_a_repeat_asks_nothing(shop: Path, tmp_path: Path) -> None:
    knowing = AlwaysBad({})
    with FaultServer(knowing) as server:
        with moushi.open(shop) as workspace:
            workspace.run()
            assert tiers(workspace) == {"local"}
            workspace.models.add(Model("tiny", "compatible", "tiny-1", base_url=server.url))
        with moushi.open(shop) as workspace:
            result = workspace.run()
            assert {stage.name: stage.status for stage in result.stages}["understand"] == "ran"
            assert tiers(workspace) == {"model"}
            assert len(knowing.asked) == 40
            told = workspace.models.asked(result.run_id)
            assert (told.texts, told.left, told.cost) == (40, {}, 0.0)
            again = workspace.run()
            assert workspace.models.asked(again.run_id) is None
            assert {stage.status for stage in again.stages} == {"skipped"}
        write_reviews(tmp_path / "more.csv", 40, 10)
        with moushi.open(shop) as workspace:
            workspace.add([tmp_path / "more.csv"])
            workspace.run()
            # The ten new ones: half of the leave goes to lots, the others are unsure.
            assert len(knowing.asked) == 50
            repeated = workspace.run(repeat=result.run_id)
            assert {stage.name: stage.status for stage in repeated.stages}["understand"] == "same"
            assert len(knowing.asked) == 50
            said = {row[TextQuality.measure] for row in workspace.table(TextQuality.name).to_pylist()}
            assert {"model_share", "model_tokens_per_1000", "model_cost_per_1000"} <= said
            page = workspace.report(tmp_path / "report.html", language="en").read_text("utf-8")
    assert "Language models read" in page
    assert all(PERSON.encode() not in body for body in server.bodies)
    assert PERSON not in page
    assert all("[PHONE:" in text for text in knowing.asked)


@pytest.mark.slow
def test_a_run_says_why_texts_were_left_to_the_local_tier(shop: Path) -> None:
    with FaultServer(AlwaysBad({})) as server:
        with moushi.open(shop) as workspace:
            workspace.models.add(Model("tiny", "compatible", "tiny-1", base_url=server.url))
        found = CliRunner().invoke(cli, ["run", str(shop), "--language", "en"], env={"MOUSHI_MODEL_TOKENS_RUN": "9000"})
    assert found.exit_code == 0, found.output
    said = " ".join(found.output.split())
    assert "Language models were asked about 40 texts" in said
    assert "of them were left to the local tier: the budget is spent." in said
