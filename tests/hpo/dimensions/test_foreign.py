"""Dimensions of scikit-optimize are taken as they are."""

from __future__ import annotations

from typing import Any

import pytest
from skopt.space import Categorical, Integer, Real

import hpo
from hpo.dimensions import read_dimension
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

LIKE: list[tuple[Any, BaseDistribution]] = [
    (Real(1, 5), FloatDistribution(1, 5)),
    (Real(1e-3, 1, "log-uniform"), FloatDistribution(1e-3, 1, log=True)),
    (Integer(1, 5), IntDistribution(1, 5)),
    (Integer(1, 100, prior="log-uniform"), IntDistribution(1, 100, log=True)),
    (Categorical(["a", "b"]), CategoricalDistribution(["a", "b"])),
    (Categorical(["a", "b"], prior=[0.3, 0.7]), CategoricalDistribution(["a", "b"], weights=[0.3, 0.7])),
]


@pytest.mark.parametrize(("given", "like"), LIKE, ids=[repr(given) for given, _ in LIKE])
def test_they_are_read_as_their_like(given: Any, like: BaseDistribution) -> None:
    assert read_dimension("x", given).distribution == like


def test_their_names_are_those_of_the_study() -> None:
    space = [Real(-2, 2, name="u"), Integer(1, 4), Categorical(["a", "b"], name="kind")]
    result = hpo.minimize(lambda x: x[0] ** 2 + x[1], space, n_trials=3, sampler=hpo.samplers.RandomSampler())
    assert list(result.space) == ["u", "x1", "kind"]
    with pytest.raises(ValueError, match=r"different names for its dimensions, got \['x1', 'x1'\]"):
        hpo.minimize(lambda x: 0.0, [Real(0, 1, name="x1"), Real(0, 1)])
