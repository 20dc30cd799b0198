"""Choices are told apart by value and type."""

from __future__ import annotations

import math
from typing import Any

import pytest

from hpo.distributions import CategoricalDistribution, categorical_distribution, distribution_to_json
from tests.strategies import same

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


@pytest.mark.parametrize("index", [5.0, 2, -1.0])
def test_an_index_of_no_choice_is_refused(index: float) -> None:
    choices = CategoricalDistribution(["a", "b"])
    assert [choices.to_external_repr(i) for i in (0.0, 1.0)] == ["a", "b"]
    with pytest.raises(ValueError, match=f"have no index {index}"):
        choices.to_external_repr(index)
