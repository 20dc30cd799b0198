"""What the arguments of samplers may be."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from typing import Any

from hpo.numbers import real

__all__ = ["check_function", "check_least", "check_positive", "check_share", "check_values", "check_whole"]


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
    """Raise TypeError unless an argument is a number, and ValueError unless it is at least so large; NaN is not."""
    if not real(value, name) >= least:
        raise ValueError(f"{name} must be at least {least}, got {value!r}.")


def check_positive(name: str, value: Any, otherwise: str = "") -> None:
    """Raise TypeError unless an argument is a number, and ValueError unless it is finite and larger than 0.

    Args:
        name: Of the argument.
        value: Of the argument.
        otherwise: What else there is to write, such as "; for no noise set deterministic_objective=True".
    """
    if not 0 < real(value, name) < math.inf:
        raise ValueError(f"{name} must be > 0 and finite, got {value!r}{otherwise}.")


def check_share(name: str, value: Any) -> None:
    """Raise TypeError unless an argument is a number, and ValueError unless it lies in [0, 1]."""
    if not 0 <= real(value, name) <= 1:
        raise ValueError(f"{name} must be in [0, 1], got {value!r}.")


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
