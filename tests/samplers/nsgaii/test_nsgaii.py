"""Genetic samplers come near to fronts, keep their parts, and wait for nobody."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.history import History
from hpo.key import Key
from hpo.pareto import hypervolume
from hpo.reading.descriptions import described, rebuilt
from hpo.samplers import MOEADSampler, NSGAIIISampler, NSGAIISampler, RandomSampler
from hpo.samplers.nsgaii import (
    BLXAlphaCrossover,
    PolynomialMutation,
    SBXCrossover,
    SPXCrossover,
    UNDXCrossover,
    UniformCrossover,
    VSBXCrossover,
)
from hpo.samplers.nsgaii.population import Population, parents_of
from hpo.samplers.nsgaii.selection import das_dennis, least_crowded, near_references, ranks_of
from hpo.space import Space
from hpo.storage import InMemoryStorage
from hpo.study import Study
from hpo.trial import Trial

CROSSOVERS: list[Any] = [
    UniformCrossover(),
    BLXAlphaCrossover(),
    SBXCrossover(),
    VSBXCrossover(),
    UNDXCrossover(),
    SPXCrossover(),
]
each_crossover = pytest.mark.parametrize("crossover", CROSSOVERS, ids=repr)
MADE = [NSGAIISampler, NSGAIIISampler, MOEADSampler]
each_sampler = pytest.mark.parametrize("made", MADE)


def zdt(trial: Trial) -> tuple[float, float]:
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    g = 1 + 9 * sum(abs(one - 0.3) for one in x[1:]) / 5
    return x[0], g * (1 - math.sqrt(x[0] / g))


def branching(trial: Trial) -> tuple[float, float]:
    if trial.suggest_categorical("model", ["tree", "net"]) == "tree":
        x = trial.suggest_float("depth", 0, 1)
        return x, 1.5 - x + trial.suggest_int("leaves", 0, 9) / 9
    x = trial.suggest_float("width", 0, 1)
    return x + 0.2, 1 - x + (trial.suggest_float("lr", 1e-4, 1, log=True) - 0.01) ** 2


def volume(study: Study) -> float:
    values = np.array([trial.values for trial in study.trials if trial.values is not None])
    return hypervolume(values, np.array([1.5, 3.0]))


def made_study(sampler: Any, objective: Any, n: int, seed: int = 0) -> Study:
    study = hpo.create_study(directions=["minimize", "minimize"], sampler=sampler, seed=seed)
    study.optimize(objective, n_trials=n)
    return study


@each_sampler
@each_crossover
def test_every_crossover_comes_nearer_to_a_front_than_chance(made: Any, crossover: Any) -> None:
    found = [volume(made_study(made(crossover=crossover), zdt, 300, seed)) for seed in range(2)]
    chance = [volume(made_study(RandomSampler(), zdt, 300, seed)) for seed in range(2)]
    assert np.mean(found) > np.mean(chance) + 0.3 * (3.8 - np.mean(chance))


@each_sampler
def test_branches_have_children_too(made: Any) -> None:
    study = made_study(made(), branching, 250)
    late = [trial.params for trial in study.trials[150:]]
    assert 5 < sum(params["model"] == "tree" for params in late) < 95
    assert np.median([params["lr"] for params in late if "lr" in params]) < 0.2
    assert volume(study) > volume(made_study(RandomSampler(), branching, 250)) - 0.02
    assert study.verify() == []


@each_sampler
def test_workers_that_come_and_go_wait_for_nobody(made: Any) -> None:
    storage = InMemoryStorage()
    hpo.create_study(study_name="s", storage=storage, directions=["minimize"] * 2, seed=1)
    workers = [hpo.load_study(study_name="s", storage=storage, sampler=made()) for _ in range(16)]
    rng, under_way = np.random.default_rng(0), []
    for turn in range(400):
        worker = workers[turn % 16]
        under_way.append((worker, worker.ask()))
        if len(under_way) == 16:
            worker, trial = under_way.pop(int(rng.integers(1, 16)))  # the first one never ends
            worker.tell(trial, zdt(trial))
    alone, chance = (volume(made_study(one, zdt, 385, seed=1)) for one in (made(), RandomSampler()))
    assert volume(workers[0]) > chance + 0.5 * (alone - chance)
    assert workers[0].verify() == []


@pytest.mark.parametrize("objective", [zdt, branching])
def test_it_does_not_matter_how_trials_are_cut(objective: Any) -> None:
    history = made_study(NSGAIISampler(), objective, 90).history
    space = history.space
    state = nothing = Population.empty(len(space), 2)
    for row in range(len(history)):
        state = state.advance(history.where(np.arange(len(history)) == row), space, None, least_crowded)
    whole = nothing.advance(history, space, None, least_crowded)
    assert len(whole.parents) > 0
    for name in ("keys", "points", "rank", "room", "place"):
        np.testing.assert_array_equal(getattr(state.parents, name), getattr(whole.parents, name))


def test_with_one_objective_it_is_a_genetic_algorithm() -> None:
    study = hpo.create_study(sampler=NSGAIISampler(), seed=0)
    study.optimize(lambda trial: zdt(trial)[1], n_trials=300)
    chance = hpo.create_study(sampler=RandomSampler(), seed=0)
    chance.optimize(lambda trial: zdt(trial)[1], n_trials=300)
    assert study.best_value < chance.best_value - 0.3


@pytest.mark.parametrize(("d", "m", "size"), [(2, 2, 12), (5, 3, 15), (14, 2, 20), (2, 1, 20)])
def test_few_parameters_take_few_parents_with_several_objectives(d: int, m: int, size: int) -> None:
    sizes: list[int] = []

    class Watching:
        def sample(self, space: Space, history: History, key: Key) -> Array:
            sizes.append(len(parents_of(history, history.space, None, "nsgaii", least_crowded)))
            return NSGAIISampler().sample(space, history, key)

    study = hpo.create_study(directions=["minimize"] * m, sampler=Watching(), seed=0)
    study.optimize(lambda trial: [trial.suggest_float(f"x{i}", 0, 1) for i in range(d)][-1:] * m, n_trials=80)
    assert sizes[-1] == size


@each_sampler
def test_constraints_come_first(made: Any) -> None:
    def bounded(trial: Trial) -> tuple[float, float]:
        values = zdt(trial)
        trial.set_constraint("c", 0.5 - trial.params["x1"])
        return values

    study = made_study(made(), bounded, 250)
    assert np.mean([trial.params["x1"] >= 0.5 for trial in study.trials[150:]]) > 0.6
    assert all(trial.params["x1"] >= 0.5 for trial in study.best_trials)


@each_crossover
def test_children_of_one_point_are_that_point(crossover: Any) -> None:
    rng = np.random.default_rng(0)
    parents = np.repeat(rng.random((1, 7)), crossover.n_parents, axis=0)
    for several in (False, True):
        np.testing.assert_allclose(crossover.child(parents, rng, several=several), parents[0], atol=1e-12)


@each_crossover
def test_children_surround_the_middle_of_their_parents(crossover: Any) -> None:
    rng = np.random.default_rng(1)
    parents = 0.4 + 0.2 * rng.random((crossover.n_parents, 3))
    children = np.array([crossover.child(parents, rng, several=False) for _ in range(20_000)])
    centre = parents[:2].mean(axis=0) if crossover.n_parents == 2 or crossover == UNDXCrossover() else parents.mean(0)
    spread = np.abs(parents - centre).max()
    np.testing.assert_allclose(children.mean(axis=0), centre, atol=0.06 * spread + 0.01)
    assert children.std(axis=0).min() > 0.0


def test_a_mutation_stays_inside_and_is_small_on_average() -> None:
    rng = np.random.default_rng(0)
    for x in (0.0, 0.3, 1.0):
        small, large = (PolynomialMutation(eta).mutated(np.full(5000, x), rng) for eta in (100.0, 5.0))
        assert small.min() >= 0.0
        assert large.max() <= 1.0
        assert 0 < np.abs(small - x).mean() < np.abs(large - x).mean() < 0.2


def keys_of(losses: Array, violation: Array | None = None, order: Array | None = None) -> Array:
    """Sort keys of complete trials, or with another order of the states' classes."""
    n = len(losses)
    first = np.zeros(n) if order is None else order
    return np.column_stack([first, np.zeros(n), np.zeros(n) if violation is None else violation, losses])


def test_feasible_ones_come_first_then_those_that_violate_less() -> None:
    losses = np.array([[5.0, 5.0], [0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [-1.0, -1.0]])
    ranks = ranks_of(keys_of(losses, np.array([0.0, 2.0, 1.0, 0.0, 0.0]), np.array([0.0, 0, 0, 0, 2])))
    assert np.argsort(ranks).tolist() == [3, 0, 2, 1, 4]


def test_of_equals_the_loneliest_are_kept() -> None:
    t = np.concatenate([np.linspace(0, 1, 11), 0.5 + np.linspace(0.001, 0.01, 9)])
    chosen = least_crowded(keys_of(np.column_stack([t, 1 - t])), 11)
    assert np.abs(np.sort(t[chosen.rows]) - np.linspace(0, 1, 11)).max() < 0.02
    assert (chosen.rank == 0).all()


def test_those_near_to_all_directions_are_kept() -> None:
    rng = np.random.default_rng(0)
    references = das_dennis(3, 4)
    crowd = np.abs(np.array([1.0, 0.05, 0.05]) + 0.02 * rng.random((40, 3)))
    spread = references + 1e-3
    losses = np.concatenate([crowd / crowd.sum(axis=1, keepdims=True), spread])
    chosen = near_references(keys_of(losses), len(references), references)
    assert np.mean(chosen.rows >= 40) > 0.9
    assert len(set(chosen.rows.tolist())) == len(references)


@pytest.mark.parametrize("m", [1, 2, 3, 5])
@pytest.mark.parametrize("parts", [1, 3, 6])
def test_directions_are_all_that_there_are(m: int, parts: int) -> None:
    points = das_dennis(m, parts)
    assert len(points) == math.comb(parts + m - 1, m - 1) == len(np.unique(points, axis=0))
    np.testing.assert_allclose(points.sum(axis=1), 1.0)


@pytest.mark.parametrize(
    ("made", "arguments", "sentence"),
    [
        (NSGAIISampler, {"population_size": 1}, "population_size must be at least 4"),
        (NSGAIISampler, {"crossover_prob": 1.5}, r"crossover_prob must be in \[0, 1\]"),
        (NSGAIIISampler, {"mutation_prob": -0.5}, r"mutation_prob must be in \[0, 1\]"),
        (NSGAIISampler, {"crossover": 5}, r"crossover must be an object such as nsgaii.SBXCrossover\(\), got 5"),
        (NSGAIIISampler, {"crossover": SBXCrossover}, "crossover must be an object"),
        (NSGAIISampler, {"mutation": "polynomial"}, "mutation must be an object"),
        (MOEADSampler, {"population_size": 3}, "population_size must be at least 4"),
        (NSGAIIISampler, {"dividing_parameter": 0}, "dividing_parameter must be at least 1"),
        (NSGAIIISampler, {"reference_points": [1.0, 2.0]}, "reference_points must have the shape"),
        (SBXCrossover, {"eta": -1.0}, "eta must be at least 0"),
        (UniformCrossover, {"swapping_prob": 2.0}, "swapping_prob must be in"),
        (BLXAlphaCrossover, {"alpha": -1.0}, "alpha must be at least 0"),
        (SPXCrossover, {"epsilon": 0.0}, "epsilon must be > 0"),
        (UNDXCrossover, {"sigma_xi": -1.0}, "sigma_xi must be at least 0"),
        (PolynomialMutation, {"eta": -1.0}, "eta must be at least 0"),
    ],
)
def test_options_are_checked(made: Any, arguments: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        made(**arguments)


@pytest.mark.parametrize("made", [NSGAIISampler, NSGAIIISampler])
@pytest.mark.parametrize("hook", ["elite_population_selection_strategy", "child_generation_strategy"])
def test_hooks_into_a_study_are_refused_by_a_sentence(made: Any, hook: str) -> None:
    with pytest.raises(TypeError, match=f"has no {hook}.*pure functions of the log"):
        made(**{hook: lambda *_: None})


def test_directions_must_fit_the_objectives_and_samplers_are_values() -> None:
    sampler = NSGAIIISampler(reference_points=np.eye(3), population_size=4)
    with pytest.raises(ValueError, match="3 columns, and the study has 2 objectives"):
        made_study(sampler, zdt, 3)
    assert sampler == NSGAIIISampler(reference_points=np.eye(3).tolist(), population_size=4) != NSGAIIISampler()
    assert len({sampler, NSGAIIISampler(), NSGAIIISampler(dividing_parameter=None)}) == 2
    assert rebuilt(described(sampler)) == sampler


def test_what_is_inherited_in_optuna_is_a_shape_here() -> None:
    class Copy:
        n_parents = 2

        def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
            del rng, several
            return np.asarray(parents[0])

    class Reset:
        def mutated(self, x: Array, rng: np.random.Generator) -> Array:
            return rng.random(len(x))

    study = made_study(NSGAIISampler(crossover=Copy(), mutation=Reset(), mutation_prob=0.2), zdt, 200)
    assert volume(study) > volume(made_study(RandomSampler(), zdt, 200))
    for name in ("BaseCrossover", "BaseMutation"):
        with pytest.raises(ImportError, match=f"has no {name}: .*nothing to inherit"):
            exec(f"from hpo.samplers.nsgaii import {name}")
