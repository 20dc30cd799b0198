"""Studies on a desk, and a client that asks for their pages as a browser on this machine would."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from hpo.artifacts import ArtifactStore
from hpo.dashboard.app import make_app
from hpo.dashboard.security import Guard
from hpo.study import Study
from hpo.study.desk import StudyDesk

__all__ = ["address", "client_of", "desk_of", "identity_of"]


def desk_of(*studies: Study) -> StudyDesk:
    """A desk with the storages of some studies."""
    storages = {repr(study._log.storage) + " " * i: study._log.storage for i, study in enumerate(studies)}
    desk = StudyDesk(lambda: storages)
    for study in studies:
        desk._open[study._log.identity] = study
    return desk


def client_of(
    *studies: Study, guard: Guard | None = None, artifacts: ArtifactStore | None = None, **options: Any
) -> TestClient:
    """A client of a dashboard with these studies; what fails in a page is an answer, as it is for a browser."""
    app = make_app(desk_of(*studies), Guard() if guard is None else guard, artifacts=artifacts)
    return TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False, **options)


def identity_of(study: Study) -> str:
    """By which addresses name a study."""
    return study._log.identity


def address(study: Study, rest: str = "") -> str:
    """Of a study's page."""
    return f"/s/{identity_of(study)}{rest}"
