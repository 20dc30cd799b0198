"""What makes no domain is refused, and what nearly makes one is mended."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hpo.distributions import CategoricalDistribution, FloatDistribution, IntDistribution, NormalDistribution


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FloatDistribution(2, 1), "low must be ≤ high"),
        (lambda: FloatDistribution(0, 1, log=True), "low must be > 0"),
        (lambda: FloatDistribution(0, 1, step=0), "step must be > 0"),
        (lambda: FloatDistribution(0, 1, step=-0.1), "step must be > 0"),
        (lambda: FloatDistribution(0, 1, step=math.nan), "step must be finite"),
        (lambda: FloatDistribution(math.nan, 1), "low must be finite"),
        (lambda: FloatDistribution(0, math.inf), "high must be finite"),
        (lambda: FloatDistribution(-1e308, 1e308), "wider than a float"),
        (lambda: FloatDistribution(0, 1e30, step=1e-5), "step"),
        (lambda: IntDistribution(2, 1), "low must be ≤ high"),
        (lambda: IntDistribution(0, 1, log=True), "low must be ≥ 1"),
        (lambda: IntDistribution(0, 1, step=0), "step must be > 0"),
        (lambda: IntDistribution(0, 2**53 + 2), r"2\*\*53"),
        (lambda: IntDistribution(-(10**400), 0), "low must be finite"),
        (lambda: IntDistribution(math.nan, 1), "low must be finite"),  # type: ignore[arg-type]
        (lambda: NormalDistribution(0, 0), "std must be > 0"),
        (lambda: NormalDistribution(math.inf, 1), "mean must be finite"),
        (lambda: NormalDistribution(0, 1, low=1, high=0), "low must be ≤ high"),
        (lambda: NormalDistribution(0, 1, step=0), "step must be > 0"),
        (lambda: NormalDistribution(0, 1, log=True, high=0), "high must be > 0"),
        (lambda: NormalDistribution(0, 1, low=50, high=60), "no probability"),
        (lambda: CategoricalDistribution([]), "must not be empty"),
        (lambda: CategoricalDistribution([1, 2], weights=[1]), "2 numbers"),
        (lambda: CategoricalDistribution([1, 2], weights=[-1, 2]), "2 numbers"),
        (lambda: CategoricalDistribution([1, 2], weights=[0, 0]), "2 numbers"),
        (lambda: CategoricalDistribution([1, 2], weights=[math.nan, 1]), "finite"),
    ],
)
def test_what_makes_no_domain_is_an_error(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_what_is_no_number_or_sequence_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="low must be a number"):
        FloatDistribution("a", 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="choices must be a sequence"):
        CategoricalDistribution("ab")
    with pytest.raises(TypeError, match="choices must be a sequence"):
        CategoricalDistribution({"a", "b"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "high"),
    [
        (lambda: FloatDistribution(0, 1, step=0.3), 0.9),
        (lambda: IntDistribution(1, 10, step=4), 9),
        (lambda: NormalDistribution(0, 1, low=-1, high=1.25, step=0.5), 1.0),
        (lambda: NormalDistribution(0, 1, high=0.95, step=0.5), 0.5),
        (lambda: NormalDistribution(0, 1, high=-0.95, step=0.5), -1.0),
    ],
)
def test_high_is_lowered_to_the_last_step(make: Any, high: float) -> None:
    with pytest.warns(UserWarning, match="not divisible"):
        distribution = make()
    assert distribution.high == high
    assert distribution.decode(1.0) == high
    assert distribution.contains(high)


@pytest.mark.parametrize(("low", "high", "step"), [(0.0, 0.3, 0.1), (0.1, 1.0, 0.3), (-0.7, 0.7, 0.07)])
def test_a_range_that_is_divisible_on_paper_gives_no_warning(low: float, high: float, step: float) -> None:
    assert FloatDistribution(low, high, step=step).high == high


def test_numpy_scalars_are_the_numbers_they_hold() -> None:
    assert CategoricalDistribution([np.int64(1), np.float64(0.5), np.bool_(True)]) == CategoricalDistribution(
        [1, 0.5, True]
    )
    assert IntDistribution(np.int64(1), np.int64(5)) == IntDistribution(1, 5)  # type: ignore[arg-type]
    assert FloatDistribution(np.float64(0), 1).contains(np.float64(0.5))


@pytest.mark.parametrize("value", ["a", (), [1, 2], {}, None, np.ones(2), math.nan], ids=repr)
@pytest.mark.parametrize("distribution", [FloatDistribution(1, 9), IntDistribution(1, 9), NormalDistribution(0, 1)])
def test_what_is_no_number_is_no_value(distribution: Any, value: Any) -> None:
    with pytest.raises(ValueError, match="needs a number"):
        distribution.to_internal_repr(value)


@pytest.mark.parametrize("value", [0, -1.0])
@pytest.mark.parametrize(
    "distribution",
    [FloatDistribution(1, 9, log=True), IntDistribution(1, 9, log=True), NormalDistribution(0, 1, log=True)],
)
def test_what_has_no_logarithm_is_no_value_on_a_log_scale(distribution: Any, value: float) -> None:
    with pytest.raises(ValueError, match="needs a number > 0"):
        distribution.to_internal_repr(value)
