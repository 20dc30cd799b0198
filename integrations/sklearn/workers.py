"""Processes that fit and score."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Any, final

import joblib

__all__ = ["Workers"]


@final
class Workers:
    """Calls functions in processes, as joblib is configured; the threads that ask share them.

    Each thread keeps its `Parallel` until the end of the search, since each new one would write large data out again.

    Args:
        n_jobs: How many, as joblib counts them.
    """

    def __init__(self, n_jobs: int | None) -> None:
        self.n_jobs = n_jobs
        self._of_thread = threading.local()
        self._lock = threading.Lock()
        self._open = ExitStack()

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def __call__(self, calls: Iterable[Any]) -> list[Any]:
        """The results of some `joblib.delayed` calls, in their order."""
        parallel = getattr(self._of_thread, "parallel", None)
        if parallel is None:
            with self._lock:
                parallel = self._open.enter_context(joblib.Parallel(n_jobs=self.n_jobs))
            self._of_thread.parallel = parallel
        results: list[Any] = parallel(calls)
        return results
