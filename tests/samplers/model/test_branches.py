"""Which parameters are active is learned exactly where other parameters decide it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import Array, BoolArray, IntArray
from hpo.distributions import CategoricalDistribution, FloatDistribution
from hpo.samplers.model.axes import Axes, axes_of
from hpo.samplers.model.branches import Branch, Leaf, learn, leaves, route, tree_of
from hpo.samplers.model.configurations import configurations
from hpo.space import Space

NUMBERS = np.array([2], dtype=np.int64)
SIZES = np.array([3, 2, 4, 2, 5])


def pattern(row: IntArray) -> list[bool]:
    """Column 1 comes with the first choice of column 0, column 3 with 1 and the second, column 4 with 2 ≥ 2."""
    one = row[0] == 0
    return [True, bool(one), True, bool(one and row[1] == 1), bool(row[2] >= 2)]


def trials(n: int, seed: int) -> tuple[IntArray, IntArray, BoolArray]:
    values = np.random.default_rng(seed).integers(0, SIZES, (n, 5))
    active = np.array([pattern(row) for row in values])
    return values, np.where(active, values, -1), active


@given(st.integers(0, 50))
def test_nested_branches_are_learned(seed: int) -> None:
    _, bins, active = trials(600, seed)
    tree = learn(bins, active, NUMBERS)
    values, _, expected = trials(300, seed + 1000)
    assert (route(tree, values) == expected).all()


def test_all_configurations_are_listed_once() -> None:
    _, bins, active = trials(400, 0)
    tree = learn(bins, active, NUMBERS)
    rows = configurations(tree, SIZES, 1000)
    assert rows is not None
    expected = set()
    for values in np.ndindex(*SIZES):
        row = np.array(values)
        expected.add(tuple(np.where(pattern(row), row, -1).tolist()))
    assert {tuple(row) for row in rows.tolist()} == expected
    assert len(rows) == len(expected)
    assert configurations(tree, SIZES, 10) is None


def test_without_branches_the_tree_is_a_leaf() -> None:
    bins = np.array([[0, 1], [1, 1]])
    tree = learn(bins, np.ones((2, 2), dtype=np.bool_), NUMBERS)
    assert isinstance(tree, Leaf)
    assert tree.active.all()


def test_what_nothing_decides_is_as_in_most_trials() -> None:
    active = np.array([[True, False]] * 3 + [[True, True]] * 4)
    bins = np.where(active, 0, -1)
    tree = learn(bins, active, NUMBERS)
    assert isinstance(tree, Leaf)
    assert tree.active.tolist() == [True, True]


def test_an_unseen_category_has_what_all_have_and_an_unseen_number_what_its_neighbour_has() -> None:
    active = np.array([[True, True, True, False, False], [True, True, True, True, False]])
    by_category = learn(np.array([[0, 0, 0, -1, -1], [1, 0, 0, 0, -1]]), active, NUMBERS)
    assert route(by_category, np.array([[2, 0, 0, 0, 0]])).tolist() == [[True, True, True, False, False]]
    by_number = learn(np.array([[0, 0, 0, -1, -1], [0, 0, 3, 0, -1]]), active, NUMBERS)
    assert route(by_number, np.array([[0, 0, 2, 0, 0], [0, 0, 1, 0, 0]]))[:, 3].tolist() == [True, False]


def test_leaves_cover_what_was_not_seen() -> None:
    active = np.array([[True, False], [True, True]])
    tree = learn(np.array([[0, -1], [1, 0]]), active, np.array([], dtype=np.int64))
    assert [path for path, _ in leaves(tree, [3, 2])] == [((0, 0),), ((0, 1),), ((0, 2),)]


def added(n_before: int, n_since: int, decides: bool) -> tuple[Axes, Array, BoolArray]:
    """Trials, the later ones with a parameter more, which lie elsewhere, or have another choice, too."""
    space = {"x": FloatDistribution(0, 1), "k": CategoricalDistribution(["a", "b"]), "new": FloatDistribution(0, 1)}
    rng = np.random.default_rng(0)
    points = rng.random((n_before + n_since, 3))
    points[:, 1] = rng.integers(0, 2, len(points))
    points[:n_before, 0] *= 0.3
    points[n_before:, 0] = 0.7 + 0.3 * points[n_before:, 0]
    if decides:
        points[:, 1] = np.arange(len(points)) >= n_before
    points[:n_before, 2] = np.nan
    return axes_of(Space(space)), points, ~np.isnan(points)


@pytest.mark.parametrize("n_since", [5, 30])
def test_a_parameter_that_the_objective_has_come_to_ask_for_is_no_branch(n_since: int) -> None:
    tree = tree_of(*added(20, n_since, decides=False))
    assert isinstance(tree, Leaf)
    assert tree.active.all()


def test_until_then_and_where_a_choice_decides_it_is_one() -> None:
    few = tree_of(*added(20, 4, decides=False))
    assert isinstance(few, Branch)
    assert few.column == 0
    chosen = tree_of(*added(20, 9, decides=True))
    assert isinstance(chosen, Branch)
    assert chosen.column == 1
    axes, points, active = added(20, 9, decides=False)
    points[-1, 2], active[-1, 2] = np.nan, False  # the last one lacks it
    assert isinstance(tree_of(axes, points, active), Branch)
