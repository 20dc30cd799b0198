"""Shorthand for the array types that the public signatures use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:  # at run time the names of the types are enough
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["JSON", "Array", "BoolArray", "IntArray", "Report"]

Array: TypeAlias = "NDArray[np.float64]"
IntArray: TypeAlias = "NDArray[np.int64]"
BoolArray: TypeAlias = "NDArray[np.bool_]"
Report: TypeAlias = float | tuple[float, ...]  # an intermediate value; with several objectives one for each
JSON: TypeAlias = Any  # None, bool, int, float, str, and lists and dicts of them
