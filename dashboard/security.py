"""Who may ask what: a layer around the whole application that every request passes.

* A page of a stranger cannot reach the server under a name of its own (DNS rebinding): the `Host` must be an address
  or a name of this server.
* It cannot write: a writing request must come from a page of this very server (`Sec-Fetch-Site`, `Origin`), and bring
  the token that only these pages hold.
* It cannot run anything in a page: no script but the server's own files.
* From another machine nobody gets in without the password, or a cookie that was given for it.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hpo.hosts import is_loopback

__all__ = ["FORM_TOKEN", "HEADERS", "Guard", "Guarded"]

FORM_TOKEN = "token"
"""The field of each form that holds the token."""

_MOST = 1_000_000  # bytes of a form
_PATIENCE = 1.0  # seconds between two passwords that are tried
_SAFE = ("GET", "HEAD")
_HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::\d{1,5})?", re.ASCII)

HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self' http://localhost:* http://127.0.0.1:* vscode-webview:"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with less, browsers hide from the server itself where a form comes from
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""Of every answer. Frames are for notebooks of the same machine; plotly sets styles, which cannot run anything."""


@final
@dataclass(frozen=True)
class Guard:
    """What is let in.

    Args:
        host: Where the server listens.
        write: Whether studies may be changed at all.
        password: What strangers need; None where only this machine can connect.
        token: In every form.
        session: The cookie of who knew the password.
    """

    host: str = "127.0.0.1"
    write: bool = False
    password: str | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    session: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _tried: list[float] = field(default_factory=lambda: [-_PATIENCE], repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def knows(self, host: str) -> bool:
        """Whether a `Host` header names this server, rather than a stranger's domain that leads here.

        An address in figures cannot be rebound; of names only this machine's own count.
        """
        found = _HOST.fullmatch(host)
        name = "" if found is None else (found[1] or found[2]).rstrip(".").lower()
        if name == "localhost":
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return not is_loopback(self.host) and name in {self.host.lower(), *_own_names()}
        return address.is_loopback or not is_loopback(self.host)

    def is_member(self, cookie: str | None) -> bool:
        """Whether who brings a cookie may come in."""
        return self.password is None or (cookie is not None and _same(cookie, self.session))

    def admits(self, password: str) -> bool:
        """Whether a password is the right one; one try a second, whoever makes it.

        Raises:
            HTTPException: 429 if the last one was tried just now.
        """
        with self._lock:
            if time.monotonic() - self._tried[0] < _PATIENCE:
                raise HTTPException(429, "A password was tried a moment ago; wait a second, and try again.")
            if self.password is not None and _same(password, self.password):
                return True
            self._tried[0] = time.monotonic()
            return False


@final
class Guarded:
    """The application behind its guard. What a form holds is in `scope["state"]["form"]` for the pages."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        state = scope.setdefault("state", {})
        try:
            self._check(scope, Headers(scope=scope))
            if scope["method"] not in _SAFE:
                state["form"] = await self._form(scope, receive)
        except HTTPException as refusal:
            state["refusal"] = refusal
        await self._app(scope, receive, answer)

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        if not self._guard.knows(host):
            raise HTTPException(421, "This server does not go by that name; open it under the address that it printed.")
        if scope["method"] in _SAFE:
            return
        if scope["method"] != "POST":
            raise HTTPException(405, "Only GET and POST are answered here.")
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in (None, "same-origin") or (origin is not None and origin.partition("://")[2] != host):
            raise HTTPException(403, "That form came from a page of another server, so nothing was done.")

    async def _form(self, scope: Scope, receive: Receive) -> list[tuple[str, str]]:
        kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip()
        if kind != "application/x-www-form-urlencoded":
            raise HTTPException(415, "A form was expected, as a page of this server sends it.")
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise HTTPException(400, "The form did not arrive as a whole.")
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > _MOST:
                raise HTTPException(413, f"A form may have {_MOST} bytes; this one has more.")
        try:
            form = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=2000, errors="strict")
        except ValueError:
            raise HTTPException(400, "The form cannot be read; a page of this server sends others.") from None
        token = dict(form).get(FORM_TOKEN, "")
        if scope["path"] != "/login":
            if not self._guard.write:
                raise HTTPException(403, "Nothing can be changed here: start the dashboard with --write for that.")
            if not _same(token, self._guard.token):
                raise HTTPException(403, "The page is older than the server that runs now; load it again, and repeat.")
        return form


def _own_names() -> set[str]:
    return {socket.gethostname().lower(), socket.getfqdn().lower()}


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
