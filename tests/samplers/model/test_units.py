"""Units bring numbers to where one can calculate with them, and round nothing."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hpo.arrays import Array
from hpo.samplers.model.units import deviation, median, unit_of

numbers = arrays.arrays(float, st.integers(1, 9), elements=st.floats(allow_nan=False, allow_infinity=False))


@given(numbers, st.sampled_from([1e10, 1e100, 1e150]))
def test_the_largest_number_becomes_ordinary_and_its_digits_stay(x: Array, most: float) -> None:
    unit = unit_of(x, most)
    largest, scaled = float(np.abs(x).max()), float(np.abs(x / unit).max())
    assert np.frexp(unit)[0] == 0.5, "a power of two"
    assert scaled * unit == largest
    if largest == 0.0 or 1.0 / most <= largest <= most:
        assert unit == 1.0
    else:
        assert 1.0 <= scaled < 2.0


def test_infinite_numbers_do_not_count() -> None:
    assert unit_of(np.array([np.inf, 1e308, -np.inf])) == unit_of(np.array([1e308]))
    assert unit_of(np.array([np.inf])) == unit_of(np.empty(0)) == 1.0


@given(numbers)
def test_middle_and_spread_are_numbers_whatever_the_magnitude(x: Array) -> None:
    assert x.min() <= median(x) <= x.max()
    assert 0.0 <= deviation(x) <= max(abs(x.min()), abs(x.max()))


@pytest.mark.parametrize("exponent", [-990, 0, 990])
def test_middle_and_spread_are_those_of_numpy(exponent: int) -> None:
    x = np.random.default_rng(0).normal(size=8)
    assert median(x * 2.0**exponent) == np.median(x) * 2.0**exponent
    assert deviation(x * 2.0**exponent) == x.std() * 2.0**exponent
    largest = sys.float_info.max
    assert deviation(np.array([largest, -largest])) == median(np.full(2, largest)) == largest
