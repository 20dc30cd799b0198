"""Logs that travel: any storage served over HTTP, and opened elsewhere as a storage like the others."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hpo.storage.remote.client import RemoteStorage

if TYPE_CHECKING:
    from hpo.storage.remote.server import StorageServer, serve

__all__ = ["RemoteStorage", "StorageServer", "serve"]


def __getattr__(name: str) -> Any:
    if name not in ("StorageServer", "serve"):  # who only reads and writes needs no server
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("hpo.storage.remote.server"), name)
