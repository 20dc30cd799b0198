"""Who runs a trial, and whether that process is known to be gone."""

from __future__ import annotations

import functools
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import final

from hpo.digests import digest

__all__ = ["Worker", "is_gone"]

_FIRST_NAMESPACE = 0xEFFFFFF8
"""Linux numbers namespaces from here on; what imitates it, such as gVisor, shows small numbers without a meaning."""


@final
@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs trials.

    Args:
        host, pid: As the process sees them.
        machine: Names what pid and `begun` belong to: this boot, its process namespace and its time namespace. Empty
            where the system does not tell.
        begun: When the process began, in the machine's own count; tells it from a later one with the same pid. Empty
            where the system does not tell.
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
        if len(rest) != 3 or not (rest[0].isascii() and rest[0].isdigit()):
            return None
        return cls(host, int(rest[0]), rest[1], rest[2])

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.machine}/{self.begun}"

    @property
    def is_gone(self) -> bool:
        """True only if it is certain: the process was in the very process table that is asked, and no longer is.

        Whatever cannot be read, or is not shown to the user who asks, counts as alive; its lease will tell.
        """
        here = Worker.here()
        if not here.machine or (self.host, self.machine) != (here.host, here.machine):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            pass  # there is one, of another user; perhaps a later one
        begun, has_ended = _look(self.pid)
        return has_ended or ("" not in (self.begun, begun) and self.begun != begun)


def is_gone(worker: str | None) -> bool:
    """Whether the process that a log names is certainly gone; not if it names none."""
    known = None if worker is None else Worker.parse(worker)
    return known is not None and known.is_gone


@functools.lru_cache(maxsize=1)
def _worker(pid: int) -> Worker:
    return Worker(platform.node(), pid, _machine(pid), _look(pid)[0])


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_worker.cache_clear)  # a child may begin another namespace, with the same pid


def _machine(pid: int) -> str:
    """A name for the boot and the namespaces of the process that asks; empty where they are not certain."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        status = Path("/proc/self/status").read_bytes()
        processes, times = _namespace("pid"), _namespace("time")
    except (OSError, ValueError):
        return ""
    # A process has one pid in each namespace that sees it: with several, /proc belongs to a namespace further out,
    # where other processes have these pids.
    is_own_table = f"NSpid:\t{pid}".encode() in status.splitlines()
    if not boot or not is_own_table or processes < _FIRST_NAMESPACE:
        return ""
    return digest(f"{boot}/{processes}/{times}".encode(), 8).hex()


def _namespace(kind: str) -> int:
    """The number of the own namespace; 0 where the kernel knows none of this kind."""
    try:
        link = os.readlink(f"/proc/self/ns/{kind}")  # noqa: PTH115  (a magic link, no path)
    except FileNotFoundError:
        return 0
    return int(link.removeprefix(f"{kind}:[").removesuffix("]"))


def _look(pid: int) -> tuple[str, bool]:
    """When a process began, as the kernel counts, and whether it has ended and waits for its parent.

    Empty and False where that cannot be read.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return "", False
    fields = stat.rpartition(b")")[2].split()  # the command before may hold anything, spaces and brackets too
    if len(fields) < 20:
        return "", False
    is_alone = int(fields[17]) <= 1  # else only its first thread has ended
    return fields[19].decode(), fields[0] in (b"Z", b"X") and is_alone
