"""Boxes of what is not dominated against volumes that are counted another way."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import Array
from hpo.search_region import SearchRegion

_SIDE = 4
_ROWS = st.integers(1, 5).flatmap(
    lambda m: st.lists(st.lists(st.integers(0, _SIDE), min_size=m, max_size=m), min_size=1, max_size=8)
)


def n_cells(points: Array, m: int) -> int:
    """How many cells of a grid some point dominates."""
    cells = np.array(list(product(range(_SIDE), repeat=m)))
    return int((points[:, None] <= cells).all(axis=2).any(axis=0).sum())


@given(_ROWS)
def test_gains_are_the_cells_that_a_point_adds_whatever_ties_there_are(rows: list[list[int]]) -> None:
    points = np.array(rows, dtype=np.float64)
    m = points.shape[1]
    reference = np.full(m, float(_SIDE))
    region = SearchRegion.below(reference)
    for n, point in enumerate(points):
        after = n_cells(points[: n + 1], m)
        assert region.gain(point) == after - (n_cells(points[:n], m) if n else 0)
        region = region.without(point)
        assert region.dominated(reference) == after
        assert region.gain(point) == 0


@given(_ROWS)
def test_each_place_is_in_one_box_unless_it_is_dominated(rows: list[list[int]]) -> None:
    points = np.array(rows, dtype=np.float64)
    region = SearchRegion.below(np.full(points.shape[1], float(_SIDE)))
    for point in points:
        region = region.without(point)
    for place in product(np.arange(-1, _SIDE) + 0.5, repeat=points.shape[1]):
        boxes = ((region.low < place) & (place < region.high)).all(axis=1)
        assert boxes.sum() == (0 if (points < place).all(axis=1).any() else 1)


@pytest.mark.parametrize(("m", "n_boxes"), [(1, 1), (2, 31), (3, 61)])
def test_a_front_of_two_or_three_objectives_makes_few_boxes(m: int, n_boxes: int) -> None:
    points = np.abs(np.random.default_rng(m).normal(size=(30, m)))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    region = SearchRegion.below(np.full(m, 1.1))
    for point in points:
        region = region.without(point)
    assert len(region.high) == n_boxes
