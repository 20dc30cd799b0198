"""News of a study, as server-sent events: a line whenever its log has grown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from hpo.dashboard.desk import OpenStudy
from hpo.dashboard.paging import whole
from hpo.dashboard.site import site_of, study_of
from hpo.exceptions import UnknownStudyError

__all__ = ["events", "news"]

_PAUSE = 0.1  # seconds between two looks at the log: however fast it grows, that is all that a page hears
_LONGEST = 10**15  # log that a page may have seen the end of
_QUIET = 15.0  # seconds after which something is said to see whether anybody listens


async def events(request: Request) -> StreamingResponse:
    """The positions of the log, one whenever it has changed, from the one that the page shows."""
    _, study = await run_in_threadpool(study_of, request)
    asked = request.headers.get("last-event-id") or request.query_params.get("since", "")
    since = whole(asked, _LONGEST) or 0
    return StreamingResponse(
        news(study, since, site_of(request).is_closing),
        media_type="text/event-stream",
        headers={"x-accel-buffering": "no"},
    )


async def news(study: OpenStudy, position: int, is_closing: Callable[[], bool]) -> AsyncIterator[str]:
    """What a page hears after a position, until the study or the server is gone."""
    yield "retry: 1000\n\n"
    quiet = 0.0
    while not is_closing():
        try:
            found = await run_in_threadpool(_grown, study, position)
        except UnknownStudyError:
            yield "event: gone\ndata: \n\n"
            return
        if found != position:
            position, quiet = found, 0.0
            yield f"id: {position}\ndata: {position}\n\n"
        elif quiet >= _QUIET:
            quiet = 0.0
            yield ": still here\n\n"
        await anyio.sleep(_PAUSE)
        quiet += _PAUSE


def _grown(study: OpenStudy, position: int) -> int:
    """The length of the log, if there is anything after a position; otherwise that position."""
    return study.snapshot().position if study.events(position, limit=1) else position
