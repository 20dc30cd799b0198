"""Trials that fail teach where not to go."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import hpo
from hpo.key import Key
from hpo.samplers import GPSampler
from hpo.samplers.gp.criterion import Constrained
from hpo.samplers.gp.failures import Outcomes, Succeeding, branches
from hpo.samplers.gp.surrogate import Surrogates
from hpo.samplers.model.acquisition import log_feasibility
from hpo.study import Study
from hpo.trial import Trial

SAMPLERS = [
    GPSampler(),
    GPSampler(acquisition="pi"),
    GPSampler(acquisition="lcb"),
    GPSampler(deterministic_objective=True, warp_losses=False),
    GPSampler(input_warping=True),
]


def run(sampler: GPSampler, objective: hpo.study.Objective, n_trials: int, seed: int = 3, **options: object) -> Study:
    study = hpo.create_study(sampler=sampler, seed=seed, **options)  # type: ignore[arg-type]
    study.optimize(objective, n_trials=n_trials, catch=ArithmeticError)
    return study


def failed(study: Study) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([trial.state is hpo.TrialState.FAIL for trial in study.trials])


def border(trial: Trial) -> float:
    """The best point lies where everything beyond fails."""
    x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
    if x + y > 2:
        raise ArithmeticError
    return (x - 1) ** 2 + (y - 1) ** 2


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
def test_the_best_point_is_found_at_the_border_of_what_fails(sampler: GPSampler) -> None:
    shares = []
    for seed in (3, 4):
        study = run(sampler, border, 40, seed)
        assert study.best_value < 0.1
        ignoring = run(replace(sampler, failures="ignore"), border, 40, seed)
        shares.append([failed(study)[10:].mean(), failed(ignoring)[10:].mean()])
    avoided, ignored = np.mean(shares, axis=0)
    assert avoided < ignored


def test_how_a_trial_fails_makes_no_difference() -> None:
    def without_value(trial: Trial) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
        return math.nan if x + y > 2 else (x - 1) ** 2 + (y - 1) ** 2

    one, other = run(GPSampler(), border, 25), run(GPSampler(), without_value, 25)
    assert [t.params for t in one.trials] == [t.params for t in other.trials]


@pytest.mark.parametrize("n_before", [1, 2, 3])
def test_a_trial_that_fails_before_it_has_all_parameters_teaches_too(n_before: int) -> None:
    def early(trial: Trial) -> float:
        kind, loss = "a", 0.0
        for number, name in enumerate(["x", "kind", "y"]):
            if name == "kind":
                kind = trial.suggest_categorical("kind", ["a", "b"])
                loss += kind == "b"
            else:
                loss += (trial.suggest_float(name, -5, 5) + 1) ** 2
            if trial.params["x"] > -1 and number >= n_before - 1 - trial.number % 2:
                raise ArithmeticError
        return loss

    study = run(GPSampler(), early, 40)
    assert study.best_value < 0.1


def test_a_choice_that_always_fails_is_left() -> None:
    def objective(trial: Trial) -> float:
        if trial.suggest_categorical("kind", ["a", "b", "c"]) == "b":
            trial.suggest_float("z", 0, 1)
            raise ArithmeticError
        return trial.suggest_float("x", 0, 1)

    study = run(GPSampler(), objective, 40)
    assert failed(study)[15:].mean() < 0.25  # a third by chance


def test_one_value_among_failures_is_enough_to_go_on() -> None:
    def rare(trial: Trial) -> float:
        x = trial.suggest_float("x", 0, 1)
        if trial.number != 4:
            raise ArithmeticError
        return x

    study = run(GPSampler(n_startup_trials=3), rare, 14)
    assert np.flatnonzero(~failed(study)).tolist() == [4]
    assert len(study.trials) == 14


def test_failures_that_come_by_chance_hardly_matter() -> None:
    def bowl(trial: Trial) -> float:
        return (trial.suggest_float("x", -5, 5) - 1) ** 2 + (trial.suggest_float("y", -5, 5) + 1) ** 2

    def flaky(trial: Trial) -> float:
        value = bowl(trial)
        if Key(5, trial.number).uniform("flaky") < 0.1:
            raise ArithmeticError
        return value

    study = run(GPSampler(), flaky, 40)
    assert 0 < failed(study).sum() < 10
    assert study.best_value < 1e-3


def test_nothing_changes_where_nothing_fails() -> None:
    def bowl(trial: Trial) -> float:
        return (trial.suggest_float("x", -5, 5) - 1) ** 2

    proposals = [[t.params for t in run(GPSampler(failures=how), bowl, 20).trials] for how in ("avoid", "ignore")]
    assert proposals[0] == proposals[1]


def test_several_objectives_and_constraints_are_asked_where_trials_do_not_fail() -> None:
    def two(trial: Trial) -> tuple[float, float]:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        trial.set_constraint("c", 0.2 - y)
        if x > 0.5:
            raise ArithmeticError
        return x + y, 1 - x + y

    study = run(GPSampler(), two, 36, directions=["minimize", "minimize"])
    assert failed(study)[18:].mean() <= 0.35


@pytest.mark.parametrize("n_succeeded", [0, 20])
def test_the_gradient_of_what_is_maximised_agrees_with_differences(n_succeeded: int) -> None:
    study = run(GPSampler(n_startup_trials=30), border, 30)
    state = Surrogates.of(study.history, study.history.space, GPSampler().modelling)
    assert state.embedding is not None
    known, embedding = state.judged, state.embedding
    tree = branches(known, embedding.axes)
    outcome = Outcomes.of(known, tree, embedding).surrogate(state.outcome)
    criterion = Succeeding(Constrained(None, [outcome]) if n_succeeded else None, outcome)
    x = np.random.default_rng(0).random((20, 2))
    value, slope = criterion.gradient(x)
    np.testing.assert_allclose(value, criterion(x))
    for j, step in enumerate(1e-6 * np.eye(2)):
        difference = (criterion(x + step) - criterion(x - step)) / 2e-6
        np.testing.assert_allclose(slope[:, j], difference, rtol=1e-4, atol=1e-4)


def test_success_is_as_probable_as_it_was_seen_to_be_the_rule() -> None:
    rng = np.random.default_rng(1)
    x = rng.random((80, 1))
    fails = (x[:, 0] > 0.6) ^ (rng.random(80) < 0.08)
    study = hpo.create_study(sampler=hpo.samplers.RandomSampler(), seed=0)
    for value, fail in zip(x[:, 0].tolist(), fails.tolist(), strict=True):
        study.enqueue_trial({"x": value})
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        study.tell(trial, None if fail else 0.0, state=hpo.TrialState.FAIL if fail else hpo.TrialState.COMPLETE)
    state = Surrogates.of(study.history, study.history.space, GPSampler().modelling)
    assert state.embedding is not None
    assert state.outcome is not None
    tree = branches(state.judged, state.embedding.axes)
    outcome = Outcomes.of(state.judged, tree, state.embedding).surrogate(state.outcome)
    at = outcome.at(np.array([[0.1], [0.3], [0.5], [0.8], [0.95]]))
    p = np.exp(log_feasibility(at.mean[:, 0], at.sigma)[0])
    assert (p[:3] > 0.9).all()
    assert (p[3:] < 0.1).all()


def test_a_trial_that_fails_before_it_has_a_parameter_teaches_nothing() -> None:
    def objective(trial: Trial) -> float:
        if trial.number % 3 == 1:
            raise ArithmeticError
        return trial.suggest_float("x", 0, 1)

    study = run(GPSampler(n_startup_trials=4), objective, 16)
    state = Surrogates.of(study.history, study.history.space, GPSampler().modelling)
    assert not state.judged.failed.any()
