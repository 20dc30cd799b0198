"""Children come from members that are alike, stay within bounds and reach them; a given crossover is the only one."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.pareto import hypervolume
from hpo.samplers import MOEADSampler, NSGAIIISampler, NSGAIISampler
from hpo.samplers.nsgaii.selection import least_crowded
from hpo.samplers.nsgaii.variation import varied
from hpo.trial import Trial


def children(points: Array, place: Array, n: int = 600, row: int = 0, other: int = 1) -> Array:
    """Of a member and another one, many times."""
    rng = np.random.default_rng(0)
    return varied(np.repeat(points[None, [row, other]], n, axis=0), points, place, [row] * n, rng)


def population(k: int, n: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    return rng.random((k, n)), rng.random((k, 2))


def test_children_stay_within_bounds_and_reach_them() -> None:
    points, place = population(20, 6)
    points[:, :3] = points[:, :3].round()  # at the ends
    made = children(points, place)
    assert made.min() == 0.0
    assert made.max() == 1.0


def test_children_of_equal_members_are_what_these_are() -> None:
    points = np.repeat(np.random.default_rng(0).random((1, 5)), 12, axis=0)
    np.testing.assert_allclose(children(points, np.zeros((12, 2))), np.repeat(points[:1], 600, axis=0), atol=1e-12)


def test_members_whose_losses_are_different_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    near, far = 0.2 + 0.02 * rng.random((12, 4)), 0.8 + 0.02 * rng.random((12, 4))
    place = np.repeat([[0.0, 1.0], [1.0, 0.0]], 12, axis=0)
    assert children(np.concatenate([near, far]), place).max() < 0.5


def test_some_children_follow_how_numbers_depend_on_each_other() -> None:
    rng = np.random.default_rng(0)
    points = np.repeat(0.4 + 0.2 * rng.random((10, 1)), 2, axis=1)  # all on a diagonal
    made = children(points, np.zeros((10, 2)))
    new = np.abs(made[:, None] - points).max(axis=2).min(axis=1) > 1e-9
    assert np.mean(np.abs(made[:, 0] - made[:, 1])[new] < 1e-12) > 0.2


def test_what_a_member_lacks_is_as_of_the_parent() -> None:
    points, place = population(10, 3)
    points[2:, 1] = np.nan
    points[1, 1] = points[0, 1]
    made = children(points, place)
    np.testing.assert_allclose(made[:, 1], points[0, 1], atol=1e-12)
    assert made[:, 0].std() > 0.01


def test_a_population_of_two_has_children() -> None:
    points, place = population(2, 3)
    assert np.isfinite(children(points, place)).all()
    assert np.isfinite(children(points, place, other=0)).all()


@pytest.mark.parametrize("made", [NSGAIISampler, NSGAIIISampler, MOEADSampler])
def test_a_crossover_that_is_given_is_the_only_one(made: Any) -> None:
    class Copy:
        n_parents = 2

        def child(self, parents: Array, rng: np.random.Generator, *, several: bool) -> Array:
            del rng, several
            return np.asarray(parents[0])

    def objective(trial: Trial) -> tuple[float, float]:
        x, y = trial.suggest_float("x", 0, 1), trial.suggest_float("y", 0, 1)
        return x, 1 - x + y

    for crossover, all_old in ((Copy(), True), (None, False)):
        sampler = made(population_size=10, crossover=crossover, mutation_prob=0.0)
        study = hpo.create_study(directions=["minimize"] * 2, sampler=sampler, seed=0)
        study.optimize(objective, n_trials=60)
        values = [tuple(trial.params.values()) for trial in study.trials]
        assert (set(values[10:]) <= set(values[:10])) == all_old


def test_of_two_objectives_the_one_is_left_out_that_costs_the_least_volume() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        x = np.sort(rng.random(9))
        losses = np.column_stack([x, np.sort(rng.random(9))[::-1]])
        reference = losses.max(axis=0)
        kept = least_crowded(np.hstack([np.zeros((9, 3)), losses]), 8).rows
        best = max(hypervolume(losses[[0, *some, 8]], reference + 1) for some in combinations(range(1, 8), 6))
        assert hypervolume(losses[kept], reference + 1) == pytest.approx(best)
