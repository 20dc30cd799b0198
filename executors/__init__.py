"""Engines: where the trials of a study run, on this machine or on a cluster."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpo.executors.futures import Futures
    from hpo.executors.processes import Processes

__all__ = ["Futures", "Processes"]

_HOME = {  # what an engine needs is loaded when it is wanted
    "Futures": "hpo.executors.futures",
    "Processes": "hpo.executors.processes",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
