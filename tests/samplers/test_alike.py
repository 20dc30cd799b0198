"""As long as no trial is better than another, trials go on being spread over the whole space."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import hpo
from hpo.protocols import Sampler
from hpo.samplers import AutoSampler, GPSampler, TPESampler
from hpo.trial import Trial

KINDS = list("abcdefgh")


def fails() -> float:
    raise ArithmeticError


def is_pruned() -> float:
    raise hpo.TrialPruned


@pytest.mark.parametrize("sampler", [AutoSampler(), GPSampler(), TPESampler()], ids=repr)
@pytest.mark.parametrize("end", [fails, is_pruned, lambda: 0.5], ids=["failed", "pruned", "equal"])
def test_all_of_the_space_is_tried(sampler: Sampler, end: Callable[[], float]) -> None:
    def objective(trial: Trial) -> float:
        trial.suggest_categorical("kind", KINDS)
        trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1), trial.suggest_float("z", 1e-4, 1, log=True)
        return end()

    study = hpo.create_study(sampler=sampler, seed=0)
    study.optimize(objective, n_trials=90, catch=ArithmeticError)
    later = study.trials[10:]
    x = np.array([(t.params["x"], t.params["y"], 1 + np.log10(t.params["z"]) / 4) for t in later])
    quarters = np.array([np.histogram(column, 4, (0, 1))[0] for column in x.T])
    assert quarters.min() >= 10  # of 20
    assert ((x > 1e-3) & (x < 1 - 1e-3)).mean() > 0.98
    times = [sum(trial.params["kind"] == kind for trial in later) for kind in KINDS]
    assert min(times) >= 4  # of 10
    assert study.verify() == []
