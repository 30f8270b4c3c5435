"""Runs what waits for answers in a thread of its own, so that any caller can ask, also one that has an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

_PATIENCE_S = 10.0


class Loop:
    """An event loop in a thread, started on first use."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine returns; an interrupted caller cancels it.

        Raises
        ------
        concurrent.futures.CancelledError : if it was cancelled from elsewhere
        """
        future = asyncio.run_coroutine_threadsafe(work, self._running())
        try:
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="moushi-models", daemon=True)
                self._thread.start()
            return self._loop

    def close(self, *last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Cancel what is under way, do some last things, and end the thread; a later call starts another."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_end(last), loop).result(timeout=_PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=_PATIENCE_S)
        loop.close()


async def _end(last: Sequence[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for each in last:
        await each()
    await asyncio.get_running_loop().shutdown_asyncgens()
