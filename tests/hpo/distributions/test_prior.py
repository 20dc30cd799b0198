"""Values are distributed as the prior says."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare, kstest, norm

from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
)
from hpo.key import Key
from hpo.space import Space


def draws(distribution: BaseDistribution, n: int = 4000) -> list[Any]:
    space = Space({"x": distribution})
    return [space.decode(space.uniform(Key(1, number)))["x"] for number in range(n)]


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


def test_the_first_step_of_a_lognormal_has_what_lies_below_it_too() -> None:
    distribution = NormalDistribution(0.5, 1.0, high=4, log=True, integer=True)
    counts = Counter(draws(distribution))
    p = np.diff(norm(0.5, 1.0).cdf(np.log([1e-300, 1.5, 2.5, 3.5, 4.5])))
    assert chisquare([counts[v] for v in (1, 2, 3, 4)], p / p.sum() * 4000).pvalue > 1e-3


def test_a_quantised_normal_has_the_probability_of_its_cells() -> None:
    distribution = NormalDistribution(3.0, 4.0, low=0.0, high=8.0, step=2.0)
    counts = Counter(draws(distribution))
    p = np.diff(norm(3.0, 4.0).cdf([-1, 1, 3, 5, 7, 9]))
    assert chisquare([counts[v] for v in (0.0, 2.0, 4.0, 6.0, 8.0)], p / p.sum() * 4000).pvalue > 1e-3
