"""SQLite's write-ahead log, brought to the disk outside of the lock that writers queue for."""

from __future__ import annotations

import os
from pathlib import Path

from hpo.storage.disk import sync

__all__ = ["flush"]


def flush(database: Path) -> None:
    """Return when everything that was committed before is on the disk.

    SQLite would do this itself within each commit (`synchronous = FULL`), while all other writers wait. Under
    `synchronous = NORMAL` a commit only writes its frames, which carry checksums and are replayed in order; one call
    to the disk after it makes them durable, together with those that other processes committed meanwhile. If the
    log has been restarted in between, its frames were brought to the database file and synced by that.

    Args:
        database: Path of the database, which must be in WAL mode and open in this process.
    """
    # Windows flushes only what may be written to; who may but read has a log to flush, too, where others have written
    file = os.open(f"{database}-wal", os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        sync(file)
    finally:
        os.close(file)
