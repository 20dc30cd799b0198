"""The door: where a password is needed, and what lets one in."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hpo.dashboard.site import form_of, page, site_of

__all__ = ["cookie_name", "door", "login"]


def cookie_name(request: Request) -> str:
    """Of the cookie of who may come in; browsers share cookies among the ports of a machine, so it names the port."""
    return f"hpo-dashboard-{request.url.port or 80}"


def door(request: Request) -> Response | None:
    """What to answer instead of the page to who has not said the password; None for who may come in.

    The address that the server prints holds the password as `?token=`. It is taken out of the address at once, by a
    page that leads on to itself: so the browser counts the next request as one of this server, and sends the cookie.
    """
    guard = site_of(request).guard
    if guard.password is None or request.url.path.startswith("/static/") or request.url.path == "/login":
        return None
    if guard.is_member(request.cookies.get(cookie_name(request))):
        return None
    query = parse_qsl(request.url.query, keep_blank_values=True)
    token = dict(query).get("token")
    try:
        if token is not None and guard.admits(token):
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            return _welcome(request, request.url.path + (f"?{rest}" if rest else ""))
    except HTTPException as refusal:
        return page(request, "login.html", refusal.status_code, message=refusal.detail)
    return page(request, "login.html", 401, message="" if token is None else "That is not the token of this server.")


def login(request: Request) -> Response:
    """Where the password is entered."""
    guard = site_of(request).guard
    if request.method == "POST":
        if guard.admits(dict(form_of(request)).get("password", "")):
            return _welcome(request, "/")
        return page(request, "login.html", 401, message="That is not the password of this server.")
    return page(request, "login.html", message="")


def _welcome(request: Request, onwards: str) -> Response:
    answer = page(request, "welcome.html", onwards=onwards)
    answer.set_cookie(
        cookie_name(request), site_of(request).guard.session, httponly=True, samesite="strict", max_age=30 * 86_400
    )
    return answer
