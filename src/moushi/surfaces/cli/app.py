"""The program `moushi`: its commands, the options they share, and what happens when one fails."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

import click

from moushi.locale import LANGUAGES
from moushi.surfaces.cli.session import Session

# Where each command is written, in the order in which people meet them.
COMMANDS = {
    "demo": "demo",
    "init": "workspace",
    "add": "add",
    "check": "add",
    "run": "run",
    "report": "report",
    "decisions": "decisions",
    "approve": "decisions",
    "reject": "decisions",
    "themes": "themes",
    "correct": "themes",
    "ledger": "ledger",
    "model": "model",
    "verify": "workspace",
    "backup": "workspace",
    "restore": "workspace",
    "doctor": "doctor",
    "settings": "workspace",
    "completion": "completion",
}


def _take_flag(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def take(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            setattr(session_of(context), name, True)

    return take


def _take_language(context: click.Context, _: click.Parameter, value: str | None) -> None:
    session_of(context).choose_language(value or "")


def _take_settings(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> None:
    for value in values:
        name, equals, chosen = value.partition("=")
        if not equals:
            raise click.BadParameter(session_of(context).say("usage.set", value=value), context, parameter)
        session_of(context).chosen[name.strip()] = chosen.strip()


def _show_help(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from moushi.surfaces.cli.help import page

        click.echo(page(context.command, context, session_of(context)))
        context.exit()


def _show_version(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"moushi {version('moushi')}")
        context.exit()


def shared_options() -> list[click.Parameter]:
    """Return the options that stand before or after any command's name."""
    return [
        click.Option(["--language"], type=click.Choice(LANGUAGES), callback=_take_language, expose_value=False),
        click.Option(["--set"], multiple=True, metavar="NAME=VALUE", callback=_take_settings, expose_value=False),
        click.Option(["--json"], is_flag=True, callback=_take_flag("as_json"), expose_value=False),
        click.Option(["--quiet"], is_flag=True, callback=_take_flag("quiet"), expose_value=False),
        click.Option(["--help", "-h"], is_flag=True, is_eager=True, callback=_show_help, expose_value=False),
    ]


def session_of(context: click.Context) -> Session:
    """Return the session of a call."""
    return cast("Session", context.find_root().obj)


class Command(click.Command):
    """A command that also takes the shared options."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{**named, "add_help_option": False})
        self.params += shared_options()

    def invoke(self, context: click.Context) -> Any:
        """Run the command, keeping its name for the output."""
        session_of(context).command = " ".join(context.command_path.split()[1:])
        try:
            return super().invoke(context)
        except KeyboardInterrupt as error:
            # Click itself would print an empty line before the message.
            raise click.Abort from error


def command(name: str) -> Callable[[Callable[..., None]], click.Command]:
    """Return a decorator that makes a function a command; its first argument is the session."""

    def make(function: Callable[..., None]) -> click.Command:
        return click.command(name, cls=Command)(_with_session(function))

    return make


def _with_session(function: Callable[..., None]) -> Callable[..., None]:
    import functools

    @functools.wraps(function)
    def run(**named: Any) -> None:
        function(session_of(click.get_current_context()), **named)

    return run


class Group(click.Group):
    """Commands of one kind, such as `moushi model add`; alone it shows its help page."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{**named, "add_help_option": False, "invoke_without_command": True})
        self.params += shared_options()

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands, in the order given."""
        return list(self.commands)

    def resolve_command(self, context: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called, or say in the right language that there is none."""
        if args and args[0] not in self.commands and not context.resilient_parsing:
            raise click.UsageError(session_of(context).say("usage.no_command", name=f"{self.name} {args[0]}"), context)
        return super().resolve_command(context, args)


def group(name: str, *commands: click.Command) -> Group:
    """Return a group of commands, listed in the order given."""

    @click.pass_context
    def alone(context: click.Context) -> None:
        if context.invoked_subcommand is None:
            _show_help(context, context.command.params[-1], True)

    return Group(name, commands={command.name or "": command for command in commands}, callback=alone)


class Program(click.Group):
    """The group of all commands; loads the one that is called, and ends every call with an exit code."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Load a command, None if there is none of that name."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"moushi.surfaces.cli.{COMMANDS[name]}")
        return cast("click.Command", getattr(module, name))

    def resolve_command(self, context: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called, or say in the right language that there is none."""
        if args and args[0] not in COMMANDS and not context.resilient_parsing:
            raise click.UsageError(session_of(context).say("usage.no_command", name=args[0]), context)
        return super().resolve_command(context, args)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a call to its end: never a traceback, always an exit code."""
        from moushi.surfaces.cli.faults import tell

        given = args[0] if args else extra.pop("args", None)
        arguments = list(sys.argv[1:] if given is None else given)
        session = Session.foreseen(arguments)
        try:
            super().main(arguments, **{"prog_name": "moushi", **extra, "standalone_mode": False, "obj": session})
            code = session.exit_code
        except BaseException as error:
            code = tell(error, session)
        sys.exit(code)


@click.command("moushi", cls=Program, add_help_option=False, invoke_without_command=True, params=shared_options())
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version)
@click.pass_context
def cli(context: click.Context) -> None:
    """Run the commands of Moushi; alone it shows the help page."""
    if context.invoked_subcommand is None:
        _show_help(context, context.command.params[-1], True)
