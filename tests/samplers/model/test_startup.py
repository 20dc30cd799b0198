"""The first rows are spread over the prior."""

from __future__ import annotations

import numpy as np
import pytest

import hpo
from hpo.arrays import Array
from hpo.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, NormalDistribution
from hpo.history import History
from hpo.key import Key
from hpo.samplers.model.startup import enough, in_the_middle, is_drawn, sobol, stratified
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


def test_the_middle_is_each_number_s_median_whatever_its_scale() -> None:
    key = Key(0, 3)
    row = stratified(SPACE, key, 5, "test")
    middle = in_the_middle(row, SPACE)
    assert middle[3] == row[3]
    values = SPACE.decode(middle)
    assert values["x"] == 0.5
    assert values["lr"] == pytest.approx(10**-2.5)
    assert values["normal"] == 0.0


def history_of(d: int, m: int = 1) -> History:
    """What is known after a trial with so many parameters and objectives; after none if there are no parameters."""
    study = hpo.create_study(directions=["minimize"] * m)
    distributions: dict[str, BaseDistribution] = {f"x{i}": FloatDistribution(0.0, 1.0) for i in range(d)}
    if d:
        params = dict.fromkeys(distributions, 0.5)
        study.add_trial(hpo.create_trial(params=params, distributions=distributions, values=[0.0] * m))
    return study.history


def test_more_parameters_and_objectives_need_more_trials_before_a_model_and_a_wish_is_taken_as_it_is() -> None:
    assert [enough(None, history_of(d)) for d in (0, 3, 11, 12, 24, 60)] == [5, 5, 5, 6, 10, 10]
    assert enough(None, history_of(2, m=2)) == 10
    assert [enough(n, history_of(60)) for n in (0, 1, 3, 25)] == [1, 1, 3, 25]


@pytest.mark.parametrize("d", [1, 12, 40])
def test_ten_trials_come_from_the_prior_of_which_the_last_are_among_those_of_a_model(d: int) -> None:
    history = history_of(d)
    drawn = [n for n in range(100) if is_drawn(n, n, None, history)]
    first = enough(None, history)
    assert len(drawn) == 10
    assert drawn[:first] == list(range(first))
    assert all(n % 4 == 0 for n in drawn[first:])
    assert [n for n in range(100) if is_drawn(n, n, 7, history)] == list(range(7))
    assert not is_drawn(None, 10, None, history)
