"""What the arguments of samplers, pruners, evaluators and callbacks may be."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from hpo.numbers import real, whole

__all__ = [
    "check_between",
    "check_choices",
    "check_count",
    "check_function",
    "check_least",
    "check_number",
    "check_positive",
    "check_share",
    "check_values",
    "check_whole",
    "whole_number",
]


def check_between(name: str, value: Any, low: float, high: float) -> None:
    """Raise TypeError unless an argument is a number, and ValueError unless it lies in [low, high]."""
    if not low <= _number(name, value) <= high:
        raise ValueError(f"{name} must be in [{low}, {high}], got {value!r}.")


def check_choices(owner: object, choices: Mapping[str, Collection[str]]) -> None:
    """Raise ValueError unless attributes have values that they may have.

    Args:
        owner: Whose attributes.
        choices: The values, by the names of the attributes.
    """
    for name, among in choices.items():
        if getattr(owner, name) not in among:
            raise ValueError(f"{name} must be one of {among}, got {getattr(owner, name)!r}.")


def check_count(name: str, value: Any, least: int, otherwise: str = "") -> None:
    """As `check_whole`, for what is only compared and divided by: 3.0 is a whole number here."""
    check_whole(name, int(value) if isinstance(value, float) and value.is_integer() else value, least, otherwise)


def check_function(name: str, value: Any, example: str) -> None:
    """Raise TypeError unless an argument is a function, or None.

    Args:
        name: Of the argument.
        value: Of the argument.
        example: What to write.
    """
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function or None, got {value!r}; write {example}.")


def check_least(name: str, value: Any, least: float, otherwise: str = "") -> None:
    """Raise TypeError unless an argument is a number, and ValueError unless it is at least so large; NaN is not.

    Args:
        name: Of the argument.
        value: Of the argument.
        least: How large it must be.
        otherwise: What else there is to write, such as ", or None for the usual one".
    """
    if not _number(name, value) >= least:
        raise ValueError(f"{name} must be at least {least}{otherwise}, got {value!r}.")


def check_number(name: str, value: Any) -> None:
    """Raise TypeError unless an argument is a number, and ValueError if it is NaN."""
    if math.isnan(_number(name, value)):
        raise ValueError(f"{name} must be a number, got {value!r}.")


def check_positive(name: str, value: Any, otherwise: str = "") -> None:
    """Raise TypeError unless an argument is a number, and ValueError unless it is finite and larger than 0.

    Args:
        name: Of the argument.
        value: Of the argument.
        otherwise: What else there is to write, such as ", or None for the usual one".
    """
    if not 0 < _number(name, value) < math.inf:
        raise ValueError(f"{name} must be > 0 and finite{otherwise}, got {value!r}.")


def check_share(name: str, value: Any) -> None:
    """Raise TypeError unless an argument is a number, and ValueError unless it lies in [0, 1]."""
    check_between(name, value, 0, 1)


def check_whole(name: str, value: Any, least: int, otherwise: str = "") -> None:
    """Raise TypeError unless an argument is a whole number, and ValueError unless it is at least so large.

    3.0 is none, as it is kept, and what is counted by it may be an index; see `check_count`.

    Args:
        name: Of the argument.
        value: Of the argument; no bool, which is mostly meant for another argument.
        least: How large it must be.
        otherwise: What else there is to write, such as ", or None for the usual number".
    """
    try:
        number = None if _is_bool(value) else operator.index(value)
    except TypeError:
        number = None
    if number is None:
        raise TypeError(f"{name} must be a whole number{otherwise}, got {value!r}.")
    if number < least:
        raise ValueError(f"{name} must be at least {least}{otherwise}, got {value!r}.")


def check_values(name: str, value: Any) -> None:
    """Raise TypeError unless an argument gives something by name."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict whose keys are names of parameters, got {value!r}.")


def whole_number(value: Any, name: str) -> int:
    """The number of a trial, or how many there are, exactly; as `hpo.numbers.whole`, but for bools.

    Raises:
        TypeError: If it is no number; a bool is none, and mostly meant for another argument.
        ValueError: If it has a fraction, or is infinite or NaN.
    """
    _number(name, value)
    return whole(value, name)


def _number(name: str, value: Any) -> float:
    if _is_bool(value):
        raise TypeError(f"{name} must be a number, got {value!r}.")
    return real(value, name)


def _is_bool(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))
