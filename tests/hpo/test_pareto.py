"""Pareto optimality, ranks, volumes and subsets against their definitions."""

from __future__ import annotations

import itertools

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


def volume_by_counting(rows: Array, reference: int) -> int:
    """Unit cells below an integer reference that a row of integers dominates."""
    cells = itertools.product(range(reference), repeat=rows.shape[1])
    return sum(any((row <= cell).all() for row in rows) for cell in cells)


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
def test_ranks_may_stop_when_enough_are_known(losses: Array, enough: int) -> None:
    all_ranks, some = nondomination_ranks(losses), nondomination_ranks(losses, enough)
    known = some < some.max(initial=0)
    assert (all_ranks[known] == some[known]).all()
    if losses.shape[1] > 1:
        assert known.sum() >= min(enough, len(losses)) or (all_ranks == some).all()


@settings(max_examples=60, deadline=None)
@given(rows_of(0.0, 1.0, 2.0, 3.0, 4.0, most=7, most_objectives=5))
def test_a_volume_is_what_is_dominated(rows: Array) -> None:
    assert hypervolume(rows, np.full(rows.shape[1], 3.0)) == pytest.approx(volume_by_counting(rows, 3))


@pytest.mark.parametrize("m", [1, 2, 3, 4, 5])
def test_volumes_of_real_numbers_agree_with_inclusion_and_exclusion(m: int) -> None:
    rng = np.random.default_rng(m)
    for _ in range(10):
        rows, reference = rng.normal(size=(7, m)), np.full(m, 0.8)
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


def test_volumes_without_an_end() -> None:
    assert hypervolume(np.array([[-np.inf, 0.0]]), np.array([1.0, 1.0])) == np.inf
    assert hypervolume(np.array([[np.inf, 0.0]]), np.array([1.0, 1.0])) == 0.0
    assert hypervolume(np.empty((0, 3)), np.ones(3)) == 0.0


@settings(max_examples=60, deadline=None)
@given(rows_of(0.0, 1.0, 2.0, 3.0, 4.0, most=8, most_objectives=5), st.integers(0, 8))
def test_a_subset_is_the_greedy_one(rows: Array, size: int) -> None:
    reference, size = np.full(rows.shape[1], 5.0), min(size, len(rows))
    chosen = subset_of_largest_hypervolume(rows, size, reference)
    assert len(set(chosen.tolist())) == len(chosen) == size
    for k in range(size):
        rest = np.setdiff1d(np.arange(len(rows)), chosen[:k])
        volumes = [hypervolume(rows[[*chosen[:k], i]], reference) for i in rest]
        assert hypervolume(rows[chosen[: k + 1]], reference) == pytest.approx(max(volumes))


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


def test_a_ranking_cuts_a_front_where_least_is_lost() -> None:
    rows = np.array([[0.0, 4.0], [0.1, 3.9], [2.0, 2.0], [4.0, 0.0], [5.0, 5.0]])
    assert ranking(rows, 3)[:3].tolist()[0] == 2
    assert 4 not in ranking(rows, 4)[:4]


def test_a_reference_point_is_worse_than_all() -> None:
    rows = np.array([[-1.0, 0.0, 2.0], [-3.0, -1.0, 0.0]])
    assert (reference_point(rows) > rows.max(axis=0)).all()
