"""Executors in the manner of `concurrent.futures`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any, final

from hpo.executors.address import LOOPBACK, outward

__all__ = ["Futures"]

_LOCAL = ("concurrent", "loky", "joblib", "multiprocess", "pebble")  # packages whose executors stay on this machine
_TELLING = ("num_workers", "_max_workers", "max_workers")  # of mpi4py; of concurrent.futures and loky; of others


@final
class Futures:
    """An executor of `concurrent.futures`, or of whatever does as they do, such as loky, mpi4py or ipyparallel.

    It stays the caller's: when the run ends, what has not begun is cancelled, and the executor can be used again.

    Args:
        executor: Which.
        slots: How many calls it runs at the same time; None to ask it.
        host: How its processes reach this machine; by default loopback for executors of Python's own and of loky's,
            the address of this machine on its network for others.

    Raises:
        ValueError: If it does not say how many calls it runs, and `slots` does not either.
        RuntimeError: If it is broken, or has been shut down.
    """

    def __init__(self, executor: Executor, slots: int | None = None, *, host: str | None = None) -> None:
        package = type(executor).__module__.partition(".")[0]
        self.host = host or (LOOPBACK if package in _LOCAL else outward())
        told = (getattr(executor, name, None) for name in _TELLING)
        found = next((n for n in (slots, *told) if isinstance(n, int)), None)
        if found is None:
            raise ValueError(f"{executor!r} does not say how many calls it runs at a time; say workers=8.")
        self.slots = found
        self._executor = executor
        self._under_way: set[Future[Any]] = set()
        try:
            self.submit(int).cancel()
        except RuntimeError as error:
            raise RuntimeError(f"{executor!r} takes no calls: {error}; give a new one.") from error

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        try:
            future = self._executor.submit(fn, *args)
        except BrokenExecutor as error:
            raise self._broken(error) from error
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def is_loss(self, error: BaseException) -> bool:
        if isinstance(error, BrokenExecutor):
            raise self._broken(error) from error
        return False

    def close(self) -> None:
        for future in list(self._under_way):
            future.cancel()

    def _broken(self, error: BrokenExecutor) -> RuntimeError:
        return RuntimeError(
            f"The executor {type(self._executor).__name__} is broken: {error} The trials that ran there have failed. "
            "Go on with a new executor, or write workers=8 instead: processes of hpo's own are replaced when one dies."
        )
