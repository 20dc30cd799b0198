"""What the arguments of samplers may be."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

__all__ = ["check_function", "check_least", "check_values", "check_whole"]


def check_function(name: str, value: Any, example: str) -> None:
    """Raise TypeError unless an argument is a function, or None.

    Args:
        name: Of the argument.
        value: Of the argument.
        example: What to write.
    """
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function or None, got {value!r}; write {example}.")


def check_least(name: str, value: Any, least: float) -> None:
    """Raise ValueError unless an argument is a number that is at least so large; NaN is not."""
    if not value >= least:
        raise ValueError(f"{name} must be at least {least}, got {value!r}.")


def check_whole(name: str, value: Any, least: int, otherwise: str = "") -> None:
    """Raise TypeError unless an argument is a whole number, and ValueError unless it is at least so large.

    3.0 is none, other than for `hpo.numbers.whole`: a sampler keeps what it was given, and counts by it.

    Args:
        name: Of the argument.
        value: Of the argument.
        least: How large it must be.
        otherwise: What else there is to write, such as ", or None for the usual number".
    """
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number{otherwise}, got {value!r}.") from None
    if value < least:
        raise ValueError(f"{name} must be at least {least}{otherwise}, got {value!r}.")


def check_values(name: str, value: Any) -> None:
    """Raise TypeError unless an argument gives something by name."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict whose keys are names of parameters, got {value!r}.")
