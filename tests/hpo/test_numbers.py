"""A number is taken as it is, exactly, or refused."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.numbers import real, whole


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_in_any_clothes_is_that_integer(n: int) -> None:
    for clothes in (n, float(n), np.int64(n), np.float64(n), np.array(n), np.array(float(n)), Fraction(n), Decimal(n)):
        assert whole(clothes, "n") == n
        assert type(whole(clothes, "n")) is int
        assert real(clothes, "n") == n
        assert type(real(clothes, "n")) is float


@pytest.mark.parametrize("value", [0.5, -1.25, math.inf, math.nan, np.float32(0.5), np.array(0.5), Fraction(1, 2)])
def test_a_fraction_is_no_whole_number(value: Any) -> None:
    with pytest.raises(ValueError, match=r"n must be a whole number, got"):
        whole(value, "n")


@pytest.mark.parametrize("value", [None, "1", b"1", "x", [], [1], np.array([1]), np.ones((1, 1)), {}, 1j, object()])
def test_what_is_no_number_is_refused(value: Any) -> None:
    for read in (real, whole):
        with pytest.raises(TypeError, match=r"^n must be a number, got"):
            read(value, "n")


def test_the_sentence_says_what_to_write() -> None:
    with pytest.raises(TypeError, match="without quotes"):
        real("1", "n")
    with pytest.raises(TypeError, match=r"shape \(1,\)\. Write `\.item\(\)`"):
        real(np.array([1.0]), "n")


def test_no_float_holds_some_integers() -> None:
    with pytest.raises(OverflowError):
        real(10**400, "n")
    assert whole(10**400, "n") == 10**400
