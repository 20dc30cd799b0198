"""Checkpoints of the logs in a journal, each in a file beside it.

They are no part of the logs, so nothing is lost with the files but time.
"""

from __future__ import annotations

from pathlib import Path
from typing import final

__all__ = ["CheckpointFiles"]

_DIGITS = 19  # of a position, in the first line


@final
class CheckpointFiles:
    """Files by the rank of a study. Only who holds the journal's lock may write.

    Args:
        path: What their names begin with.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, study: int) -> tuple[int, bytes] | None:
        """The position and the content of a study's checkpoint; None if there is none, or the file is spoilt."""
        try:
            data = self._file(study).read_bytes()
            return int(data[:_DIGITS]), data[_DIGITS + 1 :]
        except (OSError, ValueError):
            return None

    def save(self, study: int, checkpoint: bytes, position: int, *, instead_of: int) -> int:
        """Put a checkpoint in the place of another one; the position of the one that is there now."""
        there = self._position(study)
        if there != instead_of:
            return there
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            with new.open("wb") as file:
                file.write(b"%0*d\n" % (_DIGITS, position))
                file.write(checkpoint)
            new.replace(self._file(study))
        finally:
            new.unlink(missing_ok=True)
        return position

    def forget(self, study: int) -> None:
        """Remove a study's checkpoint."""
        self._file(study).unlink(missing_ok=True)

    def _position(self, study: int) -> int:
        try:
            with self._file(study).open("rb") as file:
                return int(file.read(_DIGITS))
        except (OSError, ValueError):
            return 0

    def _file(self, study: int) -> Path:
        return self._path.with_name(f"{self._path.name}-{study}")
