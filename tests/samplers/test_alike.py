"""As long as no trial is better than another, trials go on being spread over the whole space."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

import hpo
from hpo.protocols import Sampler
from hpo.samplers import AutoSampler, GPSampler, TPESampler
from hpo.trial import Trial

KINDS = list("abcdefgh")


def fails(trial: Trial) -> float:
    raise ArithmeticError


def is_pruned(trial: Trial) -> float:
    raise hpo.TrialPruned


def is_pruned_alike(trial: Trial) -> float:
    trial.report(1.0, trial.number % 2)
    raise hpo.TrialPruned


def is_pruned_or_equal(trial: Trial) -> float:
    if trial.number % 2:
        raise hpo.TrialPruned
    return 0.5


def is_equal(trial: Trial) -> float:
    return 0.5


ENDS = [fails, is_pruned, is_pruned_alike, is_pruned_or_equal, is_equal]


@pytest.mark.parametrize(
    ("sampler", "end"),
    [
        *itertools.product([AutoSampler(), GPSampler()], ENDS),
        *itertools.product([TPESampler()], [fails, is_pruned, is_equal]),  # to which late pruned trials are better
    ],
    ids=lambda one: one.__name__ if callable(one) else repr(one),
)
def test_all_of_the_space_is_tried(sampler: Sampler, end: Callable[[Trial], float]) -> None:
    def objective(trial: Trial) -> float:
        trial.suggest_categorical("kind", KINDS)
        trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1), trial.suggest_float("z", 1e-4, 1, log=True)
        return end(trial)

    study = hpo.create_study(sampler=sampler, seed=1)
    study.optimize(objective, n_trials=90, catch=ArithmeticError)
    later = study.trials[10:]
    x = np.array([(t.params["x"], t.params["y"], 1 + np.log10(t.params["z"]) / 4) for t in later])
    quarters = np.array([np.histogram(column, 4, (0, 1))[0] for column in x.T])
    assert quarters.min() >= 10  # of 20
    assert ((x > 1e-3) & (x < 1 - 1e-3)).mean() > 0.98
    times = [sum(trial.params["kind"] == kind for trial in later) for kind in KINDS]
    assert min(times) >= 3  # of 10
    assert study.verify() == []


def branching(trial: Trial) -> float:
    if trial.suggest_categorical("kind", ["a", "b", "c"]) == "a":
        trial.suggest_int("n", 0, 2)
    raise ArithmeticError


@pytest.mark.parametrize("sampler", [GPSampler(), TPESampler()], ids=repr)
@pytest.mark.parametrize("seed", range(3))
def test_a_finite_space_is_tried_round_by_round(sampler: Sampler, seed: int) -> None:
    study = hpo.create_study(sampler=sampler, seed=seed)
    study.optimize(branching, n_trials=30, catch=ArithmeticError)
    assert list(Counter(repr(trial.params) for trial in study.trials).values()) == [6] * 5
    assert study.verify() == []


@pytest.mark.parametrize("made", [GPSampler, TPESampler])
def test_a_finite_space_ends_the_study_that_is_to_end_then(made: Callable[..., Sampler]) -> None:
    study = hpo.create_study(sampler=made(n_startup_trials=3, on_exhausted="stop"), seed=0)
    study.optimize(branching, n_trials=30, catch=ArithmeticError)
    assert len(study.trials) == 5


def chance(trial: Trial) -> float:
    """Training that works in 0.8 % of the space only, and ends at chance level, measured with noise, elsewhere."""
    away = max(abs(trial.suggest_float(f"x{i}", 0, 1) - middle) for i, middle in enumerate((0.3, 0.7, 0.6)))
    noise = float(np.random.default_rng(trial.number).normal())
    return (1.0 if away > 0.1 else 0.3 + 5 * away) + 0.01 * noise


@pytest.mark.parametrize("sampler", [AutoSampler(), GPSampler()], ids=repr)
def test_numbers_come_from_the_prior_as_long_as_losses_are_nothing_but_noise(sampler: Sampler) -> None:
    shares = []
    for seed in range(3):
        study = hpo.create_study(sampler=sampler, seed=seed)
        study.optimize(chance, n_trials=60)
        told = [trial for trial in study.trials if trial.value is not None and trial.value > 0.9]
        x = np.array([list(trial.params.values()) for trial in told])
        shares.append(((x > 0.05) & (x < 0.95)).all(axis=1).mean())
    assert np.mean(shares) > 0.45  # 0.73 of the prior, 0.3 of a model, which looks at the ends


@pytest.mark.parametrize("sampler", [AutoSampler(), GPSampler()], ids=repr)
def test_what_stands_out_of_noise_is_followed(sampler: Sampler) -> None:
    study = hpo.create_study(sampler=sampler, seed=0)
    study.enqueue_trial({"x0": 0.35, "x1": 0.75, "x2": 0.65})
    study.optimize(chance, n_trials=60)
    assert study.best_value < 0.45


@pytest.mark.parametrize("sampler", [AutoSampler(), GPSampler()], ids=repr)
def test_losses_at_the_ends_of_what_floats_hold_are_told_from_noise(sampler: Sampler) -> None:
    def objective(trial: Trial) -> float:
        trial.suggest_float("x", 0, 1)
        return float(np.random.default_rng(trial.number).choice([-1.7e308, 1.7e308]))

    study = hpo.create_study(sampler=sampler, seed=0)
    study.optimize(objective, n_trials=30)
    assert study.verify() == []


@pytest.mark.parametrize(
    "sampler",
    [AutoSampler(), *(GPSampler(acquisition=name) for name in ("logei", "pi", "lcb", "gp_hedge"))],
    ids=["auto", "logei", "pi", "lcb", "gp_hedge"],
)
def test_an_objective_that_is_the_same_for_all_trials_does_not_draw_trials_away_from_the_others(
    sampler: Sampler,
) -> None:
    def objective(trial: Trial) -> tuple[float, float]:
        return sum((trial.suggest_float(f"x{i}", 0, 1) - 0.3) ** 2 for i in range(4)), 1.0

    study = hpo.create_study(sampler=sampler, directions=["minimize", "minimize"], seed=0)
    study.optimize(objective, n_trials=40)
    assert min(trial.values[0] for trial in study.trials if trial.values) < 1e-3
