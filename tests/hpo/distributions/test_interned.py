"""Equal arguments give one object."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hpo.distributions import (
    CategoricalDistribution,
    categorical_distribution,
    float_distribution,
    int_distribution,
    normal_distribution,
)

ORDERED = [("a", "b"), {"a": 1, "b": 2}, {"a": 1, "b": 2}.keys(), {1: "a", 2: "b"}.values(), np.array(["a", "b"])]


def test_equal_arguments_give_one_object() -> None:
    assert float_distribution(0, 1, None, False) is float_distribution(0, 1, None, False)
    assert int_distribution(0, 9, 1, False) is int_distribution(0, 9, 1, False)
    assert normal_distribution(0, 1, None, None, False, None) is normal_distribution(0, 1, None, None, False, None)
    assert categorical_distribution(["a"], None, True) is categorical_distribution(["a"], None, True)


@pytest.mark.parametrize(
    "choices", ["adam", {"adam", "sgd"}, frozenset({1, 2}), 3, None, iter([1, 2])], ids=lambda c: type(c).__name__
)
def test_choices_without_an_order_are_refused_as_the_distribution_refuses_them(choices: Any) -> None:
    for make in (CategoricalDistribution, lambda choices: categorical_distribution(choices, None, False)):
        with pytest.raises(TypeError, match="choices must be a sequence such as a list, got"):
            make(choices)


@pytest.mark.parametrize("choices", ORDERED, ids=lambda c: type(c).__name__)
def test_choices_with_an_order_are_taken_in_it(choices: Any) -> None:
    for made in (CategoricalDistribution(choices), categorical_distribution(choices, None, False)):
        assert made == CategoricalDistribution(["a", "b"])
