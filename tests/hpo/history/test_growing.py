"""An array that grows is the array of all that was added, and what was seen of it stays."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from hpo.history.growing import Growing

pieces = st.lists(st.integers(0, 3) | st.integers(0, 70), max_size=12)


def rows(begin: int, n: int, width: int | None) -> NDArray[np.float64]:
    numbers = np.arange(begin, begin + n, dtype=np.float64)
    return numbers if width is None else numbers[:, None] + np.arange(width) / 10


@given(pieces, st.none() | st.integers(0, 3))
def test_it_is_all_that_was_added_in_that_order(sizes: list[int], width: int | None) -> None:
    growing, n = Growing(np.float64, width), 0
    views: list[NDArray[Any]] = []
    for size in sizes:
        growing.extend(rows(n, size, width))
        n += size
        views.append(growing.view(n))
    assert growing.size == n
    for end, view in zip(itertools.accumulate(sizes), views, strict=True):
        np.testing.assert_array_equal(view, rows(0, end, width))
        np.testing.assert_array_equal(growing.view(end), view)
        assert not view.flags.writeable


@given(pieces, st.randoms(use_true_random=False))
def test_some_of_its_rows_are_those_rows(sizes: list[int], random: Any) -> None:
    growing = Growing(np.int16)
    for begin, end in itertools.pairwise(itertools.accumulate(sizes, initial=0)):
        growing.extend(rows(begin, end - begin, None))
    mask = np.array([random.random() < 0.5 for _ in range(growing.size)], dtype=np.bool_)
    chosen = np.flatnonzero(mask)
    kept = growing.where(mask)
    assert kept.view(kept.size).tolist() == growing.take(chosen).tolist() == chosen.tolist()
    assert kept.view(kept.size).dtype == growing.view(0).dtype == np.int16
    assert [growing.at(row) for row in chosen.tolist()] == chosen.tolist()
    kept.extend([7])
    assert kept.view(kept.size).tolist() == [*chosen.tolist(), 7]
    assert growing.size == sum(sizes)


@given(pieces, st.integers(0, 3), st.integers(0, 3))
def test_a_wider_one_has_its_rows_and_leaves_it_as_it_is(sizes: list[int], width: int, more: int) -> None:
    growing = Growing(np.float64, width)
    for begin, end in itertools.pairwise(itertools.accumulate(sizes, initial=0)):
        growing.extend(rows(begin, end - begin, width))
    n = growing.size
    wide = growing.widened(width + more)
    wide.extend(rows(n, 1, width + more))
    assert growing.size == n
    assert wide.width == width + more
    assert np.isnan(wide.view(n)[:, width:]).all()
    np.testing.assert_array_equal(wide.view(n)[:, :width], growing.view(n))
    np.testing.assert_array_equal(wide.at(n), rows(n, 1, width + more)[0])


@pytest.mark.parametrize("piece", [1, 10])
def test_adding_costs_the_same_however_much_is_there(piece: int) -> None:
    """It moves to a larger place whenever it has grown by half, and never takes up more than that."""
    growing, n_moves, before = Growing(np.float64), 0, np.empty(0)
    for n in range(piece, 5000, piece):
        growing.extend(rows(n - piece, piece, None))
        view = growing.view(n)
        n_moves += not np.shares_memory(before, view)
        before = view
        assert view.base is not None
        assert len(view.base) <= max(1.5 * n, 64)
    assert n_moves <= math.log(5000 / 64, 1.5) + 2
