"""Waiting for what other threads and processes do, however long the machine takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

__all__ = ["has_ended", "wait_until"]


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return once the condition holds; how long that takes is the machine's affair."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.01)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or a zombie that nobody has asked about."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
