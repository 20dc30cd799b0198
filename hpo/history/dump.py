"""State as plain data, so that it can be written down and taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from hpo.arrays import JSON, IntArray

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Dump", "by_row", "pairs"]


@final
@dataclass(frozen=True)
class Dump:
    """What `dump` methods return and `load` methods take. It never changes, whatever happens to where it came from.

    Args:
        arrays: By name; of numbers, not of objects.
        values: By name; what JSON can hold.
    """

    arrays: Mapping[str, NDArray[Any]]
    values: Mapping[str, JSON]

    def __or__(self, other: Dump) -> Dump:
        """Both together; their names differ."""
        return Dump({**self.arrays, **other.arrays}, {**self.values, **other.values})


def pairs(numbers: Mapping[int, int]) -> IntArray:
    """Keys and values in one array, shape (k, 2)."""
    return np.array(list(numbers.items()), dtype=np.int64).reshape(-1, 2)


def by_row(numbers: NDArray[Any], n: int) -> dict[int, int]:
    """What `pairs` was given, of which the keys are rows below n.

    Raises:
        ValueError: If the array is none that `pairs` makes.
    """
    if numbers.dtype != np.int64 or numbers.ndim != 2 or numbers.shape[1] != 2:
        raise ValueError("Not an array of pairs.")
    if len(numbers) and not 0 <= numbers[:, 0].min() <= numbers[:, 0].max() < n:
        raise ValueError("Some rows are none.")
    return dict(numbers.tolist())
