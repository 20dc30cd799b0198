"""Who runs a trial, and whether that process is known to be gone."""

from __future__ import annotations

import functools
import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import final

__all__ = ["Worker"]


@final
@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs trials.

    Args:
        host, pid: For people.
        machine: Names what the pid belongs to: this boot of this host, and the process namespace within it.
        begun: When the process began, in the machine's own count; tells it from a later one with the same pid.
    """

    host: str
    pid: int
    machine: str
    begun: str

    @classmethod
    def here(cls) -> Worker:
        """The process that asks."""
        return _worker(os.getpid())

    @classmethod
    def parse(cls, text: str) -> Worker | None:
        """The worker that `str` wrote; None if it is written otherwise."""
        host, *rest = text.rsplit("/", 3)
        if len(rest) != 3 or not rest[0].isdigit():
            return None
        return cls(host, int(rest[0]), rest[1], rest[2])

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.machine}/{self.begun}"

    @property
    def is_gone(self) -> bool:
        """True only if it is certain: the process ran on this machine and no longer does."""
        if self.machine != _machine() or not self.begun:
            return False
        return _begun(self.pid) != self.begun


@functools.lru_cache(maxsize=4)
def _worker(pid: int) -> Worker:
    return Worker(socket.gethostname(), pid, _machine(), _begun(pid))


@functools.cache
def _machine() -> str:
    """A name for this boot and process namespace; one that never matches where the system does not tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115  (a magic link, no path)
    except OSError:
        return ""
    return hashlib.blake2b(f"{boot}/{namespace}".encode(), digest_size=4).hexdigest()


def _begun(pid: int) -> str:
    """When a process began, as the kernel counts; empty if there is none, or it has ended and waits for its parent."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # the command before may hold anything, spaces and brackets too
    return "" if fields[0] in ("Z", "X") else fields[19]
