"""Whole numbers that addresses name, and the pages of a long list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from starlette.exceptions import HTTPException

__all__ = ["Page", "whole"]

_MOST_DIGITS = 20
_MOST_PAGES = 10**15


def whole(text: str, most: int) -> int | None:
    """The number that a text writes in digits; None if it is none, or more than `most`."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    number = int(text)
    return number if number <= most else None


@final
@dataclass(frozen=True)
class Page:
    """One page of a list.

    Args:
        number: Which one, from 1.
        last: How many there are, at least 1.
        size: How many entries a page has.
    """

    number: int
    last: int
    size: int

    @classmethod
    def of(cls, asked: str, n: int, size: int) -> Page:
        """The page that an address asks for, of n entries: the first one without a number, else the last one at most.

        Raises:
            HTTPException: 400 if it asks for no number from 1.
        """
        number = whole(asked or "1", _MOST_PAGES)
        if not number:
            raise HTTPException(400, f"Pages have numbers from 1, got {asked[:40]!r}.")
        last = max(1, -(-n // size))
        return cls(min(number, last), last, size)

    @property
    def entries(self) -> slice:
        """Which entries of the list stand on it."""
        return slice((self.number - 1) * self.size, self.number * self.size)
