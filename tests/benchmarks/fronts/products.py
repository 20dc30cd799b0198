"""What the shapes of fronts are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["products"]

Array = NDArray[np.float64]


def products(along: Array, across: Array) -> Array:
    """Products of the rows of `along`, shorter by one factor each time, that one of `across` replaces.

    Args:
        along, across: Shape (n, k).

    Returns:
        Shape (n, k + 1): the product of all, then a1⋯a(k-1)·b(k), and so on to b1.
    """
    ones = np.ones((len(along), 1))
    lengthening = np.cumprod(np.hstack([ones, along]), axis=1)
    return np.asarray(lengthening[:, ::-1] * np.hstack([ones, across[:, ::-1]]))
