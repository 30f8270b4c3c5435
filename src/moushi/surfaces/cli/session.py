"""What the commands of one call share: language, form of output, the ways to speak."""

from __future__ import annotations

import atexit
import dataclasses
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moushi.errors import Language
from moushi.locale import LANGUAGES, say, system_language

if TYPE_CHECKING:
    from rich.console import Console

    from moushi.face import Workspace
    from moushi.stages import Progress

OK, FAILED, USAGE, REFUSED, DAMAGED, INTERRUPTED = 0, 1, 2, 3, 5, 130


@dataclass
class Session:
    """One call of `moushi`.

    Attributes
    ----------
    language : language of everything said
    as_json : one JSON document on stdout, nothing else anywhere
    quiet : no progress and no words that only accompany; results still show
    chosen : settings given on the command line, as text
    language_given : the language was asked for, not found; it wins over the workspace's
    command : name of the running command
    exit_code : what the process will exit with when no error comes
    """

    language: Language = "en"
    as_json: bool = False
    quiet: bool = False
    chosen: dict[str, str] = field(default_factory=dict)
    language_given: bool = False
    command: str = ""
    exit_code: int = OK

    @classmethod
    def foreseen(cls, arguments: Sequence[str]) -> Session:
        """Return a session from a first look at the arguments, so that even usage errors speak right."""
        session = cls(language=system_language(), as_json="--json" in arguments, quiet="--quiet" in arguments)
        given = [after for name, after in pairwise(arguments) if name == "--language"]
        given += [name.partition("=")[2] for name in arguments if name.startswith("--language=")]
        for language in [os.environ.get("MOUSHI_LANGUAGE", ""), *given]:
            session.choose_language(language)
        return session

    def choose_language(self, language: str) -> None:
        """Speak `language` from now on, if it is one that Moushi has."""
        if language in LANGUAGES:
            self.language, self.language_given = language, True

    @property
    def settings(self) -> dict[str, str]:
        """The settings given on the command line, the language among them."""
        return {**self.chosen, **({"language": self.language} if self.language_given else {})}

    @property
    def interactive(self) -> bool:
        """Whether a person is there to answer a question."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not (self.as_json or self.quiet)

    def open(self, path: str | Path) -> Workspace:
        """Open a workspace with the settings given, and speak its language unless told otherwise."""
        import moushi

        workspace = moushi.open(Path(path), **self.settings)
        atexit.register(workspace.close)
        if not self.language_given:
            self.language = workspace.language
        return workspace

    def say(self, key: str, **facts: Any) -> str:
        """Return a text of the command line."""
        return say(f"cli.{key}", self.language, **facts)

    @property
    def out(self) -> Console:
        """The console of results: stdout."""
        return _console(stderr=False)

    @property
    def err(self) -> Console:
        """The console of progress, questions and errors: stderr."""
        return _console(stderr=True)

    def progress(self) -> Progress:
        """Return a progress for long work: bars on a terminal, silence elsewhere."""
        if self.as_json or self.quiet or not sys.stderr.isatty():
            from moushi.stages import Silent

            return Silent()
        from moushi.surfaces.cli.progress import Bars

        return Bars(self.err, self.language)

    def note(self, key: str, **facts: Any) -> None:
        """Say something that only accompanies the result, on stderr."""
        if not (self.as_json or self.quiet):
            self.err.print(self.say(key, **facts), style="dim", markup=False, highlight=False)

    def finish(self, result: Any, show: Callable[[Console], None], *, exit_code: int = OK) -> None:
        """End a command: its result as one JSON document, or shown to a person."""
        self.exit_code = exit_code
        if self.as_json:
            write_json({"command": self.command, "exit_code": exit_code, "result": result})
        else:
            show(self.out)


def write_json(document: Mapping[str, Any]) -> None:
    """Write the one JSON document of a call to stdout."""
    sys.stdout.write(json.dumps(plain(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """Return `value` as JSON has it: money and quantities as numbers, days as ISO 8601, not-a-number as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    # Made anew, because tests and callers swap sys.stdout; a console keeps no state we need.
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 160
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)
