"""Which engine is meant."""

from __future__ import annotations

import os
import sys
from concurrent.futures import Executor
from typing import Any

from hpo.executors.dask import Dask
from hpo.executors.futures import Futures
from hpo.executors.processes import Processes
from hpo.numbers import whole
from hpo.protocols import Engine

__all__ = ["engine_for"]


def engine_for(executor: Any, workers: int | None) -> Engine:
    """The engine that runs trials in other processes.

    Args:
        executor: An engine, an executor of `concurrent.futures`, a `distributed.Client`; None for processes of this
            machine.
        workers: How many trials run at the same time; -1 for one per core; None to ask the executor.

    Raises:
        TypeError: If it is no such thing.
        ValueError: If there is no slot.
        ImportError: If what it needs is not installed.
    """
    slots = None if workers is None else _count(workers)
    if executor is None:
        assert slots is not None
        return Processes(slots)
    engine = _engine(executor, slots)
    if engine.slots < 1:
        raise ValueError(
            f"{executor!r} has no slot, so no trial could run: start workers first, or say how many will come: "
            "workers=8."
        )
    return engine


def _engine(executor: Any, slots: int | None) -> Engine:
    if isinstance(executor, type):
        raise TypeError(f"executor must be an instance, got the class {executor.__name__}.")
    if isinstance(executor, Executor):
        return Futures(executor, slots)
    if isinstance(executor, Engine):
        return executor
    distributed = sys.modules.get("distributed")  # whoever has a client of Dask's has loaded it
    if distributed is not None and isinstance(executor, distributed.Client):
        return Dask(executor, slots=slots)
    raise TypeError(
        "executor must be an executor of concurrent.futures, a client of Dask's, one of hpo.executors, or something "
        f"else with submit, slots, host, is_loss and close; got {executor!r} of type {type(executor).__name__}. For "
        "processes of this machine leave it out, and say workers=8."
    )


def _count(workers: Any) -> int:
    n = whole(workers, "workers")
    if n == -1:
        return os.cpu_count() or 1
    if n < 1:
        raise ValueError(f"workers must be ≥ 1, or -1 for one process per core, got {workers!r}.")
    return n
