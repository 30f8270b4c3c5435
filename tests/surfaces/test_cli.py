"""The command line: what each command shows, its JSON, its exit codes, in both languages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import moushi
from moushi.errors import MissingExtra
from moushi.face import Workspace
from moushi.locale import words
from moushi.pipeline import RunResult, StageResult
from moushi.settings import SETTINGS
from moushi.surfaces.cli.app import COMMANDS, cli
from moushi.workspace.records import RunRecord
from tests.support import LakeContext
from tests.surfaces.shop import fill

ORDERS = """订单编号,买家会员名,商品编号,数量,单价,实付金额,付款时间
A1001,王小明,SKU1,2,10.00,20.00,2024-05-01 10:00:00
A1002,李雷,SKU2,1,15.50,15.50,2024-05-02 11:30:00
A1003,韩梅梅,SKU1,3,10.00,30.00,2024-05-03 09:15:00
A1004,王小明,SKU3,1,99.00,99.00,2024-05-04 18:45:00
"""


class WorkspaceLake(LakeContext):
    """Fills the lake of a real workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.engine = workspace.engine  # type: ignore[assignment]
        self.settings = workspace.settings


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("MOUSHI_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_US.UTF-8")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace whose tables are filled; tests that change it take a copy."""
    path = tmp_path_factory.mktemp("cli") / "shop"
    with Workspace.create(path) as workspace:
        fill(WorkspaceLake(workspace))
    return path


@pytest.fixture
def shop(filled: Path, tmp_path: Path) -> Path:
    """Return a copy of the filled workspace."""
    shutil.copytree(filled, tmp_path / "shop")
    (tmp_path / "shop" / "keys").chmod((filled / "keys").stat().st_mode)
    return tmp_path / "shop"


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty workspace."""
    path = tmp_path_factory.mktemp("bare") / "shop"
    Workspace.create(path).close()
    return path


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Return a small file of orders."""
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, "utf-8")
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def document(result: Result, code: int = 0) -> dict[str, Any]:
    """Return what a command printed with --json, all of it and nothing else."""
    assert result.exit_code == code, result.output
    assert result.stderr == ""
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["exit_code"] == code
    return found


# --- the program ---------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_has_a_help_page(name: str, language: str) -> None:
    result = call(name, "--help", "--language", language)
    assert result.exit_code == 0
    assert words("cli", language)[f"help.{name}"].splitlines()[0][:20] in result.stdout.replace("\n", " ")  # type: ignore[arg-type]
    assert "--json" in result.stdout


def test_the_program_lists_its_commands_and_exit_codes() -> None:
    result = call()
    assert result.exit_code == 0
    assert all(re.search(rf"^  {name} ", result.stdout, re.MULTILINE) for name in COMMANDS)
    assert re.search(r"^  130 ", result.stdout, re.MULTILINE)


def test_chinese_by_locale_and_by_option(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "命令" in call("--help", "--language", "zh").stdout
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "命令" in call("--help").stdout
    assert "Commands" in call("--language", "en", "--help").stdout


def test_version_is_fast_and_imports_nothing_heavy() -> None:
    code = "import sys; from moushi.surfaces.cli.app import cli\ntry:\n cli.main(['--version'])\nfinally:\n print(sorted(sys.modules))"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert time.perf_counter() - began < 3  # 0.2 s on a quiet machine
    assert done.stdout.startswith(f"moushi {moushi.__version__}")
    loaded = {name.partition(".")[0] for name in re.findall(r"'([\w.]+)'", done.stdout)}
    assert not loaded & {"ibis", "pyarrow", "pandas", "numpy", "sqlalchemy", "duckdb", "statsforecast", "rich", "babel", "jinja2"}


@pytest.mark.parametrize(
    ("arguments", "words_en", "words_zh"),
    [
        (["nosuch"], "no command 'nosuch'", "没有命令 'nosuch'"),
        (["run", "--nosuch"], "no option --nosuch", "没有选项 --nosuch"),
        (["init"], "SHOP is missing", "缺少 SHOP"),
        (["decisions", "--kind", "odd"], "--kind", "--kind"),
        (["--set", "currency", "init", "x"], "'currency' is not NAME=VALUE", "'currency' 不是 NAME=VALUE"),
    ],
)
def test_wrong_use_exits_with_2_in_either_language(arguments: list[str], words_en: str, words_zh: str) -> None:
    for language, said in (("en", words_en), ("zh", words_zh)):
        result = call("--language", language, *arguments)
        assert result.exit_code == 2
        assert said in result.stderr
        assert result.stdout == ""


def test_errors_are_one_json_document_too() -> None:
    found = document(call("verify", "/nowhere/at/all", "--json"), 2)
    assert found["command"] == "verify"
    assert found["error"]["code"] == "WorkspaceNotFound"
    assert "moushi init" in found["error"]["message"]
    assert document(call("--json", "run", "--nosuch"), 2)["error"]["code"] == "Usage"


def test_known_errors_say_what_to_do_in_the_right_language() -> None:
    result = call("verify", "/nowhere", "--language", "zh")
    assert result.exit_code == 2
    assert result.stderr.startswith("工作区：'/nowhere' 不是工作区")
    assert "Traceback" not in result.stderr


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    result = call("--set", "colour=red", "init", tmp_path / "new")
    assert result.exit_code == 2
    assert "unknown setting 'colour'" in result.stderr


def boom(error: BaseException) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_an_unforeseen_error_shows_where_but_no_values(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "verify", boom(RuntimeError("secret@example.com")))
    result = call("verify", bare)
    assert result.exit_code == 1
    assert "RuntimeError" in result.stderr
    assert "workspace.verify:" in result.stderr
    assert "secret@example.com" not in result.stderr
    monkeypatch.setenv("MOUSHI_DEBUG", "1")
    debug = call("verify", bare)
    assert 'File "' in debug.stderr
    assert "secret@example.com" not in debug.stderr


def test_interruption_exits_with_130_and_calms(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "verify", boom(KeyboardInterrupt()))
    result = call("verify", bare)
    assert result.exit_code == 130
    assert "Nothing acknowledged was lost" in result.stderr
    assert document(call("verify", bare, "--json"), 130)["error"]["code"] == "Interrupted"


def test_an_errors_own_exit_code_is_kept(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "verify", boom(MissingExtra(where="x", package="psycopg", extra="postgresql")))
    assert call("verify", bare).exit_code == 1


# --- the workspace ---------------------------------------------------------------


def test_init_makes_a_workspace_with_settings(tmp_path: Path) -> None:
    found = document(call("init", tmp_path / "new", "--set", "currency=EUR", "--json"))
    assert found["result"]["settings"]["currency"] == "EUR"
    with moushi.open(tmp_path / "new") as workspace:
        assert workspace.settings["currency"] == "EUR"
    again = call("init", tmp_path / "new")
    assert again.exit_code == 2
    assert "already exists" in again.stderr


def test_verify_tells_sound_from_damaged(filled: Path, bare: Path, tmp_path: Path) -> None:
    assert "is whole" in call("verify", bare).stdout
    assert document(call("verify", bare, "--json"))["result"] == {"problems": []}
    shutil.copytree(filled, tmp_path / "broken")
    next((tmp_path / "broken" / "lake" / "texts").glob("*.parquet")).unlink()
    result = call("verify", tmp_path / "broken")
    assert result.exit_code == 5
    assert "missing" in result.stdout
    found = document(call("verify", tmp_path / "broken", "--json"), 5)
    assert {"code", "where", "severity", "message", "remedy"} == set(found["result"]["problems"][0])


def test_backup_and_restore(shop: Path, tmp_path: Path) -> None:
    backup = document(call("backup", shop, tmp_path / "b.zip", "--json"))["result"]
    assert backup["bytes"] == (tmp_path / "b.zip").stat().st_size
    assert call("restore", tmp_path / "b.zip", tmp_path / "again").exit_code == 0
    assert len(document(call("decisions", tmp_path / "again", "--json"))["result"]["decisions"]) == 4
    assert call("restore", tmp_path / "b.zip", tmp_path / "again").exit_code == 2


def test_a_backup_without_keys_holds_none_and_says_so(shop: Path, tmp_path: Path) -> None:
    made = document(call("backup", shop, tmp_path / "b.tar", "--without-keys", "--json"))["result"]
    assert made["keys"] is False
    with tarfile.open(tmp_path / "b.tar") as members:
        assert not [name for name in members.getnames() if "key" in name]


def test_settings_are_listed_with_words_in_both_languages(bare: Path) -> None:
    listed = document(call("settings", bare, "--json"))["result"]["settings"]
    assert [one["name"] for one in listed] == list(SETTINGS)
    for language in ("en", "zh"):
        texts = words("cli", language)  # type: ignore[arg-type]
        assert not [name for name in SETTINGS if f"setting.{name}" not in texts]
    assert "holdout_share" in call("settings", "--language", "zh").stdout


def test_the_passwords_of_databases_are_not_shown() -> None:
    result = call("settings", "--set", "database_url=postgresql://moushi:hunter2@db/shop", "--json")
    assert "hunter2" not in result.output
    assert "postgresql://moushi:…@db/shop" in result.stdout


def test_doctor_describes_machine_and_workspace(shop: Path) -> None:
    found = document(call("doctor", shop, "--json"))["result"]
    tables = {one["table"]: one["rows"] for one in found["workspace"]["tables"]}
    assert tables["decisions"] == 4
    assert found["packages"]["moushi"]
    assert "workspace" not in document(call("doctor", "--json"))["result"]
    assert "python" in call("doctor", shop).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    assert "_MOUSHI_COMPLETE" in call("completion", shell).stdout
    assert document(call("completion", shell, "--json"))["result"]["shell"] == shell


def test_completion_completes_commands() -> None:
    environment = {**os.environ, "_MOUSHI_COMPLETE": "bash_complete", "COMP_WORDS": "moushi re", "COMP_CWORD": "1"}
    code = "from moushi.surfaces.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert {"plain,report", "plain,reject", "plain,restore"} <= set(done.stdout.split())


# --- files -----------------------------------------------------------------------


def test_check_shows_mapping_and_hides_persons(orders: Path) -> None:
    result = call("check", orders)
    assert result.exit_code == 0
    assert "order_lines" in result.stdout
    assert "付款时间" in result.stdout
    assert "王小明" not in result.output
    found = document(call("check", orders, "--json"))["result"]["checks"][0]
    assert found["mapping"]["grain"] == "order_lines"
    assert len(found["preview"]["order_lines"]) == 4
    assert "王小明" not in json.dumps(found, ensure_ascii=False)


def test_add_loads_once_and_says_so(orders: Path, tmp_path: Path) -> None:
    call("init", tmp_path / "new")
    found = document(call("add", tmp_path / "new", orders, "--json"))["result"]
    assert [source["status"] for source in found["sources"]] == ["loaded"]
    assert found["tables"]["order_lines"] == 4
    assert found["rows"] == 4
    again = call("add", tmp_path / "new", orders, "--language", "zh")
    assert again.exit_code == 0
    assert "无变化" in again.stdout


def test_a_refused_file_exits_with_3_and_the_others_are_loaded(orders: Path, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("x,y\nfoo,bar\nbaz,qux\n", "utf-8")
    call("init", tmp_path / "new")
    result = call("add", tmp_path / "new", tmp_path / "odd.csv", orders)
    assert result.exit_code == 3
    assert "odd.csv" in result.stdout
    assert "1 files loaded" in result.stdout
    assert call("check", tmp_path / "odd.csv").exit_code == 3


def test_add_of_nothing_exits_with_2(bare: Path) -> None:
    result = call("add", bare, "/nowhere.csv")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


# --- runs ------------------------------------------------------------------------


def finished(*statuses: str) -> RunResult:
    names = ("prepare", "understand", "voice", "profiles", "settle", "forecast", "strategy")
    stages = tuple(StageResult(name, status, 1.5, {}) for name, status in zip(names, statuses, strict=True))  # type: ignore[arg-type]
    return RunResult("r1", "issue-1", stages, 9.0)


@pytest.mark.parametrize(
    ("statuses", "code", "said"),
    [(["ran"] * 7, 0, "Run r1 took 9.0 s."), (["skipped"] * 7, 0, "Nothing new"), (["same"] * 6 + ["different"], 1, "DIFFERENT")],
)
def test_run_shows_its_stages(bare: Path, monkeypatch: pytest.MonkeyPatch, statuses: list[str], code: int, said: str) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(Workspace, "run", lambda self, **named: asked.update(named) or finished(*statuses))
    result = call("run", bare, "--repeat", "r1")
    assert result.exit_code == code
    assert said in result.stdout
    assert asked["repeat"] == "r1"
    found = document(call("run", bare, "--json"), code)["result"]
    assert [stage["name"] for stage in found["stages"]] == ["prepare", "understand", "voice", "profiles", "settle", "forecast", "strategy"]


def test_run_speaks_chinese(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Workspace, "run", lambda self, **named: finished(*["ran"] * 7))
    assert "运行 r1 用时 9.0 秒。" in call("run", bare, "--language", "zh").stdout


def test_runs_are_listed(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No run yet" in call("run", bare, "--list").stdout
    began = datetime(2024, 7, 1, 9, 30, tzinfo=UTC)
    record = RunRecord("r1", "issue-1", "finished", began, None, {}, {})
    monkeypatch.setattr(Workspace, "runs", lambda self: [record])
    assert "2024-07-01 09:30" in call("run", bare, "--list").stdout
    assert document(call("run", bare, "--list", "--json"))["result"]["runs"][0]["run_id"] == "r1"


def test_stage_names_have_words_in_both_languages() -> None:
    from moushi.pipeline import stages

    for language in ("en", "zh"):
        texts = words("cli", language)  # type: ignore[arg-type]
        for stage in stages():
            assert f"stage.{stage.name}" in texts
            assert f"progress.{stage.name}" in texts


# --- decisions -------------------------------------------------------------------


def test_decisions_are_listed_best_first(shop: Path) -> None:
    result = call("decisions", shop)
    assert result.exit_code == 0
    places = [result.stdout.index(f"d-000{rank}") for rank in range(1, 5)]
    assert places == sorted(places)
    assert "£1,240 [£610, £1,900]" in result.stdout
    found = document(call("decisions", shop, "--kind", "reorder", "--json"))["result"]
    assert [one["decision_id"] for one in found["decisions"]] == ["d-0001", "d-0003"]
    assert found["decisions"][0]["words"]["title"] == "Order 120 units of White ceramic teapot"
    assert found["decisions"][0]["expected_value_home"] == 1240.5


def test_columns_stand_in_line_with_chinese_names(shop: Path) -> None:
    from rich.cells import cell_len

    lines = [line for line in call("decisions", shop, "--language", "zh").stdout.splitlines() if "d-000" in line]
    assert len(lines) == 4
    ends = {cell_len(line[: line.index("]") + 1]) for line in lines}
    assert len(ends) == 1


def test_no_decisions_says_when_they_appear(bare: Path) -> None:
    assert "No decisions" in call("decisions", bare).stdout
    assert document(call("decisions", bare, "--json"))["result"]["decisions"] == []


@pytest.fixture
def capital(shop: Path) -> Path:
    """Return a shop whose decision has a name as strategy gives them."""
    from moushi.columns import Decisions

    with moushi.open(shop) as workspace:
        lake = WorkspaceLake(workspace)
        rows = [{**row, "decision_id": row["decision_id"].upper()} for row in lake.rows(Decisions)]
        lake.put(Decisions, rows)
    return shop


def test_one_decision_in_full_with_its_witnesses(capital: Path) -> None:
    result = call("decisions", capital, "d-0001")
    assert result.exit_code == 0
    assert "Order 120 units" in result.stdout
    assert "forecast-1" in result.stdout
    found = document(call("decisions", capital, "D-0001", "--json"))["result"]["decision"]
    assert found["facts"]["values"]["quantity"][0] == 120
    missing = call("decisions", capital, "D-9999")
    assert missing.exit_code == 2
    assert "no decision 'D-9999'" in missing.stderr


def test_approve_and_reject_are_kept_and_final(capital: Path) -> None:
    done = document(call("approve", capital, "D-0001", "D-0002", "--by", "Li", "--json"))["result"]["decisions"]
    assert [(one["status"], one["decided_by"]) for one in done] == [("approved", "Li"), ("approved", "Li")]
    assert "D-0003 rejected by Li." in call("reject", capital, "D-0003", "--reason", "too much stock", "--by", "Li").stdout
    again = call("reject", capital, "D-0001", "--reason", "no", "--language", "zh")
    assert again.exit_code == 2
    assert "D-0001" in again.stderr
    assert call("reject", capital, "D-0004").exit_code == 2  # a reason is needed
    statuses = [one["status"] for one in document(call("decisions", capital, "--json"))["result"]["decisions"]]
    assert statuses == ["approved", "approved", "rejected", "proposed"]


def test_ledger_shows_calibration_or_says_that_nothing_is_settled(shop: Path, bare: Path) -> None:
    assert "Nothing is settled" in call("ledger", bare).stdout
    found = document(call("ledger", shop, "--json"))["result"]
    kinds = {row["kind"]: row["issued"] for row in found["calibration"] if row["claim"] == "decision"}
    assert kinds == {"investigate": 1, "reorder": 2, "win_back": 1}
    assert "Reorder" in call("ledger", shop).stdout
    assert "补货" in call("ledger", shop, "--language", "zh").stdout


# --- the report ------------------------------------------------------------------


def test_report_is_written_in_the_language_asked_for(shop: Path, tmp_path: Path) -> None:
    found = document(call("report", shop, "--language", "zh", "--output", tmp_path / "r.html", "--json"))["result"]
    assert found["language"] == "zh"
    assert '<html lang="zh-CN">' in (tmp_path / "r.html").read_text("utf-8")
    assert call("report", shop).exit_code == 0
    assert '<html lang="en">' in (shop / "reports" / "report-en.html").read_text("utf-8")


def test_the_workspaces_language_is_spoken_unless_asked_otherwise(tmp_path: Path) -> None:
    call("init", tmp_path / "new", "--set", "language=zh")
    assert "没有决策" in call("decisions", tmp_path / "new").stdout
    assert "No decisions" in call("decisions", tmp_path / "new", "--language", "en").stdout


# --- the demo --------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the demo skip the long work: its stages are tested where they are written."""
    monkeypatch.setattr(Workspace, "run", lambda self, **named: fill(WorkspaceLake(self)) or finished(*["ran"] * 7))
    return


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_demo_shows_decisions_and_says_where_the_report_is(tmp_path: Path) -> None:
    path = tmp_path / "demo"
    small = ("--customers", 30, "--products", 4, "--weeks", 6)
    result = call("demo", path, *small)
    assert result.exit_code == 0, result.output
    assert "Order 120 units of White ceramic teapot" in result.stdout
    assert str(path / "reports" / "report-en.html") in result.stdout
    found = document(call("demo", path, *small, "--json"))["result"]
    assert list(found["seconds"]) == ["shop", "twin", "add", "run", "report"]
    assert len(found["decisions"]) == 4
    assert Path(found["report"]).is_file()


def test_demo_never_mixes_with_a_real_shop(shop: Path) -> None:
    result = call("demo", shop)
    assert result.exit_code == 2
    assert "already exists" in result.stderr
