"""To a store, and back."""

from __future__ import annotations

import mimetypes
import shutil
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from hpo.artifacts.meta import ArtifactMeta, artifacts_of
from hpo.artifacts.store import ArtifactStore
from hpo.trial.frozen import FrozenTrial
from hpo.trial.trial import Trial

__all__ = ["download_artifact", "get_all_artifact_meta", "upload_artifact"]


class _Study(Protocol):
    @property
    def user_attrs(self) -> Mapping[str, Any]: ...

    @property
    def system_attrs(self) -> Mapping[str, Any]: ...

    def set_user_attr(self, key: str, value: Any) -> None: ...

    def set_trial_user_attr(self, number: int, key: str, value: Any) -> None: ...


def upload_artifact(
    *,
    artifact_store: ArtifactStore,
    file_path: str | Path,
    study_or_trial: Trial | _Study,
    number: int | None = None,
    storage: object = None,
    mimetype: str | None = None,
    encoding: str | None = None,
) -> str:
    """Keep a file in a store, and note it at its trial or study.

    Args:
        artifact_store: Where its content goes.
        file_path: The file.
        study_or_trial: To which it belongs. A trial that runs stores the note when it ends.
        number: With a study: of the trial to which it belongs, which may have ended.
        storage: For scripts of other libraries; a study knows its own.
        mimetype, encoding: What kind of file it is, and how it is packed; by default what its name says.

    Returns:
        The artifact's identity. The log gets it as the user attribute `artifacts:<identity>` once all of the content
        is in the store, so nothing is noted that is not there.

    Raises:
        TypeError: If there is nothing to note it at.

    Example:
        >>> store = hpo.artifacts.FileSystemArtifactStore("artifacts")
        >>> study.report("report.html")
        >>> identity = upload_artifact(artifact_store=store, file_path="report.html", study_or_trial=study)
    """
    del storage
    note = _note_at(study_or_trial, number)
    path = Path(file_path)
    kind, packed = mimetypes.guess_type(path.name)
    meta = ArtifactMeta(
        str(uuid.uuid4()), path.name, mimetype or kind or "application/octet-stream", encoding or packed
    )
    with path.open("rb") as file:
        artifact_store.write(meta.artifact_id, file)
    note(*meta.as_attribute())
    return meta.artifact_id


def download_artifact(*, artifact_store: ArtifactStore, artifact_id: str, file_path: str | Path) -> None:
    """Write what is in an artifact into a file, which must not exist yet.

    Raises:
        ArtifactNotFound: If the store has no such artifact; then no file is made.
        FileExistsError: If the file exists.
    """
    with artifact_store.open_reader(artifact_id) as source, Path(file_path).open("xb") as target:
        shutil.copyfileobj(source, target)


def get_all_artifact_meta(
    study_or_trial: Trial | FrozenTrial | _Study, *, storage: object = None
) -> list[ArtifactMeta]:
    """The artifacts of a study or a trial, in the order in which they were uploaded.

    Args:
        study_or_trial: A study, a trial that runs, or one of `study.trials`.
        storage: For scripts of other libraries.
    """
    del storage
    if isinstance(study_or_trial, Trial):
        return artifacts_of(study_or_trial.user_attrs)
    return artifacts_of(study_or_trial.system_attrs, study_or_trial.user_attrs)


def _note_at(study_or_trial: Trial | _Study, number: int | None) -> Callable[[str, Any], None]:
    """What sets the attribute."""
    if isinstance(study_or_trial, FrozenTrial):
        raise TypeError(
            "A FrozenTrial is a copy, at which nothing can be noted. Give the study, and the trial's number: "
            f"upload_artifact(…, study_or_trial=study, number={study_or_trial.number})."
        )
    if number is None:
        return study_or_trial.set_user_attr
    if isinstance(study_or_trial, Trial):
        raise TypeError("`number` goes with a study; a trial knows its own.")
    return partial(study_or_trial.set_trial_user_attr, number)
