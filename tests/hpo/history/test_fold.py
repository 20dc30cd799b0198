"""Folds are told apart by name and space, and few of their states are remembered: many late ones, few early ones."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo.distributions import FloatDistribution
from hpo.history import Fold
from hpo.history.fold import Remembered
from hpo.space import Space


def test_a_fold_is_named_by_its_name_and_space() -> None:
    space = Space({"x": FloatDistribution(0, 1)})
    one = Fold("a", 0, lambda state, history: state, space)
    assert one == Fold("a", 1, lambda state, history: state + 1, space)
    assert hash(one) == hash(Fold("a", 1, lambda state, history: state + 1, space))
    assert one != Fold("b", 0, one.advance, space)
    assert one != Fold("a", 0, one.advance)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=60))
def test_what_is_remembered_is_the_nearest_state_before(sizes: list[int]) -> None:
    remembered, kept = Remembered(), set[int]()
    assert remembered.before(100) is None
    for last in sizes:
        remembered.keep(last, f"after {last}")
        kept.add(last)
        for n in range(50):
            found = remembered.before(n)
            assert (found is None) == (n < min(kept))
            assert found is None or (found[0] <= n and found[1] == f"after {found[0]}")
        assert remembered.before(100) == (max(kept), f"after {max(kept)}")
        assert remembered.before(last) == (last, f"after {last}") or len(remembered) < len(kept)
        assert len(remembered) <= len(kept)


def test_a_size_is_remembered_once() -> None:
    remembered = Remembered()
    for n in (0, 5, 5, 3, 0, 3):
        remembered.keep(n, object())
    assert len(remembered) == 3


@pytest.mark.parametrize("stride", [1, 7])
def test_of_many_states_few_are_remembered_and_the_late_ones_densely(stride: int) -> None:
    remembered = Remembered()
    for n in range(stride, 500 * stride, stride):
        remembered.keep(n, n)
        assert len(remembered) <= 2 * math.log2(n / stride) + 2
        found = [remembered.before(m) for m in range(stride, n + 1)]
        sizes = [one[0] for one in found if one is not None]
        for m, size in enumerate(sizes, stride):  # a question costs about twice as much as it lies back
            assert m - size <= 2 * (n - m) + stride
        known = sorted(set(sizes))
        assert all(after - before > n - size for before, size, after in zip(known, known[1:], known[2:], strict=False))
        assert known[-1] == n
    assert list(itertools.pairwise(known))[-1] == (n - stride, n)
