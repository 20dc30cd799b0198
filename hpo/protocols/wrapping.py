"""Plug-ins that add something to another one, and the others that they wrap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

__all__ = ["Wrapper", "layers"]


@runtime_checkable
class Wrapper(Protocol):
    """A plug-in that adds something to another one, and leaves the optional abilities to it."""

    @property
    def wrapped(self) -> object:
        """The other one; None for none."""
        ...


def layers(plugin: object) -> Iterator[object]:
    """A plug-in, what it wraps, what that wraps, and so on."""
    while plugin is not None:
        yield plugin
        plugin = plugin.wrapped if isinstance(plugin, Wrapper) else None
