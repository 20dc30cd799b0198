"""Every distribution keeps its values within its domain, exact, and distributed as its prior says."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, kstest, norm

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
    categorical_distribution,
    check_distribution_compatibility,
    distribution_to_json,
    float_distribution,
    int_distribution,
    json_to_distribution,
    normal_distribution,
)
from hpo.exceptions import DistributionMismatchError
from hpo.key import Key
from hpo.space import Space
from tests.strategies import distributions, exact_distributions, normal_distributions, same, typed_numbers, units


def encode(distribution: BaseDistribution, value: Any) -> float:
    return float(distribution.encode(np.array([distribution.to_internal_repr(value)]))[0])


def draws(distribution: BaseDistribution, n: int = 4000) -> list[Any]:
    space = Space({"x": distribution})
    return [space.decode(space.uniform(Key(1, number)))["x"] for number in range(n)]


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


@given(units, normal_distributions(continuous=False))
def test_coding_a_quantised_normal_gives_a_neighbour_at_most(u: float, distribution: NormalDistribution) -> None:
    """Far out in the tails a step may be narrower than a float resolves; within five deviations it comes back."""
    value = distribution.decode(u)
    x = math.log(value) if distribution.log and value > 0 else value
    if abs(x - distribution.mean) < 5 * distribution.std:
        assert distribution.decode(encode(distribution, value)) == value


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


@pytest.mark.parametrize(
    "distribution",
    [
        FloatDistribution(0.1, 2.0, step=0.1, log=True),
        IntDistribution(1, 20, log=True),
        IntDistribution(1, 41, step=4, log=True),
    ],
    ids=repr,
)
def test_steps_on_a_log_scale_have_the_probability_of_their_cells(distribution: Any) -> None:
    low, high, step = distribution.low, distribution.high, distribution.step
    values = [round(low + i * step, 10) for i in range(int(distribution.cardinality))]
    counts = Counter(draws(distribution))
    assert set(counts) <= set(values)
    edges = [math.log(low / (1 + step / (2 * low))), *(math.log(v + step / 2) for v in values)]
    expected = np.diff(edges) / (edges[-1] - edges[0]) * 4000
    assert chisquare([counts[v] for v in values], expected).pvalue > 1e-3
    assert edges[-1] == pytest.approx(math.log(high + step / 2))


@pytest.mark.parametrize(
    "distribution",
    [
        IntDistribution(-3, 3),
        IntDistribution(0, 100, step=10),
        FloatDistribution(-1.0, 1.0, step=0.25),
        CategoricalDistribution(["a", "b", "c"]),
        CategoricalDistribution([10, 20, 30, 40], ordered=True),
    ],
    ids=repr,
)
def test_finite_domains_are_drawn_evenly(distribution: BaseDistribution) -> None:
    counts = Counter(draws(distribution))
    assert len(counts) == distribution.cardinality
    assert chisquare(list(counts.values())).pvalue > 1e-3


@pytest.mark.parametrize("ordered", [False, True])
def test_weights_are_probabilities_up_to_a_factor(ordered: bool) -> None:
    distribution = CategoricalDistribution(["a", "b", "c", "d"], weights=[1, 0, 5, 2], ordered=ordered)
    counts = Counter(draws(distribution))
    assert counts["b"] == 0
    assert chisquare([counts[c] for c in "acd"], [500, 2500, 1000]).pvalue > 1e-3


@pytest.mark.parametrize(
    ("distribution", "cdf"),
    [
        (FloatDistribution(-2.0, 6.0), lambda x: (x + 2) / 8),
        (FloatDistribution(1e-4, 1.0, log=True), lambda x: 1 + np.log10(x) / 4),
        (NormalDistribution(3.0, 2.0), norm(3.0, 2.0).cdf),
        (NormalDistribution(-1.0, 0.5, log=True), lambda x: norm(-1.0, 0.5).cdf(np.log(x))),
        (NormalDistribution(0.0, 1.0, low=2.0), lambda x: 1 - norm.sf(x) / norm.sf(2.0)),
        (NormalDistribution(0.0, 1.0, high=-9.0), lambda x: norm.cdf(x) / norm.cdf(-9.0)),
        (NormalDistribution(0.0, 1.0, low=9.0), lambda x: 1 - norm.sf(x) / norm.sf(9.0)),
    ],
    ids=lambda part: repr(part) if isinstance(part, BaseDistribution) else "cdf",
)
def test_continuous_domains_are_drawn_from_their_prior(distribution: BaseDistribution, cdf: Any) -> None:
    assert kstest(draws(distribution, 2000), cdf).pvalue > 1e-3


def test_a_quantised_normal_has_the_probability_of_its_cells() -> None:
    distribution = NormalDistribution(3.0, 4.0, low=0.0, high=8.0, step=2.0)
    counts = Counter(draws(distribution))
    p = np.diff(norm(3.0, 4.0).cdf([-1, 1, 3, 5, 7, 9]))
    assert chisquare([counts[v] for v in (0.0, 2.0, 4.0, 6.0, 8.0)], p / p.sum() * 4000).pvalue > 1e-3


@given(distributions | normal_distributions(continuous=False))
def test_json_round_trip(distribution: BaseDistribution) -> None:
    again = json_to_distribution(distribution_to_json(distribution))
    assert again == distribution
    assert hash(again) == hash(distribution)
    assert distribution_to_json(again) == distribution_to_json(distribution)


@pytest.mark.parametrize(
    ("distribution", "text"),
    [
        (FloatDistribution(0, 1), '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}'),  # noqa: E501
        (IntDistribution(1, 9, log=True), '{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 1, "high": 9}}'),  # noqa: E501
        (CategoricalDistribution([True, 1, None]), '{"name": "CategoricalDistribution", "attributes": {"choices": [true, 1, null]}}'),  # noqa: E501
    ],
    ids=repr,
)  # fmt: skip
def test_plain_distributions_are_written_as_optuna_writes_them(distribution: BaseDistribution, text: str) -> None:
    assert json.loads(distribution_to_json(distribution)) == json.loads(text)
    assert json_to_distribution(text) == distribution


@pytest.mark.parametrize(
    ("short", "distribution"),
    [
        ({"type": "float", "low": 0, "high": 1, "step": 0.5}, FloatDistribution(0, 1, step=0.5)),
        ({"type": "int", "low": 1, "high": 8, "log": True}, IntDistribution(1, 8, log=True)),
        ({"type": "categorical", "choices": ["a", 2], "weights": [1, 3]}, CategoricalDistribution(["a", 2], [1, 3])),
        ({"type": "normal", "mean": 0, "std": 1, "low": -1}, NormalDistribution(0, 1, low=-1)),
    ],
    ids=str,
)
def test_the_short_form_is_read(short: dict[str, Any], distribution: BaseDistribution) -> None:
    assert json_to_distribution(json.dumps(short)) == distribution


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="Unknown kind"):
        json_to_distribution('{"name": "CauchyDistribution", "attributes": {}}')


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


def test_a_lognormal_beyond_the_largest_float_ends_there() -> None:
    distribution = NormalDistribution(700, 10, log=True)
    assert distribution.decode(1.0) <= sys.float_info.max
    assert distribution.contains(distribution.decode(1.0))


@given(st.floats(1e-300, 1e-100), st.floats(1e100, 1e300), units)
def test_a_huge_log_range_still_codes_exactly(low: float, high: float, u: float) -> None:
    distribution = FloatDistribution(low, high, log=True)
    value = distribution.decode(u)
    assert distribution.decode(encode(distribution, value)) == value


CHOICES: tuple[Any, ...] = (True, 1, 1.0, "1", None, math.nan, [1], {"a": 1}, [], "", 0, False)


def test_choices_are_told_apart_by_value_and_type() -> None:
    distribution = CategoricalDistribution(CHOICES)
    assert [distribution.to_internal_repr(choice) for choice in CHOICES] == list(range(len(CHOICES)))
    assert all(same(distribution.decode(i), choice) for i, choice in enumerate(CHOICES))
    assert not distribution.contains(2)
    with pytest.raises(ValueError, match="not in the choices"):
        distribution.to_internal_repr(2)


def test_a_tuple_is_the_same_choice_as_a_list() -> None:
    assert CategoricalDistribution([(1, 2), [3]]) == CategoricalDistribution([[1, 2], (3,)])


def test_distributions_of_different_choices_weights_or_order_differ() -> None:
    variants = [
        CategoricalDistribution([1, 2]),
        CategoricalDistribution([2, 1]),
        CategoricalDistribution([1.0, 2.0]),
        CategoricalDistribution([True, 2]),
        CategoricalDistribution([1, 2], weights=[1, 2]),
        CategoricalDistribution([1, 2], ordered=True),
    ]
    assert len(set(variants)) == len(variants)
    assert categorical_distribution([1], None, False) != categorical_distribution([True], None, False)


def test_choices_that_json_cannot_hold_work_by_their_repr() -> None:
    distribution = CategoricalDistribution([{1, 2}, b"x", "x"])
    assert distribution.opaque == ["<{1, 2}>", "<b'x'>"]
    assert distribution.to_internal_repr(b"x") == 1
    with pytest.raises(TypeError, match="JSON cannot hold"):
        distribution_to_json(distribution)
    with pytest.raises(ValueError, match="one repr"):
        CategoricalDistribution([b"x", b"x"])


def test_numpy_scalars_are_the_numbers_they_hold() -> None:
    assert CategoricalDistribution([np.int64(1), np.float64(0.5), np.bool_(True)]) == CategoricalDistribution(
        [1, 0.5, True]
    )
    assert IntDistribution(np.int64(1), np.int64(5)) == IntDistribution(1, 5)  # type: ignore[arg-type]
    assert FloatDistribution(np.float64(0), 1).contains(np.float64(0.5))


def test_equal_arguments_give_one_object() -> None:
    assert float_distribution(0, 1, None, False) is float_distribution(0, 1, None, False)
    assert int_distribution(0, 9, 1, False) is int_distribution(0, 9, 1, False)
    assert normal_distribution(0, 1, None, None, False, None) is normal_distribution(0, 1, None, None, False, None)
    assert categorical_distribution(["a"], None, True) is categorical_distribution(["a"], None, True)


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


def test_a_name_keeps_its_kind_and_scale() -> None:
    kinds: list[BaseDistribution] = [
        FloatDistribution(1, 2),
        FloatDistribution(1, 2, log=True),
        IntDistribution(1, 2),
        IntDistribution(1, 2, log=True),
        NormalDistribution(1, 2),
        NormalDistribution(1, 2, log=True),
        CategoricalDistribution([1, 2]),
    ]
    for one in kinds:
        check_distribution_compatibility(one, one)
        for other in kinds:
            if other is not one:
                with pytest.raises(DistributionMismatchError):
                    check_distribution_compatibility(one, other)
    check_distribution_compatibility(IntDistribution(1, 2), IntDistribution(0, 8, step=2))
    check_distribution_compatibility(CategoricalDistribution([1]), CategoricalDistribution(["a", "b"]))
