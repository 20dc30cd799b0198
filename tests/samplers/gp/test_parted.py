"""Improvements that two models expect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.samplers import GPSampler, RandomSampler
from hpo.samplers.gp.criterion import Improvement
from hpo.samplers.gp.parted import Apart
from hpo.samplers.gp.posterior import Posterior
from hpo.samplers.gp.surrogate import Surrogates
from hpo.samplers.model.acquisition import log_expected_improvement, log_students_improvement
from hpo.trial import Trial

Known = tuple[Posterior, Apart, Array]


def objective(trial: Trial) -> float:
    x = trial.suggest_float("x", 0, 1)
    if trial.suggest_categorical("k", ["a", "b"]) == "a":
        return 10.0 * (x - trial.suggest_float("y", 0, 1)) ** 2
    return 1.0 + 0.01 * x + trial.suggest_float("z", 0, 1) ** 2


@pytest.fixture(scope="module")
def known() -> Known:
    study = hpo.create_study(sampler=RandomSampler(), seed=1)
    study.optimize(objective, n_trials=24)
    state = Surrogates.of(study.history, study.history.space, GPSampler().modelling)
    assert state.embedding is not None
    (model,) = state.posteriors(state.seen)
    apart = state.apart(state.seen, model)
    assert apart is not None
    features = state.embedding.features(state.seen.points, state.seen.active)
    rng = np.random.default_rng(0)
    moved = features.copy()
    for j in range(model.n_numbers):
        inside = features[:, j] != 0.5
        moved[inside, j] = rng.uniform(0, 1, int(inside.sum()))
    return model, apart, moved


def together(model: Posterior) -> Improvement:
    return Improvement(model, log_expected_improvement, model.fitted.min(axis=0))


def test_it_is_a_weighted_mean_of_both_in_losses(known: Known) -> None:
    model, apart, features = known
    value = apart.parted(together(model), 0.0, features[:0])(features)
    best = np.min([own.best for own in apart.own.values()], axis=0) - 1e-3 * apart.scale.unit
    joint = np.exp(together(model)(features)) * apart.scale.unit
    at = apart.arms.at(features)
    for i, arm in enumerate(at.tolist()):
        own, part = apart.own[arm], apart.arms.arms[arm].part
        there = own.model.at(features[[i]][:, part.columns])
        freedom = float(len(own.model.y))
        gain = log_students_improvement(there.mean[:, 0], there.sigma, own.scale.y(best), freedom)[0]
        expected = (1.0 - apart.share) * joint[i] + apart.share * np.exp(gain[0]) * own.scale.unit
        assert np.exp(value[i]) * apart.scale.unit == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("ambition", [0.0, 0.3])
@pytest.mark.parametrize("versions", [1, 4])
def test_gradients_agree_with_differences(known: Known, ambition: float, versions: int) -> None:
    model, apart, features = known
    if versions > 1:
        normal = np.random.default_rng(2).standard_normal((3, versions))
        apart, model = apart.given(features[:3], normal), model.given(features[:3], normal)
    criterion = apart.parted(together(model), ambition, features[:0])
    value, slope = criterion.gradient(features)
    np.testing.assert_allclose(value, criterion(features), rtol=1e-9)
    h = 1e-5  # values of points that are known well have large rounding errors
    for j in range(model.n_numbers):
        up, down = features.copy(), features.copy()
        up[:, j] += h
        down[:, j] -= h
        numeric = (criterion(up) - criterion(down)) / (2 * h)
        inside = features[:, j] != 0.5
        np.testing.assert_allclose(slope[inside, j], numeric[inside], rtol=1e-3, atol=1e-4)


def test_a_pending_trial_makes_its_arm_surer_and_no_other(known: Known) -> None:
    _, apart, features = known
    at = apart.arms.at(features)
    point = features[[int(np.flatnonzero(at == 0)[0])]]
    after = apart.given(point, np.zeros((1, 2)))
    for arm, own in apart.own.items():
        columns = apart.arms.arms[arm].part.columns
        before, now = (one.model.at(features[at == arm][:, columns]).sigma for one in (own, after.own[arm]))
        assert (now <= before + 1e-9).all()
        assert (now < before - 1e-3).any() == (arm == 0)


def test_the_best_loss_counts_even_where_too_little_is_known_of_its_arm(known: Known) -> None:
    model, apart, features = known
    better = replace(apart, rest=-1000.0)
    assert (
        better.parted(together(model), 0.0, features[:0])(features)
        <= apart.parted(together(model), 0.0, features[:0])(features)
    ).all()


def alike(trial: Trial) -> float:
    k: int = trial.suggest_categorical("k", [0, 1, 2])
    return float(k + sum((trial.suggest_float(name, 0, 1) - 0.5) ** 2 for name in "xyz"))


def unlike(trial: Trial) -> float:
    k: str = trial.suggest_categorical("k", ["up", "down", "flat"])
    x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
    return {"up": 5 * x, "down": -5 * y, "flat": 0.01 * (x - y)}[k]


def test_the_arms_count_by_what_they_share() -> None:
    assert np.median([_share(alike, seed) for seed in range(5)]) < 0.1
    assert np.median([_share(unlike, seed) for seed in range(5)]) > 0.9


def _share(objective: Callable[[Trial], float], seed: int) -> float:
    study = hpo.create_study(sampler=RandomSampler(), seed=seed)
    study.optimize(objective, n_trials=30)
    state = Surrogates.of(study.history, study.history.space, GPSampler().modelling)
    apart = state.apart(state.seen, state.posteriors(state.seen)[0])
    assert apart is not None
    return apart.share


def shared(trial: Trial) -> float:
    x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
    if trial.suggest_categorical("k", ["risky", "safe"]) == "risky":
        return (x - 1) ** 2 + (y + 1) ** 2
    return 0.2 + 0.01 * abs(y)


def own(trial: Trial) -> float:
    if trial.suggest_categorical("k", ["risky", "safe"]) == "risky":
        return (trial.suggest_float("x", -5, 5) - 1) ** 2 + (trial.suggest_float("y", -5, 5) + 1) ** 2
    return 0.2 + 0.01 * abs(trial.suggest_float("z", -5, 5))


@pytest.mark.parametrize("risky", [shared, own])
def test_an_unlucky_arm_is_asked_again_as_long_as_it_may_win(risky: Callable[[Trial], float]) -> None:
    studies = [hpo.create_study(sampler=GPSampler(seed=seed)) for seed in range(5)]
    for study in studies:
        study.optimize(risky, n_trials=60)
    assert median(study.best_value for study in studies) < 0.05
