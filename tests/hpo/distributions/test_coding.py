"""Every distribution keeps its values within its domain, and coding gives them back."""

from __future__ import annotations

import math
import pickle
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
)
from tests.strategies import distributions, exact_distributions, normal_distributions, same, typed_numbers, units


def encode(distribution: BaseDistribution, value: Any) -> float:
    return float(distribution.encode(np.array([distribution.to_internal_repr(value)]))[0])


def codes(distribution: BaseDistribution) -> st.SearchStrategy[float]:
    """What samplers may answer for a distribution."""
    if isinstance(distribution, CategoricalDistribution):
        return st.integers(0, distribution.cardinality - 1).map(float)
    return units


@given(st.data(), distributions | normal_distributions(continuous=False))
def test_decoded_values_lie_in_the_domain(data: st.DataObject, distribution: BaseDistribution) -> None:
    value = distribution.decode(data.draw(codes(distribution)))
    assert distribution.contains(value)
    assert 0 <= encode(distribution, value) <= max(1, distribution.cardinality - 1)
    assert same(distribution.to_external_repr(distribution.to_internal_repr(value)), value)


@given(st.data(), exact_distributions)
def test_coding_gives_the_very_same_value_back(data: st.DataObject, distribution: BaseDistribution) -> None:
    value = distribution.decode(data.draw(codes(distribution)))
    assert same(distribution.decode(encode(distribution, value)), value)


@given(st.data(), distributions | normal_distributions(continuous=False))
def test_what_was_asked_of_it_leaves_no_trace_in_a_pickle(data: st.DataObject, distribution: BaseDistribution) -> None:
    before = pickle.dumps(distribution)
    encode(distribution, distribution.decode(data.draw(codes(distribution))))
    assert pickle.dumps(distribution) == before
    again = pickle.loads(before)
    assert again == distribution
    assert again.decode(0.0) == distribution.decode(0.0)


@given(st.data(), exact_distributions)
def test_the_nearest_value_to_one_of_the_domain_is_itself(data: st.DataObject, distribution: BaseDistribution) -> None:
    value = distribution.decode(data.draw(codes(distribution)))
    assert same(distribution.decode(distribution.nearest(value)), value)


@given(st.floats(allow_nan=False) | st.integers(), distributions | normal_distributions())
def test_the_nearest_value_to_a_number_lies_in_the_domain(value: float, distribution: BaseDistribution) -> None:
    near = distribution.nearest(value)
    if isinstance(distribution, CategoricalDistribution):
        assert (near == near) == distribution.contains(value)
        return
    assert 0.0 <= near <= 1.0
    low, high, nearest = distribution.decode(0.0), distribution.decode(1.0), distribution.decode(near)
    assert distribution.contains(nearest)
    if value <= low or value >= high:
        assert nearest == (low if value <= low else high)


@pytest.mark.parametrize(
    "distribution", [FloatDistribution(0, 9), IntDistribution(0, 9), NormalDistribution(0, 1)], ids=repr
)
@pytest.mark.parametrize("value", [math.nan, "1", None, [1], 1j, True], ids=repr)
def test_nothing_is_nearest_to_what_is_no_number(distribution: BaseDistribution, value: Any) -> None:
    assert math.isnan(distribution.nearest(value))


@given(units, normal_distributions(continuous=False))
def test_coding_a_quantised_normal_gives_a_neighbour_at_most(u: float, distribution: NormalDistribution) -> None:
    """Far out in the tails a step may be narrower than a float resolves; within five deviations it comes back."""
    value = distribution.decode(u)
    x = math.log(value) if distribution.log and value > 0 else value
    if abs(x - distribution.mean) < 5 * distribution.std:
        assert distribution.decode(encode(distribution, value)) == value


@given(units, normal_distributions(continuous=False))
def test_integers_are_integers_and_lognormals_positive(u: float, distribution: NormalDistribution) -> None:
    value = distribution.decode(u)
    assert type(value) is (int if distribution.integer else float)
    if distribution.log:
        assert value > 0
        assert not distribution.contains(0.0)
        assert distribution.least is not None
        assert distribution.least <= distribution.decode(0.0)
        assert distribution.contains(distribution.least)


@given(st.floats(1e-6, 1 - 1e-6), normal_distributions())
def test_coding_a_normal_keeps_its_value(u: float, distribution: NormalDistribution) -> None:
    value = distribution.decode(u)
    again = distribution.decode(encode(distribution, value))
    assert again == pytest.approx(value, rel=1e-7, abs=1e-7 * distribution.std)


@given(st.lists(units, min_size=2, max_size=5).map(sorted), distributions)
def test_decoding_is_monotone(us: list[float], distribution: BaseDistribution) -> None:
    if not isinstance(distribution, CategoricalDistribution):
        values = [distribution.decode(u) for u in us]
        assert values == sorted(values)


@given(typed_numbers, st.sampled_from([1e-9, 1e-4, 1.0]), st.booleans())
def test_numbers_as_people_write_them_survive(value: float, low: float, log: bool) -> None:
    distribution = FloatDistribution(min(low, value), max(1.0, 10 * value), log=log)
    assert distribution.decode(encode(distribution, value)) == value


def test_steps_are_exact_decimals() -> None:
    distribution = FloatDistribution(0.0, 1.0, step=0.1)
    cells = [distribution.decode((i + 0.5) / 11) for i in range(11)]
    assert cells == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]


@given(st.floats(1e-300, 1e-100), st.floats(1e100, 1e300), units)
def test_a_huge_log_range_still_codes_exactly(low: float, high: float, u: float) -> None:
    distribution = FloatDistribution(low, high, log=True)
    value = distribution.decode(u)
    assert distribution.decode(encode(distribution, value)) == value


def test_a_lognormal_beyond_the_largest_float_ends_there() -> None:
    distribution = NormalDistribution(700, 10, log=True)
    assert distribution.decode(1.0) <= sys.float_info.max
    assert distribution.contains(distribution.decode(1.0))


@pytest.mark.parametrize(
    "distribution", [FloatDistribution(0, 9), IntDistribution(0, 9), NormalDistribution(0, 1)], ids=repr
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1", None, [1], 10**400, 1j], ids=repr)
def test_what_is_no_finite_number_lies_in_no_range(distribution: BaseDistribution, value: Any) -> None:
    assert not distribution.contains(value)


def test_a_domain_ends_at_its_bounds_and_between_its_steps() -> None:
    assert not FloatDistribution(0, 1).contains(1.0000001)
    assert not FloatDistribution(0, 1, step=0.25).contains(0.3)
    assert not IntDistribution(0, 9).contains(4.5)
    assert not IntDistribution(0, 9, step=3).contains(4)
    assert not NormalDistribution(0, 1, low=-1).contains(-1.1)
    assert not NormalDistribution(0, 1, log=True).contains(-0.1)


@pytest.mark.parametrize(
    "distribution",
    [
        FloatDistribution(0.3, 0.3),
        FloatDistribution(0.3, 0.3, log=True),
        FloatDistribution(0.3, 0.3, step=0.1),
        IntDistribution(3, 3),
        IntDistribution(3, 3, log=True),
        NormalDistribution(0, 1, low=0.3, high=0.3),
        CategoricalDistribution(["only"]),
    ],
    ids=repr,
)
@pytest.mark.parametrize("u", [0.0, 0.5, 1.0])
def test_a_single_value_is_all_there_is(distribution: BaseDistribution, u: float) -> None:
    assert distribution.single()
    assert same(distribution.decode(u), distribution.decode(0.0))
    assert distribution.contains(distribution.decode(u))


@settings(max_examples=200)
@given(distributions.filter(lambda d: not isinstance(d, CategoricalDistribution)), units, st.floats())
def test_one_value_is_inside_where_its_code_is_a_number(
    distribution: BaseDistribution, u: float, any_value: float
) -> None:
    inside = float(distribution.decode(u))
    near = [inside, math.nextafter(inside, math.inf), inside * (1 + 1e-9), inside + 1e-3, any_value, -any_value]
    for value in filter(math.isfinite, near):
        with np.errstate(over="ignore"):
            coded = distribution.encode(np.array([value]))
        assert distribution.contains(value) == (not np.isnan(coded[0]))
