"""Ctrl-C and SIGTERM, kept away from the moments in which a trial is half begun or half ended."""

from __future__ import annotations

import signal
import threading
from threading import get_ident
from types import FrameType, TracebackType
from typing import Any, final

__all__ = ["Interrupts"]


@final
class Interrupts:
    """While entered in the main thread, Ctrl-C raises KeyboardInterrupt and SIGTERM raises SystemExit(143).

    Not within the `shield`: there they wait until its end. Handlers that the program has set itself stay.

    Attributes:
        shield: To be entered, also within itself.
    """

    def __init__(self) -> None:
        self.shield = _Shield()
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

    def _arrived(self, signum: int, frame: FrameType | None) -> None:
        del frame
        if self.shield.depth:
            self.shield.waiting = signum
            return
        _raise(signum)


@final
class _Shield:
    """Counts how deep the main thread is inside; other threads never get signals and pass through."""

    __slots__ = ("_main", "depth", "waiting")

    def __init__(self) -> None:
        self._main = threading.main_thread().ident
        self.depth = 0
        self.waiting: int | None = None

    def __enter__(self) -> None:
        if get_ident() == self._main:
            self.depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if get_ident() != self._main:
            return
        self.depth -= 1
        if not self.depth and self.waiting is not None:
            signum, self.waiting = self.waiting, None
            _raise(signum)


def _raise(signum: int) -> None:
    if signum == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + signum)
