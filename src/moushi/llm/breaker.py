"""Leaves a failing model alone for a while, and keeps within the pace that an endpoint allows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class Breaker:
    """Opens after failures in a row; after a pause it lets one call through, whose end decides.

    Parameters
    ----------
    faults : failures in a row after which it opens, >= 1
    pause_s : how long it stays open, >= 0
    now : a clock that never goes back
    """

    def __init__(self, faults: int, pause_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self.faults = faults
        self.pause_s = pause_s
        self._now = now
        self._failed = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Tell whether a call may be made; after the pause the first to ask may."""
        if self._failed < self.faults and self._now() >= self._until:
            return True
        if self._now() < self._until:
            return False
        # One call tries whether it is well again; the others wait for its end.
        self._until = self._now() + self.pause_s
        return True

    @property
    def is_open(self) -> bool:
        """Whether no call may be made now."""
        return self._now() < self._until

    def succeeded(self) -> None:
        """Note that a call went well."""
        self._failed, self._until = 0, 0.0

    def failed(self, wait_s: float | None = None) -> None:
        """Note that a call failed; `wait_s` is how long the endpoint asks to be left alone."""
        self._failed += 1
        if self._failed >= self.faults:
            self._until = max(self._until, self._now() + self.pause_s)
        if wait_s is not None:
            self._until = max(self._until, self._now() + wait_s)

    @property
    def waits_s(self) -> float:
        """Seconds until it lets a call through again."""
        return max(0.0, self._until - self._now())


class Pace:
    """Spaces calls evenly.

    Parameters
    ----------
    per_minute : most calls in a minute; None for no bound
    sleep : waits
    """

    def __init__(self, per_minute: float | None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._gap_s = 60.0 / per_minute if per_minute else 0.0
        self._sleep = sleep
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for the next place."""
        if not self._gap_s:
            return
        now = time.monotonic()
        place = max(now, self._next)
        self._next = place + self._gap_s
        if place > now:
            await self._sleep(place - now)
