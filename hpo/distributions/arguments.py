"""What the arguments of a distribution may be, checked where they enter; one sentence for each rule."""

from __future__ import annotations

import math
from typing import Any

from hpo.caution import warn
from hpo.distributions.base import BaseDistribution
from hpo.numbers import real, whole

__all__ = ["LARGEST_INT", "check_whole", "checked", "freeze", "integer", "number", "on_grid"]

LARGEST_INT = 2**53
"""A larger integer does not survive as a float64, which columns and databases use."""


def checked(
    dist: BaseDistribution, low: float, high: float, log: bool, step: float | None
) -> tuple[float, float, bool, float | None]:
    """`low`, `high`, `log` and `step` of a range as numbers, `high` on the grid; ValueError where they make none."""
    low, high = number(low, "low"), number(high, "high")
    if low > high:
        raise ValueError(f"low must be ≤ high, got low={low!r} and high={high!r}.")
    if math.isinf(high - low):
        raise ValueError(f"The range from {low!r} to {high!r} is wider than a float can hold; narrow it.")
    if step is None:
        return low, high, bool(log), None
    step = number(step, "step")
    if step <= 0:
        raise ValueError(f"step must be > 0, got {step!r}.")
    return low, on_grid(type(dist).__name__, low, high, step), bool(log), step


def on_grid(name: str, low: float, high: float, step: float) -> float:
    """`high`, lowered to the last multiple of `step` above `low`; in decimal arithmetic, as people write numbers."""
    if abs(high - low) / step > 2 * LARGEST_INT:
        raise ValueError(f"step={step} divides [{low}, {high}] into more values than a float can tell apart.")
    from decimal import Decimal

    exact_low, exact_high, exact_step = Decimal(str(low)), Decimal(str(high)), Decimal(str(step))
    rest = (exact_high - exact_low) % exact_step
    if rest == 0:
        return high
    adjusted = float(exact_high - rest - (exact_step if rest < 0 else 0))
    warn(f"The range [{low}, {high}] of {name} is not divisible by step={step}; high becomes {adjusted}.")
    return adjusted


def number(value: Any, name: str) -> float:
    """The argument `name` as a finite float."""
    try:
        finite = real(value, name)
    except OverflowError:
        finite = math.inf
    if not math.isfinite(finite):
        raise ValueError(f"{name} must be finite, got {value!r}.")
    return finite


def integer(value: Any, name: str) -> int:
    """The argument `name` as an integer; ValueError if it has a fraction."""
    number(value, name)
    return whole(value, name)


def check_whole(**arguments: float | None) -> None:
    """Raise ValueError unless all arguments that are given are whole numbers that floats tell apart."""
    for name, value in arguments.items():
        if value is not None and not (value.is_integer() and abs(value) <= LARGEST_INT):
            raise ValueError(f"{name} must be a whole number of at most ±2**53 with integer=True, got {value!r}.")


def freeze(dist: BaseDistribution, **attributes: Any) -> None:
    """Set the fields of a frozen distribution, once, to what they were checked to be."""
    for name, value in attributes.items():
        object.__setattr__(dist, name, value)
