"""The server: uvicorn, in the foreground or in a thread."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import webbrowser
from contextlib import suppress
from typing import final

import click
import uvicorn

from hpo.artifacts import ArtifactStore
from hpo.dashboard.app import make_app
from hpo.dashboard.desk import Desk
from hpo.dashboard.rehearsal import rehearse
from hpo.dashboard.security import Guard
from hpo.hosts import is_loopback, listening
from hpo.markup import Markup, element

__all__ = ["Served", "run", "start"]

_PASSWORD = "HPO_DASHBOARD_PASSWORD"
_PATIENCE = 30.0  # seconds in which a server must have begun


def run(
    desk: Desk, host: str, port: int, *, write: bool, open_browser: bool, artifacts: ArtifactStore | None = None
) -> None:
    """Serve until Ctrl-C."""
    listener = _listen(host, port)
    guard = Guard(_bare(host), write, _password(host))
    url = _url(host, listener.getsockname()[1])
    entry = url if guard.password is None or _PASSWORD in os.environ else f"{url}?token={guard.password}"
    click.echo(f"The dashboard is at {entry}\n{_conditions(guard)} Ctrl-C ends it.")
    server = _server(desk, guard, artifacts)
    threading.Thread(target=rehearse, name="hpo-dashboard-rehearsal", daemon=True).start()
    if open_browser:
        threading.Timer(0.5, webbrowser.open, [entry]).start()
    with listener, suppress(KeyboardInterrupt):  # which is how it ends
        server.run([listener])


def start(
    desk: Desk, page: str, port: int = 0, *, write: bool = False, artifacts: ArtifactStore | None = None
) -> Served:
    """Serve from a thread of its own, to this machine alone, until the process ends or `stop` is called."""
    listener = _listen("127.0.0.1", port)
    server = _server(desk, Guard("127.0.0.1", write), artifacts)
    thread = threading.Thread(target=server.run, args=([listener],), name="hpo-dashboard", daemon=True)
    thread.start()
    threading.Thread(target=rehearse, name="hpo-dashboard-rehearsal", daemon=True).start()
    until = time.monotonic() + _PATIENCE
    while not server.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.005)
    if not server.started:
        raise RuntimeError("The dashboard did not begin; the log of its thread says why.")
    return Served(_url("127.0.0.1", listener.getsockname()[1]).rstrip("/") + page, server, thread, listener)


@final
class Served:
    """A dashboard that runs in a thread of this process. A notebook shows it as a frame.

    Attributes:
        url: Of its page.
    """

    def __init__(self, url: str, server: uvicorn.Server, thread: threading.Thread, listener: socket.socket) -> None:
        self.url = url
        self._server = server
        self._thread = thread
        self._listener = listener

    def stop(self) -> None:
        """End it."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def _repr_html_(self) -> Markup:
        frame = element("iframe", src=self.url, width="100%", height="800", style="border:1px solid #8886", title="hpo")
        return element("div", frame, element("div", element("a", self.url, href=self.url, target="_blank")))

    def __repr__(self) -> str:
        return f"The dashboard is at {self.url}"


def _server(desk: Desk, guard: Guard, artifacts: ArtifactStore | None) -> uvicorn.Server:
    config = uvicorn.Config(
        make_app(desk, guard, is_closing=lambda: server.should_exit, artifacts=artifacts),
        access_log=False,  # which would write down the password
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,  # pages keep their connection for news
        ws="none",
    )
    server = uvicorn.Server(config)
    return server


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listening(_bare(host), port, 128)
    except socket.gaierror as error:
        raise OSError(f"There is no address {host!r} to listen at: {error.strerror}.") from None
    except OSError as error:
        raise OSError(
            f"Nobody can listen at {host} port {port}: {error.strerror}. Choose another one with --port, or 0 for any."
        ) from None


def _password(host: str) -> str | None:
    given = os.environ.get(_PASSWORD)
    return given or (None if is_loopback(host) else secrets.token_urlsafe(24))


def _conditions(guard: Guard) -> str:
    may = "Whoever opens it may change studies." if guard.write else "Nothing can be changed there (see --write)."
    if guard.password is None:
        return f"Only this machine can open it. {may}"
    reach = "this machine" if is_loopback(guard.host) else "the network"
    return (
        f"It can be opened from {reach} with the password. What is sent is not encrypted: in a network that you do "
        f"not trust, use a tunnel such as ssh -L. {may}"
    )


def _bare(host: str) -> str:
    return host.strip("[]")


def _url(host: str, port: int) -> str:
    bare = _bare(host)
    if bare in ("0.0.0.0", "::", ""):
        bare = socket.gethostname()
    return f"http://{f'[{bare}]' if ':' in bare else bare}:{port}/"
