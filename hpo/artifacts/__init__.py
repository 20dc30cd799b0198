"""Files that belong to trials or studies, such as models and pictures, kept in a store beside the log.

The log keeps what a file is called, and the store what is in it:

    >>> store = hpo.artifacts.FileSystemArtifactStore("artifacts")
    >>> def objective(trial):
    ...     x = trial.suggest_float("x", 0, 1)
    ...     with open("model.txt", "w") as file:
    ...         file.write(f"{x}")
    ...     hpo.artifacts.upload_artifact(artifact_store=store, file_path="model.txt", study_or_trial=trial)
    ...     return x
    >>> study.optimize(objective, n_trials=20)
    >>> best = hpo.artifacts.get_all_artifact_meta(study.trials[-1])[0]
    >>> hpo.artifacts.download_artifact(artifact_store=store, artifact_id=best.artifact_id, file_path="best.txt")
"""

from __future__ import annotations

from typing import Any

from hpo.absent import absent
from hpo.artifacts.backoff import Backoff
from hpo.artifacts.file_system import FileSystemArtifactStore
from hpo.artifacts.meta import ArtifactMeta, artifacts_of
from hpo.artifacts.s3 import Boto3ArtifactStore
from hpo.artifacts.store import ArtifactStore
from hpo.artifacts.transfer import download_artifact, get_all_artifact_meta, upload_artifact

__all__ = [
    "ArtifactMeta",
    "ArtifactStore",
    "Backoff",
    "Boto3ArtifactStore",
    "FileSystemArtifactStore",
    "artifacts_of",
    "download_artifact",
    "get_all_artifact_meta",
    "upload_artifact",
]


def __getattr__(name: str) -> Any:
    raise absent(__name__, name)
