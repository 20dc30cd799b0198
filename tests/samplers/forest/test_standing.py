"""What trees are told of losses depends on their order alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import Array
from hpo.samplers.forest.standing import scalarised, standing

losses = st.lists(st.integers(-5, 5), min_size=1, max_size=30).map(lambda x: np.array(x, dtype=np.float64))


@given(x=losses)
def test_better_losses_stand_lower_whatever_their_unit_and_shape(
    x: Array,
) -> None:
    none = np.zeros(len(x), dtype=np.bool_)
    y = standing(x, none)
    assert (np.sign(y[:, None] - y) == np.sign(x[:, None] - x)).all()
    assert (standing(np.exp(x) * 1e-30, none) == y).all()
    assert np.isfinite(y).all()


@given(x=losses, seed=st.integers(0, 99))
def test_pruned_trials_are_no_better_than_the_median(x: Array, seed: int) -> None:
    pruned = np.random.default_rng(seed).random(len(x)) < 0.5
    assert (standing(x, pruned)[pruned] >= 0.0).all()


@given(seed=st.integers(0, 999), m=st.integers(2, 4))
def test_what_is_dominated_is_worse_by_any_weights(seed: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (12, m)).astype(np.float64)
    one = scalarised(x, rng)
    dominates = (x[:, None] <= x).all(axis=2) & (x[:, None] < x).any(axis=2)
    assert (one[:, None] < one)[dominates].all()
