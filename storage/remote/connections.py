"""Requests to one server, over connections that are kept."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple, final
from urllib.parse import urlsplit

__all__ = ["Answer", "Connections", "Place", "is_away"]

_TIMEOUT = 90.0
"""Seconds without a byte of an answer after which a server counts as away: more than it may take for the slowest."""

_AWAY = (502, 503, 504)
"""What a proxy says of a server that is away, and a server that is about to end of itself."""


class Answer(NamedTuple):
    """What a server said; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Place(NamedTuple):
    """Where a server is.

    Args:
        is_secure: Whether it is asked by TLS.
        host, port: Of the server.
        path: What stands before all paths, behind a proxy; empty or from "/" on.
    """

    is_secure: bool
    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        """Host and port, as a header names them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> Place:
        """The place that a URL names.

        Raises:
            ValueError: If it is none, or holds a password.
        """
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.username is not None or parts.query:
            raise ValueError(
                "The URL of a server must not hold its token, because URLs are shown and logged: set HPO_TOKEN, or "
                "HPO_TOKEN_FILE to the path of a file, or pass RemoteStorage(url, token)."
            )
        if parts.scheme not in ("http+hpo", "https+hpo") or not parts.hostname or not port or parts.fragment:
            raise ValueError(
                f'A server of hpo has a URL such as "http+hpo://host:8471", or "https+hpo://host:8471" with TLS; '
                f"got {url!r}."
            )
        return cls(parts.scheme == "https+hpo", parts.hostname, port, parts.path.rstrip("/"))


def is_away(error: BaseException) -> bool:
    """Whether an error of `Connections.post` says that nobody answered, or not to the end, which may pass."""
    return not isinstance(error, ssl.SSLCertVerificationError) and isinstance(
        error, (http.client.HTTPException, OSError)
    )


@final
class Connections:
    """Open connections, each for one request at a time.

    Args:
        place: Where the server is.
        ca_file: Certificates to trust besides those that the system trusts.
    """

    def __init__(self, place: Place, ca_file: str | None) -> None:
        self._place = place
        self._context = ssl.create_default_context() if place.is_secure else None
        if self._context is not None and ca_file is not None:
            self._context.load_verify_locations(ca_file)
        self._free: deque[socket.socket] = deque()
        self._pid = os.getpid()

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send one request and read its answer.

        Raises:
            OSError, HTTPException: If that could not be done. Whether the request arrived is then unknown.
        """
        place = self._place
        lines = [f"POST {place.path}{path} HTTP/1.1", f"Host: {place.shown}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([*lines, "\r\n"]).encode("ascii")
        connection = self._take()
        try:
            with suppress(BrokenPipeError, ConnectionResetError):  # who wants no more of it may have said why
                connection.sendall(head + body)  # in one packet if it fits; http.client's requests are always two
            response = http.client.HTTPResponse(connection, method="POST")
            response.begin()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
            response.close()
            if answer.status in _AWAY:
                raise http.client.HTTPException(f"it answered with status {answer.status}")
        except BaseException:
            connection.close()
            self.close()  # the others are older
            raise
        if response.will_close:
            connection.close()
        else:
            self._free.append(connection)
        return answer

    def close(self) -> None:
        """Close the connections on which nobody waits for an answer; the next request opens another one."""
        with suppress(IndexError):
            while True:
                self._free.pop().close()

    def _take(self) -> socket.socket:
        """The connection that was used last; another one if all are in use."""
        if self._pid != os.getpid():  # the connections of a forked process are its parent's
            self._pid = os.getpid()
            self.close()
        with suppress(IndexError):
            return self._free.pop()
        connection = socket.create_connection((self._place.host, self._place.port), timeout=_TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is None:
            return connection
        try:
            return self._context.wrap_socket(connection, server_hostname=self._place.host)
        except BaseException:
            connection.close()
            raise
