"""Trees part where it reduces the error most, all of them together as each would alone."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import Array, BoolArray, IntArray
from hpo.samplers.forest.cuts import best_cuts, random_cuts
from hpo.samplers.forest.features import ABSENT, Features
from hpo.samplers.forest.growth import Level, grow, in_order
from hpo.samplers.forest.trees import Trees


def data(seed: int, n: int, q: int, c: int, *, coarse: bool = True) -> tuple[Features, Array]:
    """Numbers, some of which are absent, categories of three codes, and targets that depend on all of them."""
    rng = np.random.default_rng(seed)
    numbers = rng.integers(0, 5, (q, n)) / 4 if coarse else rng.random((q, n))
    numbers[rng.random((q, n)) < 0.2] = ABSENT
    codes = rng.integers(0, 4, (c, n)).astype(np.float64)
    x = np.concatenate([numbers, codes])
    weights = rng.normal(size=len(x))
    return Features(x, np.full(c, 4)), np.asarray(weights @ x + rng.normal(size=n))


def grown(
    features: Features, y: Array, samples: IntArray, kind: str, seed: int = 0, max_depth: int | None = None
) -> Trees:
    cutting = random_cuts if kind == "random" else partial(best_cuts, share=1.0, min_samples_leaf=1)
    rng = np.random.default_rng(seed)
    order = in_order(features, samples) if kind == "best" else np.arange(samples.size)[None]
    return grow(features, y[samples], samples, order, cutting, rng, min_samples_split=2, max_depth=max_depth)


def parted(trees: Trees, features: Features) -> BoolArray:
    """Which pairs of rows come to one leaf in each tree, shape (t, n, n)."""
    leaves = trees.leaves(features)
    return np.asarray(leaves[:, :, None] == leaves[:, None, :])


def error(y: Array) -> float:
    return float(((y - y.mean()) ** 2).sum())


def least_error(features: Features, y: Array) -> float:
    """After the best of all cuts, found by trying them."""
    best = error(y)
    for j, u in enumerate(features.x):
        values = np.unique(u)
        if j < features.n_numbers:
            sides = [u < value for value in values[1:]]
        else:
            sides = [np.isin(u, some) for k in range(1, len(values)) for some in combinations(values, k)]
        best = min([best, *(error(y[side]) + error(y[~side]) for side in sides)])
    return best


shapes = st.tuples(st.integers(2, 25), st.integers(0, 3), st.integers(0, 3)).filter(lambda s: s[1] + s[2] > 0)


@given(seed=st.integers(0, 10**6), shape=shapes)
def test_the_first_cut_reduces_the_error_most(seed: int, shape: tuple[int, int, int]) -> None:
    features, y = data(seed, *shape)
    trees = grown(features, y, np.arange(len(y))[None], "best", max_depth=1)
    (leaves,) = trees.leaves(features)
    after = sum(error(y[leaves == leaf]) for leaf in np.unique(leaves))
    assert after == pytest.approx(least_error(features, y), rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 10**6), shape=shapes, kind=st.sampled_from(["best", "random"]))
def test_leaves_hold_the_mean_and_the_variance_of_what_came_there(
    seed: int, shape: tuple[int, int, int], kind: str
) -> None:
    features, y = data(seed, *shape)
    samples = np.stack([np.arange(len(y)), np.random.default_rng(seed).integers(len(y), size=len(y))])
    trees = grown(features, y, samples, kind, max_depth=2)
    leaves = trees.leaves(features)
    for rows, leaf in zip(samples, leaves, strict=True):
        for node in np.unique(leaf[rows]):
            there = y[rows][leaf[rows] == node]
            assert trees.mean[node] == pytest.approx(there.mean(), rel=1e-9, abs=1e-9)
            assert trees.variance[node] == pytest.approx(there.var(), rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 10**6), shape=shapes)
def test_trees_that_grow_together_part_their_samples_as_each_alone(seed: int, shape: tuple[int, int, int]) -> None:
    features, y = data(seed, *shape, coarse=False)
    rng = np.random.default_rng(seed)
    samples = rng.integers(len(y), size=(3, len(y)))
    together = parted(grown(features, y, samples, "best"), features)
    for rows, here in zip(samples, together, strict=True):
        alone = parted(grown(features, y, rows[None], "best", seed=1), features)[0]
        assert (here[np.ix_(rows, rows)] == alone[np.ix_(rows, rows)]).all()


@given(seed=st.integers(0, 10**6), shape=shapes, kind=st.sampled_from(["best", "random"]))
def test_a_full_tree_knows_what_it_saw(seed: int, shape: tuple[int, int, int], kind: str) -> None:
    features, y = data(seed, *shape)
    trees = grown(features, y, np.arange(len(y))[None], kind)
    (leaves,) = trees.leaves(features)
    for row, column in enumerate(features.x.T):
        alike = (column == features.x.T).all(axis=1)
        assert trees.mean[leaves[row]] == pytest.approx(y[alike].mean(), rel=1e-9, abs=1e-6)


@given(seed=st.integers(0, 10**6), shape=shapes)
def test_trees_put_together_are_the_same_trees(seed: int, shape: tuple[int, int, int]) -> None:
    features, y = data(seed, *shape)
    parts = [grown(features, y, np.arange(len(y))[None], kind) for kind in ("best", "random")]
    both = Trees.together(parts)
    here, there = both.mean[both.leaves(features)], [p.mean[p.leaves(features)] for p in parts]
    assert (here == np.concatenate(there)).all()


@pytest.mark.parametrize("cutting", [random_cuts, partial(best_cuts, share=1.0, min_samples_leaf=1)])
def test_what_is_absent_is_parted_from_all_that_is_there(cutting: object) -> None:
    features = Features(np.array([[ABSENT] * 5 + [0.9] * 5]), np.empty(0, dtype=np.int64))
    y = np.repeat([-0.5, 0.5], 5)
    level = Level(features.x, features.n_codes, y, np.tile(np.arange(10), (2, 1)), np.array([0]), np.array([10]))
    assert cutting(level, np.random.default_rng(0)).threshold[0] <= 0.0  # type: ignore[operator]


def test_a_code_that_nobody_had_goes_either_way() -> None:
    features = Features(np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([4]))
    y = np.array([0.0, 0.0, 1.0, 1.0])
    unseen = Features(np.array([[2.0]]), features.n_codes)
    trees = grown(features, y, np.tile(np.arange(4), (200, 1)), "best")
    assert 0.3 < trees.mean[trees.leaves(unseen)].mean() < 0.7
