"""Files that belong to trials or studies, such as models and pictures, kept in a store beside the log.

The log keeps what a file is called, and the store what is in it:

    >>> store = hpo.artifacts.FileSystemArtifactStore("artifacts")
    >>> def objective(trial):
    ...     model = train(trial)
    ...     model.save("model.bin")
    ...     hpo.artifacts.upload_artifact(artifact_store=store, file_path="model.bin", study_or_trial=trial)
    ...     return model.loss
    >>> meta, = hpo.artifacts.get_all_artifact_meta(study.best_trial)
    >>> hpo.artifacts.download_artifact(
    ...     artifact_store=store, artifact_id=meta.artifact_id, file_path="best.bin"
    ... )
"""

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
