"""A bounded memory of things that can be made again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

__all__ = ["memo"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def memo(memos: dict[K, V], key: K, make: Callable[[], V], most: int) -> V:
    """The remembered value, or a new one in the place of the one unused for longest."""
    value = memos.pop(key, None)
    if value is None:
        value = make()
        if len(memos) >= most:
            del memos[next(iter(memos))]
    memos[key] = value
    return value
