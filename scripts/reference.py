"""Writes docs/reference from the code: tables, settings, commands.  `--check` only compares."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from moushi.columns import all_tables
from moushi.schema import Column
from moushi.settings import SETTINGS

# Help pages are as wide as the terminal: here they are always as wide as this.
os.environ["COLUMNS"] = "100"

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- Written by scripts/reference.py; do not edit. -->\n\n"


def tables() -> str:
    """Describe every table that a person may read."""
    parts = ["# Tables\n\nTimes are UTC; money is decimal; personal columns hold tokens. `*` marks the key.\n"]
    for table in all_tables().values():
        if table.name.startswith("landing_"):
            continue
        parts.append(f"\n## {table.name}\n\nA row is {table.grain}. ({table.kind})\n\n| column | type | meaning |\n|---|---|---|\n")
        parts += [_row(column) for column in table.columns().values()]
    return "".join(parts)


def _row(column: Column) -> str:
    marks = [f"one of {', '.join(column.values)}"] if column.values else []
    marks += [f"personal: {column.personal}"] if column.personal else []
    marks += ["required"] if column.required and not column.key else []
    note = f" ({'; '.join(marks)})" if marks else ""
    return f"| {column.name}{'*' if column.key else ''} | {column.type} | {column.doc}{note} |\n"


def settings() -> str:
    """Describe every setting."""
    head = (
        "# Settings\n\nGiven explicitly, they win over the environment, which wins over `[settings]` in `moushi.toml`, which wins over the "
        "default.\n\n| setting | environment | default | expected | meaning |\n|---|---|---|---|---|\n"
    )
    rows = []
    for setting in SETTINGS.values():
        default = "" if setting.default is None else setting.default
        expected = f"{setting.expected().en}, {setting.unit}" if setting.unit else setting.expected().en
        rows.append(f"| {setting.name} | {setting.environment} | {default} | {expected} | {setting.help} |\n")
    return head + "".join(rows)


def commands() -> str:
    """Describe every command as its own help does."""
    import click

    from moushi.surfaces.cli.app import cli
    from moushi.surfaces.cli.help import page
    from moushi.surfaces.cli.session import Session

    session = Session(language="en")
    root = click.Context(cli, info_name="moushi", obj=session)
    parts = ["# Commands\n\n```\n", page(cli, root, session), "\n```\n"]

    def describe(group: click.Group, above: click.Context, before: str) -> None:
        for name in group.list_commands(above):
            command = group.get_command(above, name)
            assert command is not None
            own = click.Context(command, info_name=name, parent=above)
            parts.extend([f"\n## {before}{name}\n\n```\n", page(command, own, session), "\n```\n"])
            if isinstance(command, click.Group):
                describe(command, own, f"{before}{name} ")

    describe(cli, root, "")
    return "".join(parts)


def main() -> int:
    """Write the pages, or with `--check` return 1 if any differs."""
    pages = {"tables.md": tables(), "settings.md": settings(), "cli.md": commands()}
    differing = []
    for name, content in pages.items():
        path = FOLDER / name
        if not path.exists() or path.read_text("utf-8") != NOTE + content:
            differing.append(name)
            if "--check" not in sys.argv:
                path.write_text(NOTE + content, "utf-8")
    if differing and "--check" in sys.argv:
        print(f"docs/reference is behind the code: {', '.join(differing)}. Run `python scripts/reference.py`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
