"""How the processes of an engine reach a study's storage."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hpo.protocols import Engine, Storage, is_private, shared

__all__ = ["opener_for"]


def opener_for(storage: Storage, engine: Engine) -> Callable[[], Storage]:
    """What opens a storage in the processes of an engine."""
    sharing = shared(storage)
    if sharing is not None and (engine.is_local or sharing.is_on_network):
        opener = sharing.opener()
        if opener is not None:
            return opener
    if sharing is None and not is_private(storage):
        return partial(_itself, storage)
    raise NotImplementedError(f"{storage!r} cannot be reached from other processes.")


def _itself(storage: Storage) -> Storage:
    return storage
