"""What counts as a number where a user gives one: a value, a report, a bound, a step."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["real", "whole"]


def real(value: Any, name: str) -> float:
    """A value as a float: numbers of Python and NumPy, scalars of JAX and PyTorch, arrays without an axis.

    Args:
        value: Text is no number, and an array with an axis is none either, even if it holds one.
        name: What to call it in the error.

    Raises:
        TypeError: If it is no number.
        OverflowError: If it is an integer that no float can hold.
    """
    if type(value) is float:
        return value
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError(f"{name} must be a number, got the text {value!r}.{_without_quotes(value)}")
    if isinstance(value, np.ndarray) and value.ndim:
        hint = " Write `.item()` after it." if value.size == 1 else ""
        raise TypeError(f"{name} must be a number, got an array of shape {value.shape}.{hint}")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}.") from None


def _without_quotes(text: str | bytes | bytearray) -> str:
    try:
        float(text)
    except ValueError:
        return ""
    return " Write it without quotes, or convert it with float() or int()."


def whole(value: Any, name: str) -> int:
    """A value as an integer, exactly: 3, `np.int64(3)` and 3.0, but neither 3.5 nor "3".

    Raises:
        TypeError: If it is no number.
        ValueError: If it has a fraction, or is infinite or NaN.
    """
    if type(value) is int:
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    number = real(value, name)
    if not number.is_integer():
        raise ValueError(f"{name} must be a whole number, got {value!r}.")
    return int(number)
