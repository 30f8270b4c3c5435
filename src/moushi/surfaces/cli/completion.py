"""The command that prints a shell's completion script."""

from __future__ import annotations

import click

from moushi.surfaces.cli.app import command
from moushi.surfaces.cli.session import Session


@command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(session: Session, shell: str) -> None:
    """Print the script that lets a shell complete the commands of Moushi."""
    from click.shell_completion import get_completion_class

    from moushi.surfaces.cli.app import cli

    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(cli, {}, "moushi", "_MOUSHI_COMPLETE")
    # `source()` of bash starts a bash to ask its version; the script itself needs none.
    script = made.source_template % made.source_vars()
    session.finish({"shell": shell, "script": script}, lambda out: out.print(script, markup=False, soft_wrap=True))
