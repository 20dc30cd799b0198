"""Whatever is written for a parameter, it is read as one prior, and values find their way there and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats
from sklearn.decomposition import PCA
from sklearn.svm import SVC

import hpo
from hpo.dimensions import Dimension, read_dimension
from hpo.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
    NormalDistribution,
)
from hpo.samplers import RandomSampler

LIKE: list[tuple[Any, BaseDistribution]] = [
    (FloatDistribution(0, 1), FloatDistribution(0, 1)),
    ((1, 5), IntDistribution(1, 5)),
    ((np.int64(1), 5), IntDistribution(1, 5)),
    ((1.0, 5), FloatDistribution(1, 5)),
    ((1, 5, "uniform"), IntDistribution(1, 5)),
    ((1e-3, 1, "log-uniform"), FloatDistribution(1e-3, 1, log=True)),
    ((1, 100, "log-uniform", 2), IntDistribution(1, 100, log=True)),
    (range(3, 10), IntDistribution(3, 9)),
    (range(10, 1, -3), IntDistribution(4, 10, step=3)),
    (["a", "b"], CategoricalDistribution(["a", "b"])),
    (("a", "b"), CategoricalDistribution(["a", "b"])),
    ([True, False, None], CategoricalDistribution([True, False, None])),
    ([1, 1.0, True], CategoricalDistribution([1, 1.0, True])),
    ([3, 3], CategoricalDistribution([3])),
    ([(1, 1), (1, 2)], CategoricalDistribution([(1, 1), (1, 2)])),
    ([1, 10], CategoricalDistribution([1, 10])),
    ([1, 10, 100], CategoricalDistribution([1, 10, 100], ordered=True)),
    ((9, 3, 1), CategoricalDistribution([9, 3, 1], ordered=True)),
    (np.logspace(-3, 3, 3), CategoricalDistribution([1e-3, 1.0, 1e3], ordered=True)),
    (stats.uniform(1, 2), FloatDistribution(1, 3)),
    (stats.uniform(scale=4), FloatDistribution(0, 4)),
    (stats.loguniform(1e-3, 1e2), FloatDistribution(1e-3, 1e2, log=True)),
    (stats.randint(1, 9), IntDistribution(1, 8)),
    (stats.norm(3, 2), NormalDistribution(3, 2)),
    (stats.halfnorm(scale=2), NormalDistribution(0, 2, low=0)),
    (stats.truncnorm(-1, 2, loc=5, scale=3), NormalDistribution(5, 3, low=2, high=11)),
    (stats.lognorm(s=2, scale=1), NormalDistribution(0, 2, log=True)),
]


@pytest.mark.parametrize(("given", "like"), LIKE, ids=[f"{i}-{like.kind}" for i, (_, like) in enumerate(LIKE)])
def test_what_has_its_like_is_read_as_that(given: Any, like: BaseDistribution) -> None:
    assert read_dimension("x", given).distribution == like


KINDS: dict[str, Any] = {
    "floats": (0.5, 2.0),
    "ints on a log scale": (1, 1000, "log-uniform"),
    "range": range(2, 20, 3),
    "estimators": [SVC(), SVC(C=3.0), PCA(2), "passthrough", None],
    "functions": [len, np.mean, lambda: 0],
    "arrays": [np.array([0.5, 0.5]), np.array([0.1, 0.9]), None],
    "lists of different lengths": [[1], [1, 2], []],
    "scipy uniform": stats.uniform(-1, 2),
    "scipy expon": stats.expon(scale=3.0),
    "scipy gamma": stats.gamma(2.0),
    "scipy poisson": stats.poisson(4.0),
    "scipy loguniform, shifted": stats.loguniform(0.1, 1.0, loc=1.0),
}


@pytest.mark.parametrize("given", KINDS.values(), ids=KINDS)
def test_values_go_into_a_study_and_come_out_again(given: Any, tmp_path: Any) -> None:
    dimension = read_dimension("x", given)
    study = hpo.create_study(storage=f"sqlite:///{tmp_path}/study.db", sampler=RandomSampler(seed=0))
    suggested: list[Any] = []

    def objective(trial: hpo.Trial) -> float:
        suggested.append(dimension.suggest(trial, "x"))
        return 0.0

    study.optimize(objective, n_trials=12)
    stored = [dimension.suggest(trial, "x") for trial in study.trials]
    assert all(now is then or np.array_equal(now, then) for now, then in zip(stored, suggested, strict=True))
    for value, trial in zip(suggested, study.trials, strict=True):
        kept = dimension.encode(value)
        same = dimension.decode(kept)
        assert dimension.distribution.contains(kept)
        assert same is value or np.allclose(same, value), trial


def ks(dimension: Dimension, variable: Any) -> float:
    """How improbable the values of a sampler are under a frozen distribution."""
    draws = np.random.default_rng(0).uniform(size=400)
    values = [dimension.decode(dimension.distribution.decode(dimension.distribution.draw(u))) for u in draws]
    return float(stats.kstest(values, variable.cdf).pvalue)


@pytest.mark.parametrize(
    "variable",
    [
        stats.uniform(-1, 2),
        stats.loguniform(1e-3, 10),
        stats.norm(1, 2),
        stats.truncnorm(-1, 1, 2, 3),
        stats.halfnorm(1, 2),
        stats.lognorm(0.5, scale=3),
        stats.expon(2, 3),
        stats.beta(2, 5),
        stats.t(3),
    ],
    ids=lambda variable: variable.dist.name,
)
def test_the_prior_of_a_frozen_distribution_is_that_distribution(variable: Any) -> None:
    assert ks(read_dimension("x", variable), variable) > 0.05


def test_whole_numbers_of_scipy_stay_whole() -> None:
    dimension = read_dimension("x", stats.poisson(4))
    assert type(dimension.decode(0.5)) is int
    assert dimension.decode(0.5) == 4


def test_what_has_no_like_says_in_its_name_what_the_study_keeps() -> None:
    trial = hpo.trial.FixedTrial({"x (quantile)": 0.5})
    assert read_dimension("x", stats.expon()).suggest(trial, "x") == pytest.approx(np.log(2))


BAD: list[tuple[Any, type[Exception], str]] = [
    (1.0, TypeError, r"expected values to choose from, got 1\.0 alone; write \[1\.0\] for a fixed value"),
    ("rbf", TypeError, r"got 'rbf' alone; write \['rbf'\]"),
    (None, TypeError, r"got None alone"),
    ({1, 2}, TypeError, r"expected a list, got \{1, 2\}, whose order"),
    ({"a": 1}, TypeError, r"expected a distribution .* got \{'a': 1\} of type dict"),
    (
        stats.norm,
        TypeError,
        r"expected a distribution of hpo\.distributions, a frozen one of scipy\.stats such as",
    ),
    (stats.uniform([0, 1], 2), ValueError, r"with one number for each argument, got \[0, 1\]"),
    ((5, 1), ValueError, r"low must be ≤ high, got low=5"),
    ((1, 5, "log"), ValueError, r"expected 'uniform' or 'log-uniform' behind the bounds, got 'log'"),
    ((-1, 1.0, "log-uniform"), ValueError, r"low must be > 0"),
    (range(0), ValueError, r"expected a range with numbers in it"),
    ([], ValueError, r"choices must not be empty"),
    (np.ones((2, 2)), ValueError, r"expected an array with one axis, got one of shape \(2, 2\)"),
]


@pytest.mark.parametrize(("given", "error", "sentence"), BAD, ids=[repr(given)[:20] for given, _, _ in BAD])
def test_what_is_no_parameter_is_refused_in_a_sentence_that_names_it(
    given: Any, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=f"Parameter 'lr': .*{sentence}"):
        read_dimension("lr", given)


def test_objects_keep_their_names_in_another_process() -> None:
    """Their memory addresses, which differ there, play no part."""
    first, second = (read_dimension("x", [SVC(), SVC(C=2.0), object(), lambda: 0]) for _ in range(2))
    assert first.distribution == second.distribution
    assert isinstance(first.distribution, CategoricalDistribution)
    assert first.distribution.choices[:3] == ("SVC()", "SVC(C=2.0)", "object 2")
