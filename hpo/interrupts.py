"""Ctrl-C and SIGTERM, kept away from the moments in which a trial is half begun or half ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, final

__all__ = ["Interrupts"]


@final
class Interrupts:
    """While entered in the main thread, Ctrl-C raises KeyboardInterrupt and SIGTERM raises SystemExit(143).

    Not within `shield()`: there they wait until its end. Handlers that the program has set itself stay.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._waiting: int | None = None
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for signum, default in (
                (signal.SIGINT, signal.default_int_handler),
                (signal.SIGTERM, signal.SIG_DFL),
            ):
                if signal.getsignal(signum) == default:
                    self._previous[signum] = signal.signal(signum, self._arrived)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for signum, handler in self._previous.items():
            signal.signal(signum, handler)

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Let signals wait until the block has ended."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth and self._waiting is not None:
                signum, self._waiting = self._waiting, None
                _raise(signum)

    def _arrived(self, signum: int, frame: FrameType | None) -> None:
        del frame
        if self._depth:
            self._waiting = signum
            return
        _raise(signum)


def _raise(signum: int) -> None:
    if signum == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + signum)
