"""Each direction keeps the trial that is best for it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hpo.arrays import Array
from hpo.samplers.nsgaii.decomposition import best_by_direction
from hpo.samplers.nsgaii.selection import das_dennis, ranks_of

some = st.sampled_from([-math.inf, -1e308, -1.0, 0.0, 1.0, 2.0, 1e308, math.inf]) | st.floats(0, 1)
points = st.integers(1, 4).flatmap(
    lambda m: st.lists(st.lists(some, min_size=m, max_size=m), min_size=1, max_size=15).map(np.array)
)


def keys_of(losses: Array, violation: Array | float = 0.0) -> Array:
    keys = np.zeros((len(losses), 3 + losses.shape[1]))
    keys[:, 2] = violation
    keys[:, 3:] = losses
    return keys


@given(points, st.integers(1, 15))
@example(np.array([[-1e308, 0.0], [1e308, -1.0], [0.0, 0.0]]), 2)
def test_whatever_the_losses_are_some_are_chosen_each_once(losses: Array, size: int) -> None:
    size = min(size, len(losses))
    chosen = best_by_direction(keys_of(losses), size)
    assert len(set(chosen.rows.tolist())) == len(chosen.rows) == len(chosen.room) == size
    assert (chosen.rank == ranks_of(keys_of(losses))[chosen.rows]).all()


@pytest.mark.parametrize("m", [2, 3, 5])
def test_the_best_of_every_direction_is_kept(m: int) -> None:
    rng = np.random.default_rng(m)
    losses = np.abs(rng.normal(size=(200, m)))
    size = 40
    parts = max(parts for parts in range(1, 60) if math.comb(parts + m - 1, m - 1) <= size)
    front = losses[ranks_of(keys_of(losses)) == 0]
    relative = (losses - losses.min(axis=0)) / (front.max(axis=0) - losses.min(axis=0))
    best = set()
    for weights in np.maximum(das_dennis(m, parts), 1e-3):
        weighted = relative * weights
        best.add(int((weighted.max(axis=1) + 1e-4 * weighted.sum(axis=1)).argmin()))
    kept = best_by_direction(keys_of(losses * 7.0 + 3.0), size).rows.tolist()
    assert best <= set(kept)


def test_feasible_ones_come_first_then_those_that_violate_less() -> None:
    rng = np.random.default_rng(0)
    losses = rng.random((30, 3))
    violation = np.where(np.arange(30) < 10, 0.0, np.arange(30.0))
    assert set(best_by_direction(keys_of(losses, violation), 6).rows.tolist()) < set(range(10))
    assert set(best_by_direction(keys_of(losses, violation), 15).rows.tolist()) == set(range(15))
