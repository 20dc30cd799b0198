"""Log lines have no digits that say nothing, and all that say something."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.running.lines import short


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.11404296030314666, "0.114043"),
        (1 / 3e-9, "333333333.0"),
        (1234567.891, "1234568.0"),
        (-1.5, "-1.5"),
        (1e-12 / 3, "3.33333e-13"),
        (0.0, "0.0"),
        (math.inf, "inf"),
        (12345678901, "12345678901"),
        ("text", "'text'"),
        (None, "None"),
    ],
)
def test_six_digits_or_all_before_the_point(value: object, shown: str) -> None:
    assert repr(short(value)) == shown


@given(st.floats(allow_nan=False))
def test_what_is_shown_is_near(value: float) -> None:
    assert short(value) == value or abs(short(value) - value) <= max(0.5, abs(value)) * 5.1e-6 or abs(value) > 1e5
    assert abs(short(value) - value) <= 0.5 or short(value) == value
