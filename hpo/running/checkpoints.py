"""Directories in which trials keep what they need to go on where they paused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from hpo.arrays import JSON
from hpo.digests import digest
from hpo.events import StudyCreated

__all__ = ["default_root", "directory", "remove"]


def default_root() -> Path:
    """`$HPO_CHECKPOINTS`, or `hpo-checkpoints` in the working directory."""
    return Path(os.environ.get("HPO_CHECKPOINTS", "hpo-checkpoints")).absolute()


def directory(root: Path, header: StudyCreated, number: int, system_attrs: Mapping[str, JSON]) -> Path:
    """The directory of a trial, the same on every machine that sees `root`; a retry has that of its first attempt.

    Studies of one name in different storages have different directories, and a renamed study keeps its own.
    """
    study = digest(f"{header.seed}/{header.time!r}".encode(), 8).hex()
    return root / f"study-{study}" / f"trial-{system_attrs.get('failed_trial', number)}"


def remove(path: Path) -> None:
    """Remove a trial's directory, and the study's when it was the last; what is in use or gone stays so."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)
    try:
        path.parent.rmdir()
    except OSError:  # other trials have theirs there
        return
