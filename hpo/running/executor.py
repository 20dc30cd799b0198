"""Where objectives run: the seam at which threads can be replaced by something larger."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol, final

from hpo.caution import acting_for, caller

if TYPE_CHECKING:
    import queue

__all__ = ["Executor", "Threads"]


class Executor(Protocol):
    """Something that calls functions, some of them at the same time."""

    @property
    def slots(self) -> int:
        """How many calls run at the same time, always."""
        ...

    def submit(self, fn: Callable[..., None], *args: Any) -> Future[None]:
        """Have `fn(*args)` called. More than `slots` calls at a time are never under way."""
        ...

    def close(self) -> None:
        """Give back what it holds, once no more calls will come; those that are under way may go on."""
        ...


@final
class Threads:
    """Calls in threads of this process, which end when `close` is called.

    They are daemons: after Ctrl-C the program may end although an objective is still running.

    Args:
        slots: How many.
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots
        from queue import SimpleQueue

        self._calls: queue.SimpleQueue[tuple[Future[None], Callable[..., None], tuple[Any, ...]] | None]
        self._calls = SimpleQueue()
        self._place = caller()
        for i in range(slots):
            threading.Thread(target=self._work, name=f"hpo-{i}", daemon=True).start()

    def submit(self, fn: Callable[..., None], *args: Any) -> Future[None]:
        future: Future[None] = Future()
        self._calls.put((future, fn, args))
        return future

    def close(self) -> None:
        """Let the threads end after the calls that are under way."""
        for _ in range(self.slots):
            self._calls.put(None)

    def _work(self) -> None:
        with acting_for(self._place):
            while (call := self._calls.get()) is not None:
                future, fn, args = call
                try:
                    fn(*args)
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(None)
