"""Runs a command and measures it from outside: wall and processor seconds, and the peak memory of it and its workers."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 1024 * 1024


@dataclass(frozen=True)
class Measurement:
    """What a command took; memory is resident, summed over it and its children, sampled 20 times a second."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    output: str


def run(command: Sequence[str | Path], *, check: bool = True) -> Measurement:
    """Run a command to its end and measure it.

    Raises
    ------
    subprocess.CalledProcessError : if it fails, with its output
    """
    words = [str(word) for word in command]
    began = time.perf_counter()
    before = os.times()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    peak = _Peak(process.pid)
    peak.start()
    output, _ = process.communicate()
    peak.stop()
    after = os.times()
    wall = time.perf_counter() - began
    if check and process.returncode:
        print(output[-2000:], file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, words, output)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measurement(wall, cpu, peak.bytes / MIB, output)


class _Peak(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.bytes = 0
        self._process = psutil.Process(pid)
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.05):
            self.bytes = max(self.bytes, self._now())

    def _now(self) -> int:
        total = 0
        try:
            family = [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return 0
        for member in family:
            try:
                total += member.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return total

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def machine() -> str:
    """Name the machine and the versions that matter."""
    from importlib.metadata import version

    names = ("duckdb", "deltalake", "ibis-framework", "pyarrow", "statsforecast", "numpy")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    memory = psutil.virtual_memory().total / 1024**3
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, Python {platform.python_version()}; {versions}"
