"""The question about a new kind of file, and the bars that make room for it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from moushi.collect import Mapping, Proposal, Rule
from moushi.collect.result import Choice
from moushi.stages import Silent
from moushi.surfaces.cli.progress import Bars, title
from moushi.surfaces.cli.question import Question, mapping_rows
from moushi.surfaces.cli.session import Session


@pytest.fixture
def proposal() -> Proposal:
    rules = {"order_id": Rule(("No",)), "quantity": Rule(("Qty",)), "channel": Rule(value="shop")}
    mapping = Mapping("orders", "order_lines", ("No", "Qty", "Amount"), {"order_lines": rules}, 0.7)
    choices = (Choice("order_lines", 0.7), Choice("stock", 0.4, ("day",)))
    return Proposal("orders.csv", ("No", "Qty", "Amount"), mapping, choices, ("Amount",), (), {"No": ("A1", "A2")}, ())


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Question]:
    """Return a maker of questions to which a person types the given lines."""

    def ask(*lines: str) -> Question:
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
        return Question(Session(), Silent())

    return ask


def test_accepting_returns_the_proposal(answer: Callable[..., Question], proposal: Proposal, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("y")(proposal) is proposal
    shown = capsys.readouterr()
    assert "70%" in shown.err
    assert "A1 | A2" in shown.err
    assert "Amount" in shown.err
    assert shown.out == ""


def test_refusing_leaves_the_file_out(answer: Callable[..., Question], proposal: Proposal) -> None:
    assert answer("n")(proposal) is None


def test_a_column_can_be_filled_from_elsewhere_or_dropped(answer: Callable[..., Question], proposal: Proposal) -> None:
    changed = answer("c", "order_lines.amount", "Amount", "c", "order_lines.channel", "-", "y")(proposal)
    assert changed is not None
    assert changed.mapping is not None
    assert mapping_rows(changed.mapping) == [
        ("order_lines", "order_id", "No"),
        ("order_lines", "quantity", "Qty"),
        ("order_lines", "amount", "Amount"),
    ]


def test_naming_another_table_adds_the_file_again_as_that(answer: Callable[..., Question], proposal: Proposal) -> None:
    question = answer("t", "stock")
    assert question(proposal) is None
    assert question.again == {"orders.csv": "stock"}


def test_files_said_to_be_another_table_are_added_as_that(tmp_path: Path, answer: Callable[..., Question]) -> None:
    from moushi.face import Workspace
    from moushi.surfaces.cli.add import _again

    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "odd.csv").write_text("SKU,date,stock on hand\nS1,2024-05-01,5\nS2,2024-05-01,7\n", "utf-8")
    with Workspace.create(tmp_path / "shop") as workspace:
        question = answer("t", "stock", "y")
        first = workspace.add([tmp_path / "files"], ask=question)
        assert [source.status for source in first.sources] == ["refused"]
        both = _again(workspace, [tmp_path / "files"], question, first)
        assert [(source.name, source.status) for source in both.sources] == [("odd.csv", "loaded")]
        assert dict(both.sources[0].tables) == {"stock": 2}


def test_bars_stay_silent_for_short_work_and_show_long_work() -> None:
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=True, width=80)
    with Bars(console, "zh", patience_s=30).task("cli.task.report", 3) as advance:
        advance(1)
    assert shown.getvalue() == ""
    bars = Bars(console, "zh", patience_s=0.01)
    with bars.task("cli.progress.forecast", 3) as advance:
        time.sleep(0.3)
        advance(2)
        with bars.hidden():
            console.print("question")
    assert "预测" in shown.getvalue()
    assert "question" in shown.getvalue()


def test_a_task_without_words_shows_its_code() -> None:
    assert title("cli.task.nosuch", "en") == "cli.task.nosuch"
    assert title("nosuchpart.x", "zh") == "nosuchpart.x"


def test_every_task_in_the_source_has_words_in_both_languages() -> None:
    import re
    from importlib import resources

    import moushi

    source = Path(str(resources.files(moushi)))
    codes = {code for path in source.rglob("*.py") for code in re.findall(r"\.task\(\s*\"([a-z_.]+)\"", path.read_text("utf-8"))}
    assert len(codes) > 5
    for language in ("en", "zh"):
        assert not [code for code in sorted(codes) if title(code, language) == code]  # type: ignore[arg-type]
