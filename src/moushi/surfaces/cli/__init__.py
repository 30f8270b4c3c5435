"""The command line, `moushi`.

Exit codes: 0 done; 1 failed; 2 the command was used wrongly; 3 a file was
refused or broke its contract (the others were loaded); 5 damage was found;
130 interrupted.  Rows in quarantine are no failure: the command says how many
there are and exits with 0.
"""

from __future__ import annotations


def main() -> None:
    """Run the command that the process was started with, and exit with its code."""
    from moushi.surfaces.cli.app import cli

    cli.main()
