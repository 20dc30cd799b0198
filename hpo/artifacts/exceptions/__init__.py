"""What scripts written for Optuna import from `optuna.artifacts.exceptions`."""

from __future__ import annotations

from hpo.exceptions import ArtifactNotFound

__all__ = ["ArtifactNotFound"]
