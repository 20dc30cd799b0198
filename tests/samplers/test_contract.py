"""Every sampler keeps the laws of samplers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.protocols import Sampler
from hpo.samplers import (
    AutoSampler,
    CmaEsSampler,
    ForestSampler,
    GPSampler,
    GridSampler,
    LatinHypercubeSampler,
    MOEADSampler,
    NSGAIIISampler,
    NSGAIISampler,
    PartialFixedSampler,
    QMCSampler,
    RandomSampler,
    TPESampler,
)
from hpo.samplers.nsgaii import BLXAlphaCrossover, UNDXCrossover
from hpo.testing import SamplerContract
from hpo.trial import Trial

OTHERS: dict[str, list[Any]] = {"n": [0], "lr": [1e-3], "step": [0.1], "normal": [0.5], "size": [1]}
SAMPLERS: list[Sampler] = [
    AutoSampler(),
    AutoSampler(seed=2, n_startup_trials=3, overhead=None),
    RandomSampler(),
    RandomSampler(seed=3),
    GridSampler({"x": [0.25, 0.5, 0.75], "kind": ["a", "b"], **OTHERS}),
    GridSampler({"x": [0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.75], "kind": ["a", "b"], **OTHERS}, seed=1),
    LatinHypercubeSampler(n_trials=8),
    QMCSampler(),
    QMCSampler(qmc_type="halton", scramble=False, seed=4),
    PartialFixedSampler({"size": 2}, QMCSampler()),
    CmaEsSampler(),
    CmaEsSampler(seed=2, n_startup_trials=20, popsize=4, restart="bipop", lr_adapt=True),
    CmaEsSampler(x0={"x": 0.25, "kind": "b"}, use_separable_cma=True, restart=None),
    NSGAIISampler(),
    NSGAIISampler(population_size=5, crossover=UNDXCrossover(), mutation_prob=0.0, seed=1),
    NSGAIIISampler(population_size=8, crossover=BLXAlphaCrossover()),
    MOEADSampler(population_size=6, swapping_prob=0.9),
    ForestSampler(n_startup_trials=5),
    ForestSampler(model="extra_trees", acquisition="lcb", n_startup_trials=0, failures="ignore", seed=1),
    ForestSampler(model="gradient_boosting", acquisition="pi", n_candidates=20, n_observations=20),
    GPSampler(seed=1, n_startup_trials=5),
    TPESampler(),
    TPESampler(seed=5, n_startup_trials=0, bandwidth="scott", good_weights="old-decay", bad_weights="old-decay"),
    TPESampler(startup="sobol", crossed=0.3, bandwidth="gap"),
    TPESampler(multivariate=False, startup="random", split="sqrt", good_fraction=0.25, failures="bad"),
    TPESampler(n_kernels=4, n_startup_trials=2, n_ei_candidates=1, constant_liar=False, good_weights="uniform"),
]


@pytest.mark.parametrize("sampler", SAMPLERS, ids=repr)
class TestSamplers(SamplerContract):
    pass


@pytest.mark.parametrize("n_before", [0, 12])
@pytest.mark.parametrize("sampler", [one for one in SAMPLERS if not isinstance(one, GridSampler)], ids=repr)
def test_parameters_that_are_new_are_drawn_apart_from_each_other(sampler: Sampler, n_before: int) -> None:
    study = hpo.create_study(sampler=sampler, seed=1)
    study.optimize(lambda trial: trial.suggest_float("old", 0, 1), n_trials=n_before)
    n_apart = 0
    for trial in study.ask(n=4):
        trial.suggest_float("old", 0, 1)
        n_apart += len({trial.suggest_float(name, -5, 5) for name in "abcd"}) == 4
    assert n_apart >= 3  # the first point of some sequences is the origin


EARLIER = hpo.create_study(sampler=RandomSampler(), seed=0)
EARLIER.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=12)


def by_a_list_of_trials(trials: list[Any]) -> Sampler:
    return CmaEsSampler(source_trials=trials)


def by_an_array(points: Any) -> Sampler:
    return NSGAIIISampler(reference_points=points, population_size=4)


def wanted(trial: Trial) -> float:
    trial.suggest_categorical("kind", ["a", "b"])
    trial.suggest_int("n", 0, 3), trial.suggest_float("lr", 1e-5, 1e-1, log=True), trial.suggest_int("size", 1, 4)
    trial.suggest_float("step", 0, 1, step=0.1), trial.suggest_normal("normal", 0.5, 1.0)
    return (trial.suggest_float("x", 0, 1) - 0.3) ** 2


def made_of(sampler: Any) -> dict[str, Any]:
    return {field.name: getattr(sampler, field.name) for field in fields(sampler) if field.init}


def loose(value: Any) -> Any:
    """What says the same, and can be changed where that is possible."""
    if isinstance(value, dict):
        return {name: loose(one) for name, one in value.items()}
    return [loose(one) for one in value] if isinstance(value, (list, tuple)) else value


def change(value: Any) -> None:
    if isinstance(value, np.ndarray):
        value[:] = 0.5
    elif isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            change(one)
        value.clear()


@pytest.mark.parametrize(
    ("make", "given"),
    [
        *((type(one), made_of(one)) for one in SAMPLERS),
        (by_a_list_of_trials, {"trials": EARLIER.trials}),
        (by_an_array, {"points": np.array([[0.5], [1.0]])}),
        (by_an_array, {"points": [[0.5], [1.0]]}),
    ],
    ids=[*map(repr, SAMPLERS), "trials", "array", "lists"],
)
def test_what_a_sampler_was_made_of_may_change_afterwards(make: Callable[..., Sampler], given: dict[str, Any]) -> None:
    other, changing = make(**loose(given)), loose(given)
    changing = {name: one.copy() if isinstance(one, np.ndarray) else one for name, one in changing.items()}
    sampler = make(**changing)
    said = repr(sampler), hash(sampler)
    study, same = hpo.create_study(sampler=sampler, seed=3), hpo.create_study(sampler=other, seed=3)
    study.optimize(wanted, n_trials=2)
    for one in changing.values():
        change(one)
    study.optimize(wanted, n_trials=6)
    same.optimize(wanted, n_trials=8)
    assert (repr(sampler), hash(sampler)) == said == (repr(other), hash(other))
    assert sampler == other
    assert [trial.params for trial in study.trials] == [trial.params for trial in same.trials]
    assert study.verify() == []
