"""Arrays that grow at their end, and whose prefixes never change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import BoolArray, IntArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Growing"]


@final
class Growing:
    """An array that grows by half of its size at a time.

    Args:
        dtype: Of its elements.
        width: Of its rows; None for a flat array.
    """

    __slots__ = ("_data", "size")

    def __init__(self, dtype: Any, width: int | None = None) -> None:
        self._data: NDArray[Any] = np.empty((0,) if width is None else (0, width), dtype)
        self.size = 0

    def take_over(self, data: NDArray[Any]) -> None:
        """Be an array of some elements, which are not copied before it grows.

        Raises:
            ValueError: If they have another type or shape.
        """
        if data.dtype != self._data.dtype or not data.ndim or data.shape[1:] != self._data.shape[1:]:
            raise ValueError(f"Expected elements like those of {self._data!r}, got {data.dtype} × {data.shape}.")
        self._data, self.size = data, len(data)

    def extend(self, rows: NDArray[Any] | Sequence[float] | Sequence[Sequence[float]]) -> None:
        size = self.size + len(rows)
        if size > len(self._data):
            grown = np.empty((max(size, len(self._data) * 3 // 2, 64), *self._data.shape[1:]), self._data.dtype)
            grown[: self.size] = self._data[: self.size]
            self._data = grown
        if len(rows) == 1:  # the most frequent case; a slice costs more
            self._data[self.size] = rows[0]
        else:
            self._data[self.size : size] = rows
        self.size = size

    def at(self, row: int) -> Any:
        return self._data[row]

    def take(self, rows: IntArray) -> NDArray[Any]:
        return self._data.take(rows, axis=0)

    def view(self, n: int) -> NDArray[Any]:
        """The first n elements, read-only; they stay what they are, however the array grows."""
        view = self._data[:n]
        view.flags.writeable = False
        return view

    @property
    def width(self) -> int:
        """Of its rows; 1 if it is flat."""
        return math.prod(self._data.shape[1:])

    def widened(self, width: int) -> Growing:
        """A new array of wider rows, with NaN in what they have more."""
        wide = Growing(self._data.dtype, width)
        wide._data = np.full((len(self._data), width), np.nan, self._data.dtype)
        wide._data[: self.size, : self.width] = self._data[: self.size]
        wide.size = self.size
        return wide

    def where(self, mask: BoolArray) -> Growing:
        """A new array of the elements for which `mask`, shape (size,), is True."""
        kept = Growing(self._data.dtype)
        kept._data = self._data[: self.size][mask]
        kept.size = len(kept._data)
        return kept
