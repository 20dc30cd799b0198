"""Pareto optimality, ranks, volumes and subsets against their definitions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo.arrays import Array, IntArray
from hpo.pareto import (
    hypervolume,
    is_pareto_optimal,
    nondomination_ranks,
    ranking,
    reference_point,
    subset_of_largest_hypervolume,
)


def rows_of(*values: float, most: int = 12, most_objectives: int = 4) -> st.SearchStrategy[Array]:
    return st.integers(1, most_objectives).flatmap(
        lambda m: st.lists(st.lists(st.sampled_from(values), min_size=m, max_size=m), max_size=most).map(
            lambda rows: np.array(rows, dtype=np.float64).reshape(-1, m)
        )
    )


losses = rows_of(-np.inf, -1.0, 0.0, 0.5, 1.0, 2.0, np.inf)
whole = rows_of(0.0, 1.0, 2.0, 3.0, 4.0, most=8, most_objectives=6)


def dominated(rows: Array) -> list[bool]:
    return [any((other <= row).all() and (other < row).any() for other in rows) for row in rows]


def ranks_by_definition(rows: Array) -> list[int]:
    ranks, left, rank = [-1] * len(rows), list(range(len(rows))), 0
    while left:
        front = [i for i, below in zip(left, dominated(rows[left]), strict=True) if not below]
        for i in front:
            ranks[i] = rank
        left = [i for i in left if i not in front]
        rank += 1
    return ranks


def volume_by_counting(rows: Array, reference: Sequence[int]) -> int:
    """Unit cells below an integer reference that a row of integers dominates."""
    cells = itertools.product(*map(range, reference))
    return sum(any((row <= cell).all() for row in rows) for cell in cells)


def front(m: int, n: int, seed: int = 0) -> Array:
    """Rows of which none dominates another, between 0 and 1."""
    directions = np.abs(np.random.default_rng(seed).normal(size=(n, m)))
    return np.asarray(directions / np.linalg.norm(directions, axis=1, keepdims=True))


def assert_greedy(rows: Array, chosen: IntArray, size: int, reference: Array) -> None:
    """Each of the chosen rows adds the largest volume to those before it."""
    assert chosen.dtype == np.int64
    assert len(set(chosen.tolist())) == len(chosen) == size
    for k in range(size):
        rest = np.setdiff1d(np.arange(len(rows)), chosen[:k])
        volumes = [hypervolume(rows[[*chosen[:k], i]], reference) for i in rest]
        assert hypervolume(rows[chosen[: k + 1]], reference) == pytest.approx(max(volumes))


@given(losses)
def test_optimal_is_what_no_other_row_dominates(losses: Array) -> None:
    assert is_pareto_optimal(losses).tolist() == [not one for one in dominated(losses)]


def test_many_random_rows() -> None:
    losses = np.random.default_rng(0).integers(0, 12, size=(300, 3)).astype(np.float64)
    nowhere_larger = (losses[:, None] <= losses[None]).all(-1)
    somewhere_smaller = (losses[:, None] < losses[None]).any(-1)
    assert (is_pareto_optimal(losses) == ~(nowhere_larger & somewhere_smaller).any(0)).all()


@given(losses)
def test_a_rank_is_the_number_of_fronts_before(losses: Array) -> None:
    assert nondomination_ranks(losses).tolist() == ranks_by_definition(losses)


@given(losses, st.integers(0, 12))
def test_ranks_stop_when_enough_are_known_and_the_others_share_the_next(losses: Array, enough: int) -> None:
    all_ranks, some = nondomination_ranks(losses), nondomination_ranks(losses, enough)
    assert all_ranks.dtype == some.dtype == np.int64
    if losses.shape[1] == 1:
        assert (some == all_ranks).all()
        return
    fronts = next(k for k in itertools.count() if (all_ranks < k).sum() >= min(enough, len(losses)))
    assert (some == np.minimum(all_ranks, fronts)).all()


@pytest.mark.parametrize("m", [2, 3])
@pytest.mark.parametrize("enough", range(17))
def test_ranks_stop_between_any_two_fronts(m: int, enough: int) -> None:
    rows = np.concatenate([front(m, 4) + 2.0 * rank for rank in range(4)])
    assert nondomination_ranks(rows, enough).tolist() == [min(rank, -(-enough // 4)) for rank in np.repeat(range(4), 4)]


@settings(max_examples=60, deadline=None)
@given(rows_of(0.0, 1.0, 2.0, 3.0, 4.0, most=7, most_objectives=5))
def test_a_volume_is_what_is_dominated(rows: Array) -> None:
    reference = [3, 4, 2, 3, 1][: rows.shape[1]]
    assert hypervolume(rows, np.array(reference, dtype=np.float64)) == volume_by_counting(rows, reference)


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5, 6, 7])
def test_volumes_of_real_numbers_agree_with_inclusion_and_exclusion(m: int) -> None:
    rng = np.random.default_rng(m)
    for _ in range(10):
        rows, reference = rng.normal(size=(7, m)), rng.uniform(0.5, 1.5, size=m)
        expected = 0.0
        for size in range(1, 8):
            for subset in itertools.combinations(rows, size):
                expected -= (-1) ** size * float(np.maximum(reference - np.max(subset, axis=0), 0.0).prod())
        assert hypervolume(rows, reference) == pytest.approx(expected)


@given(whole)
def test_a_volume_depends_on_neither_order_nor_copies_nor_the_dominated(rows: Array) -> None:
    reference = np.full(rows.shape[1], 4.0)
    expected = hypervolume(rows, reference)
    assert hypervolume(rows[::-1], reference) == pytest.approx(expected)
    assert hypervolume(np.concatenate([rows, rows + 0.5]), reference) == pytest.approx(expected)
    assert hypervolume(rows[is_pareto_optimal(rows)], reference) == pytest.approx(expected)


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5])
def test_volumes_without_an_end(m: int) -> None:
    rows, reference = front(m, 5), np.full(m, 1.5)
    endless, nowhere = rows[0].copy(), reference.copy()
    endless[0] = nowhere[0] = -np.inf
    assert hypervolume(np.concatenate([rows, endless[None]]), reference) == np.inf
    assert hypervolume(rows, np.append(reference[1:], np.inf)) == np.inf
    if m > 1:  # on the reference in one objective, so it dominates nothing
        assert hypervolume(nowhere[None], reference) == 0.0
    assert hypervolume(np.full((1, m), np.inf), reference) == 0.0
    assert hypervolume(np.empty((0, m)), reference) == 0.0


@settings(max_examples=60, deadline=None)
@given(rows_of(0.0, 1.0, 2.0, 3.0, 4.0, most=8, most_objectives=5), st.integers(0, 8))
def test_a_subset_is_the_greedy_one(rows: Array, size: int) -> None:
    size = min(size, len(rows))
    reference = np.array([5.0, 3.5, 4.0, 4.5, 6.0])[: rows.shape[1]]
    assert_greedy(rows, subset_of_largest_hypervolume(rows, size, reference), size, reference)


@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.integers(0, 8))
def test_a_subset_of_a_front_is_the_greedy_one(m: int, seed: int, size: int) -> None:
    rows, reference = front(m, 8, seed), np.array([0.9, 1.1, 0.8, 1.2, 1.0])[:m]
    rows[-1] = rows[0]
    assert_greedy(rows, subset_of_largest_hypervolume(rows, size, reference), size, reference)


def test_a_subset_is_near_the_best_one() -> None:
    rng = np.random.default_rng(0)
    for m in (2, 3, 4):
        rows, reference = rng.uniform(size=(9, m)), np.ones(m)
        best = max(hypervolume(rows[list(some)], reference) for some in itertools.combinations(range(9), 3))
        chosen = subset_of_largest_hypervolume(rows, 3, reference)
        assert hypervolume(rows[chosen], reference) >= (1 - 1 / np.e) * best


@given(losses, st.integers(0, 13))
def test_a_ranking_never_puts_the_dominating_after_the_dominated_among_the_first(losses: Array, first: int) -> None:
    order: IntArray = ranking(losses, first)
    assert sorted(order.tolist()) == list(range(len(losses)))
    ranks = np.array(ranks_by_definition(losses))[order]
    assert (np.diff(ranks[:first]) >= 0).all()
    if 0 < first < len(order):
        assert ranks[:first].max() <= ranks[first:].min()


@given(st.integers(2, 4), st.integers(0, 2**32 - 1), st.integers(1, 11))
def test_a_ranking_takes_from_the_front_that_it_cuts_what_dominates_most(m: int, seed: int, first: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.permutation(np.concatenate([front(m, 5, seed), front(m, 5, seed + 1) + 1.0, [np.full(m, 9.0)] * 2]))
    ranks = nondomination_ranks(rows)
    order = ranking(rows, first)
    cut = ranks[order[first - 1]]
    before, last = np.flatnonzero(ranks < cut), np.flatnonzero(ranks == cut)
    assert sorted(order.tolist()) == list(range(12))
    assert order[: len(before)].tolist() == sorted(before, key=lambda i: ranks[i])
    chosen = order[len(before) : first]
    if len(chosen) < len(last):
        where = np.searchsorted(last, chosen)
        assert_greedy(rows[last], where, len(chosen), reference_point(rows))
    rest = order[first:]
    behind = ranks[rest] > cut
    assert (np.diff(behind.astype(int)) >= 0).all(), "those behind the front that was cut come last"
    assert (np.diff(rest[~behind]) > 0).all(), "as they stand"


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("first", [-1, 0, 200, 300])
def test_a_ranking_without_a_cut_keeps_rows_of_one_rank_as_they_stand(m: int, first: int) -> None:
    rows = np.random.default_rng(m).integers(0, 4, size=(200, m)).astype(np.float64)
    ranks = nondomination_ranks(rows, first)
    assert ranking(rows, first).tolist() == sorted(range(200), key=lambda i: ranks[i])


def test_rows_behind_the_front_that_is_cut_stay_as_they_stand() -> None:
    rows = np.array([[8.0, 8.0], [7.0, 7.0], [0.0, 2.0], [1.0, 1.0], [2.0, 0.0]])
    assert ranking(rows, 1)[-2:].tolist() == [0, 1]


def test_a_ranking_cuts_a_front_where_least_is_lost() -> None:
    rows = np.array([[0.0, 4.0], [0.1, 3.9], [2.0, 2.0], [4.0, 0.0], [5.0, 5.0]])
    assert ranking(rows, 3)[:3].tolist()[0] == 2
    assert 4 not in ranking(rows, 4)[:4]


def test_a_reference_point_is_a_tenth_worse_than_the_worst() -> None:
    rows = np.array([[-1.0, 0.0, 2.0], [-3.0, -1.0, 0.0]])
    worst, reference = rows.max(axis=0), reference_point(rows)
    assert (reference > worst).all()
    assert reference - worst == pytest.approx(0.1 * np.abs(worst), abs=1e-9)
