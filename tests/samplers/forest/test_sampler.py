"""Forests find good configurations of all kinds of spaces, and stay away from bad ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.pareto import hypervolume
from hpo.samplers import ForestSampler, RandomSampler
from hpo.study import Study
from hpo.trial import Trial

MODELS: list[Any] = [
    ForestSampler(),
    ForestSampler(acquisition="lcb"),
    ForestSampler(acquisition="pi"),
    ForestSampler(model="extra_trees"),
    ForestSampler(model="gradient_boosting"),
]
each_model = pytest.mark.parametrize("sampler", MODELS, ids=repr)
SEEDS = (0, 1, 2)


def run(sampler: Any, objective: Any, n_trials: int, seed: int = 0, **options: Any) -> Study:
    study = hpo.create_study(sampler=sampler, seed=seed, **options)
    study.optimize(objective, n_trials=n_trials, catch=ArithmeticError)
    return study


def mixed(trial: Trial) -> float:
    x, n = trial.suggest_float("x", 1e-4, 1, log=True), trial.suggest_int("n", 0, 20)
    kind = trial.suggest_categorical("kind", ["a", "b", "c", "d"])
    return (math.log10(x) + 2) ** 2 + ((n - 5) / 10) ** 2 + {"a": 0.5, "b": 0.0, "c": 1.0, "d": 0.8}[kind]


def branching(trial: Trial) -> float:
    """Which of two models is better shows only once its own parameters are good."""
    loss = (trial.suggest_float("shared", 0, 1) - 0.7) ** 2
    if trial.suggest_categorical("model", ["tree", "net"]) == "tree":
        return loss + 0.3 + (trial.suggest_int("depth", 1, 9) - 4) ** 2 / 50
    return loss + abs(math.log10(trial.suggest_float("lr", 1e-5, 1, log=True)) + 3) / 3


@each_model
@pytest.mark.parametrize("objective", [mixed, branching])
def test_forests_find_better_configurations_than_chance(sampler: Any, objective: Any) -> None:
    found = [run(sampler, objective, 50, seed).best_value for seed in SEEDS]
    chance = [run(RandomSampler(), objective, 50, seed).best_value for seed in SEEDS]
    assert np.median(found) < 0.5 * np.median(chance)


@each_model
def test_the_shape_of_losses_makes_no_difference(sampler: Any) -> None:
    plain = run(sampler, mixed, 30)
    bent = run(sampler, lambda trial: math.exp(3.0 * mixed(trial)) - 7.0, 30)
    assert [trial.params for trial in plain.trials] == [trial.params for trial in bent.trials]


@each_model
def test_trials_that_run_side_by_side_spread(sampler: Any) -> None:
    study = run(sampler, mixed, 30)
    asked = study.ask(n=8)
    for trial in asked:
        mixed(trial)
    assert len({repr(trial.params) for trial in asked}) == 8


def border(trial: Trial, *, raises: bool) -> float:
    """The best point lies where everything beyond fails, or is not allowed."""
    x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
    trial.set_constraint("sum", 0.0 if raises else x + y - 2)
    if raises and x + y > 2:
        raise ArithmeticError
    return (x - 2) ** 2 + (y - 2) ** 2


@pytest.mark.parametrize("raises", [True, False])
def test_what_fails_or_is_not_allowed_is_avoided(*, raises: bool) -> None:
    def beyond(study: Study) -> float:
        return float(np.mean([sum(trial.params.values()) > 2 for trial in study.trials[20:]]))

    aware = [run(ForestSampler(), lambda trial: border(trial, raises=raises), 60, seed) for seed in SEEDS]
    unaware = [run(ForestSampler(), border_without, 60, seed) for seed in SEEDS]
    assert np.mean(list(map(beyond, aware))) < 0.6 * np.mean(list(map(beyond, unaware)))
    assert np.median([study.best_value for study in aware]) < 3.0  # (1, 1) is the best point, at 2


def border_without(trial: Trial) -> float:
    x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
    return (x - 2) ** 2 + (y - 2) ** 2


def test_what_is_allowed_is_looked_for_as_long_as_nothing_is() -> None:
    def strict(trial: Trial) -> float:
        x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(4)]
        trial.set_constraint("near", sum(abs(u - 0.3) for u in x) - 0.15)
        return sum(x)

    def least(sampler: Any, seed: int) -> float:
        return min(trial.constraints["near"] for trial in run(sampler, strict, 60, seed).trials)

    found, chance = ([least(sampler, seed) for seed in SEEDS] for sampler in (ForestSampler(), RandomSampler()))
    assert np.mean(found) < np.mean(chance) - 0.05


@each_model
def test_fronts_are_approached(sampler: Any) -> None:
    def two(trial: Trial) -> tuple[float, float]:
        kinds = [trial.suggest_categorical(f"kind{i}", ["a", "b", "c", "d"]) for i in range(4)]
        x, loss = trial.suggest_float("x", 0, 1), sum(kind != "b" for kind in kinds)
        return x + loss, 1 - x + loss

    def volume(sampler: Any, seed: int) -> float:
        study = run(sampler, two, 60, seed, directions=["minimize", "minimize"])
        return hypervolume(np.array([trial.values for trial in study.trials]), np.array([4.0, 4.0]))

    found, chance = ([volume(one, seed) for seed in SEEDS] for one in (sampler, RandomSampler()))
    assert np.mean(found) > np.mean(chance) + 1.0


def test_a_parameter_that_is_new_inside_of_a_trial_is_chosen_given_the_others() -> None:
    def objective(trial: Trial) -> float:
        best = {"a": 0.2, "b": 0.8}[trial.suggest_categorical("kind", ["a", "b"])]
        return abs(trial.suggest_float("x", 0, 1) - best)

    study = run(RandomSampler(), objective, 60)
    study.sampler = ForestSampler(acquisition="lcb", kappa=0.0, exploration=0.0)
    for kind, best in (("a", 0.2), ("b", 0.8)):
        study.enqueue_trial({"kind": kind})
        trial = study.ask()
        objective(trial)
        assert trial.params["kind"] == kind
        assert trial.params["x"] == pytest.approx(best, abs=0.15)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "forest"}, "model must be one of"),
        ({"acquisition": "ei"}, "acquisition must be one of"),
        ({"failures": "worst"}, "failures must be one of"),
        ({"n_candidates": 0}, "n_candidates must be at least 1"),
        ({"n_startup_trials": -1}, "n_startup_trials must be at least 0"),
        ({"exploration": 2.0}, r"exploration must be in \[0, 1\]"),
        ({"kappa": -1.0}, "kappa must be at least 0"),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ForestSampler(**options)
