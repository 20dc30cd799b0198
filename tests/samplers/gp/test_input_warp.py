"""A change of variable: what it is, and that it is made where losses speak for one, and only there."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hpo
from hpo.samplers import GPSampler
from hpo.samplers.gp.input_warp import warp, warp_gradient, warp_slope
from hpo.samplers.gp.surrogate import Surrogates
from hpo.trial import Trial


def test_slopes_are_those_of_the_function() -> None:
    rng = np.random.default_rng(0)
    x, a, b = rng.uniform(0.1, 0.9, (20, 3)), np.exp(rng.normal(size=3)), np.exp(rng.normal(size=3))
    step = 1e-6
    by_x = (warp(x + step, a, b) - warp(x - step, a, b)) / (2 * step)
    by_a = (warp(x, a * math.exp(step), b) - warp(x, a * math.exp(-step), b)) / (2 * step)
    by_b = (warp(x, a, b * math.exp(step)) - warp(x, a, b * math.exp(-step))) / (2 * step)
    np.testing.assert_allclose(warp_slope(x, a, b), by_x, rtol=1e-6)
    for one, other in zip(warp_gradient(x, a, b), (by_a, by_b), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(warp(x, np.ones(3), np.ones(3)), x)


def rate(trial: Trial) -> float:
    """Of learning, in a range that should have been logarithmic."""
    lr, width = trial.suggest_float("lr", 1e-5, 1.0), trial.suggest_float("width", 0.0, 1.0)
    return (math.log10(lr) + 2.5) ** 2 + (width - 0.4) ** 2


def bowl(trial: Trial) -> float:
    return float(sum((trial.suggest_float(f"x{i}", 0.0, 1.0) - 0.3) ** 2 for i in range(3)))


def is_bent(study: hpo.Study) -> bool:
    state = Surrogates.of(study.history, study.history.space, GPSampler().modelling)
    return bool(len(state.learned[0].hyper.a))


@pytest.mark.parametrize("seed", range(3))
def test_a_range_that_should_have_been_logarithmic_is_understood(seed: int) -> None:
    study = hpo.create_study(sampler=GPSampler(), seed=seed)
    study.optimize(rate, n_trials=50)
    assert is_bent(study)
    assert study.best_value < 0.02
    straight = hpo.create_study(sampler=GPSampler(input_warping=False), seed=seed)
    straight.optimize(rate, n_trials=50)
    assert study.best_value < straight.best_value
    assert study.verify() == []


@pytest.mark.parametrize("seed", range(3))
def test_what_is_even_already_stays_as_it_is(seed: int) -> None:
    study = hpo.create_study(sampler=GPSampler(), seed=seed)
    study.optimize(bowl, n_trials=40)
    assert not is_bent(study)
    straight = hpo.create_study(sampler=GPSampler(input_warping=False), seed=seed)
    straight.optimize(bowl, n_trials=40)
    assert [trial.params for trial in study.trials] == [trial.params for trial in straight.trials]
