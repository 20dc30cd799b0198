"""A child is the same whenever it is asked for, and whatever makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.key import Key
from hpo.samplers import MOEADSampler, NSGAIIISampler, NSGAIISampler
from hpo.samplers.nsgaii import SPXCrossover
from hpo.samplers.nsgaii.breeding import _brood
from hpo.trial import Trial

Losses = tuple[float, float]


def plain(trial: Trial) -> Losses:
    x = np.array([trial.suggest_float(f"x{i}", 0.0, 1.0) for i in range(5)])
    return float((x**2).sum()), float(((x - 0.5) ** 2).sum())


def mixed(trial: Trial) -> Losses:
    x = trial.suggest_float("x", 0.0, 1.0) + trial.suggest_int("k", 0, 5)
    x += len(trial.suggest_categorical("c", ["a", "bb", "ccc"]))
    return x, (x - 3.0) ** 2


def branching(trial: Trial) -> Losses:
    x = trial.suggest_float("x", 0.0, 1.0)
    if trial.suggest_categorical("c", ["a", "b", "d"]) == "a":
        x += trial.suggest_float("y", 0.0, 1.0)
    else:
        x += trial.suggest_int("z", 0, 9)
    return x, (1.0 - x) ** 2


@pytest.mark.parametrize("objective", [plain, mixed, branching])
@pytest.mark.parametrize("sampler", [NSGAIISampler(seed=0), NSGAIISampler(seed=0, crossover=SPXCrossover())], ids=repr)
def test_a_child_is_the_same_whichever_are_asked_for_before_it(
    objective: Callable[[Trial], Losses], sampler: NSGAIISampler
) -> None:
    study = hpo.create_study(directions=["minimize"] * 2, sampler=sampler)
    study.optimize(objective, n_trials=90)
    history = study.history
    keys = [Key(0, number) for number in range(85, 110)]
    children = [sampler.sample(history.space, history, key) for key in keys]
    _brood.cache_clear()
    again = [sampler.sample(history.space, history, key) for key in reversed(keys)]
    assert np.array_equal(children, again[::-1], equal_nan=True)
    assert len(np.unique(children, axis=0)) > len(keys) // 2


@dataclass
class Middle:
    """Without a hash, as it may be changed."""

    n_parents: int = 2

    def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
        del rng, several
        return np.asarray(parents.mean(axis=0))

    def mutated(self, x: Array, rng: np.random.Generator) -> Array:
        del rng
        return x


@pytest.mark.parametrize("kind", [NSGAIISampler, NSGAIIISampler, MOEADSampler])
def test_what_makes_children_needs_no_hash(
    kind: type[NSGAIISampler] | type[NSGAIIISampler] | type[MOEADSampler],
) -> None:
    study = hpo.create_study(directions=["minimize"] * 2, sampler=kind(seed=0, crossover=Middle(), mutation=Middle()))
    study.optimize(plain, n_trials=60)
    assert study.verify() == []
