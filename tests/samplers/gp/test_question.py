"""A question is made of what was seen and what is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hpo
from hpo.key import Key
from hpo.samplers import GPSampler, RandomSampler
from hpo.samplers.gp.asked import Asked
from hpo.samplers.gp.question import Question
from hpo.samplers.gp.surrogate import Surrogates
from hpo.samplers.model.branches import Leaf


def objective(trial: hpo.Trial) -> float:
    if trial.suggest_categorical("kind", ["a", "b"]) == "a":
        return trial.suggest_float("x", 0, 1)
    if trial.suggest_float("y", 0, 1) > 0.8:
        raise ZeroDivisionError
    return 1.0


def question(sampler: GPSampler, *, n_trials: int = 40, given: dict[str, Any] | None = None) -> Question:
    study = hpo.create_study(sampler=RandomSampler(seed=0))
    study.optimize(objective, n_trials=n_trials, catch=ZeroDivisionError)
    space = study.history.space
    fixed = np.full(len(space), np.nan)
    for name, value in (given or {}).items():
        fixed[space.index[name]] = value
    none = np.empty((0, len(space)))
    asked = Asked(space, space, fixed, none, None, not given, study.history, Key(0, n_trials))
    state = Surrogates.of(study.history, space, sampler.modelling)
    options: dict[str, Any] = {"acquisition": "logei", "kappa": 2.0, "ambition": 0.0, "quadratic": False}
    return Question.of(state, asked, **options, on_exhausted="repeat")


@pytest.mark.parametrize("n_observations", [20, 30, 500])
def test_models_are_given_no_more_observations_than_they_may_be(n_observations: int) -> None:
    made = question(GPSampler(n_observations=n_observations))
    assert len(made.seen) == min(n_observations, len(made.tried) - int(made.tried.failed.sum()))
    assert len(made.tried) == 40


def test_something_tried_is_a_question_where_the_noise_is_known() -> None:
    assert question(GPSampler()).new
    assert not question(GPSampler(noise_std=0.1)).new


def test_branches_matter_unless_values_are_given() -> None:
    assert not isinstance(question(GPSampler()).domain.tree, Leaf)
    part = question(GPSampler(), given={"kind": 0.0})
    assert isinstance(part.domain.tree, Leaf)
    assert part.domain.fixed is part.asked.fixed


def test_what_failed_is_a_part_of_it_where_failures_are_to_be_avoided() -> None:
    made = question(GPSampler())
    assert made.tried.failed.any()
    assert made.outcome is not None
    assert question(GPSampler(failures="ignore")).outcome is None
