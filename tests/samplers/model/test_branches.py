"""Which parameters are active is learned exactly where other parameters decide it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import BoolArray, IntArray
from hpo.samplers.model.branches import Leaf, learn, leaves, route
from hpo.samplers.model.configurations import configurations

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
