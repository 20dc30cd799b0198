"""Without noise nothing is to be learned of a configuration that was tried: none comes again while others are left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import hpo
from hpo.protocols import Sampler
from hpo.samplers import AutoSampler, CmaEsSampler, ForestSampler, GPSampler
from hpo.trial import Trial


def corner(trial: Trial) -> float:
    return trial.suggest_float("x", 0, 1) ** 2 + trial.suggest_float("y", 1e-4, 1, log=True)


def one_end(trial: Trial) -> float:
    return abs(trial.suggest_int("n", 0, 10**6) - 777)


def one_value(trial: Trial) -> float:
    trial.suggest_categorical("device", ["cpu"]), trial.suggest_float("constant", 0.3, 0.3)
    return trial.suggest_float("x", 0, 1) ** 2 + trial.suggest_float("y", 0, 1) ** 2


def small(trial: Trial) -> float:
    return sum((trial.suggest_int(f"n{i}", 0, 9) - 5) ** 2 for i in range(3))


def large(trial: Trial) -> float:
    return abs(trial.suggest_int("n", 1, 10**9, log=True) - 1) + trial.suggest_float("x", 0, 1)


@pytest.mark.parametrize("sampler", [AutoSampler(), CmaEsSampler(), ForestSampler(), GPSampler()], ids=repr)
@pytest.mark.parametrize("objective", [corner, one_end, one_value, small, large])
def test_nothing_is_tried_twice(sampler: Sampler, objective: Callable[[Trial], float]) -> None:
    study = hpo.create_study(sampler=sampler, seed=1)
    study.optimize(objective, n_trials=70)
    assert len({tuple(trial.params.items()) for trial in study.trials}) == 70
    assert study.verify() == []
