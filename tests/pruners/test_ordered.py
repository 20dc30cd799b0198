"""A growing multiset answers as a sorted list does, and old ones stay as they were."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from hpo.pruners.ordered import Ordered

numbers = st.integers(-5, 5).map(float) | st.sampled_from([math.inf, -math.inf])


@given(st.lists(st.lists(numbers | st.just(math.nan), max_size=5), max_size=20), numbers)
def test_it_is_a_sorted_list(batches: list[list[float]], value: float) -> None:
    ordered, plain = Ordered(), list[float]()
    versions = []
    for batch in batches:
        ordered = ordered.plus(batch)
        plain = sorted([*plain, *(x for x in batch if x == x)])
        versions.append((ordered, plain))
    for version, expected in versions:
        assert version.size == len(expected)
        assert version.n_below(value) == sum(x < value for x in expected)
        below = max((x for x in expected if x < value), default=-math.inf)
        above = min((x for x in expected if x >= value), default=math.inf)
        assert version.neighbours(value) == (below, above)


def test_few_runs_hold_many_numbers() -> None:
    ordered = Ordered()
    for i in range(1000):
        ordered = ordered.plus([float(i * 37 % 1000)])
    assert len(ordered.runs) <= 10
