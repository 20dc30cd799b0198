"""A server in a thread of this process."""

from __future__ import annotations

import secrets
import socket
import threading
from types import TracebackType
from typing import Any, final

from hpo.hosts import is_loopback, listening
from hpo.protocols import Storage
from hpo.storage.remote.protocol import LIMIT
from hpo.storage.remote.tokens import token_of
from hpo.storage.url import get_storage

__all__ = ["StorageServer", "serve"]

_OPTIONS: dict[str, Any] = {
    "access_log": False,
    "interface": "asgi3",
    "lifespan": "off",
    "log_config": None,
    "loop": "asyncio",  # uvloop takes a fifth less time, and may hang when connections with TLS are closed
    "proxy_headers": False,
    "server_header": False,
    "timeout_graceful_shutdown": 5,
    "timeout_keep_alive": 600,  # a trial may take that long, and a new connection costs more than one that waits
}
"""Of uvicorn; times are in seconds."""


def serve(
    storage: str | Storage,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    token: str | None = None,
    limit: int = LIMIT,
    ssl_certfile: str | None = None,
    ssl_keyfile: str | None = None,
    **options: Any,
) -> StorageServer:
    """Serve the studies of a storage to other processes, in a thread of this one, until it is closed or this one ends.

    It works in notebooks too, and leaves signal handlers and the logging of others alone. Whoever shows the token may
    read, write and delete all studies of the storage; without TLS, whoever sees the traffic can read it and the token.

    Args:
        storage: Any storage, also one in memory, or a URL.
        host: Whom to listen to: this machine alone by default, "0.0.0.0" for all.
        port: 0 for any that is free.
        token: What clients must show; by default that of the environment (HPO_TOKEN, or the file that HPO_TOKEN_FILE
            names), else a new one. "" lets every process of this machine in.
        limit: Bytes of a request that it takes.
        ssl_certfile, ssl_keyfile: For TLS; clients then use https+hpo://.
        options: More for `uvicorn.Config`, such as ssl_keyfile_password.

    Raises:
        ImportError: If Starlette or uvicorn is not installed.
        ValueError: If others than this machine could reach it, and there is no token.
        OSError: If it cannot listen there.

    Example:
        >>> storage = hpo.storage.InMemoryStorage()
        >>> study = hpo.create_study(storage=storage)
        >>> with hpo.storage.serve(storage) as server:
        ...     worker = hpo.load_study(storage=hpo.storage.RemoteStorage(server.url, server.token))
        ...     worker.optimize(objective, n_trials=10)
    """
    token = token_of(token) or (secrets.token_urlsafe(24) if token is None else "")
    if not token and not is_loopback(host):
        raise ValueError(
            f"A server that listens at {host!r} can be reached from elsewhere, so it needs a token: pass token=…, set "
            "HPO_TOKEN, or set HPO_TOKEN_FILE to the path of a file. Without a token it may listen at 127.0.0.1 only."
        )
    if not isinstance(limit, int) or limit < 1024:
        raise ValueError(f"limit must be at least 1024 bytes, got {limit!r}.")
    options |= {"ssl_certfile": ssl_certfile, "ssl_keyfile": ssl_keyfile}
    return StorageServer(get_storage(storage), host, port, token, limit, options)


@final
class StorageServer:
    """A server that runs; `serve` makes it. As a context manager it is closed at the end of the block.

    Attributes:
        url: What clients open, as `RemoteStorage(url, token)` or as `storage=url` with the token in HPO_TOKEN.
        token: What they must show; empty if nothing.
    """

    def __init__(self, storage: Storage, host: str, port: int, token: str, limit: int, options: dict[str, Any]) -> None:
        try:
            import uvicorn

            from hpo.storage.remote.app import Application
        except ImportError as error:
            raise ImportError(
                f"Serving a storage needs Starlette and uvicorn, and {error.name!r} is not installed: "
                "pip install 'hpo-study[server]'."
            ) from None
        self.token = token
        self._storage = storage
        self._application = Application(storage, token, limit)
        options = _OPTIONS | options
        try:
            config = uvicorn.Config(self._application.asgi, **options)
            config.load()
        except (OSError, ValueError) as error:  # of the module ssl, too
            raise ValueError(
                f"The certificate {options['ssl_certfile']!r} with the key {options['ssl_keyfile']!r} cannot be used: "
                f"{error}."
            ) from error
        self._socket = _listening(host, port)
        shown = f"[{host}]" if ":" in host else host
        scheme = "https+hpo" if config.is_ssl else "http+hpo"
        self.url = f"{scheme}://{_reachable(shown)}:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="hpo-server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer what has been asked, and end. The storage stays open; closing twice does nothing."""
        self._application.close()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def join(self) -> None:
        """Wait until it ends: for a program that does nothing else."""
        while self._thread.is_alive():
            self._thread.join(1.0)

    def __enter__(self) -> StorageServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"StorageServer({self._storage!r}, {self.url!r})"

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def _listening(host: str, port: int) -> socket.socket:
    try:
        return listening(host, port, 2048)
    except OSError as error:
        raise OSError(error.errno, f"Cannot listen at {host} port {port}: {error.strerror}") from None


def _reachable(host: str) -> str:
    """What others call a host that listens everywhere."""
    return socket.gethostname() if host in ("0.0.0.0", "[::]", "") else host
