"""One terminal for log lines, tables and progress bars, so that none of them tears another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import IO, Any, TypeAlias

__all__ = ["Clearing", "beside_bars", "hide_bar", "show_bar"]

Clearing: TypeAlias = Callable[[IO[Any]], AbstractContextManager[object]]
"""Takes what is to be written to, and gives a block within which a bar is not in the way."""

_bars: list[Clearing] = []
_lock = threading.Lock()


def show_bar(clearing: Clearing) -> None:
    """Say that a progress bar is on the screen, and how it is taken away for a moment."""
    with _lock:
        _bars.append(clearing)


def hide_bar(clearing: Clearing) -> None:
    """Say that a progress bar has ended."""
    with _lock:
        _bars.remove(clearing)


def beside_bars(file: IO[Any]) -> AbstractContextManager[object]:
    """A block within which lines may be written to a file, although it may be the terminal that shows a bar."""
    stack = ExitStack()
    for clearing in tuple(_bars):
        stack.enter_context(clearing(file))
    return stack
