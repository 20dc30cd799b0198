"""Warnings that point at the user's line, however deep inside of hpo the reason is found."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

__all__ = ["Place", "acting_for", "caller", "deprecated", "warn"]

_BETWEEN = frozenset({"concurrent", "contextlib", "functools", "importlib", "runpy", "threading"})
"""Modules that stand between hpo and whoever called it, or between a thread and what runs in it."""

_here = threading.local()
_said: set[str] = set()


class Place(NamedTuple):
    """A line of a program, and the names of its module."""

    filename: str
    line: int
    names: dict[str, Any]


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line outside of hpo that led here.

    In a thread of hpo's own, which nobody outside has called, it is the line for which the thread acts.
    """
    filename, line, names = caller()
    module = str(names.get("__name__", "<string>"))
    warnings.warn_explicit(message, category, filename, line, module, names.setdefault("__warningregistry__", {}))


def deprecated(old: str, new: str) -> None:
    """Say that something is written in another way now: once in a process, not once in a trial."""
    if old in _said:
        return
    _said.add(old)
    warn(f"{old} is deprecated; write {new}.", FutureWarning)


def caller() -> Place:
    """The innermost line of this thread that is not hpo's; without one that for which the thread acts."""
    frame = sys._getframe(1)
    while _is_inside(frame):
        if frame.f_back is None:
            acts_for: Place | None = getattr(_here, "place", None)
            return acts_for or _place(frame)
        frame = frame.f_back
    return _place(frame)


@contextmanager
def acting_for(place: Place) -> Iterator[None]:
    """Let warnings that nobody outside of hpo leads to point at a place, in this thread."""
    _here.place = place
    try:
        yield
    finally:
        _here.place = None


def _is_inside(frame: FrameType) -> bool:
    """Whether code is hpo's, judged by its module: what `dataclass` writes has no file, and links have two."""
    name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return name == "hpo" or name in _BETWEEN


def _place(frame: FrameType) -> Place:
    return Place(frame.f_code.co_filename, frame.f_lineno, frame.f_globals)
