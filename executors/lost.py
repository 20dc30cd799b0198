"""What an engine says of a call whose process is gone, if it has no words of its own."""

from __future__ import annotations

__all__ = ["WorkerLost"]


class WorkerLost(Exception):
    """The process that ran a call is gone. Its text says which one."""
