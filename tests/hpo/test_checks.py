"""What an argument may be is told by a sentence with its name, what was expected and what came."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hpo.checks import (
    check_between,
    check_choices,
    check_function,
    check_least,
    check_number,
    check_positive,
    check_share,
    check_values,
    check_whole,
)

MEASURES: dict[str, Callable[[str, Any], None]] = {
    "between": lambda name, value: check_between(name, value, 0, 100),
    "least": lambda name, value: check_least(name, value, 0),
    "number": check_number,
    "positive": check_positive,
    "share": check_share,
}


@pytest.mark.parametrize("kind", MEASURES)
def test_a_measure_is_any_number_but_nan(kind: str) -> None:
    check = MEASURES[kind]
    for number in (0.5, 1, np.float32(0.5), np.int64(1), np.array(0.5)):
        check("x", number)
    for other in (True, np.False_, "1", "a", b"1", [1.0], np.ones(1), None, 1j):
        with pytest.raises(TypeError, match="^x must be a number, got"):
            check("x", other)
    with pytest.raises(ValueError, match="^x must be .*, got nan"):
        check("x", math.nan)


@pytest.mark.parametrize(
    ("kind", "wrong", "expected"),
    [
        ("between", -0.1, r"in \[0, 100\]"),
        ("between", 100.1, r"in \[0, 100\]"),
        ("least", -0.1, "at least 0"),
        ("positive", 0, "> 0 and finite"),
        ("positive", math.inf, "> 0 and finite"),
        ("share", 1.1, r"in \[0, 1\]"),
    ],
)
def test_a_measure_lies_within_its_bounds(kind: str, wrong: float, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^x must be {expected}, got {wrong}"):
        MEASURES[kind]("x", wrong)


def test_what_counts_is_a_whole_number() -> None:
    for number in (3, np.int64(3), np.array(3), 10**400):
        check_whole("n", number, 3)
    for other in (3.0, 2.5, math.nan, True, np.True_, "3", [3], None):
        with pytest.raises(TypeError, match="^n must be a whole number, or None, got"):
            check_whole("n", other, 0, ", or None")
    with pytest.raises(ValueError, match="^n must be at least 3, or None, got 2"):
        check_whole("n", 2, 3, ", or None")


def test_choices_are_looked_for_at_their_owner() -> None:
    owner = SimpleNamespace(mode="stop", kind=["a"])
    check_choices(owner, {"mode": ("stop", "promote")})
    with pytest.raises(ValueError, match=r"^kind must be one of \('a', 'b'\), got \['a'\]"):
        check_choices(owner, {"mode": ("stop", "promote"), "kind": ("a", "b")})


def test_functions_and_dicts_are_told_from_others() -> None:
    check_function("f", None, "len")
    check_function("f", len, "len")
    check_values("d", {})
    with pytest.raises(TypeError, match="^f must be a function or None, got 3; write len"):
        check_function("f", 3, "len")
    with pytest.raises(TypeError, match="^d must be a dict"):
        check_values("d", [1])
