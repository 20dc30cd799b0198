"""Processes of this machine."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from typing import Any, final

__all__ = ["Processes"]

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


@final
class Processes:
    """Processes of this machine, which begin when they are needed and end with the run.

    Each is an executor of loky's with one process, so that a process that is killed takes no other one with it; another
    one takes its place. They begin afresh: the program's main module is not run again in them. Unless the environment
    says otherwise, libraries such as BLAS get as many threads in each as there are cores for it.

    Args:
        slots: How many.

    Raises:
        ImportError: If loky is not installed.
    """

    host = "127.0.0.1"

    def __init__(self, slots: int) -> None:
        try:
            import loky
        except ImportError:
            raise ImportError("Processes are begun by loky: pip install 'hpo-study[processes]'.") from None
        self.slots = slots
        threads = str(max(1, (os.cpu_count() or 1) // slots))
        self._environment = {name: threads for name in _THREADS if name not in os.environ}
        self._new: Callable[..., Executor] = partial(
            loky.ProcessPoolExecutor, 1, initializer=_settle, initargs=(os.getpid(),), env=self._environment
        )
        self._idle: list[Any] = []
        self._busy: set[Any] = set()
        self._lock = threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        while True:
            with self._lock:
                process = self._idle.pop() if self._idle else self._new()
                self._busy.add(process)
            try:
                future = process.submit(fn, *args)
            except BrokenExecutor:  # it had nothing to do when it died, and nobody has lost anything
                self._busy.discard(process)
                continue
            future.add_done_callback(partial(self._came_back, process))  # the first one to be called
            return future

    def is_loss(self, error: BaseException) -> bool:
        return isinstance(error, BrokenExecutor)

    def close(self) -> None:
        """End the processes: idle ones in order, busy ones at once."""
        with self._lock:
            idle, busy = self._idle, self._busy
            self._idle, self._busy = [], set()
        for process in busy:
            process.shutdown(wait=False, kill_workers=True)
        for process in idle:
            process.shutdown(wait=False)

    def _came_back(self, process: Any, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        with self._lock:
            if process not in self._busy:
                return  # it has been closed meanwhile
            self._busy.remove(process)
            if error is None or not self.is_loss(error):
                self._idle.append(process)


def _settle(parent: int) -> None:
    """Leave Ctrl-C to the process that has the run, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_after, args=(parent,), name="hpo-parent", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)
