"""Where a trial that was paused in the middle of a training left its model."""

from __future__ import annotations

from pathlib import Path

from hpo.trial import FixedTrial, Trial

__all__ = ["checkpoint_of"]


def checkpoint_of(trial: Trial | FixedTrial, name: str) -> Path | None:
    """A file or folder that the trial saved when it paused; None if it is new, or has saved nothing.

    Args:
        trial: The objective's.
        name: Of the file within `trial.checkpoint_dir`.
    """
    if not trial.resume_step:
        return None
    path = trial.checkpoint_dir / name
    return path if path.exists() else None
