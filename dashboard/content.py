"""What is in an artifact, if the dashboard was given the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hpo.artifacts import artifacts_of
from hpo.dashboard.files import PICTURES
from hpo.dashboard.site import number_of, site_of, study_of
from hpo.dashboard.trial import trial_of
from hpo.exceptions import ArtifactNotFound

__all__ = ["of_study", "of_trial"]

_CHUNK = 2**18


def of_trial(request: Request) -> Response:
    """The content of one of a trial's."""
    _, study = study_of(request)
    trial = trial_of(study.snapshot(), number_of(request.path_params["number"]))
    return _content(request, trial.system_attrs, trial.user_attrs)


def of_study(request: Request) -> Response:
    """The content of one of a study's."""
    _, study = study_of(request)
    snapshot = study.snapshot()
    return _content(request, snapshot.system_attrs, snapshot.user_attrs)


def _content(request: Request, *attributes: Mapping[str, Any]) -> Response:
    store = site_of(request).artifacts
    if store is None:
        raise HTTPException(
            404, "The dashboard was started without a store of artifacts: hpo dashboard --artifacts DIR."
        )
    wanted = request.path_params["artifact"]
    meta = next((one for one in artifacts_of(*attributes) if one.artifact_id == wanted), None)
    if meta is None:
        raise HTTPException(404, "There is no such artifact here.")
    try:
        file = store.open_reader(meta.artifact_id)
    except (ArtifactNotFound, OSError, ValueError):
        raise HTTPException(404, f"The store of this dashboard does not have {meta.filename[:80]!r}.") from None
    is_picture = meta.mimetype in PICTURES
    name = quote(meta.filename.encode("utf-8", "replace"), safe="")
    return StreamingResponse(
        _chunks(file),
        media_type=meta.mimetype if is_picture else "application/octet-stream",
        headers={"content-disposition": f"{'inline' if is_picture else 'attachment'}; filename*=UTF-8''{name}"},
    )


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
