"""A file goes to a store and comes back, and the log says whose it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import hpo
from hpo.artifacts import (
    ArtifactMeta,
    FileSystemArtifactStore,
    artifacts_of,
    download_artifact,
    get_all_artifact_meta,
    upload_artifact,
)
from hpo.exceptions import ArtifactNotFound
from hpo.samplers import RandomSampler


@pytest.fixture
def store(tmp_path: Path) -> FileSystemArtifactStore:
    return FileSystemArtifactStore(tmp_path / "store")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "curve.png"
    path.write_bytes(b"\x89PNG")
    return path


@pytest.mark.parametrize("workers", [None, 2])
def test_trials_have_their_files_again_in_another_process(
    tmp_path: Path, store: FileSystemArtifactStore, workers: int | None
) -> None:
    url = f"sqlite:///{tmp_path}/study.db"

    def objective(trial: hpo.Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        file = tmp_path / f"model-{trial.number}.json"
        file.write_text(json.dumps(x))
        identity = upload_artifact(artifact_store=store, file_path=file, study_or_trial=trial)
        assert [meta.artifact_id for meta in get_all_artifact_meta(trial)] == [identity]
        return x

    study = hpo.create_study(storage=url, study_name="s", sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=3, workers=workers)
    for trial in hpo.load_study(storage=url, study_name="s").trials:
        (meta,) = get_all_artifact_meta(trial)
        assert (meta.filename, meta.mimetype, meta.encoding) == (f"model-{trial.number}.json", "application/json", None)
        target = tmp_path / f"back-{trial.number}"
        download_artifact(artifact_store=store, artifact_id=meta.artifact_id, file_path=target)
        assert json.loads(target.read_text()) == trial.params["x"]
    assert study.verify() == []


def test_a_study_and_a_trial_that_has_ended_have_files_too(store: FileSystemArtifactStore, picture: Path) -> None:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    own = upload_artifact(artifact_store=store, file_path=picture, study_or_trial=study)
    first = upload_artifact(artifact_store=store, file_path=picture, study_or_trial=study, number=1)
    second = upload_artifact(
        artifact_store=store, file_path=picture, study_or_trial=study, number=1, mimetype="x/y", encoding="gzip"
    )
    assert get_all_artifact_meta(study) == [ArtifactMeta(own, "curve.png", "image/png")]
    assert get_all_artifact_meta(study.trials[1]) == [
        ArtifactMeta(first, "curve.png", "image/png"),
        ArtifactMeta(second, "curve.png", "x/y", "gzip"),
    ]
    assert get_all_artifact_meta(study.trials[0]) == []


@pytest.mark.parametrize(
    ("name", "mimetype", "encoding"),
    [
        ("a.tar.gz", "application/x-tar", "gzip"),
        ("model", "application/octet-stream", None),
        ("a.txt", "text/plain", None),
    ],
)
def test_a_name_says_what_kind_a_file_is(
    tmp_path: Path, store: FileSystemArtifactStore, name: str, mimetype: str, encoding: str | None
) -> None:
    (tmp_path / name).write_bytes(b"1")
    study = hpo.create_study(sampler=RandomSampler())
    upload_artifact(artifact_store=store, file_path=str(tmp_path / name), study_or_trial=study)
    (meta,) = get_all_artifact_meta(study)
    assert (meta.filename, meta.mimetype, meta.encoding) == (name, mimetype, encoding)


def test_what_is_not_in_the_store_is_not_noted(store: FileSystemArtifactStore, tmp_path: Path) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    with pytest.raises(FileNotFoundError):
        upload_artifact(artifact_store=store, file_path=tmp_path / "nothing", study_or_trial=study)
    assert get_all_artifact_meta(study) == []


def test_a_copy_of_a_trial_takes_no_notes(store: FileSystemArtifactStore, picture: Path, tmp_path: Path) -> None:
    study = hpo.create_study(sampler=RandomSampler())
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=1)
    with pytest.raises(TypeError, match=r"study_or_trial=study, number=0\)"):
        upload_artifact(artifact_store=store, file_path=picture, study_or_trial=study.trials[0])
    with pytest.raises(TypeError, match="goes with a study"):
        upload_artifact(artifact_store=store, file_path=picture, study_or_trial=study.ask(), number=0)
    assert not (tmp_path / "store").exists()


def test_a_download_makes_no_file_of_what_is_not_there_and_overwrites_none(
    store: FileSystemArtifactStore, picture: Path, tmp_path: Path
) -> None:
    with pytest.raises(ArtifactNotFound):
        download_artifact(artifact_store=store, artifact_id="nobody", file_path=tmp_path / "new")
    assert not (tmp_path / "new").exists()
    study = hpo.create_study(sampler=RandomSampler())
    identity = upload_artifact(artifact_store=store, file_path=picture, study_or_trial=study)
    with pytest.raises(FileExistsError):
        download_artifact(artifact_store=store, artifact_id=identity, file_path=picture)


def test_notes_of_optuna_are_read_and_what_is_none_is_passed_over() -> None:
    known = {"artifact_id": "1", "filename": "a", "mimetype": "b", "encoding": None}
    broken: list[Any] = ["{", "[]", 3, None, {"artifact_id": "1"}, {**known, "filename": 2}, {**known, "encoding": 2}]
    attributes = {f"artifacts:{i}": value for i, value in enumerate([json.dumps(known), *broken])}
    assert artifacts_of({**attributes, "other": known}) == [ArtifactMeta("1", "a", "b")]
