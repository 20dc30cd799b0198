"""Penalties only say that a trial was bad, however large they are."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpo
from hpo.samplers import GPSampler
from hpo.samplers.gp.penalties import penalised
from hpo.samplers.gp.surrogate import Surrogates
from hpo.trial import Trial

SAMPLERS = [
    GPSampler(),
    GPSampler(failures="ignore"),
    GPSampler(failures="worst"),
    GPSampler(acquisition="pi"),
    GPSampler(warp_losses=False),
    GPSampler(deterministic_objective=True),
]


def proposals(sampler: GPSampler, penalty: tuple[float, ...], sign: float = 1.0) -> list[dict[str, Any]]:
    def objective(trial: Trial) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
        return sign * (penalty[trial.number % len(penalty)] if x > 2 - y else (x - 1) ** 2 + (y + 1) ** 2)

    study = hpo.create_study(sampler=sampler, seed=0, direction="minimize" if sign > 0 else "maximize")
    study.optimize(objective, n_trials=24)
    return [trial.params for trial in study.trials]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
@pytest.mark.parametrize("penalty", [(1e9,), (1e30,), (1e308,), (1e6, 1e9, 1e30, math.inf)])
def test_penalties_of_any_size_are_as_good_as_infinite_ones(sampler: GPSampler, penalty: tuple[float, ...]) -> None:
    assert proposals(sampler, penalty) == proposals(sampler, (math.inf,))


def test_penalties_are_below_what_is_maximised() -> None:
    assert proposals(GPSampler(), (1e9,), sign=-1.0) == proposals(GPSampler(), (1e9,))


@pytest.mark.parametrize("penalty", [1e9, 1e30, math.inf])
def test_the_best_is_found_beside_penalties(penalty: float) -> None:
    last = proposals(GPSampler(), (penalty,))
    best = min((p["x"] - 1) ** 2 + (p["y"] + 1) ** 2 for p in last)
    assert best < 0.02


def test_growth_over_many_decades_is_followed_down() -> None:
    def steep(trial: Trial) -> float:
        x, y = trial.suggest_float("x", -5, 5), trial.suggest_float("y", -5, 5)
        return math.exp((x - 1) ** 2 + (y + 1) ** 2)

    best = []
    for seed in range(3):
        study = hpo.create_study(sampler=GPSampler(), seed=seed)
        study.optimize(steep, n_trials=40)
        best.append(study.best_value)
    assert np.median(best) < 1.001
    assert max(best) < 1.05


@given(st.lists(st.floats(), max_size=30))
def test_infinite_losses_are_penalties_and_the_best_few_are_none(losses: list[float]) -> None:
    some = np.array(losses)
    bad = penalised(np.random.default_rng(0).random((len(some), 2)), some)
    assert bad[np.isposinf(some)].all()
    assert not bad[np.isnan(some)].any()
    if np.isfinite(some[:10]).any():
        assert not bad[some == some[np.isfinite(some)].min()].any()


@pytest.mark.parametrize("seed", range(5))
def test_ordinary_losses_are_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for losses in (rng.normal(size=40), (rng.random((40, 3)) ** 2).sum(axis=1), np.round(rng.random(40), 1)):
        assert not penalised(rng.random((40, 2)), losses).any()


@pytest.mark.parametrize("n_startup_trials", [3, 10])
def test_nothing_becomes_a_penalty_as_the_best_is_approached(n_startup_trials: int) -> None:
    sampler = GPSampler(n_startup_trials=n_startup_trials)
    study = hpo.create_study(sampler=sampler, seed=1)
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=24)
    assert study.best_value < 1e-4
    assert not Surrogates.of(study.history, study.history.space, sampler.modelling).judged.failed.any()


def test_configurations_that_are_known_to_be_good_make_no_other_one_a_penalty() -> None:
    places = np.concatenate([0.5 + 1e-4 * np.arange(12.0), np.linspace(0, 1, 12)])[:, None]
    assert not penalised(places, (places[:, 0] - 0.5) ** 2).any()


@pytest.mark.parametrize("n_good", [1, 2, 3])
def test_all_but_a_few_trials_are_no_penalties(n_good: int) -> None:
    rng = np.random.default_rng(0)
    losses = rng.uniform(0, 50, 60)
    losses[-n_good:] -= 1e6
    large = penalised(rng.random((60, 2)), losses)
    assert large.sum() == (0 if n_good < 3 else 57)
