"""Logs that travel: any storage served over HTTP, and opened elsewhere as a storage like the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hpo.lazy import load
from hpo.storage.remote.client import RemoteStorage

if TYPE_CHECKING:
    from hpo.storage.remote.server import StorageServer, serve

__all__ = ["RemoteStorage", "StorageServer", "serve"]

_HOME = {  # who only reads and writes needs no server
    "StorageServer": "hpo.storage.remote.server",
    "serve": "hpo.storage.remote.server",
}


def __getattr__(name: str) -> Any:
    return load(__name__, name, _HOME)
