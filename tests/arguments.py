"""The arguments of a dataclass that are numbers, and what is none."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pytest

__all__ = ["Argument", "numeric", "takes_numbers_only"]

NO_NUMBERS = (True, np.True_, "3", "many", [3], float("nan"))


class Argument(NamedTuple):
    """An argument that is a number."""

    of: str
    name: str
    counts: bool


def numeric(made: Iterable[type]) -> list[Argument]:
    """All arguments of some dataclasses that take numbers, each with whether these count something."""
    found = []
    for one in made:
        for field in dataclasses.fields(one):
            words = set(re.findall(r"\w+", str(field.type)))
            if words & {"int", "float"}:
                found.append(Argument(one.__name__, field.name, "float" not in words))
    return found


def takes_numbers_only(make: Callable[..., object], argument: Argument) -> None:
    """Expect an argument to take what it may be, and nothing else."""
    for value in NO_NUMBERS:
        _refused(make, argument.name, value)
    if argument.counts:
        _refused(make, argument.name, 2.5)
        _refused(make, argument.name, -1)
        make(**{argument.name: np.int64(9)})


def _refused(make: Callable[..., object], name: str, value: Any) -> None:
    """Expect an argument to be refused by a sentence that names it and says what came."""
    with pytest.raises((TypeError, ValueError), match=rf"^{name} must be .*got (the text )?{re.escape(repr(value))}"):
        make(**{name: value})
