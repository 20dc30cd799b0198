"""Artifacts are on the pages of their trial and their study, and their contents can be had, but nothing else can."""

from __future__ import annotations

from pathlib import Path

import pytest

import hpo
from hpo.artifacts import ArtifactMeta, FileSystemArtifactStore, upload_artifact
from hpo.samplers import RandomSampler
from tests.dashboard.served import address, client_of

PICTURE = b"\x89PNG and so on"


@pytest.fixture
def store(tmp_path: Path) -> FileSystemArtifactStore:
    return FileSystemArtifactStore(tmp_path / "store")


@pytest.fixture
def study() -> hpo.Study:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    return study


def upload(store: FileSystemArtifactStore, study: hpo.Study, path: Path, content: bytes, number: int | None = 1) -> str:
    path.write_bytes(content)
    return upload_artifact(artifact_store=store, file_path=path, study_or_trial=study, number=number)


def test_a_picture_is_shown_and_any_other_file_is_only_given(
    tmp_path: Path, store: FileSystemArtifactStore, study: hpo.Study
) -> None:
    picture = upload(store, study, tmp_path / "näh.png", PICTURE)
    script = upload(store, study, tmp_path / "page.html", b"<script>alert(1)</script>" * 30_000)
    with client_of(study, artifacts=store) as client:
        page = client.get(address(study, "/trials/1")).text
        assert "artifacts:" not in page
        for name, identity, disposition, kind in (
            ("n%C3%A4h.png", picture, "inline", "image/png"),
            ("page.html", script, "attachment", "application/octet-stream"),
        ):
            where = address(study, f"/trials/1/artifacts/{identity}")
            assert where in page
            assert (f'src="{where}"' in page) == (disposition == "inline")
            answer = client.get(where)
            with store.open_reader(identity) as file:
                assert answer.content == file.read()
            assert answer.headers["content-type"] == kind
            assert answer.headers["content-disposition"] == f"{disposition}; filename*=UTF-8''{name}"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_study_has_its_own(tmp_path: Path, store: FileSystemArtifactStore, study: hpo.Study) -> None:
    identity = upload(store, study, tmp_path / "plot.png", PICTURE, None)
    with client_of(study, artifacts=store) as client:
        assert address(study, f"/artifacts/{identity}") in client.get(address(study, "/about")).text
        assert client.get(address(study, f"/artifacts/{identity}")).content == PICTURE


def test_nothing_is_given_that_is_not_noted_there(
    tmp_path: Path, store: FileSystemArtifactStore, study: hpo.Study
) -> None:
    identity = upload(store, study, tmp_path / "a.png", PICTURE)
    (tmp_path / "secret").write_bytes(b"secret")
    study.set_trial_user_attr(1, *ArtifactMeta("../secret", "a", "image/png").as_attribute())
    study.set_trial_user_attr(1, *ArtifactMeta("lost", "a", "image/png").as_attribute())
    with client_of(study, artifacts=store) as client:
        for where in (
            f"/trials/0/artifacts/{identity}",
            f"/artifacts/{identity}",
            "/trials/1/artifacts/lost",
            "/trials/1/artifacts/..%2Fsecret",
            "/trials/1/artifacts/nothing",
        ):
            answer = client.get(address(study, where))
            assert answer.status_code == 404, where
            assert b"secret" not in answer.content


def test_without_the_store_the_page_says_how_to_give_it(
    tmp_path: Path, store: FileSystemArtifactStore, study: hpo.Study
) -> None:
    identity = upload(store, study, tmp_path / "a.png", PICTURE)
    with client_of(study) as client:
        page = client.get(address(study, "/trials/1")).text
        assert "a.png" in page
        assert "--artifacts" in page
        assert '<img src="/s/' not in page
        refused = client.get(address(study, f"/trials/1/artifacts/{identity}"))
        assert refused.status_code == 404
        assert "--artifacts" in refused.text
