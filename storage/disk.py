"""What it takes for data to survive a power cut."""

from __future__ import annotations

import os

__all__ = ["sync"]


def sync(descriptor: int) -> None:
    """Return when all that was written to an open file, and its length, is on the disk.

    Where the system can leave the file's times behind, it does: a file that does not grow then needs no entry in the
    file system's own journal.
    """
    if hasattr(os, "fdatasync"):
        os.fdatasync(descriptor)
    else:
        os.fsync(descriptor)
