"""Progress bars on stderr, for work that takes longer than a moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from moushi.errors import Language
from moushi.locale import words

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from moushi.stages import Advance

PATIENCE_S = 1.0


class Bars:
    """A progress that shows one bar per open task once work has taken a second.

    Parameters
    ----------
    console : where the bars are drawn
    language : language of the tasks' names
    patience_s : seconds to wait before anything shows, so that short work stays silent
    """

    def __init__(self, console: Console, language: Language, *, patience_s: float = PATIENCE_S) -> None:
        self.language = language
        self.patience_s = patience_s
        self._console = console
        self._lock = threading.Lock()
        self._open = 0
        self._timer: threading.Timer | None = None
        self._bars = self._new()

    def task(self, code: str, total: int | None = None) -> AbstractContextManager[Advance]:
        """Open a task; its name is the text of `code`, its bar pulses when `total` is None."""
        return _Task(self, title(code, self.language), total)

    def _new(self) -> RichProgress:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        return Progress(*columns, console=self._console, transient=True)

    def begin(self, name: str, total: int | None) -> TaskID:
        """Add a bar, and let it show when patience ends."""
        with self._lock:
            if self._open == 0:
                self._timer = threading.Timer(self.patience_s, self._bars.start)
                self._timer.daemon = True
                self._timer.start()
            self._open += 1
            return self._bars.add_task(name, total=total)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Take the display away while something else is on the screen, such as a question."""
        with self._lock:
            shown = self._bars.live.is_started
            self._bars.stop()
        try:
            yield
        finally:
            if shown:
                self._bars.start()

    def advance(self, task: TaskID, steps: int) -> None:
        """Move a bar."""
        self._bars.advance(task, steps)

    def end(self, task: TaskID) -> None:
        """Take a bar away; with the last one the display goes."""
        with self._lock:
            self._bars.remove_task(task)
            self._open -= 1
            if self._open == 0:
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer.join()
                self._bars.stop()
                self._bars = self._new()


class _Task(AbstractContextManager["Advance"]):
    def __init__(self, bars: Bars, name: str, total: int | None) -> None:
        self._bars, self._name, self._total = bars, name, total

    def __enter__(self) -> Advance:
        self._task = self._bars.begin(self._name, self._total)
        return self._advance

    def _advance(self, steps: int = 1) -> None:
        self._bars.advance(self._task, steps)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bars.end(self._task)


def title(code: str, language: Language) -> str:
    """Return the name of a task; of a code without a text, the code itself, since a bar must never stop work."""
    part, _, key = code.partition(".")
    try:
        return words(part, language).get(key, code)
    except FileNotFoundError:
        return code
