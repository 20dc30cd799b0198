"""What every page needs: the desk, the guard, the templates; and the answers of the server."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hpo.artifacts import ArtifactStore
from hpo.dashboard.desk import Desk, OpenStudy
from hpo.dashboard.opening import Openings
from hpo.dashboard.paging import whole
from hpo.dashboard.security import Guard
from hpo.exceptions import UnknownStudyError
from hpo.moments import local_time
from hpo.visualization.text import duration
from hpo.words import count, shown

__all__ = [
    "FOLDER",
    "Site",
    "back",
    "compile_templates",
    "form_of",
    "is_opening",
    "number_of",
    "page",
    "site_of",
    "static_file",
    "static_url",
    "study_of",
]

FOLDER = Path(__file__).parent
_DIGITS = 5
_LONGEST_HINT = 500  # characters; a page of hundreds of cells sends each
_PATIENCE = 0.7  # seconds that a page waits for a log before it says that it waits
_LARGEST = 2**53


@final
@dataclass(frozen=True)
class Site:
    """One running dashboard.

    Args:
        desk, guard, openings: The studies, who is let in, and the studies that are being read.
        is_closing: Whether the server is about to end.
        artifacts: Where the contents of artifacts are; None if that is not known.
    """

    desk: Desk
    guard: Guard
    openings: Openings
    is_closing: Callable[[], bool]
    artifacts: ArtifactStore | None = None


def site_of(request: Request) -> Site:
    """The dashboard that a request is for."""
    site: Site = request.app.state.site
    return site


def study_of(request: Request) -> tuple[str, OpenStudy]:
    """The identity in a request's path, and its study.

    Raises:
        HTTPException: 404 without such a study.
    """
    identity: str = request.path_params["identity"]
    try:
        return identity, site_of(request).desk.open(identity)
    except UnknownStudyError:
        raise HTTPException(404, "There is no such study here, or no longer.") from None


def is_opening(request: Request) -> bool:
    """Whether the study of a request has not been read yet, and that takes a while."""
    try:
        return site_of(request).openings.within(request.path_params["identity"], _PATIENCE) is None
    except UnknownStudyError:
        return False  # as whoever asks for the study is told


def number_of(text: str) -> int:
    """A whole number that a request names.

    Raises:
        HTTPException: 404 if it is none.
    """
    number = whole(text, _LARGEST)
    if number is None:
        raise HTTPException(404, "A trial has a number, such as 0 or 12.")
    return number


def form_of(request: Request) -> list[tuple[str, str]]:
    """What the form of a request holds, in its order."""
    form: list[tuple[str, str]] = request.state.form
    return form


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A page, or a part of one, from a template."""
    site = site_of(request)
    text = (
        _environment()
        .get_template(template)
        .render(
            can_write=site.guard.write,
            token=site.guard.token,
            path=request.url.path,
            has_password=site.guard.password is not None,
            **values,
        )
    )
    return HTMLResponse(text.encode("utf-8", "backslashreplace"), status)


def compile_templates() -> None:
    """Read all templates, before somebody asks for the first page."""
    environment = _environment()
    for name in environment.list_templates():
        environment.get_template(name)


def back(url: str) -> Response:
    """To another page, after a form has done its work."""
    return RedirectResponse(url, 303)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "ago": _ago,
        "cell": _cell,
        "count": count,
        "duration": _duration,
        "figure": _figure,
        "hint": _hint,
        "moment": _moment,
        "outlook": lambda expected: expected.words(time.time()),
        "pace": _pace,
        "pretty": _pretty,
        "since": _since,
        "short": lambda value: shown(value, _DIGITS),
    }
    environment.globals["static"] = static_url
    return environment


@cache
def static_url(name: str) -> str:
    """The address of a static file, which changes with the file, so that browsers may keep it for ever."""
    digest = hashlib.blake2b(static_file(name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?{digest}"


def static_file(name: str) -> Path:
    """Where a static file is; the whole of plotly.js is the one that the package plotly brings."""
    if name != "plotly.min.js":
        return FOLDER / "static" / name
    found = importlib.util.find_spec("plotly")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "package_data" / name


def _figure(value: Any) -> str:
    """A number as people want to read it, or what stands for none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    return shown(value, _DIGITS).replace("-", "\u2212", 1) if isinstance(value, (int, float)) else shown(value)


def _duration(seconds: float | None) -> str:
    return "–" if seconds is None else duration(max(seconds, 0.0))


def _ago(seconds: float | None) -> str:
    return "–" if seconds is None else f"{_since(seconds)} ago"


def _since(seconds: float) -> str:
    """How long ago something was, in its largest unit, as the script of live pages goes on saying it."""
    return " ".join(duration(max(round(time.time() - seconds), 1.0)).split(" ")[:2])


def _cell(value: Any) -> str:
    """A parameter's value, which may be None."""
    return "None" if value is None else _figure(value)


def _hint(value: Any) -> str:
    """What a cell tells of a value that it cuts, where the pointer rests; the page of a trial has all of it."""
    text = str(value)
    return text if len(text) <= _LONGEST_HINT else f"{text[: _LONGEST_HINT - 1]}…"


def _pace(per_minute: float) -> str:
    """How many in the shortest time in which there is one."""
    for unit, n in (("minute", per_minute), ("hour", 60.0 * per_minute), ("day", 1440.0 * per_minute)):
        if n >= 1.0:
            return (f"{n:,.0f}".replace(",", "\u202f") if n >= 100 else f"{n:.2g}") + f" per {unit}"
    return "less than one per day"


def _moment(seconds: float | None) -> str:
    return "–" if seconds is None else f"{local_time(seconds):%Y-%m-%d %H:%M:%S}"


def _pretty(value: Any) -> str:
    """Any value in full, to be read."""
    if isinstance(value, str):
        return value if value.strip() else json.dumps(value, ensure_ascii=False)
    if isinstance(value, (Mapping, list, tuple)):
        return json.dumps(value, indent=2, ensure_ascii=False, default=repr)
    return repr(value)
