"""The application: which page answers which address, and what becomes of errors."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from typing import final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hpo import logging
from hpo.artifacts import ArtifactStore
from hpo.dashboard import about, acts, compare, content, lab, live, studies, study, trial, trials
from hpo.dashboard.desk import Desk
from hpo.dashboard.login import door, login
from hpo.dashboard.opening import Openings
from hpo.dashboard.security import Guard, Guarded
from hpo.dashboard.site import Site, page, site_of, static_file
from hpo.exceptions import HpoError, StorageInternalError, UnknownStudyError
from hpo.secrets import redacted

__all__ = ["ROUTES", "make_app"]

logger = logging.get_logger(__name__)

_KINDS: Mapping[str, str] = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/speculationrules+json",
}

_TITLES: Mapping[int, str] = {
    400: "Not like that",
    403: "Not allowed",
    404: "Not here",
    405: "Not like that",
    409: "Changed meanwhile",
    500: "Broken",
    503: "Not now",
}

_STUDY = "/s/{identity}"
ROUTES = (
    Route("/", studies.overview),
    Route("/row/{identity}", studies.row),
    Route(_STUDY, study.overview),
    Route(f"{_STUDY}/headline", study.headline),
    Route(f"{_STUDY}/plot/{{kind}}", study.figure),
    Route(f"{_STUDY}/events", live.events),
    Route(f"{_STUDY}/failures", about.failures),
    Route(f"{_STUDY}/about", about.overview),
    Route(f"{_STUDY}/trials", trials.overview),
    Route(f"{_STUDY}/trials.csv", trials.as_csv),
    Route(f"{_STUDY}/trials.json", trials.as_json),
    Route(f"{_STUDY}/trials/{{number}}", trial.overview),
    Route(f"{_STUDY}/trials/{{number}}/plot/curve", trial.curve),
    Route(f"{_STUDY}/trials/{{number}}/origin", trial.origin),
    Route(f"{_STUDY}/trials/{{number}}/artifacts/{{artifact}}", content.of_trial),
    Route(f"{_STUDY}/artifacts/{{artifact}}", content.of_study),
    Route("/compare", compare.studies),
    Route(f"{_STUDY}/compare", compare.trials),
    Route(f"{_STUDY}/enqueue", lab.enqueue),
    Route(f"{_STUDY}/lab", lab.by_hand),
    Route("/create", acts.create, methods=["POST"]),
    Route("/import", acts.import_optuna, methods=["POST"]),
    Route(f"{_STUDY}/rename", acts.rename, methods=["POST"]),
    Route(f"{_STUDY}/copy", acts.copy, methods=["POST"]),
    Route(f"{_STUDY}/delete", acts.delete, methods=["POST"]),
    Route(f"{_STUDY}/note", acts.note, methods=["POST"]),
    Route(f"{_STUDY}/enqueue", acts.enqueue, methods=["POST"]),
    Route(f"{_STUDY}/ask", acts.ask, methods=["POST"]),
    Route(f"{_STUDY}/trials/{{number}}/tell", acts.tell, methods=["POST"]),
    Route(f"{_STUDY}/trials/{{number}}/note", acts.note_trial, methods=["POST"]),
    Route(f"{_STUDY}/trials/{{number}}/delete", acts.delete_trial, methods=["POST"]),
    Route("/login", login, methods=["GET", "POST"]),
)
"""All pages; those that change something are the ones that take a form, which is `POST`."""


def make_app(
    desk: Desk,
    guard: Guard,
    *,
    is_closing: Callable[[], bool] = lambda: False,
    artifacts: ArtifactStore | None = None,
) -> ASGIApp:
    """The dashboard of a desk's studies, as an ASGI application.

    Args:
        desk: The studies.
        guard: What is let in.
        is_closing: Whether the server is about to end; then pages hear no more news.
        artifacts: Where the contents of artifacts are.
    """
    app = Starlette(
        routes=[*ROUTES, Route("/static/{name}", _file)],
        middleware=[Middleware(GZipMiddleware, minimum_size=2000, compresslevel=4), Middleware(_Door)],
        exception_handlers={HTTPException: _refused, HpoError: _failed},
    )
    app.state.site = Site(desk, guard, Openings(desk), is_closing, artifacts)
    return Guarded(app, guard)


@final
class _Door:
    """Turns away whom the guard does not let in, and lets no error out but as a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal: HTTPException | None = scope.get("state", {}).get("refusal")
        turned_away = door(request) if refusal is None else _refused(request, refusal)
        if turned_away is not None:
            await turned_away(scope, receive, send)
            return
        has_begun = False

        async def answer(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            logger.error(redacted(f"The page {request.url.path} failed:\n{traceback.format_exc()}"))
            if not has_begun:
                broken = _answer(request, 500, "This page cannot be made; the terminal of the dashboard says why.")
                await broken(scope, receive, send)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "There is no such page." if error.detail == "Not Found" else error.detail
    if error.detail == "Method Not Allowed":
        message = "This page is not asked for in that way."
    return _answer(request, error.status_code, message)


def _failed(request: Request, error: Exception) -> Response:
    """An error of a storage, or one that a study tells of in a sentence."""
    status = 404 if isinstance(error, UnknownStudyError) else 503 if isinstance(error, StorageInternalError) else 400
    return _answer(request, status, redacted(str(error)))


def _answer(request: Request, status: int, message: str) -> Response:
    if "/plot/" in request.url.path:
        return JSONResponse({"error": message}, status)
    if "hx-request" in request.headers:
        return page(request, "part_error.html", status, message=message)
    title = _TITLES.get(status, "That did not work")
    return page(request, "error.html", status, title=title, message=message, identity=_study_behind(request))


def _study_behind(request: Request) -> str | None:
    """The identity of the study that a page is of; None if there is none, or the guard let nobody that far."""
    identity: str | None = request.path_params.get("identity")
    try:
        if identity is not None:
            site_of(request).desk.open(identity)
    except (HpoError, OSError):
        return None
    return identity


def _file(request: Request) -> Response:
    name = request.path_params["name"]
    path = static_file(name)
    kind = _KINDS.get(path.suffix)
    if kind is None or not re.fullmatch(r"[a-z_.-]+", name) or not path.is_file():
        raise HTTPException(404, "There is no such file.")
    return FileResponse(path, media_type=kind, headers={"cache-control": "public, max-age=31536000, immutable"})
