"""Help pages, in the language of the session and aligned for wide characters."""

from __future__ import annotations

import io

import click

from moushi.locale import words
from moushi.surfaces.cli.session import Session

WIDTH = 96


def page(command: click.Command, context: click.Context, session: Session) -> str:
    """Return the help page of a command or of the whole program."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(file=io.StringIO(), width=min(WIDTH, Console().width), highlight=False, color_system=None)

    def section(key: str, rows: list[tuple[str, str]]) -> None:
        if not rows:
            return
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column()
        for name, meaning in rows:
            grid.add_row(Text(name), Text(meaning))
        console.print(f"\n{session.say(f'words.{key}')}", markup=False)
        console.print(Padding(grid, (0, 0, 0, 2)))

    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    console.print(session.say("words.usage", usage=usage), markup=False)
    console.print(f"\n{about(_key(context) or 'moushi', session)}", markup=False)
    section("commands", _commands(command, context, session))
    section("options", _options(command, context, session))
    if context.parent is None:
        section("exit_codes", [(str(code), session.say(f"exit.{code}")) for code in (0, 1, 2, 3, 5, 130)])
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def about(name: str, session: Session, *, short: bool = False) -> str:
    """Return what a command does: all of it, or the first line."""
    text = session.say(f"help.{name}").strip()
    return text.splitlines()[0] if short else text


def _key(context: click.Context) -> str:
    """Return the name under which the locale files keep a command's texts: "model_add" for `moushi model add`."""
    return "_".join(context.command_path.split()[1:])


def _commands(command: click.Command, context: click.Context, session: Session) -> list[tuple[str, str]]:
    if not isinstance(command, click.Group):
        return []
    within = f"{_key(context)}_" if _key(context) else ""
    return [(name, about(f"{within}{name}", session, short=True)) for name in command.list_commands(context)]


def _options(command: click.Command, context: click.Context, session: Session) -> list[tuple[str, str]]:
    rows = []
    texts = words("cli", session.language)
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Option) and not parameter.hidden:
            shown = ", ".join(parameter.opts + parameter.secondary_opts)
            if not parameter.is_flag and not parameter.count:
                shown += f" {parameter.make_metavar(context)}"
            own = f"option.{_key(context)}.{parameter.name}"
            rows.append((shown, texts.get(own) or texts[f"option.{parameter.name}"]))
    return rows
