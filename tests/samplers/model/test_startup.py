"""The first rows are spread over the prior."""

from __future__ import annotations

import numpy as np
import pytest

from hpo.arrays import Array
from hpo.distributions import CategoricalDistribution, FloatDistribution, NormalDistribution
from hpo.key import Key
from hpo.samplers.model.startup import sobol, stratified
from hpo.space import Space

SPACE = Space(
    {
        "x": FloatDistribution(0.0, 1.0),
        "lr": FloatDistribution(1e-5, 1.0, log=True),
        "normal": NormalDistribution(0.0, 1.0),
        "kind": CategoricalDistribution(["a", "b", "c", "d"]),
    }
)


def rows(begin: int, end: int, n: int, seed: int = 0) -> Array:
    return np.array([stratified(SPACE, Key(seed, number), n, "test") for number in range(begin, end)])


@pytest.mark.parametrize("n", [1, 4, 12])
def test_each_part_of_the_prior_is_drawn_once_in_as_many_trials(n: int) -> None:
    for block in range(3):
        drawn = rows(block * n, (block + 1) * n, n)
        for column in range(3):
            assert sorted(np.floor(drawn[:, column] * n).tolist()) == list(range(n))
        if n % 4 == 0:
            assert np.bincount(drawn[:, 3].astype(int)).tolist() == [n // 4] * 4


def test_orders_differ_between_parameters_blocks_and_seeds() -> None:
    orders = [np.argsort(column) for column in rows(0, 12, 12).T[:3]]
    orders += [np.argsort(rows(12, 24, 12)[:, 0]), np.argsort(rows(0, 12, 12, seed=1)[:, 0])]
    assert len({tuple(order.tolist()) for order in orders}) == 5


def test_pairs_of_values_are_spread_by_a_sobol_sequence() -> None:
    drawn = np.array([sobol(SPACE, Key(0, number), "test") for number in range(16)])
    assert len({tuple(cell) for cell in np.floor(drawn[:, :2] * 4).tolist()}) == 16


def test_rows_of_no_trial_in_particular_are_drawn_from_the_prior() -> None:
    key = Key(3)
    for row in (stratified(SPACE, key, 5, "test"), sobol(SPACE, key, "test")):
        np.testing.assert_array_equal(row, SPACE.uniform(key))
