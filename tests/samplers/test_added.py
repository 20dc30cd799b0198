"""A study goes on when its objective asks for a parameter more."""

from __future__ import annotations

import pytest

import hpo
from hpo.protocols import Sampler
from hpo.samplers import AutoSampler, CmaEsSampler, ForestSampler, GPSampler, TPESampler
from hpo.trial import Trial


def objective(trial: Trial) -> float:
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    new = trial.suggest_float("new", -1, 1) if trial.number >= 40 else 0.7
    return (x - 0.3) ** 2 + (y - 0.3) ** 2 + (new - 0.1) ** 2


BOUNDS = [
    (AutoSampler(), 1e-4),
    (CmaEsSampler(), 1e-2),
    (ForestSampler(), 0.03),
    (GPSampler(), 1e-4),
    (TPESampler(), 0.01),
]
"""How far from the minimum each may end."""


@pytest.mark.parametrize(("sampler", "bound"), BOUNDS, ids=repr)
@pytest.mark.parametrize("seed", [0, 3])
def test_a_parameter_that_comes_late_is_searched_together_with_the_others(
    sampler: Sampler, bound: float, seed: int
) -> None:
    study = hpo.create_study(sampler=sampler, seed=seed)
    study.optimize(objective, n_trials=80)
    assert study.best_value < bound
    assert study.verify() == []


@pytest.mark.parametrize("seed", range(3))
def test_a_trial_without_it_may_end_after_the_first_one_with_it(seed: int) -> None:
    study = hpo.create_study(sampler=GPSampler(), seed=seed)
    study.optimize(objective, n_trials=39)
    for trial in reversed(study.ask(n=2)):
        study.tell(trial, objective(trial))
    study.optimize(objective, n_trials=39)
    assert study.best_value < 1e-4
