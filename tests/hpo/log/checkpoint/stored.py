"""Checkpoints of the present format that were written when it was new, of logs that never change.

    python -m tests.hpo.log.checkpoint.stored

writes those of a new format, and removes the old ones.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hpo.log.checkpoint.keeper import FORMAT
from hpo.log.checkpoint.pack import pack
from hpo.log.ledger import Ledger
from hpo.storage import JournalStorage

__all__ = ["NAMES", "old_ledger", "stored"]

HERE = Path(__file__).parent
OLD_LOG = HERE.parents[2] / "storage" / "old_logs" / "journal_1_last.log"
NAMES = ("single", "several")


def old_ledger(name: str, folder: Path) -> Ledger:
    """What one of the studies in the old log is folded into."""
    storage = JournalStorage(shutil.copy(OLD_LOG, folder))
    ledger = Ledger()
    ledger.apply(storage.read(storage.studies()[name]))
    return ledger


def stored(name: str) -> Path:
    """The file with the checkpoint of a study."""
    return HERE / f"{name}_{FORMAT}.checkpoint"


if __name__ == "__main__":
    for old in HERE.glob("*.checkpoint"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            stored(name).write_bytes(pack(old_ledger(name, Path(folder)).dump()))
