"""Pareto optimality against its definition."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpo.arrays import Array
from hpo.pareto import is_pareto_optimal

losses = st.integers(1, 4).flatmap(
    lambda m: st.lists(
        st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 1.0, 2.0, np.inf]), min_size=m, max_size=m), max_size=12
    ).map(lambda rows: np.array(rows, dtype=np.float64).reshape(-1, m))
)


@given(losses)
def test_optimal_is_what_no_other_row_dominates(losses: Array) -> None:
    dominated = [any((other <= row).all() and (other < row).any() for other in losses) for row in losses]
    assert is_pareto_optimal(losses).tolist() == [not one for one in dominated]


def test_many_random_rows() -> None:
    losses = np.random.default_rng(0).integers(0, 12, size=(300, 3)).astype(np.float64)
    nowhere_larger = (losses[:, None] <= losses[None]).all(-1)
    somewhere_smaller = (losses[:, None] < losses[None]).any(-1)
    assert (is_pareto_optimal(losses) == ~(nowhere_larger & somewhere_smaller).any(0)).all()
