"""The page of all studies. Rows of studies that have not been read yet come when they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import final

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.desk import Desk, Listed
from hpo.dashboard.headline import Headline, headline_of
from hpo.dashboard.paging import Page
from hpo.dashboard.site import page, site_of, static_url
from hpo.dashboard.study import draw_first_view
from hpo.exceptions import HpoError, UnknownStudyError
from hpo.secrets import redacted

__all__ = ["Row", "overview", "row"]

_SORTS = ("created", "name", "trials", "changed")
_PAGE = 100  # studies
_MOST_AHEAD = 2_000_000  # trials of which plots are drawn before somebody asks for them


@final
@dataclass(frozen=True)
class Row:
    """A study of the list.

    Args:
        listed: Which.
        headline: How it stands; None if it has not been read yet, or cannot be.
        error: Why it cannot be read; empty otherwise.
        is_likely: Whether somebody has most likely come for it, so that browsers draw its page while the list is read.
    """

    listed: Listed
    headline: Headline | None
    error: str = ""
    is_likely: bool = False


def overview(request: Request) -> Response:
    """All studies, searched and sorted."""
    desk = site_of(request).desk
    query = request.query_params
    wanted, sort = query.get("q", "")[:200], query.get("sort", "created")
    if sort not in _SORTS:
        raise HTTPException(400, f"Studies can be sorted by {', '.join(_SORTS)}, not by {sort[:40]!r}.")
    listed = desk.studies()
    found = [one for one in reversed(listed) if wanted.casefold() in one.name.casefold()]
    rows = [_row(request, one, listed) if desk.is_open(one.identity) else Row(one, None) for one in found]
    rows = _sorted(rows, sort)
    shown = Page.of(query.get("page", ""), len(rows), _PAGE)
    response = page(
        request,
        "studies.html",
        rows=rows[shown.entries],
        n=len(listed),
        n_found=len(found),
        query=wanted,
        sort=sort,
        sorts=_SORTS,
        number=shown.number,
        n_pages=shown.last,
        places=desk.places(),
        has_places=len({one.place for one in listed}) > 1,
    )
    response.headers["speculation-rules"] = f'"{static_url("ahead.json")}"'
    return response


def row(request: Request) -> Response:
    """One row of the list, for which the study is read if it has not been; the newest one's first plots are drawn."""
    identity = request.path_params["identity"]
    desk = site_of(request).desk
    studies = desk.studies()
    listed = next((one for one in studies if one.identity == identity), None)
    if listed is None:
        raise HTTPException(404, "There is no such study here, or no longer.")
    shown = _row(request, listed, studies)
    response = page(request, "part_row.html", row=shown, has_places=len(desk.places()) > 1)
    if shown.is_likely:
        response.background = BackgroundTask(_draw_ahead, desk, identity)
    return response


def _draw_ahead(desk: Desk, identity: str) -> None:
    with suppress(HpoError):  # if it is gone by now, say
        draw_first_view(identity, desk.open(identity).snapshot())


def _row(request: Request, listed: Listed, studies: Sequence[Listed]) -> Row:
    try:
        headline = headline_of(listed.identity, site_of(request).desk.open(listed.identity).snapshot())
        return Row(listed, headline, is_likely=listed == studies[-1] and headline.n <= _MOST_AHEAD)
    except UnknownStudyError:
        return Row(listed, None, "It has been deleted.")
    except HpoError as error:
        return Row(listed, None, redacted(str(error)))


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """Rows that have not been read come last where they cannot be placed."""
    if sort == "name":
        return sorted(rows, key=lambda one: one.listed.name.casefold())
    if sort == "trials":
        return sorted(rows, key=lambda one: -1 if one.headline is None else one.headline.n, reverse=True)
    if sort == "changed":
        return sorted(rows, key=lambda one: (one.headline and one.headline.changed) or 0.0, reverse=True)
    return rows
