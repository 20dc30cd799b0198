"""How other processes reach a study's storage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import final
from urllib.parse import urlsplit

from hpo.hosts import is_loopback
from hpo.protocols import Storage, is_private, shared

__all__ = ["Reach"]


@final
@dataclass(frozen=True)
class Reach:
    """What opens a storage in other processes, as long as this one keeps it open.

    Args:
        opener: It pickles; it may hold a password, so log it nowhere.
        close: Ends what was begun for the others here.
    """

    opener: Callable[[], Storage]
    close: Callable[[], None]

    @classmethod
    def of(cls, storage: Storage, host: str) -> Reach:
        """How processes reach a storage that reach this machine as `host`.

        They open it themselves if they can. Otherwise this process serves it: one in its memory, and to other
        machines one in a file of this one, or on a server that listens on loopback only.

        Raises:
            ImportError: If it has to be served, and what that needs is not installed.
        """
        is_here, sharing = is_loopback(host), shared(storage)
        if sharing is None and is_here and not is_private(storage):
            return cls(partial(_itself, storage), _do_nothing)
        if sharing is not None and (is_here or sharing.is_on_network):
            opener = sharing.opener()
            if opener is not None:
                return cls(opener, _do_nothing)
        return cls._served(storage, host)

    @classmethod
    def _served(cls, storage: Storage, host: str) -> Reach:
        from hpo.storage.remote.client import RemoteStorage
        from hpo.storage.remote.server import serve

        try:
            server = serve(storage, "127.0.0.1" if is_loopback(host) else "0.0.0.0")
        except ImportError as error:
            error.add_note(
                f"Other processes cannot reach {storage!r} otherwise; a SQLite file of this machine they can."
            )
            raise
        port = urlsplit(server.url).port
        shown = f"[{host}]" if ":" in host else host
        opener = partial(RemoteStorage, f"http+hpo://{shown}:{port}", server.token, heartbeat_interval=None)
        return cls(opener, server.close)


def _itself(storage: Storage) -> Storage:
    return storage


def _do_nothing() -> None:
    """Nothing was begun."""
